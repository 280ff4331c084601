"""Store on a real Postgres: one event from many tellings, whatever the order; nobody who holds a row stops the others."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.errors import StoreBusyError
from pipeline.model import EventDate
from pipeline.postgres.database import Limits, Session, connect
from pipeline.stages.store import store
from pipeline.store.wording import event_key
from tests.records import PUBLISHED, candidate, span
from tests.store.conftest import Tell, select

SURE = candidate(confidence=0.9)
DOUBTFUL = candidate(confidence=0.4, mode=None, score=None)


EVENT = (
    "SELECT (to_jsonb(event) - '{id,candidate_id,stored_at,revised_at,revision}'::text[])::text FROM tocsin.events AS event"
    " ORDER BY event_date, event_key"
)


def events(url: str) -> list[tuple[Any, ...]]:
    connection = connect(url, autocommit=True)
    try:
        return select(connection, EVENT)
    finally:
        connection.close()


def test_an_event_takes_its_values_from_its_surest_telling(tell: Tell, settings, other) -> None:
    """And counts all of them."""
    tell(DOUBTFUL, source="One")
    tell(SURE, source="Two")
    tell(DOUBTFUL, source="One")
    store(0, settings)

    assert select(
        other, "SELECT confidence, mode, mention_count, article_count, source_count FROM tocsin.events"
    ) == [(0.9, "withdraw", 3, 3, 2)]


TELLINGS = [
    (DOUBTFUL, {"url": "https://b.example/1", "published_at": PUBLISHED.isoformat()}),
    (SURE, {"url": "https://b.example/2", "published_at": PUBLISHED.isoformat()}),
    (replace(SURE, mode=None), {"url": "https://a.example/3", "published_at": PUBLISHED.isoformat()}),
    (replace(SURE, contexts=()), {"url": "https://c.example/4",
                                  "published_at": (PUBLISHED - timedelta(hours=1)).isoformat()}),
]  # fmt: skip


@pytest.mark.parametrize("in_batches", [False, True], ids=["at once", "one by one"])
def test_the_order_of_tellings_makes_no_difference(
    tell: Tell, settings, database_url: str, in_batches: bool
) -> None:
    """All 24 orders, stored at once or each for itself, give the same row: the earliest of the surest.

    An order tells an event of its own, so that all are told side by side.
    """
    orders = list(itertools.permutations(TELLINGS))
    for step in range(len(TELLINGS)):
        for number, order in enumerate(orders):
            told, article = order[step]
            own = replace(told, actor=replace(told.actor, name=f"NATO order{number:02}"))
            tell(own, **article | {"url": f"{article['url']}?order{number:02}"})
        if in_batches:
            store(0, settings)
    store(0, settings)
    rows = [json.loads(re.sub(r"order\d\d", "", row)) for (row,) in events(database_url)]
    for row in rows:
        del row["event_key"]

    assert len(rows) == len(orders)
    assert all(row == rows[0] for row in rows)
    assert rows[0]["contexts"] == []
    assert rows[0]["mention_count"] == 4


def test_a_telling_that_is_not_surer_adds_to_the_numbers_only(tell: Tell, settings, other) -> None:
    """The values stay, and the revision says that something changed."""
    tell(SURE)
    store(0, settings)
    tell(DOUBTFUL)
    store(0, settings)

    assert select(other, "SELECT confidence, mode, mention_count, revision FROM tocsin.events") == [
        (0.9, "withdraw", 2, 2)
    ]


def test_a_second_store_changes_nothing(tell: Tell, settings, database_url: str) -> None:
    """What is stored is stored."""
    tell(SURE)
    store(0, settings)
    once = events(database_url)

    assert (store(0, settings)["mentions"], events(database_url)) == (0, once)


def test_a_trigger_told_twice_is_one_mention(tell: Tell, settings, other) -> None:
    """The candidate's own trigger is not counted again among its further ones."""
    tell(candidate(mentions=(span("end"), span("mission"), span("mission"))))
    store(0, settings)

    assert select(other, "SELECT trigger_text FROM tocsin.mentions ORDER BY trigger_start") == [
        ("end",),
        ("mission",),
    ]
    assert select(other, "SELECT mention_count FROM tocsin.events") == [(2,)]


def test_a_candidate_without_a_key_is_given_one(tell: Tell, settings, other) -> None:
    """Coded by a version that wrote none, it tells the same event."""
    tell(SURE)
    tell(DOUBTFUL, with_key=False)
    store(0, settings)

    assert select(other, "SELECT event_key, mention_count FROM tocsin.events") == [(event_key(SURE), 2)]


