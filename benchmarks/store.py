"""Store in batches: candidates a second into an empty database, and into one that holds many events.

    python -m benchmarks.store [--events N] [--batches N]

Makes a server of its own, fills it with N tellings of nine tenths as many events of five years (default 20,000; ten
million take half an hour of one core and 30 GB), offers batches of 5,000 accepted candidates of the last weeks, of which every
tenth tells an event that is there already, and times the stage. Events are spread over sixty lands and 3,001 towns, seven in
ten say their day, and each is found by as many handles as one of news is. The statements of version 0.1 get the same
batches in an empty database beside it.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from pipeline.config import ROOT, Settings
from pipeline.local import embedded
from pipeline.postgres import queries
from pipeline.postgres.database import Database, Limits, Session, connect
from pipeline.postgres.migrate import MIGRATIONS, migrate
from pipeline.postgres.rows import candidate_from
from pipeline.stages.store import store
from pipeline.store.wording import event_key

BATCH = 5_000
TOLD_AGAIN = 10  # every tenth candidate tells an event that another told before
PER_ARTICLE = 4
CHUNK = 250_000
LATER = {"is_background": False, "is_lead": False}  # columns that candidates had not yet
FORMER_MIGRATIONS = 3  # the schema that the former statements are for

MAKE_ARTICLES = """
INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method, codebook)
SELECT 'https://news' || number %% 40 || '.example/' || md5(number::text), 'Paper ' || number %% 40,
       'Report number ' || number, repeat('Somebody said something to somebody. ', 3), 'en',
       {published}, {published}, 'made', 'made'
FROM generate_series((%(first)s::bigint - 1) / %(per)s, (%(last)s::bigint - 1) / %(per)s) AS number
ORDER BY number
"""
# Number i tells event i, but every tenth tells one of those before it, of the last 20,000 or all that there are.
MAKE_CANDIDATES = """
INSERT INTO tocsin.candidates (
    batch_id, article_id, codebook, candidate_key, event_type, mode, contexts, status, status_reason,
    actor_name, actor_country, actor_sector, actor_start, actor_end, actor_text, actor_entry_ids,
    recipient_name, recipient_country, recipient_sector, recipient_start, recipient_end, recipient_text,
    trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence, mentions,
    place_name, place_country, place_latitude, place_longitude, place_resolution, place_start, place_end, place_text,
    event_date, date_precision, date_start, date_end, date_text, counts, quad_class, score, cameo, frame_id, confidence,
    verdict, judged_at, event_key, handles, stored_at
)
SELECT (SELECT max(id) FROM tocsin.batches), article.id, 'news_sm-0.3.1-abcdef123456',
       encode(sha256(convert_to('candidate ' || number, 'UTF8')), 'hex'),
       (ARRAY['PROTEST', 'ASSAULT', 'CONSULT', 'ACCUSE'])[1 + told %% 4], NULL, '{{military}}', 'actual', 'past tense',
       'Rebels of ' || initcap({word}), (ARRAY['SYR', 'YEM', 'UKR', 'RUS', 'FRA', 'USA', 'MLI'])[1 + told %% 7], 'REB',
       0, 6, 'Rebels', '{{rebels:17,syria:3}}',
       'Soldiers of ' || initcap(reverse({word})), (ARRAY['SYR', 'IRQ', 'UKR', 'RUS', 'DEU', 'USA'])[1 + told %% 6], 'MIL',
       14, 22, 'soldiers', 7, 13, 'killed', 0, 180,
       rpad('Rebels killed 12 soldiers near Ariha, officials said in report ' || number, 180, ' as before'), '[]',
       'Town ' || {town}, 'L' || {town} %% 60, {town} / 50.0, {town} %% 60 * 2, 'point', 40, 45, 'Ariha',
       {dated}, 'day', CASE WHEN told %% 10 < 7 THEN 50 END, CASE WHEN told %% 10 < 7 THEN 52 END,
       CASE WHEN told %% 10 < 7 THEN 'on' END, '[{{"kind": "killed", "lower": 12, "upper": 12, "start": 14, "end": 16, "text": "12"}}]',
       4, -9, '190', 'kill-verb:3', (300 + number * 7919 %% 700) / 1000.0, 'accepted', now(),
       {key},
       (SELECT array_agg(hashtextextended(told %% 4 || part, 0)) FROM unnest(ARRAY[
           'pair ' || told %% 42, 'names ' || {word}, 'actor ' || {town} %% 60 || ' ' || told %% 7,
           'recipient ' || {town} %% 60 || ' ' || told %% 6, 'town ' || {town}]) AS part), {stored_at}
