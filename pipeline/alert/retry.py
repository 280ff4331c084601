"""Retry: attempts made so far in, the time of the next one out."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

_MINUTE, _HOUR = 60, 3600

# Seconds between an attempt and the one before. Source: the schedule that Standard Webhooks advises;
# it spans some three days, so that a receiver may be down over a week-end.
SCHEDULE_SECONDS: tuple[int, ...] = (
    0, 5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
# Up to a tenth later, never earlier: a thousand notifications that failed together part ways.
JITTER = 0.1
MAX_RETRY_AFTER_SECONDS = 24 * _HOUR


def next_attempt(
    attempt_count: int,
    now: datetime,
    retry_after: float | None,
    key: str,
    *,
    max_attempts: int = len(SCHEDULE_SECONDS),
) -> datetime | None:
    """Say when to try a notification next.

    Args:
        attempt_count: Attempts made, the one that just failed included; 0 before the first.
        now: The time of the failure, aware.
        retry_after: Seconds the receiver asked for; it lengthens the wait, up to a day.
        key: The notification's key; the jitter depends on it and on nothing else.
        max_attempts: Attempts in all; above the length of the schedule its last wait repeats.

    Returns:
        The time, or None to give up: the notification goes to quarantine.

    Raises:
        ValueError: `now` has no zone, or the count is below 0.
    """
    if now.tzinfo is None:
        raise ValueError(f"now must carry a time zone, got {now!r}")
    if attempt_count < 0:
        raise ValueError(f"attempt_count counts from 0, got {attempt_count}")
    if attempt_count >= max_attempts:
        return None
    wait: float = SCHEDULE_SECONDS[min(attempt_count, len(SCHEDULE_SECONDS) - 1)]
    if attempt_count and retry_after is not None:
        wait = max(wait, min(retry_after, MAX_RETRY_AFTER_SECONDS))
    return now + timedelta(seconds=wait * (1 + JITTER * _share(key, attempt_count)))


def _share(key: str, attempt_count: int) -> float:
    digest = hashlib.sha256(f"{key}:{attempt_count}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


# The circuit: after so many failures in a row a receiver is left alone, ever longer.
FAILURES_TO_OPEN = 5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60, 30 * _MINUTE


def resumes_at(
    failure_count: int, now: datetime, retry_after: float | None, receiver: str
) -> datetime | None:
    """Say until when a receiver is left alone after failures; None to ask it on.

    Args:
        failure_count: Failures in a row, the one of now included.
        now: Aware.
        retry_after: Seconds the receiver asked for; it is granted at once, up to a day.
        receiver: Its name; the jitter depends on it and the count.
    """
    wait = min(retry_after or 0.0, MAX_RETRY_AFTER_SECONDS)
    if failure_count >= FAILURES_TO_OPEN:
        doubled = FIRST_PAUSE_SECONDS * 2 ** min(failure_count - FAILURES_TO_OPEN, 10)
        wait = max(wait, min(doubled, LONGEST_PAUSE_SECONDS) * (1 + JITTER * _share(receiver, failure_count)))
    return now + timedelta(seconds=wait) if wait else None
