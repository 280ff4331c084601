"""What tests of alerts make of a rule and an event."""

from __future__ import annotations

from typing import Any

from pipeline.alert.decide import decide, match_of
from pipeline.alert.match import why
from pipeline.alert.message import compose
from pipeline.alert.records import AlertEvent, Match, Message, Reason, Rule
from pipeline.alert.telling import Telling


def match(rule: Rule, event: AlertEvent) -> Match:
    """The match, as the stage makes it."""
    return match_of(rule, event, why(rule, event))


def message_about(rule: Rule, event: AlertEvent, **others: Any) -> Message:
    """The message about the event."""
    telling = Telling(**{name: others.pop(name) for name in list(others) if name != "created_at"})
    return compose(match(rule, event), telling=telling, **others)


def decided(rule: Rule, event: AlertEvent, *others: Any, **named: Any) -> Reason:
    """What is decided of the event."""
    return decide(match(rule, event), *others, **named)
