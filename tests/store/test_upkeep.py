"""Upkeep on a real Postgres: what is old goes, in small pieces, and what an event is proven by stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.main_job import explain_event
from pipeline.postgres.database import connect
from pipeline.stages.store import store
from pipeline.stages.upkeep import table_sizes, upkeep
from tests.records import TEXT, candidate
from tests.store.conftest import Tell, select

SURE = candidate(confidence=0.9)
EVENT = "SELECT (to_jsonb(event) - 'candidate_id')::text FROM analysis.events AS event"
MENTIONS = "SELECT sentence, url, source, title, confidence FROM analysis.mentions"


@pytest.fixture
def sql(database_url: str) -> Iterator[Any]:
    connection = connect(database_url, autocommit=True)
    yield lambda statement, *values: select(connection, statement, *values)
    connection.close()


def grow_old(sql: Any, days: int) -> None:
    """Let all that is there have come so many days earlier."""
    for table, column in (
        ("articles", "fetched_at"), ("candidates", "created_at"), ("seen_urls", "seen_at"), ("batches", "opened_at"),
        ("quarantine", "quarantined_at"), ("notifications", "created_at"),
    ):  # fmt: skip
        sql(f"UPDATE tocsin.{table} SET {column} = now() - make_interval(days => %s)", days)  # noqa: S608


@pytest.fixture
def old(tell: Tell, settings: Settings, sql: Any) -> int:
    """An event that was told 400 days ago, with all that lies around it; its id."""
    sql("INSERT INTO tocsin.batches (run_key) SELECT 'empty ' || n FROM generate_series(1, 5) AS n")
    sql(
        "INSERT INTO tocsin.seen_urls (url, entry_key) SELECT 'https://x.example/' || n, n FROM generate_series(1, 5) AS n"
    )
    tell(SURE)
    store(0, settings)
    sql("INSERT INTO tocsin.alerts (alert_key, rule, severity, event_date, event_id, group_key, reason, why)"
        " SELECT 'a', 'r', 'low', event_date, id, '', 'new', '' FROM tocsin.events")  # fmt: skip
    sql("INSERT INTO tocsin.notifications (notification_key, alert_id, receiver, channel, message, state)"
        " SELECT wanted, id, 'x', 'log', '{}', wanted FROM tocsin.alerts, unnest(ARRAY['sent', 'pending']) AS wanted")  # fmt: skip
    refused = tell(replace(SURE, status="denied"))
    sql("UPDATE tocsin.candidates SET verdict = 'quarantined' WHERE id = %s", refused)
    sql(
        "INSERT INTO tocsin.quarantine (stage, item_key, reason, candidate_id) VALUES ('validate', 'x', 'y', %s)",
        refused,
    )
    grow_old(sql, 400)
    ((event_id,),) = sql("SELECT id FROM tocsin.events")
    return int(event_id)


@pytest.mark.usefixtures("old")
def test_the_event_and_its_evidence_stay_as_they_are(settings: Settings, sql: Any) -> None:
    """Event, mention, sentence, title, source and address; and the hash of the text."""
    event, mentions = sql(EVENT), sql(MENTIONS)
    upkeep(settings)

    assert (sql(EVENT), sql(MENTIONS)) == (event, mentions)
    assert sql("SELECT DISTINCT text, text_sha256 FROM tocsin.articles") == [
        ("", hashlib.sha256(TEXT.encode()).hexdigest())
    ]


@pytest.mark.usefixtures("old")
def test_what_is_old_is_dropped(settings: Settings, sql: Any) -> None:
    """Candidates, links, empty batches, refusals and sent messages; the message that waits stays."""
    counts = upkeep(settings)

    assert {step: count for step, count in counts.items() if count} == {
        "drop_texts": 2, "drop_quarantine": 1, "drop_candidates": 2, "drop_seen_urls": 5, "drop_notifications": 1,
        "drop_batches": 5,
    }  # fmt: skip
    assert sql("SELECT count(*) FROM tocsin.candidates") == [(0,)]
    assert sql("SELECT state FROM tocsin.notifications") == [("pending",)]
    assert sql("SELECT count(*) FROM tocsin.alerts") == [(1,)]
    assert sum(count for count in upkeep(settings).values()) == 0


def test_nothing_is_dropped_that_is_young(tell: Tell, settings: Settings, sql: Any) -> None:
    """Twenty days are less than any setting."""
    tell(SURE)
    store(0, settings)
    grow_old(sql, 20)

    assert sum(upkeep(settings).values()) == 0


@pytest.mark.usefixtures("old")
def test_zero_days_keep_for_ever(settings: Settings) -> None:
    """Each by its own setting."""
    for_ever = replace(
        settings, keep_text_days=0, keep_candidate_days=0, keep_seen_url_days=0, keep_quarantine_days=0,
        keep_notification_days=0, keep_batch_days=0, keep_page_days=0,
    )  # fmt: skip

    assert upkeep(for_ever) == {"erased_names": 0}


def test_what_waits_is_never_dropped(tell: Tell, settings: Settings, sql: Any) -> None:
    """A candidate that is to be judged, or stored, keeps its place and its article the text it is held against."""
    waiting = tell(SURE)
    sql("UPDATE tocsin.candidates SET verdict = NULL, judged_at = NULL WHERE id = %s", waiting)
    tell(SURE)
    sql("INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)"
        " VALUES ('https://news.example/uncoded', 'x', 'x', 'x', 'en', now(), now(), 'x')")  # fmt: skip
    grow_old(sql, 4000)
    upkeep(settings)

    assert sql("SELECT count(*) FROM tocsin.candidates") == [(2,)]
    assert sql("SELECT count(*) FROM tocsin.articles WHERE text = ''") == [(1,)]


def test_an_event_whose_candidates_are_gone_is_told_on(
    old: int, tell: Tell, settings: Settings, sql: Any
) -> None:
    """A later, less sure telling adds to its numbers and takes none of its values; a surer one gives it new ones."""
    upkeep(settings)
    tell(replace(SURE, confidence=0.5, mode=None))
    store(0, settings)
    kept = sql("SELECT id, mode, confidence, mention_count FROM tocsin.events WHERE status = 'planned'")
    tell(replace(SURE, confidence=0.95, mode=None))
    store(0, settings)

    assert kept == [(old, "withdraw", 0.9, 2)]
    assert sql("SELECT id, mode, confidence, mention_count FROM tocsin.events WHERE status = 'planned'") == [
        (old, None, 0.95, 3)
    ]


@pytest.mark.usefixtures("old")
def test_much_goes_in_small_pieces(settings: Settings) -> None:
    """A transaction drops no more than so many rows, and the next one goes on."""
    assert upkeep(settings, at_once=2)["drop_seen_urls"] == 5


def test_explain_says_what_is_kept(old: int, settings: Settings) -> None:
    """Without the text the spans stand in the sentence; without the candidate the sentence stands alone."""
    whole = explain_event(old, settings)
    upkeep(replace(settings, keep_candidate_days=0))
    without_text = explain_event(old, settings)
    upkeep(settings)
    without_candidate = explain_event(old, settings)

    assert without_text == whole
    assert TEXT in without_candidate
    assert "TOCSIN_KEEP_CANDIDATE_DAYS" in without_candidate


@pytest.mark.usefixtures("old")
def test_sizes_show_the_growth_of_a_day(settings: Settings, sql: Any) -> None:
    """Measured every night; held against a week ago."""
    upkeep(settings)
    sql("UPDATE tocsin.table_sizes SET measured_date = measured_date - 7, total_bytes = total_bytes - 7000")
    found = {row["table_name"]: row["bytes_a_day"] for row in table_sizes(settings)}
    sql("DELETE FROM tocsin.table_sizes")

    assert {"articles", "candidates", "events", "mentions"} <= found.keys()
    assert found["events"] >= 1000
    assert not any(name.startswith("events_") for name in found)
