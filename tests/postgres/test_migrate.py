"""Migrations: once, in order, by one process at a time; the schema says what it means."""

import threading
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.local import embedded
from pipeline.postgres.database import connect
from pipeline.postgres.migrate import Migration, migrate, outstanding, read_migrations

ONE = Migration(number=1, name="0001_a", statement="", sha256="aa")
TWO = Migration(number=2, name="0002_b", statement="", sha256="bb")


def test_only_what_has_not_run_is_outstanding() -> None:
    """A migration that ran is left alone."""
    assert outstanding([ONE, TWO], {1: "aa"}) == [TWO]


def test_a_changed_migration_is_refused() -> None:
    """History is not rewritten."""
    with pytest.raises(StoreError, match="0001_a was changed"):
        outstanding([ONE], {1: "zz"})


def test_a_newer_database_is_refused() -> None:
    """An old program does not touch a new schema."""
    with pytest.raises(StoreError, match="update it"):
        outstanding([ONE], {1: "aa", 2: "bb"})


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    """The files are 1, 2, 3."""
    (tmp_path / "0002_late.sql").write_text("SELECT 1;")

    with pytest.raises(StoreError, match="0001"):
        read_migrations(tmp_path)


@pytest.fixture
def empty_database(server) -> str:
    """URL of a new database without any table."""
    connection = connect(embedded.url(server), autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS migrating")
        cursor.execute("CREATE DATABASE migrating")
    connection.close()
    return embedded.url(server, "migrating")


def test_two_processes_that_migrate_at_once_do_it_once(empty_database: str) -> None:
    """The advisory lock lets one in at a time; the second finds nothing to do."""
    ran: list[list[str]] = []
    threads = [threading.Thread(target=lambda: ran.append(migrate(empty_database))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(len, ran)) == [0, len(read_migrations())]


def test_a_failing_migration_leaves_the_earlier_ones(empty_database: str, tmp_path: Path) -> None:
    """One transaction a file: what failed leaves nothing behind, and can be run again once mended."""
    (tmp_path / "0001_good.sql").write_text("CREATE TABLE good (id integer);")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE half (id integer); SELECT 1/0;")
    with pytest.raises(StoreError, match="division by zero"):
        migrate(empty_database, migrations_folder=tmp_path, views_folder=tmp_path / "none")
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE half (id integer);")

    assert migrate(empty_database, migrations_folder=tmp_path, views_folder=tmp_path / "none") == ["0002_bad"]


def test_everything_in_the_schema_has_a_comment(db) -> None:
    """An analyst can read in psql what each table, view and column means."""
    with db.connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relation.oid::regclass || coalesce('.' || attribute.attname, '')
            FROM pg_class AS relation
            LEFT JOIN LATERAL (
                SELECT 0 AS attnum, NULL AS attname
                UNION ALL
                SELECT attnum, attname FROM pg_attribute
                WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
            ) AS attribute ON true
            WHERE relation.relnamespace IN ('tocsin'::regnamespace, 'analysis'::regnamespace)
              AND relation.relkind IN ('r', 'p', 'v') AND NOT (relation.relispartition AND attnum > 0)
              AND CASE attnum WHEN 0 THEN obj_description(relation.oid, 'pg_class')
                  ELSE col_description(relation.oid, attnum) END IS NULL
            """
        )
        silent = [name for (name,) in cursor.fetchall()]

    assert silent == []


def test_the_analyst_reads_views_and_writes_nothing(db) -> None:
    """The role sees schema analysis and no table."""
    with db.connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('analyst', 'analysis.events', 'SELECT'),"
            " has_table_privilege('analyst', 'analysis.events', 'INSERT'),"
            " has_schema_privilege('analyst', 'tocsin', 'USAGE')"
        )

        assert cursor.fetchone() == (True, False, False)
