"""Shares: how many of a thousand events show a term; what is seldom is a good anchor.

Counted among the newest events where there are any. What was not met there, or too few events to say, is taken to be as
frequent as terms of its kind are on average.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

# How many of a thousand events show one value of a kind, roughly, as counted in coded news.
_OF_KIND = {
    "t": 60.0, "m": 25.0, "q": 250.0, "c": 15.0, "a": 40.0, "r": 30.0, "x": 40.0, "d": 2.0, "s": 15.0, "l": 600.0,
    "g": 1.0, "G": 15.0, "w": 8.0, "p": 20.0, "an": 3.0, "ap": 8.0, "rn": 3.0, "rp": 8.0, "e": 60.0, "*": 1000.0,
}  # fmt: skip
# Two values are met together more often than by chance: what is rare is rare in the same places.
_TOGETHER = 3.0
# So many events weigh as much as what is known of the kind.
_WEIGHT = 100.0


@cache
def share_of_kind(kind: str) -> float:
    """How many of a thousand events show one term of a kind, or of two single-letter kinds together."""
    if kind in _OF_KIND:
        return _OF_KIND[kind]
    return _TOGETHER * _OF_KIND[kind[0]] * _OF_KIND[kind[1]] / 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """What was counted.

    Args:
        counts: Events that show a term.
        total: Events that were looked at.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    total: int = 0

    def cost(self, kind: str, terms: Sequence[str]) -> float:
        """Of a thousand events, how many are expected to show these terms of one kind, one by one."""
        usual = share_of_kind(kind) * _WEIGHT
        seen = sum([self.counts.get(term, 0) for term in terms]) if self.counts else 0
        return (1000 * seen + usual * len(terms)) / (self.total + _WEIGHT)

    def least_cost(self, kind: str, count: int) -> float:
        """What so many terms of a kind cost where no event that was looked at shows them."""
        return share_of_kind(kind) * _WEIGHT * count / (self.total + _WEIGHT)


def counted(terms_of_events: Iterable[Sequence[str]]) -> Shares:
    """Count the terms of events."""
    counts: Counter[str] = Counter()
    total = 0
    for terms in terms_of_events:
        counts.update(set(terms))
        total += 1
    return Shares(counts=counts, total=total)
