"""The analyst's table: everyday questions over many events, asked of a plain table and of what is shipped.

    python -m benchmarks.analyst [--events N] [--batches N] [--home FOLDER]

Makes a server of its own (in FOLDER, where it is kept and used again without filling, else in one that goes) and fills it with N events of five years (default ten million: some 15 minutes and 25 GB
of disk) with mentions and articles; asks each question of a plain table, then of the views with their indices and
rollups (each five times, the median in milliseconds, all in memory as far as it fits); prints how large all is; and at
last loads batches of 5,000 candidates through store itself, with every index and rollup in place.
"""

# ruff: noqa: S608  (columns of our own)
from __future__ import annotations

import argparse
import logging
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.store import cpu_seconds, server
from pipeline.config import ROOT, Settings
from pipeline.local import embedded
from pipeline.postgres import queries
from pipeline.postgres.database import Limits, connect
from pipeline.postgres.migrate import migrate
from pipeline.stages.store import store

CHUNK = 250_000
BATCH = 5_000
REPEATS = 5

BOX = "place_latitude BETWEEN 30 AND 34 AND place_longitude BETWEEN 10 AND 25 AND place_resolution = 'point'"
BOX_COLUMNS = "id, event_date, event_type, place_name, place_latitude, place_longitude"
# What it is called, the goal in milliseconds, the question to the plain table, and that to what is shipped.
QUESTIONS = [
    ("newest 20", 10,
     "SELECT id, event_date, actor_name, event_type FROM flat.events WHERE status = 'actual' ORDER BY event_date DESC LIMIT 20",
     "SELECT id, event_date, actor_name, event_type FROM analysis.events WHERE status = 'actual' ORDER BY event_date DESC LIMIT 20"),
    ("one event", 10, "SELECT * FROM flat.events WHERE id = 4711", "SELECT * FROM analysis.events WHERE id = 4711"),
    ("dyad by month", 10,
     "SELECT date_trunc('month', event_date) AS month, quad_class, count(*) FROM flat.events"
     " WHERE actor_country = 'ABX' AND recipient_country = 'ACX' GROUP BY 1, 2 ORDER BY 1",
     "SELECT month, quad_class, event_count FROM analysis.dyad_months"
     " WHERE actor_country = 'ABX' AND recipient_country = 'ACX' ORDER BY 1"),
    ("dyad by month, from events", 10, None,
     "SELECT date_trunc('month', event_date) AS month, quad_class, count(*) FROM analysis.events"
     " WHERE actor_country = 'AZX' AND recipient_country = 'BCX' GROUP BY 1, 2 ORDER BY 1"),
    ("map box, 30 days", 50, f"SELECT {BOX_COLUMNS} FROM flat.events WHERE {BOX} AND event_date > current_date - 30",
     f"SELECT {BOX_COLUMNS} FROM analysis.events WHERE {BOX} AND event_date > current_date - 30"),
    ("map box, all years", 300, f"SELECT {BOX_COLUMNS} FROM flat.events WHERE {BOX}",
     f"SELECT {BOX_COLUMNS} FROM analysis.events WHERE {BOX}"),
    ("deadly events, the 100 worst", 50,
     "SELECT event_date, actor_name, place_name, lower FROM flat.events,"
     " LATERAL (SELECT max((c ->> 'lower')::integer) AS lower FROM jsonb_array_elements(counts) AS c WHERE c ->> 'kind' = 'killed') AS told"
     " WHERE lower >= 10 AND status = 'actual' ORDER BY lower DESC LIMIT 100",
     "SELECT event_date, actor_name, place_name, killed_lower FROM analysis.events"
     " WHERE killed_lower >= 10 AND status = 'actual' ORDER BY killed_lower DESC LIMIT 100"),
    ("told by several publishers, 100", 50,
     "SELECT id, event_type, source_count FROM flat.events WHERE source_count > 1 ORDER BY source_count DESC LIMIT 100",
     "SELECT id, event_type, source_count FROM analysis.events WHERE source_count > 1 ORDER BY source_count DESC LIMIT 100"),
    ("full text, 90 days", 50,
     "SELECT event_id, sentence FROM tocsin.mentions WHERE to_tsvector('english', sentence) @@ websearch_to_tsquery('english', 'rare777')"
     " AND event_date > current_date - 90",
     "SELECT event_id, sentence FROM analysis.mentions WHERE to_tsvector('english', sentence) @@ websearch_to_tsquery('english', 'rare777')"
     " AND event_date > current_date - 90"),
    ("full text, 90 days, common words", 50, None,
     "SELECT event_id, sentence FROM analysis.mentions WHERE to_tsvector('english', sentence)"
     " @@ websearch_to_tsquery('english', 'word40 word900') AND event_date > current_date - 90"),
    ("top dyads, a week against 90 days", 50,
     "SELECT actor_country, recipient_country, count(*) FILTER (WHERE event_date > current_date - 7), count(*) FROM flat.events"
     " WHERE event_date > current_date - 90 AND actor_country <> recipient_country GROUP BY 1, 2"
     " ORDER BY count(*) FILTER (WHERE event_date > current_date - 7) - count(*) * 7 / 90.0 DESC LIMIT 10",
        "WITH week AS (SELECT actor_country, recipient_country, sum(event_count) AS this_week FROM analysis.dyad_days"
        " WHERE event_date > current_date - 7 GROUP BY actor_country, recipient_country HAVING sum(event_count) >= 3)"
        " SELECT actor_country, recipient_country, this_week, coalesce(sum(event_count), 0) * 7 / 83.0 AS usual_week FROM week"
        " LEFT JOIN (SELECT * FROM analysis.dyad_days WHERE event_date BETWEEN current_date - 89 AND current_date - 7) AS earlier"
        " USING (actor_country, recipient_country)"
        " GROUP BY 1, 2, 3 ORDER BY this_week - coalesce(sum(event_count), 0) * 7 / 83.0 DESC LIMIT 10",
    ),
    ("actor by part of a name, all years", 400,
     "SELECT id, event_date, actor_name FROM flat.events WHERE actor_name ILIKE '%office 1234%' ORDER BY event_date DESC LIMIT 100",
     "SELECT id, event_date, actor_name FROM analysis.events"
     " WHERE actor_name = ANY(ARRAY(SELECT name FROM analysis.names WHERE name ILIKE '%office 1234%')) ORDER BY event_date DESC LIMIT 100"),
    ("year x country x quad, all", 1500,
     "SELECT extract(year FROM event_date), place_country, quad_class, count(*), avg(score) FROM flat.events GROUP BY 1, 2, 3",
     "SELECT extract(year FROM month), place_country, quad_class, sum(event_count), sum(score_total) / nullif(sum(score_count), 0)"
     " FROM analysis.country_months GROUP BY 1, 2, 3"),
    ("events a day, 90 days", 50,
     "SELECT event_date, count(*) FROM flat.events WHERE event_date > current_date - 90 GROUP BY 1 ORDER BY 1",
     "SELECT day, coalesce(event_count, 0) FROM analysis.calendar LEFT JOIN (SELECT event_date, sum(event_count) AS event_count"
     " FROM analysis.country_days WHERE event_date > current_date - 90 GROUP BY event_date) AS counted ON event_date = day"
     " WHERE day > current_date - 90 ORDER BY day"),
    ("protests by division and day, 90 days", 50,
     "SELECT event_date, place_admin1, count(*) FROM flat.events WHERE event_type = 'PROTEST' AND place_country = 'ABX'"
     " AND event_date > current_date - 90 GROUP BY 1, 2",
     "SELECT event_date, place_admin1, event_count FROM analysis.protest_days WHERE place_country = 'ABX' AND event_date > current_date - 90"),
    ("events of a country, 30 days", 50, "SELECT * FROM flat.events WHERE place_country = 'ABX' AND event_date > current_date - 30",
     "SELECT * FROM analysis.events WHERE place_country = 'ABX' AND event_date > current_date - 30"),
    ("totals of tocsin status", 50,
     "SELECT (SELECT count(*) FROM tocsin.articles), (SELECT count(*) FROM flat.events WHERE deleted_at IS NULL),"
     " (SELECT max(stored_at) FROM flat.events)",
     queries.load()["totals"]),
]  # fmt: skip
SIZES = """
SELECT CASE WHEN parent.oid IS NULL THEN relation.relname ELSE parent.relname END AS name,
       sum(pg_relation_size(relation.oid)) / 1e6 AS heap, sum(pg_indexes_size(relation.oid)) / 1e6 AS indices
FROM pg_class AS relation
LEFT JOIN pg_inherits ON inhrelid = relation.oid
LEFT JOIN pg_class AS parent ON parent.oid = inhparent
WHERE relation.relnamespace = 'tocsin'::regnamespace AND relation.relkind = 'r'
GROUP BY 1 HAVING sum(pg_total_relation_size(relation.oid)) > 5e6 ORDER BY 2 DESC
"""
INDEX_SIZES = """
SELECT coalesce(parent.relname, relation.relname), sum(pg_relation_size(relation.oid)) / 1e6
FROM pg_class AS relation
LEFT JOIN pg_inherits ON inhrelid = relation.oid
LEFT JOIN pg_class AS parent ON parent.oid = inhparent
JOIN pg_index ON indexrelid = relation.oid
WHERE relation.relnamespace = 'tocsin'::regnamespace AND relation.relkind = 'i'
GROUP BY 1 HAVING sum(pg_relation_size(relation.oid)) > 5e6 ORDER BY 2 DESC
"""
# Keys to what is there by construction need no check; the rollups are made at the end.
FILLING = "SET session_replication_role = replica; SET synchronous_commit = off; SET max_parallel_workers_per_gather = 0"
INDICES = (
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
    " WHERE relnamespace = 'tocsin'::regnamespace AND relname IN ('events', 'mentions') AND NOT indisunique AND NOT relispartition"
)
STATEMENTS = queries.parse((ROOT / "benchmarks" / "analyst.sql").read_text("utf-8"), path="analyst.sql")


