"""Decide: an alert and what was said before in, whether to notify out. Clock and log are arguments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.alert.records import AlertEvent, EarlierAlert, Match, Reason, Rule, Silence

GROUP_FIELDS: tuple[str, ...] = (
    "event", "event_type", "mode", "status", "event_date", "quad_class",
    "actor", "actor_name", "actor_country", "actor_sector",
    "recipient", "recipient_name", "recipient_country", "recipient_sector",
    "place_name", "admin1", "country", "source",
)  # fmt: skip


def decide(
    match: Match,
    earlier: Sequence[EarlierAlert],
    now: datetime,
    *,
    silences: Sequence[Silence] = (),
) -> Reason:
    """Say whether the alert of a rule that matched is notified, and why not if not.

    The first reason that applies is given, in the order below. Only `Reason.NEW` sends.

    Args:
        earlier: Alerts in the log, at least those with this alert's key or this group's key; others are
            passed over.
        now: The time of deciding, aware.

    Raises:
        ValueError: `now` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError(f"now must carry a time zone, got {now!r}")
    rule, event = match.rule, match.event
    if any(alert.alert_key == match.alert_key for alert in earlier):
        return Reason.KNOWN
    if rule.status == "retired":
        return Reason.RETIRED
    if rule.status == "staging":
        return Reason.STAGING
    if _is_history(rule, event, now):
        return Reason.OLD_BACKFILL
    if any(silence.rule_id in (None, rule.id) and now < silence.until_at for silence in silences):
        return Reason.SILENCED
    if _was_notified(match, earlier, now):
        return Reason.DUPLICATE_GROUP
    return Reason.NEW if rule.notify else Reason.NO_RECEIVER


def alert_key(rule: Rule, event: AlertEvent) -> str:
    """Name the alert of this rule on this event: the same at every run, so that it is raised once."""
    return _digest("alert", rule.id, event.event_key)


def group_key(rule: Rule, event: AlertEvent) -> str:
    """Name the group: alike for events alike in every field of the rule's `group_by`."""
    values = [event.event_key if name == "event" else getattr(event, name) for name in rule.group_by]
    return _digest("group", rule.id, *rule.group_by, *(None if v is None else str(v) for v in values))


def match_of(rule: Rule, event: AlertEvent, why: str) -> Match:
    """Work out the keys of a rule that an event meets."""
    return Match(
        rule=rule, event=event, alert_key=alert_key(rule, event), group_key=group_key(rule, event), why=why
    )


def notification_key(alert_key: str, receiver: str) -> str:
    """Name the notification of an alert to a receiver; it is the webhook's and the mail's id too."""
    return _digest("notification", alert_key, receiver)


def _digest(*parts: str | None) -> str:
    # JSON keeps ("ab", "c") and ("a", "bc"), None and "" apart; joining would not.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _is_history(rule: Rule, event: AlertEvent, now: datetime) -> bool:
    if event.is_backfill:
        return True
    if rule.max_age_days is None:
        return False
    return now - event.published_at > timedelta(days=rule.max_age_days)


def _was_notified(match: Match, earlier: Sequence[EarlierAlert], now: datetime) -> bool:
    since = now - timedelta(hours=match.rule.dedup_hours)
    return any(
        alert.group_key == match.group_key and alert.reason.is_notified and alert.created_at > since
        for alert in earlier
    )