FROM (
    SELECT number,
           CASE WHEN number %% %(again)s = 0
                THEN number - 1 - %(again)s * (abs(hashint8extended(number, 0)) %% least(2000, number / %(again)s)) ELSE number END AS told
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
) AS made
JOIN tocsin.articles AS article ON article.id = (number - 1) / %(per)s + 1
"""
WORD = "translate(substr(md5((told %% 5000)::text), 1, 9), '0123456789', 'ghijklmnop')"
# A prime number of towns, so that events alike in all things meet by chance only: town, day and type come round together
# once in a quarter of a million.
TOWN = "(told %% 3001)"
KEY = "encode(sha256(convert_to('event ' || told, 'UTF8')), 'hex')"
# History runs over five years to a month ago; what comes new falls into the weeks after.
HISTORY_DAY = "(current_date - 30 - ((%(events)s - {number}) * 1795 / %(events)s)::integer)"
NEW_DAY = (
    "(CASE WHEN {number} > %(events)s THEN current_date - ({number} %% 21)::integer ELSE "
    + HISTORY_DAY
    + " END)"
)
MAKE_WORDINGS = """
WITH made AS (
    INSERT INTO tocsin.event_wordings (
        event_key, event_id, event_date, date_precision, is_dated, event_type, status,
        actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
        place_name, place_country, place_latitude, place_longitude, place_resolution, handles
    )
    SELECT event_key, nextval('tocsin.event_id'), event_date, date_precision, date_start IS NOT NULL, event_type, status,
           actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
           place_name, place_country, place_latitude, place_longitude, place_resolution, handles
    FROM tocsin.candidates
    WHERE id BETWEEN %(first)s AND %(last)s
    ORDER BY id
    ON CONFLICT (event_date, event_key) DO NOTHING
    RETURNING *
)
INSERT INTO tocsin.wording_handles (handle, event_date, wording_id, is_dated, land, latitude, longitude)
SELECT unnest(handles), event_date, id, is_dated, place_country, place_latitude, place_longitude FROM made
"""
MAKE_EVENTS = """
INSERT INTO tocsin.events (
    id, event_key, event_date, date_precision, event_type, mode, contexts, status,
    actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
    place_name, place_country, place_latitude, place_longitude, place_resolution,
    counts, killed_lower, killed_upper, quad_class, score, cameo, confidence, codebook,
    mention_count, article_count, source_count, first_reported_at, candidate_id, trigger_start
)
SELECT DISTINCT ON (wording.event_id)
       wording.event_id, told.event_key, told.event_date, told.date_precision, told.event_type, mode, contexts, told.status,
       told.actor_name, told.actor_country, told.actor_sector,
       told.recipient_name, told.recipient_country, told.recipient_sector,
       told.place_name, told.place_country, told.place_latitude, told.place_longitude, told.place_resolution,
       counts, 12, 12, quad_class, score, cameo, confidence, codebook,
       1, 1, 1, judged_at, told.id, trigger_start
FROM tocsin.candidates AS told
JOIN tocsin.event_wordings AS wording ON wording.event_date = told.event_date AND wording.event_key = told.event_key
WHERE told.id BETWEEN %(first)s AND %(last)s
  AND NOT EXISTS (SELECT FROM tocsin.mentions AS mention WHERE mention.event_id = wording.event_id)
ORDER BY wording.event_id, told.id
"""
MAKE_MENTIONS = """
INSERT INTO tocsin.mentions (event_date, event_id, wording_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
                             sentence, sentence_start, confidence)
SELECT wording.event_date, wording.event_id, wording.id, candidate.id, candidate.article_id, candidate.trigger_start, candidate.trigger_end,
       candidate.trigger_text, candidate.sentence, candidate.sentence_start, candidate.confidence
