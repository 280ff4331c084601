"""Incidents on a real Postgres: many wordings, one row; whatever the order, the cut into batches and the kills."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.model import Actor, Candidate, Count, EventDate, Place
from pipeline.postgres import queries
from pipeline.postgres.database import Database, Transaction
from pipeline.stages import incidents as incidents_stage
from pipeline.stages import store as store_stage
from pipeline.stages.store import store
from tests.conftest import wipe
from tests.records import PUBLISHED, candidate, span
from tests.store.conftest import Tell, select

DAY = date(2011, 10, 27)
HAMRA = Actor(name="Hamra rebels", country="LBY", sector="REB", span=span("NATO"))
SOLDIERS = Actor(name="12 soldiers", country="LBY", sector="MIL", span=span("Libya"))
TOWN = Place(
    name="Sabha", country="LBY", latitude=27.04, longitude=14.43, resolution="point", geonames_id=2212775,
    admin1="Sabha", span=span("Brussels"),
)  # fmt: skip
LAND = Place(
    name="Libya", country="LBY", latitude=28.0, longitude=17.0, resolution="country", span=span("Libya")
)


def killed(lower: int, upper: int | None) -> tuple[Count, ...]:
    return (Count(kind="killed", lower=lower, upper=upper, span=span("Libya")),)


RAID = candidate(
    event_type="ASSAULT", mode=None, status="actual", actor=HAMRA, recipient=SOLDIERS, place=TOWN,
    event_date=EventDate(value=DAY, span=span("on Monday")), counts=killed(12, 12), quad_class=4, score=-9.0, cameo="190",
)  # fmt: skip
PRINTED = EventDate(value=DAY + timedelta(days=1))
REBELS = replace(HAMRA, name="rebels")
ELSEWHERE = replace(TOWN, name="Tobruk", latitude=32.08, longitude=23.96, geonames_id=81604, admin1="Butnan")
TELLINGS = [
    (RAID, "One"),
    (replace(RAID, recipient=replace(SOLDIERS, name="15 soldiers"), counts=killed(15, 15)), "Two"),
    (replace(RAID, actor=REBELS, counts=killed(13, None), confidence=0.5), "Three"),
    (replace(RAID, actor=None, counts=(), event_date=PRINTED), "Four"),
    (replace(RAID, place=LAND, recipient=replace(SOLDIERS, name="troops"), counts=()), "Five"),
    (replace(RAID, place=ELSEWHERE), "One"),
    (replace(RAID, event_date=EventDate(value=DAY - timedelta(days=9), span=span("on Monday"))), "Two"),
    (replace(RAID, status="denied"), "Five"),
]
# What is the same whatever the order: all but ids, times and how often a row changed.
EVENTS = """
SELECT (to_jsonb(event) - '{id,candidate_id,stored_at,revised_at,revision}'::text[]) || jsonb_build_object(
    'told_by', (SELECT jsonb_agg(jsonb_build_array(article.url, mention.trigger_start, mention.event_date)
                                 ORDER BY article.url, mention.trigger_start)
                FROM tocsin.mentions AS mention
                JOIN tocsin.articles AS article ON article.id = mention.article_id
                WHERE mention.event_id = event.id AND mention.withdrawn_at IS NULL))
FROM tocsin.events AS event
WHERE deleted_at IS NULL
ORDER BY event_date, event_key
"""
LOST = """
SELECT count(*) FROM tocsin.mentions AS mention
LEFT JOIN tocsin.events AS event ON event.id = mention.event_id AND event.event_date = mention.event_date
WHERE event.id IS NULL OR event.deleted_at IS NOT NULL
"""
MANY_WORDINGS = """
INSERT INTO tocsin.event_wordings (event_key, event_id, event_date, date_precision, is_dated, event_type, status, handles)
SELECT 'key ' || number, number, current_date, 'day', true, 'ASSAULT', 'actual', '{}' FROM generate_series(1, 2000) AS number
"""


def put(tell: Tell, number: int) -> None:
    told, source = TELLINGS[number]
    published = PUBLISHED + timedelta(hours=number)
    tell(told, url=f"https://{source}.example/{number}", source=source, published_at=published.isoformat())


def test_any_order_and_any_batches_give_the_same_rows(
    tell: Tell, settings, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight tellings of four happenings and a doubtful one, stored in pieces of one to eight, in twelve orders."""
    found = set()
    for seed in range(12):
        chance = random.Random(seed)
        order = chance.sample(range(len(TELLINGS)), len(TELLINGS))
        monkeypatch.setattr(store_stage, "STORE_AT_ONCE", chance.randint(1, 8))
        for number in order:
            put(tell, number)
            if chance.random() < 0.5:
                store(0, settings)
        store(0, settings)
        found.add(json.dumps(select(other, EVENTS), sort_keys=True))
        assert select(other, LOST) == [(0,)]
        other.rollback()
        wipe(settings.database_url)
    (rows,) = found
    raid = max((event for (event,) in json.loads(rows)), key=lambda event: event["mention_count"])

    # The one without a town fits two towns: it stays alone.
    assert len(json.loads(rows)) == 5
    assert (raid["mention_count"], raid["source_count"], raid["event_date"]) == (4, 4, DAY.isoformat())
    assert (raid["killed_lower"], raid["killed_upper"], raid["place_name"]) == (12, 15, "Sabha")


