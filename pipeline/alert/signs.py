"""Signs: what an event shows of short lists as bits of one number, and for a branch the bits that it refuses.

An event sets one bit for each of these conditions. A branch refuses the bits of all values it does not name, so one AND of two
numbers settles them all; what an anchor led to is dropped by it before a branch is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pipeline import plover
from pipeline.alert.branch import Branch
from pipeline.alert.event import AlertEvent
from pipeline.alert.values import TOLD_AS
from pipeline.model import STATUSES

_LISTS: Mapping[str, Sequence[object]] = {
    "event_type": plover.event_types(), "status": STATUSES, "told_as": TOLD_AS, "quad_class": (1, 2, 3, 4),
    "language": ("en", "fr", "es", "ar", "ru", "zh", "de", "pt", "it", "tr"),
}  # fmt: skip
# Counts up to this have a bit each; what is more shares the last one.
_MOST = 8
_COUNTS = {"min_mentions": "mention_count", "min_sources": "source_count"}


def _bits() -> Iterator[tuple[str, dict[object, int]]]:
    """The bit of each value of each condition; None is that of a value that is in no list."""
    place = 0
    for name, values in (*_LISTS.items(), *((name, range(_MOST + 1)) for name in _COUNTS)):
        yield name, {value: 1 << (place + at) for at, value in enumerate((*values, None))}
        place += len(values) + 1


_SECTORS = frozenset(plover.SECTORS)
_BITS = dict(_bits())
_ALL = {name: sum(bits.values()) for name, bits in _BITS.items()}
assert sum(_ALL.values()) < 2**63, "a bigint of Postgres holds no more"


def event_bits(event: AlertEvent) -> int:
    """The bits that an event shows."""
    shown = 0
    for name in _LISTS:
        bits = _BITS[name]
        shown |= bits.get(getattr(event, name)) or bits[None]
    for name, field in _COUNTS.items():
        shown |= _BITS[name][max(0, min(getattr(event, field), _MOST))]
    return shown


def refused_bits(branch: Branch) -> int:
    """The bits of which an event that meets the branch shows none."""
    refused = 0
    for name, wanted in branch.asked.items():
        if name in _BITS:
            refused |= _refused(name, wanted)
    return refused


def settled(branch: Branch) -> set[str]:
    """The conditions asked for of which the bits say all."""
    return {name for name, wanted in branch.asked.items() if name in _BITS and _says_all(name, wanted)}


@lru_cache(maxsize=4096)
def _refused(name: str, wanted: Any) -> int:
    bits = _BITS[name]
    if name in _COUNTS:
        return sum(bits[count] for count in range(min(wanted, _MOST)))
    return _ALL[name] & ~sum({bits.get(value, bits[None]) for value in wanted})


@lru_cache(maxsize=4096)
def _says_all(name: str, wanted: Any) -> bool:
    return bool(wanted <= _MOST) if name in _COUNTS else all(value in _BITS[name] for value in wanted)


def has_odd_codes(event: AlertEvent) -> bool:
    """Whether a code of a party may stand for a country and for a sector: terms do not tell which it is."""
    countries, sectors = (
        (event.actor_country, event.recipient_country),
        (event.actor_sector, event.recipient_sector),
    )
    return not _SECTORS.isdisjoint(countries) or not (_SECTORS | {None}).issuperset(sectors)
