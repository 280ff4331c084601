"""Migrations: once, in order, by one process at a time; the schema says what it means."""

import threading
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.local import embedded
from pipeline.postgres.database import connect
from pipeline.postgres.migrate import MIGRATIONS, Migration, migrate, outstanding, read_migrations

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
    """A lock lets one in at a time; what one has run, the other does not run again."""
    ran: list[list[str]] = []
    threads = [threading.Thread(target=lambda: ran.append(migrate(empty_database))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(name for names in ran for name in names) == [found.name for found in read_migrations()]


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


OLD_ROWS = """
INSERT INTO tocsin.batches (run_key) VALUES ('old');
INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)
SELECT 'https://old.example/' || number, 'Old', 'T', 'They left.', 'en', now(), now(), 'made'
FROM generate_series(1, 2) AS number;
SELECT tocsin.ensure_event_month(make_date(1900 + number * 3, 5, 1)) FROM generate_series(0, 40) AS number;
INSERT INTO tocsin.candidates (batch_id, article_id, codebook, candidate_key, event_type, status, trigger_start,
    trigger_end, trigger_text, sentence_start, sentence_end, sentence, event_date, date_precision, quad_class, frame_id,
    confidence, verdict, stored_at, event_key)
SELECT 1, article.id, 'old', 'c' || number, 'RETREAT', 'actual', 5, 9, 'left', 0, 10, 'They left.',
       make_date(1900 + number * 3, 5, 7), 'day', 2, 'leave:1', 0.5 + article.id / 10.0, 'accepted', now(), 'e' || number
FROM generate_series(0, 40) AS number CROSS JOIN tocsin.articles AS article;
INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, counts, quad_class,
    confidence, codebook, mention_count, article_count, source_count, first_reported_at)
SELECT event_key, event_date, 'day', 'RETREAT', '{}', 'actual', '[]', 2, 0.7, 'old', 2, 2, 1, now()
FROM tocsin.candidates WHERE article_id = 2;
INSERT INTO tocsin.mentions (event_date, event_id, event_key, candidate_id, article_id, trigger_start, trigger_end,
    trigger_text)
SELECT event.event_date, event.id, event_key, candidate.id, article_id, 5, 9, 'left'
FROM tocsin.candidates AS candidate JOIN tocsin.events AS event USING (event_key);
INSERT INTO tocsin.pending_alerts (event_date, event_id) SELECT event_date, id FROM tocsin.events;
INSERT INTO tocsin.alerts (alert_key, rule, severity, event_date, event_id, group_key, reason, why)
SELECT event_key, 'r', 'low', event_date, id, '', 'new', '' FROM tocsin.events;
CREATE VIEW analysis.events AS SELECT * FROM tocsin.events;
"""


def test_old_events_move_into_the_grid_with_all_that_belongs_to_them(
    empty_database: str, tmp_path: Path
) -> None:
    """From a partition a month to a few: ids, mentions and alerts stay, and each mention gets its sentence."""
    for path in sorted(MIGRATIONS.glob("*.sql"))[:3]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    migrate(empty_database, migrations_folder=tmp_path, views_folder=tmp_path / "none")
    connection = connect(empty_database, autocommit=True)
    told = "SELECT id, event_key, event_date, stored_at FROM tocsin.events ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(OLD_ROWS)
        cursor.execute(told)
        before = cursor.fetchall()
    migrate(empty_database)
    with connection.cursor() as cursor:
        cursor.execute(told)
        after = cursor.fetchall()
        cursor.execute(
            "SELECT count(*), count(DISTINCT event_id), min(sentence), max(confidence) FROM tocsin.surest_tellings"
        )
        surest = cursor.fetchone()
        cursor.execute("SELECT (SELECT count(*) FROM analysis.mentions WHERE sentence = 'They left.'),"
                       " (SELECT count(*) FROM analysis.alerts), (SELECT count(*) FROM tocsin.pending_alerts),"
                       " (SELECT count(*) FROM pg_inherits WHERE inhparent = 'tocsin.events'::regclass)")  # fmt: skip
        counts = cursor.fetchone()
    connection.close()

    assert after == before
    assert surest == (41, 41, "They left.", 0.7)
    assert counts[:3] == (82, 41, 41)
    assert counts[3] <= 24
