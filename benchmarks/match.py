"""Matching: percolation beside a query a rule and the loop in Python, on the same random rules and events.

    python -m benchmarks.match [AGREE_RULES [RULES [EVENTS]]]

On a Postgres of its own. First AGREE_RULES rules (1,000) against all events (10,000), where the three must find the same
pairs; then RULES rules (10,000) against all events by percolation, and by the others a part of the rules, scaled up and marked
so. Then how long the folder of rules takes to load: all of it, unchanged, and with ten files changed; and what one rule held
against one event costs in Python, of few branches and of many. Five hundred other events are stored before: as in a Tocsin that
has run a while, anchors are chosen by what the newest events show.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from pipeline.alert.event import AlertEvent
from pipeline.alert.match import matches
from pipeline.alert.rule import Rule
from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.postgres.database import Database
from pipeline.postgres.migrate import migrate
from pipeline.stages.alert import ALERT_AT_ONCE
from pipeline.stages.matching import matched, pairs
from pipeline.stages.rulebook import EVENTS_COUNTED, sync_rules
from tests.alert import random_rules as made

# Other events than those that are matched, as many as the rulebook counts.
STORED = """
WITH given AS MATERIALIZED (
    SELECT *
    FROM json_to_recordset(%(events)s::json) AS given (
        id bigint, event_key text, event_date date, event_type text, mode text, contexts text[], status text,
        actor_name text, actor_country text, actor_sector text, recipient_name text, recipient_country text,
        recipient_sector text, admin1 text, country text, latitude float8, longitude float8, place_resolution text,
        confidence float8, score float8, quad_class integer, mention_count integer, source_count integer, sentence text,
        source text, language text, published_at timestamptz, is_background boolean
    )
), article AS (
    INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)
    SELECT 'https://news.example/' || id, source, 'Report', '', language, published_at, now(), 'made' FROM given
    RETURNING id, url
), event AS (
    INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, mode, contexts, status, actor_name,
                               actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
                               place_admin1, place_country, place_latitude, place_longitude, place_resolution, counts,
                               quad_class, confidence, score, codebook, mention_count, article_count, source_count,
                               first_reported_at, candidate_id, trigger_start, is_background)
    SELECT event_key, event_date, 'day', event_type, mode, contexts, status, actor_name, actor_country, actor_sector,
           recipient_name, recipient_country, recipient_sector, admin1, country, latitude, longitude, place_resolution,
           '[]', quad_class, confidence, score, 'made', mention_count, 1, source_count, published_at, article.id, 0,
           is_background
    FROM given
    JOIN article ON article.url = 'https://news.example/' || given.id
    RETURNING id, event_date, candidate_id, event_key
)
INSERT INTO tocsin.mentions (event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
                             sentence, sentence_start, confidence)