class Desk:
    """One session on the benchmark's database."""

    def __init__(self, url: str):
        self.url = url
        self.connection = connect(url, autocommit=True, limits=Limits(statement=0, lock=0, idle=0))

    def run(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return list(cursor.fetchall()) if cursor.description else []

    def make(self, name: str, **parameters: Any) -> None:
        self.run(STATEMENTS[name], **parameters)

    def median(self, question: str, settings: Settings) -> tuple[float, float, int]:
        """Milliseconds of the middle of five tries after one to warm up, those of the server's processor in the mean, and rows."""
        taken, rows, used = [], self.run(question), cpu_seconds(settings)
        for _ in range(REPEATS):
            started = time.perf_counter()
            self.run(question)
            taken.append((time.perf_counter() - started) * 1000)
            if sum(taken) > 20_000:
                break
        by_cpu = (cpu_seconds(settings) - used) * 1000 / len(taken)
        return statistics.median(taken), by_cpu, len(rows)


def fill(desk: Desk, count: int) -> list[str]:
    """Make events, mentions and articles without triggers and indices; return the indices that are to come."""
    desk.run(FILLING)
    desk.make("make_words")
    desk.make("make_view")
    definitions = []
    for name, definition in desk.run(INDICES):
        desk.run(f"DROP INDEX {name}")
        definitions.append(definition.replace(" ON ONLY ", " ON "))
    started = time.perf_counter()

    def some(first: int) -> int:
        last = min(first + CHUNK - 1, count)
        hand = Desk(desk.url)
        hand.run(FILLING)
        hand.make("make_events", first=first, last=last, history=count)
        hand.make("make_mentions", first=first, last=last)
        hand.connection.close()
        return last

    for first in range(1, count + 1, CHUNK):
        minutes = (count - first) * 1825 * 1440 // count
        desk.make("make_articles", first=first, last=min(first + CHUNK - 1, count), minutes=minutes)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for last in pool.map(some, range(1, count + 1, CHUNK)):
            print(f"  filled {last:>10,}  {time.perf_counter() - started:,.0f} s", flush=True)
    desk.run("SELECT setval('tocsin.event_id', %(last)s)", last=count)
    desk.make("make_flat")
    desk.run(
        "RESET max_parallel_workers_per_gather; RESET session_replication_role; RESET synchronous_commit"
    )
    desk.run("VACUUM (ANALYZE) tocsin.mentions, tocsin.articles")
    return definitions


def finish(desk: Desk, definitions: list[str]) -> None:
    """Make indices and rollups."""
    desk.run("SET maintenance_work_mem = '512MB'")
    for definition in definitions:
        desk.run(definition)
    started = time.perf_counter()
    desk.run("SET work_mem = '512MB'; SELECT tocsin.rebuild_rollups(); RESET work_mem")
    print(f"  rollups made anew in {time.perf_counter() - started:,.0f} s", flush=True)
    desk.run("VACUUM (ANALYZE)")


def load(desk: Desk, settings: Settings, batches: int) -> None:
    """Offer batches to store itself, with everything in place; print events a second."""
    desk.run("INSERT INTO tocsin.batches (run_key) VALUES ('benchmark') ON CONFLICT DO NOTHING")
    ((count, made),) = desk.run(
        "SELECT (SELECT max(id) FROM flat.events), (SELECT max(id) FROM tocsin.articles) * 4"
    )
    taken = []
    for _ in range(batches):
        span = {"first": made + 1, "last": made + BATCH}
        desk.make("make_articles", minutes=0, **span)
        desk.make("make_candidates", history=count, **span)
        made += BATCH
        used, started = cpu_seconds(settings), time.perf_counter()
        stored = store(0, settings)
        seconds = time.perf_counter() - started
        taken.append((seconds, cpu_seconds(settings) - used, stored["events_new"]))
    later = taken[1:] or taken
    by_clock, by_cpu, new = (sum(column) for column in zip(*later, strict=True))
    each = ", ".join(f"{new / seconds:,.0f}" for seconds, _, new in taken)
    print(
        f"loading through store: {new / by_clock:,.0f} events/s by the clock, {new / by_cpu:,.0f} by the server's processor"
        f" time; each batch {each}",
        flush=True,
    )


@contextmanager
def kept_server(home: Path) -> Iterator[Settings]:
    """A server in a folder that stays."""
    settings = Settings(home=home)
    embedded.start(settings)
    try:
        yield settings
    finally:
        embedded.stop(settings)


def ask(desk: Desk, settings: Settings) -> None:
    """Ask each question of both and print the medians, then how large all is.

    On a machine that does other things beside, the server's processor time says more than the clock.
    """
    head = f"{'flat, ms':>10}{'shipped':>10}{'processor':>11}{'goal':>8}  rows"
    print(f"\n{'median by the clock':<40}{head}")
    for name, goal, flat, question in QUESTIONS:
        # A plain table has no index on words; only bitmaps read that one.
        desk.run("SET enable_bitmapscan = off")
        before = f"{desk.median(flat, settings)[0]:>10,.1f}" if flat else f"{'–':>10}"
        desk.run("RESET enable_bitmapscan")
        taken, used, rows = desk.median(question, settings)
        missed = "" if taken <= goal else "   MISSED" if used > goal else "   MISSED by the clock"
        print(f"{name:<40}{before}{taken:>10,.1f}{used:>11,.1f}{goal:>8,}  {rows:,}{missed}", flush=True)
    print(f"\n{'MB':<24}{'heap':>10}{'indices':>10}")
    for name, heap, indices in desk.run(SIZES):
        print(f"{name:<24}{heap:>10,.0f}{indices:>10,.0f}")
    for name, size in desk.run(INDEX_SIZES):
        print(f"  {name:<32}{size:>10,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument(
        "--batches", type=int, default=10, help=f"batches of {BATCH} candidates to load at the end"
    )
    parser.add_argument("--load-alone", action="store_true", help="ask no questions")
    parser.add_argument("--home", type=Path, help="folder of a server that stays")
    options = parser.parse_args()
    logging.basicConfig(level="ERROR")
    with kept_server(options.home) if options.home else server() as settings:
        url = embedded.url(settings)
        migrate(url)
        desk = Desk(url)
        if not desk.run("SELECT 1 FROM pg_namespace WHERE nspname = 'made'"):
            finish(desk, fill(desk, options.events))
        if not options.load_alone:
            ask(desk, settings)
        load(desk, replace(settings, database_url=url), options.batches)


if __name__ == "__main__":
    main()
