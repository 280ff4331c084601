"""Window: what a rule matched in a group, by time, in; whether what it saw now is told, and why, out.

All times are those of the articles, so that work that was late, or history that is tried, gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.alert.rule import Window

ALL_TIME = timedelta(days=36_500)


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What a rule had matched in a group before a match, that match included.

    Args:
        recent_count: In the hours of the window up to it, itself included.
        baseline_count: In the days of the baseline before those hours.
        last_at: The last before it; None if there was none in the days that count.
    """

    recent_count: int
    baseline_count: int = 0
    last_at: datetime | None = None


def reach(window: Window) -> timedelta:
    """How far back a window looks."""
    if window.kind == "first_seen":
        return timedelta(days=window.within_days or 0)
    hours = timedelta(hours=window.within_hours or 0)
    return hours + timedelta(days=window.baseline_days or 0) if window.kind == "spike" else hours


def past_of(window: Window, times: Sequence[datetime], at: datetime) -> Past:
    """Count the times of a group up to one of them."""
    hours = timedelta(hours=window.within_hours or 0)
    recent = sum(at - hours < one <= at for one in times)
    baseline = sum(at - reach(window) < one <= at - hours for one in times)
    before = [one for one in times if one < at and at - one <= reach(window)]
    return Past(recent_count=recent, baseline_count=baseline, last_at=max(before, default=None))


def told_because(window: Window, past: Past) -> str:
    """Say why a match is told by its rule's window; "" if it is not. Whether its group was told before is not asked here."""
    match window.kind:
        case "count":
            wanted = window.at_least or 0
            if past.recent_count >= wanted:
                return f"{past.recent_count} in {window.within_hours:g} hours, wanted {wanted}"
        case "spike":
            return _spike(window, past)
        case "first_seen":
            if past.last_at is None:
                return f"the first in {window.within_days:g} days"
        case "each":
            return "each"
    return ""


def _spike(window: Window, past: Past) -> str:
    hours, days = window.within_hours or 0, window.baseline_days or 1
    usual = past.baseline_count * hours / (24 * days)
    wanted = max(window.at_least or 0, usual * (window.times or 0))
    if past.recent_count < wanted:
        return ""
    return f"{past.recent_count} in {hours:g} hours, usual are {usual:.1f}"


def is_silent(window: Window, last_at: datetime | None, now: datetime) -> bool:
    """Whether a rule that waits for something has heard nothing for too long; one that never heard anything is not yet silent."""
    return (
        window.kind == "silence"
        and last_at is not None
        and now - last_at > timedelta(hours=window.within_hours or 0)
    )