SELECT event.event_date, event.id, candidate_id, candidate_id, 0, 1, 'x', sentence, 0, confidence
FROM event
JOIN given ON given.event_key = event.event_key
"""
# Of the slow ways, so many rules are tried and the time is scaled up.
SAMPLE = 100
Pairs = list[tuple[int, str]]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def write_rules(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    random = Random(14)
    for number in range(count):
        (folder / f"rule-{number:05}.yaml").write_text(json.dumps(made.content(random, number), indent=1))


def store_others(home: Database, count: int) -> None:
    random = Random(7)
    others = [asdict(made.event(random, number)) for number in range(count)]
    with home.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(STORED, {"events": json.dumps(others, default=str)})


def percolated(home: Database, events: Sequence[AlertEvent]) -> Pairs:
    found: Pairs = []
    with home.transaction() as transaction:
        for start in range(0, len(events), ALERT_AT_ONCE):
            some = events[start : start + ALERT_AT_ONCE]
            found += [(start + number, rule) for number, rule in pairs(transaction, some)]
    return sorted(found)


def with_reasons(home: Database, rules: Any, events: Sequence[AlertEvent]) -> int:
    with home.transaction() as transaction:
        return sum(
            len(matched(transaction, rules, events[start : start + ALERT_AT_ONCE]))
            for start in range(0, len(events), ALERT_AT_ONCE)
        )


def one_by_one(home: Database, rules: Sequence[Rule], events: Sequence[AlertEvent]) -> tuple[float, Pairs]:
    with home.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE asked ({made.COLUMNS}) ON COMMIT DROP")
        places = ",".join(["%s"] * len(made.row(events[0], 0)))
        statement = f"INSERT INTO asked VALUES ({places})"  # noqa: S608  (places for parameters alone)
        cursor.executemany(statement, [made.row(event, number) for number, event in enumerate(events)])
        cursor.execute("ANALYZE asked")
        began = time.perf_counter()
        found: Pairs = []
        for rule in rules:
            text, values = made.query(rule)
            cursor.execute(text, values)
            found += [(number, rule.id) for (number,) in cursor.fetchall()]
        return time.perf_counter() - began, sorted(found)


def in_python(rules: Sequence[Rule], events: Sequence[AlertEvent]) -> Pairs:
    return sorted((n, rule.id) for n, event in enumerate(events) for rule in rules if matches(rule, event))


def agree(home: Database, settings: Settings, count: int, events: Sequence[AlertEvent]) -> None:
    write_rules(settings.rules_path, count)
    book, _ = sync_rules(home, settings)
    rules = [book[rule_id] for rule_id in sorted(book)]
    seconds, found = timed(lambda: percolated(home, events))
    python_seconds, expected = timed(lambda: in_python(rules, events))
    query_seconds, asked = one_by_one(home, rules, events)
    print(f"{count} rules x {len(events)} events: {len(found)} pairs")
    print(
        f"  percolation {seconds:.2f} s, Python {python_seconds:.1f} s, a query a rule {query_seconds:.1f} s"
    )
    print(
        f"  differences: {len(set(found) ^ set(expected))} to Python, {len(set(found) ^ set(asked))} to the queries (goal 0)"
    )


def large(home: Database, settings: Settings, count: int, events: Sequence[AlertEvent]) -> None:
    write_rules(settings.rules_path, count)
    seconds, (book, _) = timed(lambda: sync_rules(home, settings))
    print(f"load of {count} rules, none known before: {seconds:.2f} s (goal 2)")
    seconds, _ = timed(lambda: sync_rules(home, settings))
    print(f"load of {count} rules, none changed: {seconds:.2f} s")
    for number in range(10):
        with (settings.rules_path / f"rule-{number:05}.yaml").open("a") as file:
            file.write("\n# changed\n")
    seconds, _ = timed(lambda: sync_rules(home, settings))
    print(f"load of {count} rules, 10 changed: {seconds:.2f} s")
    # Before all rules are read: Python's collector would look through ten thousand of them, which the stage never holds.
    for some in (10, 100, 1000, len(events)):
        seconds, found = timed(partial(percolated, home, events[:some]))
        print(f"{count} rules x {some} events: {len(found)} pairs in {seconds:.3f} s (goal 2 for 10,000)")
    rules = [book[rule_id] for rule_id in sorted(book)]
    for some_rules in (rules[:1000], rules):
        branches = sum(len(rule.match.branches) for rule in some_rules)
        in_python(some_rules, events[:1])
        seconds, _ = timed(partial(in_python, some_rules, events[1:11]))
        each = seconds / len(some_rules) / 10 * 1e6
        print(f"  Python, a rule against an event: {each:.1f} us, of {branches} branches")
    seconds, matches_count = timed(lambda: with_reasons(home, book, events))
    print(f"  with a reason for each of {matches_count} matches: {seconds:.2f} s")
    sample = [book[rule_id] for rule_id in sorted(book)[:SAMPLE]]
    scale = count / len(sample)
    seconds, _ = timed(lambda: in_python(sample, events))
    print(f"  Python loop: {seconds * scale:.0f} s (scaled up from {len(sample)} rules)")
    seconds, _ = one_by_one(home, sample, events)
    print(f"  a query a rule: {seconds * scale:.0f} s (scaled up from {len(sample)} rules)")


def main(agree_count: int = 1000, count: int = 10_000, event_count: int = 10_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home / "home")
        embedded.start(settings)
        try:
            migrate(embedded.url(settings))
            random = Random(2026)
            events = [made.event(random, number) for number in range(event_count)]
            for (
                event
            ) in events:  # what the events hold for all ways alike is worked out once, outside of the times
                _ = event.words, event.names, event.vector, event.actor_codes, event.recipient_codes
            (home / "receivers.yaml").write_text("desk: {channel: log}\n")
            settings = replace(settings, rules_path=home / "rules", receivers_path=home / "receivers.yaml")
            database = Database(embedded.url(settings))
            store_others(database, EVENTS_COUNTED)
            agree(database, settings, agree_count, events)
            large(database, settings, count, events)
        finally:
            embedded.destroy(Settings(home=home / "home"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
