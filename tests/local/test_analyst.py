"""The analyst's way in, on the embedded server and on one of the user's own."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.local import embedded
from pipeline.local.analyst import (
    analyst_environment,
    analyst_url,
    keep_password,
    new_password,
    password_file,
)
from pipeline.local.server import prepare
from pipeline.postgres.databases import create_databases, set_password, with_database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An embedded server as the first `tocsin run` leaves it."""
    settings = Settings(home=tmp_path_factory.mktemp("analyst"))
    prepare(settings)
    yield settings
    embedded.destroy(settings)


@pytest.fixture
def own(running: Settings, tmp_path: Path) -> Settings:
    """The same server, as if it were one of the user's own; a home that knows nothing of it yet."""
    return replace(running, home=tmp_path, database_url=embedded.url(running))


def whoami(url: str) -> str:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user || ' ' || count(*) FROM analysis.events")
            return str(cursor.fetchone()[0])
    finally:
        connection.close()


def test_first_start_leaves_a_password_and_an_address(running):
    """Nobody has to open psql first; only the owner reads it."""
    assert stat.S_IMODE(password_file(running).stat().st_mode) == 0o600
    assert whoami(analyst_url(running)) == "analyst 0"


def test_password_that_an_analyst_changed_is_given_anew(running):
    """It locks nobody out for longer than to the next start."""
    set_password(embedded.url(running), "analyst", "changed by one of them")

    keep_password(running)

    assert whoami(analyst_url(running)) == "analyst 0"


def test_own_server_keeps_the_password_its_owner_gave(own):
    """Others may use it; it is not ours to change unasked, and what to do is said."""
    set_password(own.database_url, "analyst", "of the owner")
    keep_password(own)

    with pytest.raises(ConfigError, match=r"analyst_password, or let `tocsin psql --new-password`"):
        analyst_url(own)
    password_file(own).parent.mkdir(parents=True)
    password_file(own).write_text("of the owner\n")
    assert whoami(analyst_url(own)) == "analyst 0"


def test_own_server_gets_a_password_where_there_is_none(own):
    """As in the containers, where the role is new."""
    connection = psycopg2.connect(own.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("ALTER ROLE analyst PASSWORD NULL")
    connection.close()

    keep_password(own)

    assert whoami(analyst_url(own)) == "analyst 0"


def test_new_password_is_given_when_asked_for(own):
    """`tocsin psql --new-password`."""
    new_password(own)

    assert whoami(analyst_url(own)) == "analyst 0"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "postgresql://desk:secret@db.example:5433/news?sslmode=require",
            {"PGHOST": "db.example", "PGPORT": "5433", "PGDATABASE": "news", "PGSSLMODE": "require"},
        ),
        ("postgresql:///news?host=/run/postgresql", {"PGHOST": "/run/postgresql", "PGDATABASE": "news"}),
        ("postgres://db.example/news", {"PGHOST": "db.example", "PGDATABASE": "news"}),
    ],
    ids=["whole", "socket", "short"],
)
def test_address_of_an_own_server_is_taken_over_but_for_the_user(tmp_path, url, says):
    """Host, port, database and TLS as set; user and password are the analyst's."""
    settings = Settings(home=tmp_path, database_url=url)
    password_file(settings).parent.mkdir()
    password_file(settings).write_text("p@ss/word")

    assert analyst_environment(settings) == says | {"PGUSER": "analyst", "PGPASSWORD": "p@ss/word"}


def test_database_in_another_encoding_is_refused(running):
    """Before a table is made there, with the statement that makes a fit one."""
    create_databases(embedded.url(running, "postgres"), ())
    connection = psycopg2.connect(embedded.url(running, "postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE DATABASE old ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
    connection.close()

    with pytest.raises(ConfigError, match="has the encoding SQL_ASCII, and news needs UTF8"):
        prepare(replace(running, database_url=with_database(embedded.url(running), "old")))
