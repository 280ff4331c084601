"""Sample events and rules; each test names only the fields it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.alert.branch import Branch, Conditions
from pipeline.alert.event import AlertEvent
from pipeline.alert.records import Message, Notification, Receiver
from pipeline.alert.rule import Rule


def _event(**fields: Any) -> AlertEvent:
    ordinary = {
        "event_key": "event-1",
        "event_date": date(2020, 5, 4),
        "event_type": "RETREAT",
        "status": "actual",
        "actor_name": "Northern Alliance",
        "actor_country": "AFG",
        "actor_sector": "REB",
        "country": "AFG",
        "confidence": 0.8,
        "score": 6.5,
        "quad_class": 2,
        "sentence": "The Northern Alliance left the city on Monday.",
        "source": "example.org",
        "article_url": "https://example.org/news/1",
        "article_title": "Fighters leave",
        "published_at": datetime(2020, 5, 4, 12, tzinfo=UTC),
        "trigger_start": 22,
        "trigger_end": 26,
    }
    if "sentence" in fields:
        ordinary |= {"trigger_start": None, "trigger_end": None}
    return AlertEvent(**{**ordinary, **fields})


def _rule(**fields: Any) -> Rule:
    ordinary = {
        "id": "leaving",
        "title": "Somebody leaves",
        "owner": "desk",
        "status": "active",
        "severity": "high",
        "group_by": ("event",),
        "notify": ("desk",),
    }
    branches = fields.pop("any_branches", (Branch(event_type=("RETREAT",)),))
    match = Conditions.model_construct(any=branches, not_=fields.pop("not_branch", None))
    # Unchecked, so that a test may hand on what no file may say.
    return Rule.model_construct(**{**ordinary, **fields}, match=match)


@pytest.fixture
def event() -> Callable[..., AlertEvent]:
    """Make an event."""
    return _event


@pytest.fixture
def rule() -> Callable[..., Rule]:
    """Make a rule."""
    return _rule


@pytest.fixture
def now() -> datetime:
    """The time of the test: the evening of the sample event's day."""
    return datetime(2020, 5, 4, 18, tzinfo=UTC)


@pytest.fixture
def message(now: datetime) -> Message:
    """A short message."""
    return Message(
        subject="[high] Leaving",
        text="Who: somebody\n",
        html="<p>somebody</p>",
        payload=b'{"type":"alert.raised"}',
        fields=(("rule", "leaving"), ("actor", "Northern Alliance")),
        created_at=now,
    )


@pytest.fixture
def notification() -> Callable[..., Notification]:
    """Make a notification to a receiver."""

    def make(**receiver: Any) -> Notification:
        return Notification(
            notification_key="0123456789abcdef0123456789abcdef",
            alert_key="alert-1",
            receiver=Receiver(**{"name": "desk", "channel": "log", **receiver}),
        )

    return make