FROM tocsin.candidates AS candidate
JOIN tocsin.event_wordings AS wording
    ON wording.event_date = candidate.event_date AND wording.event_key = candidate.event_key
WHERE candidate.id BETWEEN %(first)s AND %(last)s
"""
SIZES = """
SELECT name, pg_size_pretty(sum(pg_total_relation_size(oid)))
FROM (SELECT oid, CASE WHEN relispartition THEN 'events' ELSE relname END AS name FROM pg_class
      WHERE relnamespace = 'tocsin'::regnamespace AND relkind = 'r') AS relation
WHERE name IN ('articles', 'candidates', 'events', 'mentions', 'event_wordings', 'wording_handles')
GROUP BY name ORDER BY name
"""


class Maker:
    """Makes articles and candidates with ascending numbers, in one database."""

    def __init__(self, url: str, events: int):
        self.url, self.events, self.made = url, events, 0

    def run(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        connection = connect(self.url, autocommit=True, limits=Limits(statement=0, lock=0, idle=0))
        try:
            with connection.cursor() as cursor:
                # Keys to what is there by construction need no check, and the filling is not what is measured.
                cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
                cursor.execute(statement, parameters or None)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def make(self, count: int, *, is_stored: bool) -> None:
        first, last = self.made + 1, self.made + count
        span = {
            "first": first,
            "last": last,
            "per": PER_ARTICLE,
            "again": TOLD_AGAIN,
            "events": max(self.events, 1),
        }
        day = NEW_DAY if not is_stored else HISTORY_DAY
        published = day.format(number=f"number * {PER_ARTICLE}") + "::timestamptz"
        self.run(MAKE_ARTICLES.format(published=published), **span)
        stored_at = "now()" if is_stored else "NULL"
        self.run(
            MAKE_CANDIDATES.format(
                dated=day.format(number="told"), key=KEY, word=WORD, town=TOWN, stored_at=stored_at
            ),
            **span,
        )
        self.made = last


def fill(maker: Maker) -> None:
    """Make the history: candidates, events and mentions that were stored long ago."""
    indices = maker.run(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indrelid"
        " WHERE relnamespace = 'tocsin'::regnamespace AND NOT indisunique AND NOT relispartition"
        " AND (relname IN ('candidates', 'events') OR indexrelid = 'tocsin.mentions_by_words'::regclass)"
    )
    for name, _ in indices:
        maker.run(f"DROP INDEX {name}")
    while maker.made < maker.events:
        first = maker.made + 1
        maker.make(min(CHUNK, maker.events - maker.made), is_stored=True)
        for statement in (MAKE_WORDINGS, MAKE_EVENTS, MAKE_MENTIONS):
            maker.run(statement, first=first, last=maker.made)
        print(f"  filled {maker.made:>10,}", flush=True)
    for _, definition in indices:
        maker.run("SET maintenance_work_mem = '512MB';" + definition.replace("%", "%%"))
    maker.run("SELECT tocsin.rebuild_rollups()")
    maker.run("VACUUM (ANALYZE)")


def former_store(session: Session) -> None:
    """One batch as version 0.1 stored it."""
    statements = queries.parse(
        (ROOT / "benchmarks" / "former_store.sql").read_text("utf-8"), path="former_store.sql"
    )
    with session.transaction() as transaction:
        claimed = _former(transaction, statements["former_claim_accepted"], limit=BATCH)
        rows = sorted(
            (event_key(candidate_from(LATER | row)), row["event_date"].isoformat(), row["id"], row["article_id"], start, end, text)
            for row in claimed
            for start, end, text in [(row["trigger_start"], row["trigger_end"], row["trigger_text"]), *row["mentions"]]
        )  # fmt: skip
        _former(transaction, statements["former_stage_mentions"])
        columns = (
            "event_key",
            "event_date",
            "candidate_id",
            "article_id",
            "trigger_start",
            "trigger_end",
            "trigger_text",
        )
        transaction.copy("staged_mentions", columns, rows)
        for name in (
            "ensure_months",
            "mark_stored",
            "upsert_events",
            "insert_mentions",
            "insert_pending_alerts",
        ):
            _former(transaction, statements[f"former_{name}"])


def _former(transaction: Any, statement: str, **parameters: Any) -> list[Any]:
    import psycopg2.extras

    with transaction.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(statement, parameters)
        return [dict(row) for row in cursor.fetchall()] if cursor.description else []


@contextmanager
def server() -> Iterator[Settings]:
    """A server that goes when it is done."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        embedded.start(settings)
        try:
            yield settings
        finally:
            embedded.destroy(settings)


