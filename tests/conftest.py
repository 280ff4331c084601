"""Real parts for the tests: one embedded Postgres a session, rolled back or wiped after each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.postgres.database import Database, Transaction, connect
from pipeline.postgres.migrate import migrate


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what asks for the server (`make check` starts none), and have files with slow tests come first.

    Who works side by side takes file after file: a long one at the end would keep one busy while the others wait.
    """
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an embedded Postgres of the session's own, with the newest schema."""
    settings = Settings(home=tmp_path_factory.mktemp("server"))
    embedded.start(settings)
    try:
        migrate(embedded.url(settings))
        yield settings
    finally:
        embedded.destroy(settings)


@pytest.fixture(scope="session")
def database_url(server: Settings) -> str:
    """URL of the session's database."""
    return embedded.url(server)


@pytest.fixture
def db(database_url: str) -> Iterator[Transaction]:
    """A transaction that is rolled back: nothing a test writes stays."""
    connection = connect(database_url)
    try:
        yield Transaction(connection)
    finally:
        connection.rollback()
        connection.close()


@pytest.fixture
def settings(server: Settings, database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings for tests of stages, which commit; every table is emptied afterwards."""
    yield replace(server, home=tmp_path, database_url=database_url)
    wipe(database_url)


@pytest.fixture
def database(settings: Settings) -> Database:
    """The database of `settings`."""
    return Database(settings.database_url)


FETCH_TABLES = ("subscriptions", "hosts", "feed_lists", "article_pages", "source_days", "batch_counts")


def wipe(url: str) -> None:
    """Empty every table; DELETE, since TRUNCATE takes fifty times as long on small tables."""
    connection = connect(url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            for table in FETCH_TABLES:
                cursor.execute(f"DELETE FROM tocsin.{table}")  # noqa: S608  (names of our own)
            for table in (
                "marks", "notifications", "alerts", "silences", "receivers", "troubles", "rule_anchors", "rules", "rule_hits", "pending_alerts", "event_revisions", "pending_merges", "wording_handles", "event_wordings", "mentions", "events",
                "quarantine", "candidates", "attempts", "seen_urls", "articles", "stories", "batches", "feeds",
                "country_days", "country_months", "dyad_months", "dyad_days", "names", "tallies", "erasures", "recodes",
            ):  # fmt: skip
                cursor.execute(f"DELETE FROM tocsin.{table}")  # noqa: S608  (names of our own)
    finally:
        connection.close()
