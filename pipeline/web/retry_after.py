"""Retry-After: how long a server asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

CAP_SECONDS = 86_400.0


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for (a number or an HTTP date); None where it says nothing readable.

    Args:
        now: What the date is counted from, aware: the server's own Date is best, as our clock may be wrong.

    Returns:
        Never below 0 and at most a day.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:12]), CAP_SECONDS)
    at = parse_http_date(value)
    return None if at is None else min(max((at - now).total_seconds(), 0.0), CAP_SECONDS)


def parse_http_date(value: str | None) -> datetime | None:
    """An HTTP date, aware; one without a zone is UTC. None where it is none."""
    try:
        at = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
