"""Decide: a match and what was told before in, whether to notify out. Clock and log are arguments."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from pipeline.alert.records import AlertEvent, Match, Reason, Rule

GROUP_FIELDS: tuple[str, ...] = (
    "event", "event_type", "mode", "status", "event_date", "quad_class",
    "actor", "actor_name", "actor_country", "actor_sector",
    "recipient", "recipient_name", "recipient_country", "recipient_sector",
    "place_name", "admin1", "country", "source",
)  # fmt: skip


def decide(match: Match, told_at: datetime | None, now: datetime, *, is_silenced: bool = False) -> Reason:
    """Say whether a new alert is notified, and why not if not.

    The first reason that applies is given, in the order below. Only `Reason.NEW` sends.

    Args:
        told_at: When the group of this alert was last told, aware; None if it never was.
        now: The time of deciding, aware.

    Raises:
        ValueError: A time has no zone.
    """
    for name, at in (("now", now), ("told_at", told_at)):
        if at is not None and at.tzinfo is None:
            raise ValueError(f"{name} must carry a time zone, got {at!r}")
    rule = match.rule
    if rule.status == "retired":
        return Reason.RETIRED
    if rule.status == "staging":
        return Reason.STAGING
    if _is_history(match, now):
        return Reason.OLD_BACKFILL
    if is_silenced:
        return Reason.SILENCED
    if told_at is not None and told_at > now - timedelta(hours=rule.dedup_hours):
        return Reason.DUPLICATE_GROUP
    return Reason.NEW if rule.notify else Reason.NO_RECEIVER


def match_of(rule: Rule, event: AlertEvent, why: str) -> Match:
    """Work out the keys of a rule that an event meets."""
    group = group_key(rule, event)
    return Match(
        rule=rule, event=event, alert_key=_digest("alert", rule.id, group, event.event_key),
        group_key=group, why=why,
    )  # fmt: skip


def group_key(rule: Rule, event: AlertEvent) -> str:
    """Name the group: alike for events alike in every field of the rule's `group_by`."""
    values = [event.event_key if name == "event" else getattr(event, name) for name in rule.group_by]
    return _digest("group", rule.id, *rule.group_by, *(None if v is None else str(v) for v in values))


def notification_key(alert_key: str, receiver: str, *about: str) -> str:
    """Name a notification of an alert to a receiver; it is the webhook's and the mail's id too.

    Args:
        about: What tells it from the first one about this alert: which update, which step of an escalation.
    """
    return _digest("notification", alert_key, receiver, *about)


def _digest(*parts: str | None) -> str:
    # JSON keeps ("ab", "c") and ("a", "bc"), None and "" apart; joining would not.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _is_history(match: Match, now: datetime) -> bool:
    if match.event.is_backfill:
        return True
    if match.rule.max_age_days is None:
        return False
    return now - match.event.published_at > timedelta(days=match.rule.max_age_days)