def test_the_surest_telling_is_one_row_an_event(tell: Tell, settings, other) -> None:
    """With its sentence and article, for the rules, the report and the analyst alike."""
    tell(DOUBTFUL, title="doubtful")
    tell(SURE, title="sure")
    store(0, settings)

    assert select(other, "SELECT title, confidence FROM tocsin.surest_tellings") == [("sure", 0.9)]
    assert select(other, "SELECT article_title FROM tocsin.alert_events") == [("sure",)]


def test_an_event_that_another_session_holds_waits_and_the_others_do_not(tell: Tell, settings, other) -> None:
    """An idle psql in the middle of an update stops neither store nor the other events; later it is made good."""
    tell(SURE)
    store(0, settings)
    select(other, "UPDATE tocsin.events SET codebook = codebook")
    tell(DOUBTFUL)
    tell(candidate(status="actual", event_date=EventDate(value=date(2011, 10, 28))))
    started = time.monotonic()
    held = store(0, settings)
    seconds = time.monotonic() - started
    other.rollback()
    freed = store(0, settings)

    assert (held["events_new"], held["waiting"]) == (1, 1)
    assert (freed["events_changed"], freed["waiting"]) == (1, 0)
    assert seconds < 5


def test_an_odd_year_makes_no_partition(tell: Tell, settings, other) -> None:
    """Every date has its place already, from the oldest to the farthest."""
    count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'tocsin.events'::regclass"
    before = select(other, count)
    for year in (1, 1492, 1999, 2000, 2019, 2020, 2035, 2036, 9999):
        tell(candidate(event_date=EventDate(value=date(year, 6, 1))))
    store(0, settings)

    assert select(other, count) == before
    assert before[0][0] <= 24
    assert select(other, "SELECT count(*) FROM tocsin.events") == [(9,)]


def test_a_reader_of_all_events_takes_few_locks(other) -> None:
    """Twenty analysts at once, which is their limit, must fit into the lock table (64 places for each of a hundred sessions)."""
    select(other, "SELECT count(*) FROM analysis.events WHERE quad_class = 4")
    ((locks,),) = select(
        other, "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
    )

    assert 20 * locks < 64 * 100


def test_store_does_not_wait_for_a_reader_in_an_open_transaction(tell: Tell, settings, other) -> None:
    """An analyst who forgot to commit holds up nobody, whatever month the news are of."""
    select(other, "SELECT count(*) FROM analysis.events")
    tell(candidate(event_date=EventDate(value=date(2034, 2, 1))))
    started = time.monotonic()

    assert store(0, settings)["events_new"] == 1
    assert time.monotonic() - started < 5


def test_a_wait_for_a_lock_ends_and_the_work_is_done_again(database_url: str, other) -> None:
    """The transaction is given up after the limit, and passes once the other session is done."""
    select(other, "SELECT lock FROM tocsin.locks WHERE lock = 'store' FOR UPDATE")
    session = Session(connect(database_url, limits=Limits(lock=0.2)))
    threading.Timer(0.5, other.rollback).start()
    tries: list[int] = []

    def work(transaction: Any) -> str:
        tries.append(1)
        return str(transaction.all("lock_store")[0]["lock"])

    assert session.retried(work, pauses=(0.5, 0.5)) == "store"
    assert len(tries) >= 2


@pytest.mark.parametrize(
    ("limits", "statements"),
    [
        pytest.param(Limits(lock=0.1), ["SELECT lock FROM tocsin.locks FOR UPDATE"], id="lock"),
        pytest.param(Limits(statement=0.1), ["SELECT pg_sleep(5)"], id="statement"),
        pytest.param(Limits(idle=0.1), ["SELECT 1", "idle", "SELECT 1"], id="idle"),
    ],
)
def test_a_session_of_ours_never_waits_for_ever(
    database_url: str, other, limits: Limits, statements: list[str]
) -> None:
    """Each limit ends with an error that says that trying again may help."""
    select(other, "SELECT lock FROM tocsin.locks FOR UPDATE")
    session = Session(connect(database_url, limits=limits))

    def work() -> None:
        with session.transaction() as transaction:
            for statement in statements:
                if statement == "idle":
                    time.sleep(0.5)
                else:
                    select(transaction.connection, statement)

    with pytest.raises(StoreBusyError):
        work()


def test_every_session_has_limits(database_url: str) -> None:
    """Statement, lock and idle transaction: none is endless by default."""
    connection = connect(database_url)
    found = select(
        connection,
        "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
        " current_setting('idle_in_transaction_session_timeout')",
    )
    connection.rollback()
    again = select(connection, "SELECT current_setting('lock_timeout')")
    connection.close()

    assert found == [("5min", "30s", "10min")]
    assert again == [("30s",)]
