"""Counts by day in; what was to be expected, what stands out, and the lines of a picture out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

BASELINE_DAYS = 28  # four weeks: each day of the week as often as any other
LEAST_DAYS = 14  # with fewer before it nothing is said of a day
SPIKE_SIGMAS = 3.0
LEAST_RISE = 3.0  # events more than expected: two instead of none is no news


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of a series.

    Args:
        expected: Mean of the days before; None where there are too few.
        upper: From here on it stands out.
    """

    day: date
    count: int
    expected: float | None
    upper: float | None

    @property
    def is_spike(self) -> bool:
        return self.upper is not None and self.count >= self.upper


def filled(counts: Mapping[date, int], first: date, last: date) -> list[tuple[date, int]]:
    """Every day from first to last, those without events with 0."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [(day, counts.get(day, 0)) for day in days]


def judged(days: Sequence[tuple[date, int]]) -> list[Day]:
    """Hold each day against the four weeks before it.

    A day stands out at three standard deviations above their mean; counts vary at least as chance alone makes them
    (Poisson: the variance is the mean), and by as much more as they did.
    """
    found = []
    for number, (day, count) in enumerate(days):
        before = [earlier for _, earlier in days[max(0, number - BASELINE_DAYS) : number]]
        expected = upper = None
        if len(before) >= LEAST_DAYS:
            expected = sum(before) / len(before)
            variance = sum((earlier - expected) ** 2 for earlier in before) / (len(before) - 1)
            upper = expected + max(SPIKE_SIGMAS * math.sqrt(max(variance, expected)), LEAST_RISE)
        found.append(Day(day=day, count=count, expected=expected, upper=upper))
    return found


def nice_top(highest: float) -> int:
    """A round number at or above the highest count, so that an axis ends on it: 1, 2, 5 times a power of ten."""
    if highest <= 5:
        return max(1, math.ceil(highest))
    power = 10 ** math.floor(math.log10(highest))
    return int(next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= highest))


def ticks(days: Sequence[date]) -> list[tuple[int, str]]:
    """Where an axis of days is labelled, and how: Mondays of some weeks, first days of months, or of years."""
    if len(days) <= 45:
        return [(number, f"{day.day} {day:%b}") for number, day in enumerate(days) if day.weekday() == 0]
    if len(days) <= 400:
        # At a January the year is said, or nobody knows which it is.
        return [
            (number, f"{day:%b %Y}" if day.month == 1 else f"{day:%b}")
            for number, day in enumerate(days)
            if day.day == 1
        ]
    return [(number, f"{day:%Y}") for number, day in enumerate(days) if (day.month, day.day) == (1, 1)]