def test_a_telling_that_bridges_two_events_makes_them_one(tell: Tell, settings, other: Any) -> None:
    """The later gives way to the earlier: marked, with a revision that says why; its mentions move, and it is not lost."""
    nobody = replace(RAID, actor=None)
    nowhere = replace(RAID, place=None)
    tell(nobody, url="https://a.example/1")
    tell(nowhere, url="https://b.example/1")
    store(0, settings)
    before = select(other, "SELECT id FROM tocsin.events WHERE deleted_at IS NULL ORDER BY id")
    other.rollback()
    tell(RAID, url="https://c.example/1")
    store(0, settings)
    (first,), (second,) = before

    assert select(other, "SELECT id, mention_count FROM tocsin.events WHERE deleted_at IS NULL") == [
        (first, 3)
    ]
    assert select(
        other, "SELECT id, superseded_by, mention_count FROM tocsin.events WHERE deleted_at IS NOT NULL"
    ) == [(second, first, 1)]
    assert select(other, "SELECT event_id, reason FROM tocsin.event_revisions ORDER BY event_id") == [
        (first, "told"),
        (second, "superseded"),
    ]
    assert select(other, "SELECT DISTINCT event_id FROM tocsin.mentions") == [(first,)]
    assert select(other, "SELECT event_id FROM tocsin.pending_alerts") == [(first,)]


def test_a_revision_says_what_changed(tell: Tell, settings, other: Any) -> None:
    """Each column with its value before and after."""
    put(tell, 0)
    store(0, settings)
    put(tell, 1)
    store(0, settings)
    ((changes,),) = select(other, "SELECT changes FROM tocsin.event_revisions")

    assert (changes["killed_upper"], changes["source_count"]) == ([12, 15], [1, 2])


def test_an_event_that_another_session_holds_is_merged_later(tell: Tell, settings, other: Any) -> None:
    """Both stand until then; nobody waits."""
    put(tell, 0)
    store(0, settings)
    select(other, "UPDATE tocsin.events SET codebook = codebook")
    put(tell, 2)
    store(0, settings)
    other.rollback()
    held = select(other, "SELECT count(*) FROM tocsin.events WHERE deleted_at IS NULL")
    other.rollback()
    store(0, settings)

    assert held == [(2,)]
    assert select(other, "SELECT mention_count FROM tocsin.events WHERE deleted_at IS NULL") == [(2,)]


def test_a_web_is_followed_however_many_others_are_in_the_batch(
    tell: Tell, settings, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too large is one web, and not all of a batch together."""
    monkeypatch.setattr(incidents_stage, "MOST_WORDINGS", 6)
    days = [DAY + timedelta(days=9 * number) for number in range(8)]

    def tell_all(*tellings: Candidate) -> None:
        for day in days:
            for told in tellings:
                when = replace(told.event_date, value=day + (told.event_date.value - DAY))
                tell(replace(told, event_date=when), url=f"https://One.example/{day}/{hash(told)}")
        store(0, settings)

    # The third is more like the second than the first is, and contradicts the first: the second follows it.
    tell_all(replace(RAID, actor=REBELS), replace(RAID, place=LAND))
    before = select(other, "SELECT DISTINCT mention_count FROM tocsin.events WHERE deleted_at IS NULL")
    other.rollback()
    tell_all(replace(RAID, place=ELSEWHERE))

    assert before == [(2,)]
    assert select(
        other,
        "SELECT mention_count, count(*) FROM tocsin.events WHERE deleted_at IS NULL GROUP BY 1 ORDER BY 1",
    ) == [(1, 8), (2, 8)]


def test_many_incidents_take_no_more_statements_than_one(
    tell: Tell, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each web of wordings is decided alone, and all are written down together."""
    asked: list[str] = []
    execute = Transaction._execute
    monkeypatch.setattr(
        Transaction,
        "_execute",
        lambda self, name, parameters: asked.append(name) or execute(self, name, parameters),
    )
    statements = []
    for days in (range(1), range(20, 40)):
        for day in days:
            when = EventDate(value=DAY + timedelta(days=9 * day), span=span("on Monday"))
            for told in (RAID, replace(RAID, actor=REBELS)):
                tell(replace(told, event_date=when), url=f"https://One.example/{day}/{told.actor}")
        asked.clear()
        counts = store(0, settings)
        statements.append(list(asked))

    assert counts["events_new"] == 20
    assert statements[0] == statements[1]


def test_an_event_of_before_there_were_wordings_is_found(
    tell: Tell, settings, database: Database, other: Any
) -> None:
    """As the migration leaves it: one wording, without handles."""
    put(tell, 0)
    store(0, settings)
    with database.transaction() as transaction:
        select(transaction.connection, "DELETE FROM tocsin.wording_handles")
        select(
            transaction.connection,
            "UPDATE tocsin.event_wordings SET handles = NULL, event_key = 'before'",
        )
    put(tell, 1)
    put(tell, 2)
    store(0, settings)

    assert select(other, "SELECT mention_count FROM tocsin.events WHERE deleted_at IS NULL") == [(3,)]


def test_alike_articles_are_looked_for_from_what_is_staged(other: Any) -> None:
    """All wordings of a type beside each other are millions in a batch, where Postgres has counted no table yet."""
    with other.cursor() as cursor:
        cursor.execute(MANY_WORDINGS)
        cursor.execute("SELECT array_agg(id) FROM tocsin.event_wordings")
        (wording_ids,) = cursor.fetchone()
    transaction = Transaction(other)
    transaction.run("make_staging")
    with other.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + queries.load()["retold_by"],
            {"days": 8, "wording_ids": wording_ids, "article_ids": wording_ids},
        )
        ((report,),) = cursor.fetchall()
    assert most_rows(report[0]["Plan"]) <= len(wording_ids)


def most_rows(plan: dict[str, Any]) -> float:
    return max(plan["Actual Rows"], *(most_rows(part) for part in plan.get("Plans", ())), 0)
