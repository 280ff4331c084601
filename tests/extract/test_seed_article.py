"""The seed article: its output against the events written down by hand before any output was seen."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.extract.explain import explain
from pipeline.model import Article

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
EXPECTED = json.loads((SEEDS / "expected_events.json").read_text(encoding="utf-8"))
TEXT = (SEEDS / "000_785c072a992a2a04.txt").read_text(encoding="utf-8")
REQUIRED = [event for event in EXPECTED["events"] if event["required"]]


@pytest.fixture(scope="module")
def events(coder):
    at = datetime.fromisoformat(EXPECTED["published_at"])
    return coder.code(Article(url="", source="Reuters", title="", text=TEXT, published_at=at, fetched_at=at))


def meets(event, wanted) -> bool:
    def side(actor, name, code):
        if name is None:
            return True
        said = actor is not None and (
            name.lower() in actor.name.lower() or name.lower() in actor.span.text.lower()
        )
        return said and (code is None or actor.code.startswith(code))

    return (
        event.event_type in wanted["event_type"]
        and side(event.actor, wanted["actor"], wanted["actor_code"])
        and side(event.recipient, wanted["recipient"], wanted["recipient_code"])
        and event.status in wanted["status"]
        and (wanted["date"] is None or event.event_date.value.isoformat().startswith(wanted["date"]))
        and wanted["trigger"].lower() in event.trigger.text.lower()
    )


@pytest.mark.parametrize("wanted", REQUIRED, ids=[event["id"] for event in REQUIRED])
def test_required_event_is_found_with_actor_recipient_status_and_date(events, wanted):
    assert any(meets(event, wanted) for event in events)


def test_every_span_is_the_articles_own_text(events):
    spans = [span for event in events for span in (event.trigger, event.sentence, *event.mentions)]
    spans += [side.span for event in events for side in (event.actor, event.recipient) if side]
    spans += [event.place.span for event in events if event.place and event.place.span]
    spans += [event.event_date.span for event in events if event.event_date.span]

    assert [span for span in spans if TEXT[span.start : span.end] != span.text] == []


def test_every_event_can_be_explained(events):
    shown = [explain(TEXT, event) for event in events]

    assert all(
        "[" in text and event.frame_id.split("+")[0] in text
        for text, event in zip(shown, events, strict=True)
    )


def test_no_more_than_twice_the_hand_made_events_come_out(events):
    assert len(events) <= 2 * len(EXPECTED["events"])
