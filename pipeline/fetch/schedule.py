"""When to visit a feed again: pure, from the last visit's outcome."""

from __future__ import annotations

from datetime import datetime, timedelta

DAY_SECONDS = 86_400.0
# A run starts each minute on a clock of its own, give or take a second. A feed due "60 seconds after
# now" would just miss the next run and be read every other minute.
EARLY_SHARE = 0.1
EARLY_SECONDS = 30.0


def next_fetch(
    *,
    now: datetime,
    interval_seconds: int,
    failure_count: int = 0,
    retry_after_seconds: float | None = None,
    is_gone: bool = False,
) -> datetime | None:
    """Say when to visit a feed next; None is never.

    Args:
        now: Start of this visit, aware.
        interval_seconds: Between visits while all is well.
        failure_count: Failed visits in a row, this one included; 0 after a good one.
        retry_after_seconds: What the server asked for, if it did.
        is_gone: The server said 410.

    Returns:
        A tenth of the interval (30 s at most) early after a good visit. After failures the interval
        grows by itself with each one, up to a day, and never ends: feeds that vanish come back. A
        server's wish is kept where it is longer, up to a day.

    Raises:
        ValueError: The time has no zone.
    """
    if now.tzinfo is None:
        raise ValueError(f"now must carry a time zone, got {now!r}")
    if is_gone:
        return None
    early = min(interval_seconds * EARLY_SHARE, EARLY_SECONDS)
    seconds = interval_seconds * (1 + failure_count) if failure_count else interval_seconds - early
    if failure_count:
        seconds = min(seconds, max(DAY_SECONDS, interval_seconds))
    return now + timedelta(seconds=max(seconds, min(retry_after_seconds or 0.0, DAY_SECONDS)))


# Seconds from one try of an entry to the next: at the next visit, then ever later, over some seven hours; a
# page is often there a minute after its entry, and an editor's stub is filled within the day.
TRY_AGAIN_SECONDS: tuple[int, ...] = (0, 60, 1_800, 21_600)


def next_try(
    *, now: datetime, try_count: int, max_tries: int, asked_seconds: float | None = None
) -> datetime | None:
    """Say when an entry is tried again after `try_count` tries, this one included; None is never.

    Args:
        asked_seconds: What the server asked for, if it did; kept where it is longer, up to a day.
    """
    if try_count >= max_tries:
        return None
    seconds = TRY_AGAIN_SECONDS[min(try_count, len(TRY_AGAIN_SECONDS)) - 1]
    return now + timedelta(seconds=max(seconds, min(asked_seconds or 0.0, DAY_SECONDS)))
