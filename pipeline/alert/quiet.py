"""Quiet hours and times of day in a zone: an instant in, whether it is quiet and when that ends out.

A time that the clock passes twice (the end of summer time) counts at its first passing; one that it jumps over
counts at the jump. So a night of quiet is an hour longer or shorter twice a year, and never missing or doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """Hours in which nothing is delivered; what happens in them is told at their end.

    Args:
        start, end: Times of day in the zone; an end before the start lies on the next day.
        zone: Name in the IANA data base, such as Europe/Berlin.
        days: Days of the week on which it starts, 0 for Monday; empty for every day.
    """

    start: time
    end: time
    zone: str
    days: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(f"quiet hours must end at another time than they start, got {self.start} twice")
        ZoneInfo(self.zone)


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """Say when the quiet ends that holds now; None when it is not quiet.

    Args:
        now: Aware.

    Returns:
        In UTC.

    Raises:
        ValueError: `now` has no zone.
    """
    _check_aware(now)
    zone = ZoneInfo(quiet.zone)
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        if quiet.days and day.weekday() not in quiet.days:
            continue
        last = day + timedelta(days=1) if quiet.end < quiet.start else day
        end = instant(last, quiet.end, zone)
        if instant(day, quiet.start, zone) <= now < end:
            return end
    return None


def next_time(times: Sequence[time], zone_name: str, now: datetime) -> datetime:
    """Say when the clock of a zone shows one of these times next, after now; in UTC.

    Raises:
        ValueError: `now` has no zone, or there are no times.
    """
    _check_aware(now)
    zone = ZoneInfo(zone_name)
    today = now.astimezone(zone).date()
    days = (today, today + timedelta(days=1), today + timedelta(days=2))
    return min(at for day in days for one in times if (at := instant(day, one, zone)) > now)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clock of a zone shows a time, or has jumped over it."""
    # With fold 0 a time that is passed twice is its first passing, and one that is jumped over lies as far behind the
    # jump as it is over it: the jump itself is what both of its readings have in common.
    first = datetime.combine(day, at, zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at):
        return first
    other = datetime.combine(day, at, zone).replace(fold=1).astimezone(UTC)
    return _jump_between(min(first, other), max(first, other), zone)


def _jump_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The minute in which the zone's offset changes, between two instants on both sides of it."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high


def _check_aware(now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError(f"now must carry a time zone, got {now!r}")
