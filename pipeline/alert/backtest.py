"""Backtest: a rule and the events of history in, what it would have told out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.alert.age import is_old
from pipeline.alert.clean import clean
from pipeline.alert.event import AlertEvent
from pipeline.alert.keys import group_key, group_values
from pipeline.alert.match import matches
from pipeline.alert.rule import Rule
from pipeline.alert.window import past_of, told_because

_BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of a rule over history.

    Args:
        told: The events that would have been told, in the order of their articles.
        match_count: Events that it matched, those within a group that was told already included.
        days: Over so many days.
    """

    rule: Rule
    told: tuple[AlertEvent, ...]
    match_count: int
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days were tried."""
        return (self.last - self.first).days + 1

    @property
    def per_day(self) -> float:
        """Alerts a day, on average."""
        return len(self.told) / self.days

    @property
    def is_over(self) -> bool:
        """Whether it is louder than its budget."""
        budget = self.rule.backtest
        return budget is not None and self.per_day > budget.max_alerts_per_day


def backtest(rule: Rule, events: Sequence[AlertEvent], first: date, last: date) -> Tried:
    """Hold a rule against history as if each event had come when its article came out."""
    met = sorted(
        (event for event in events if matches(rule, event) and not is_old(rule, event, event.published_at)),
        key=lambda event: (event.published_at, event.event_key),
    )
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    told_at: dict[str, datetime] = {}
    told: list[AlertEvent] = []
    for event in met:
        key, at = group_key(rule, event), event.published_at
        times[key].append(at)
        if not told_because(rule.window, past_of(rule.window, times[key], at)):
            continue
        if key not in told_at or at - told_at[key] >= timedelta(hours=rule.dedup_hours):
            told_at[key] = at
            told.append(event)
    return Tried(rule=rule, told=tuple(told), match_count=len(met), first=first, last=last)


def report(tried: Tried, *, top: int = 5) -> list[str]:
    """Alerts a day, a plot of them, and the groups that ring most, in lines for a terminal."""
    budget = tried.rule.backtest
    allowed = f", allowed {budget.max_alerts_per_day:g}" if budget else ", no budget is set"
    lines = [
        f"{tried.rule.id}: {len(tried.told)} alerts of {tried.match_count} matches in {tried.days} days: "
        f"{tried.per_day:.2f} a day{allowed}{' — over the budget' if tried.is_over else ''}"
    ]
    counts = Counter(event.published_at.date() for event in tried.told)
    if counts:
        lines += [
            f"  {tried.first} {_plot(counts, tried.first, tried.days)} {tried.last}, most {max(counts.values())}"
        ]
    groups = Counter(_group(tried.rule, event) for event in tried.told)
    lines += [f"  {count:5} {name}" for name, count in groups.most_common(top)]
    return lines


def _plot(counts: Counter[date], first: date, days: int, width: int = 60) -> str:
    """One sign for some days, as high as the most alerts of one of them."""
    step = max(1, -(-days // width))
    peaks = [
        max(counts[first + timedelta(days=day)] for day in range(start, min(start + step, days)))
        for start in range(0, days, step)
    ]
    most = max(peaks)
    return "".join(_BARS[-(-peak * (len(_BARS) - 1) // most)] for peak in peaks)


def _group(rule: Rule, event: AlertEvent) -> str:
    parts = [part for name in rule.group_by for part in group_values(name, event) if part]
    return clean(", ".join(parts) or "the whole rule", 90)
