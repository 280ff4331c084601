"""The seed article the whole way: the events a careful reader finds are in Postgres, and an alert rings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.config import ROOT
from pipeline.main_job import explain_event, served_seeds
from pipeline.postgres.database import Database, connect
from tests.conftest import wipe
from tests.whole.harness import whole_way

pytestmark = pytest.mark.slow
EXPECTED = json.loads((ROOT / "seeds" / "expected_events.json").read_text("utf-8"))["events"]
REQUIRED = [event for event in EXPECTED if event["required"]]


@pytest.fixture(scope="module")
def coded(server, database_url, tmp_path_factory) -> Iterator[Database]:
    """A database after one run over the seed article alone."""
    home = tmp_path_factory.mktemp("seed")
    no_feeds = home / "feeds.csv"
    no_feeds.write_text("url,source,country,language,interval_seconds\n")
    settings = replace(server, home=home, database_url=database_url, seed_port=0, feeds_path=no_feeds)
    with served_seeds(settings) as run_settings:
        whole_way(run_settings)
    yield Database(database_url)
    wipe(database_url)


@pytest.fixture(scope="module")
def tellings(coded: Database) -> list[dict]:
    """Every event with its sentence and spans."""
    connection = connect(coded.url, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.*, mention.sentence, mention.trigger_text, mention.actor_text, mention.recipient_text"
            " FROM analysis.events AS event JOIN analysis.mentions AS mention ON mention.event_id = event.id"
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    connection.close()
    return rows


def fits(expected: dict, found: dict) -> bool:
    """Whether an event has all that is asked: names by containment, codes by their beginning."""

    def party(role: str) -> bool:
        told = f"{found[f'{role}_name']} {found[f'{role}_text']}"
        code = (found[f"{role}_country"] or "") + (found[f"{role}_sector"] or "")
        return (expected[role] is None or expected[role].casefold() in told.casefold()) and (
            expected[f"{role}_code"] is None or code.startswith(expected[f"{role}_code"])
        )

    return (
        found["event_type"] in expected["event_type"]
        and found["status"] in expected["status"]
        and party("actor")
        and party("recipient")
        and (expected["date"] is None or str(found["event_date"]).startswith(expected["date"]))
        and expected["trigger"] in found["trigger_text"]
    )


@pytest.mark.parametrize("expected", REQUIRED, ids=[event["id"] for event in REQUIRED])
def test_a_required_event_is_found(tellings: list[dict], expected: dict) -> None:
    """With its actor, recipient, status, date and trigger, as written down by hand."""
    near = [
        (row["event_type"], row["status"], row["actor_name"], row["recipient_name"], str(row["event_date"]))
        for row in tellings
        if expected["trigger"] in row["trigger_text"]
    ]

    assert any(fits(expected, row) for row in tellings), near


def test_every_event_can_be_explained(coded: Database, tellings: list[dict], server) -> None:
    """The explanation shows the words that made the event."""
    settings = replace(server, database_url=coded.url)

    assert tellings
    for row in tellings:
        assert row["trigger_text"].split()[0] in explain_event(row["id"], settings)


def test_an_alert_rang(coded: Database) -> None:
    """A rule in seeds meets an event of the article, and the desk is told."""
    with coded.transaction() as transaction:
        alerts = transaction.all("report_alerts", limit=10)

    assert {(alert["rule"], alert["notifications"]) for alert in alerts} == {
        ("libya-mission-ends", "desk by log: sent")
    }


def test_the_article_keeps_its_own_date(coded: Database) -> None:
    """Published on 28 October 2011, whenever it is fetched."""
    with coded.transaction() as transaction:
        events = transaction.all("newest_events", limit=50)

    assert {event["event_date"].year for event in events} == {2011}
