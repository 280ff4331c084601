"""The analyst reads and does nothing else: each way that was found to do more is tried here, and shut."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import psycopg2.errors
import pytest

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.local.analyst import analyst_environment, keep_password
from pipeline.postgres.database import connect
from pipeline.postgres.databases import set_password
from pipeline.postgres.migrate import migrate
from pipeline.stages.store import store
from pipeline.stages.upkeep import upkeep, watch


def login(server: Settings, password: str, database: str = "tocsin") -> Any:
    place = urlsplit(embedded.url(server))
    return psycopg2.connect(
        host=place.hostname,
        port=place.port,
        dbname=database,
        user="analyst",
        password=password,
        connect_timeout=5,
    )


@pytest.fixture
def analyst(server: Settings) -> Iterator[Any]:
    """A session of the analyst's, with every statement on its own, who has set aside what can be set aside."""
    set_password(embedded.url(server), "analyst", "known to the analyst")
    with closing(login(server, "known to the analyst")) as connection:
        connection.autocommit = True
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            ask(connection, f"SET {name} = 0")
        ask(connection, "SET default_transaction_read_only = off")
        yield connection


def ask(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


WAYS = [
    "INSERT INTO analysis.events (id) VALUES (1)",
    "UPDATE analysis.feeds SET url = ''",
    "DELETE FROM analysis.articles",
    "SELECT * FROM tocsin.events",
    "BEGIN; LOCK TABLE tocsin.locks IN ACCESS SHARE MODE",
    "BEGIN; LOCK TABLE public.tocsin_migrations IN ACCESS SHARE MODE",
    "SELECT nextval('tocsin.event_id')",
    "CREATE TABLE public.mine (id integer)",
    "CREATE TABLE analysis.mine (id integer)",
    "CREATE SCHEMA mine",
    "CREATE TEMPORARY TABLE mine (id integer)",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_advisory_lock(7283461)",
    "SELECT pg_advisory_lock(1, 2)",
    "SELECT pg_try_advisory_xact_lock_shared(7283462)",
    "SET temp_file_limit = -1",
    "SET log_min_duration_statement = 0",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT tocsin.keep_analyst_read_only()",
    "ALTER ROLE analyst CREATEDB",
    "ALTER ROLE analyst CONNECTION LIMIT -1",
    "SET ROLE tocsin",
    "SELECT rolpassword FROM pg_authid",
]


@pytest.mark.parametrize("statement", WAYS)
def test_the_analyst_may_not(analyst: Any, statement: str) -> None:
    """With default_transaction_read_only off: no right is what holds, not a setting."""
    with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectNotInPrerequisiteState)):
        ask(analyst, statement)


def test_the_analyst_reads_every_view(analyst: Any) -> None:
    """That right stays."""
    views = [name for (name,) in ask(analyst, "SELECT viewname FROM pg_views WHERE schemaname = 'analysis'")]

    assert len(views) >= 9
    assert [len(ask(analyst, f"SELECT * FROM analysis.{view} LIMIT 0")) for view in views] == [0] * len(views)  # noqa: S608


@pytest.mark.usefixtures("analyst")
def test_the_analyst_may_ask_by_address(analyst: Any) -> None:
    """The planner takes the functions of all indices apart as him who asks."""
    assert (
        ask(analyst, "SELECT title FROM analysis.articles WHERE url = 'https://news.example/none' AND id > 5")
        == []
    )


@pytest.mark.usefixtures("analyst")
@pytest.mark.parametrize("database", ["airflow", "postgres", "template1"])
def test_the_analyst_enters_no_other_database(server: Settings, database: str) -> None:
    """There a temporary table or a large object would fill the disk as well."""
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        login(server, "known to the analyst", database)


def test_how_much_disk_a_question_may_take_is_limited(analyst: Any) -> None:
    """By temp_file_limit, which only a superuser sets."""
    assert ask(analyst, "SHOW temp_file_limit") == [("2GB",)]


def test_what_a_role_set_for_itself_is_taken_back(server: Settings, settings: Settings, analyst: Any) -> None:
    """A role may change its own defaults for good; upkeep sets them anew."""
    ask(analyst, "ALTER ROLE analyst SET statement_timeout = 0")
    ask(analyst, "ALTER ROLE analyst IN DATABASE tocsin SET work_mem = '8GB'")
    upkeep(settings)
    with closing(login(server, "known to the analyst")) as later:
        found = ask(later, "SELECT current_setting('statement_timeout'), current_setting('work_mem'),"
                           " current_setting('default_transaction_read_only')")  # fmt: skip

    assert found == [("5min", "32MB", "on")]


def test_the_watch_ends_what_runs_over_its_limit(settings: Settings, analyst: Any) -> None:
    """statement_timeout = 0 is of no use; a short question is left alone."""
    ended: list[str] = []

    def run() -> None:
        try:
            ask(analyst, "SELECT pg_sleep(60)")
        except psycopg2.errors.QueryCanceled:
            ended.append("cancelled")

    asking = threading.Thread(target=run)
    asking.start()
    time.sleep(0.5)
    kept = watch(settings)
    counts = watch(settings, statement_seconds=0.2)
    asking.join(timeout=30)

    assert kept == {"cancelled": 0, "disconnected": 0}
    assert counts == {"cancelled": 1, "disconnected": 0}
    assert ended == ["cancelled"]
    assert ask(analyst, "SELECT 1") == [(1,)]


def test_the_watch_cuts_off_a_transaction_that_stays_open(settings: Settings, analyst: Any) -> None:
    """It would keep dead rows from being cleared for everybody."""
    ask(analyst, "BEGIN; SELECT count(*) FROM analysis.events")
    time.sleep(0.5)
    counts = watch(settings, transaction_seconds=0.2)

    assert counts == {"cancelled": 0, "disconnected": 1}
    with pytest.raises(psycopg2.OperationalError):
        ask(analyst, "SELECT 1")


def test_the_analyst_stops_neither_store_nor_a_migration(
    settings: Settings, database_url: str, analyst: Any
) -> None:
    """Whatever it can lock, in an open transaction, is not what ours wait for."""
    ask(analyst, "BEGIN")
    ask(analyst, "SELECT * FROM analysis.events, analysis.articles, analysis.stage_lag")
    ask(analyst, "LOCK TABLE analysis.events IN ACCESS SHARE MODE")
    started = time.monotonic()
    store(0, settings)
    migrate(database_url)

    assert time.monotonic() - started < 10


def test_a_changed_password_does_not_lock_psql_out(server: Settings, analyst: Any) -> None:
    """The kept one is good again at the next start."""
    own = replace(server, database_url="")
    keep_password(own)
    ask(analyst, "ALTER ROLE analyst PASSWORD 'mine alone'")
    keep_password(own)
    with closing(login(server, analyst_environment(own)["PGPASSWORD"])) as connection:
        assert ask(connection, "SELECT current_user") == [("analyst",)]


def test_who_forgot_a_transaction_is_cut_off(database_url: str) -> None:
    """Whatever role: the database has a limit for sessions that set none."""
    with closing(connect(database_url)) as connection:
        found = ask(connection, "SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = 0")

    assert ("idle_in_transaction_session_timeout=30min",) in found
