"""Decide: a match and what was told before in, whether to notify out. Clock and log are arguments."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.alert.age import is_old
from pipeline.alert.event import AlertEvent
from pipeline.alert.keys import digest, group_key
from pipeline.alert.records import Match, Reason
from pipeline.alert.rule import Rule


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
        rule=rule, event=event, alert_key=digest("alert", rule.id, group, event.event_key),
        group_key=group, why=why,
    )  # fmt: skip


def notification_key(alert_key: str, receiver: str, *about: str) -> str:
    """Name a notification of an alert to a receiver; it is the webhook's and the mail's id too.

    Args:
        about: What tells it from the first one about this alert: which update, which step of an escalation.
    """
    return digest("notification", alert_key, receiver, *about)


def _is_history(match: Match, now: datetime) -> bool:
    return match.event.is_backfill or is_old(match.rule, match.event, now)