def former_database(settings: Settings, folder: Path) -> str:
    """A database with the schema that the former statements are for."""
    connection = connect(embedded.url(settings), autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE former")
    connection.close()
    for path in sorted(MIGRATIONS.glob("*.sql"))[:FORMER_MIGRATIONS]:
        (folder / path.name).write_bytes(path.read_bytes())
    url = embedded.url(settings, "former")
    migrate(url, migrations_folder=folder, views_folder=folder / "none")
    Maker(url, 0).run("ALTER TABLE tocsin.candidates ADD COLUMN handles bigint[]")
    return url


def cpu_seconds(settings: Settings) -> float:
    """What the server's processes have used up to now, those that ended included."""
    time.sleep(0.3)  # one that ends just now would be seen neither living nor ended
    pid = embedded.status(settings).pid
    if pid is None:
        return 0.0
    postmaster = psutil.Process(pid)
    ended = postmaster.cpu_times()
    living = [process.cpu_times() for process in postmaster.children()]
    return float(
        ended.children_user + ended.children_system + sum(times.user + times.system for times in living)
    )


def measure(
    what: str, batches: int, maker: Maker, settings: Settings, store_batch: Callable[[], object]
) -> float:
    """Offer batch after batch; print and return candidates a second of all but the first, which warms up.

    On a machine that does other things beside, the rate by the server's own processor time says more.
    """
    taken: list[tuple[float, float]] = []
    for _ in range(batches):
        maker.make(BATCH, is_stored=False)
        used, started = cpu_seconds(settings), time.perf_counter()
        store_batch()
        seconds = time.perf_counter() - started
        taken.append((seconds, cpu_seconds(settings) - used))
    later = taken[1:] or taken
    by_clock, by_cpu = (BATCH * len(later) / sum(column) for column in zip(*later, strict=True))
    each = ", ".join(f"{BATCH / seconds:,.0f}" for seconds, _ in taken)
    print(
        f"{what:<30}{by_clock:>8,.0f} candidates/s by the clock,{by_cpu:>8,.0f} by processor time   ({each})",
        flush=True,
    )
    return float(by_cpu)


def measure_today(what: str, settings: Settings, url: str, batches: int, events: int) -> float:
    maker = Maker(url, events - events % PER_ARTICLE)  # so that no article is made in two pieces
    maker.run("INSERT INTO tocsin.batches (run_key) VALUES ('benchmark')")
    if events:
        fill(maker)
        for name, size in maker.run(SIZES):
            print(f"  {name:<12}{size:>10}")
        ((count,),) = maker.run("SELECT count(*) FROM tocsin.events")
        what = f"{count:,} events"
    run_settings = replace(settings, database_url=url)
    return measure(what, batches, maker, settings, lambda: store(0, run_settings))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--events",
        type=int,
        default=20_000,
        help="tellings that are there already, of nine tenths as many events",
    )
    parser.add_argument("--batches", type=int, default=5, help=f"batches of {BATCH} candidates")
    options = parser.parse_args()
    logging.basicConfig(level="ERROR")
    with server() as settings, tempfile.TemporaryDirectory() as folder:
        url = embedded.url(settings)
        migrate(url)
        former = Maker(former_database(settings, Path(folder)), 0)
        former.run("INSERT INTO tocsin.batches (run_key) VALUES ('benchmark')")
        with Database(former.url).session() as session:
            then = measure("empty database, version 0.1", 2, former, settings, lambda: former_store(session))
        now = measure_today("empty database", settings, url, options.batches, 0)
        print(f"ratio {now / then:.1f}")
        connection = connect(embedded.url(settings, "postgres"), autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE former")
            cursor.execute("CREATE DATABASE full_one")
        connection.close()
        full = embedded.url(settings, "full_one")
        migrate(full)
        held = measure_today("many events", settings, full, options.batches, options.events)
        print(f"ratio to the empty one {held / now:.2f}")


if __name__ == "__main__":
    main()
