"""Age: a rule, an event and the time in, whether it is history to that rule out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pipeline.alert.event import AlertEvent
from pipeline.alert.rule import Rule

_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}


def is_old(rule: Rule, event: AlertEvent, now: datetime) -> bool:
    """Say whether the article, or what it tells, is older than the rule takes for news."""
    article, happening = rule.max_age_days, rule.max_event_age_days
    if article is not None and now - event.published_at > timedelta(days=article):
        return True
    return happening is not None and now - _end_of(event.event_date, event.date_precision) > timedelta(
        days=happening
    )


def _end_of(day: date, precision: str) -> datetime:
    """When the day, week, month or year that starts on a day was over at the latest, in UTC."""
    last = day + timedelta(days=min(_DAYS.get(precision, 1), (date.max - day).days))
    return datetime.combine(last, time(), UTC)
