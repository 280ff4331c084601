"""Anchors: what an event shows as terms, and for a branch the fewest terms of which a match must show one.

An event has some forty terms. A branch names one set of them, its anchors: whatever it matches shows at least one. So an
index from term to branch gives all branches that an event may meet, and few that it does not; the rest is checked in full.
Pairs of values are terms too (an event type in a country): without them every rule on attacks would look at every attack.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product

from pipeline.alert.branch import Branch, Circle
from pipeline.alert.event import AlertEvent, folded
from pipeline.alert.ground import EARTH_KM
from pipeline.alert.values import MIN_PREFIX

# More would cost more than they keep away.
MAX_ANCHORS = 256
ANY = "*"

# How many of a thousand events show one value of a kind, roughly, as counted in coded news; what is seldom is a good anchor.
_SHARE = {
    "t": 60.0, "m": 25.0, "q": 250.0, "c": 15.0, "a": 40.0, "r": 30.0, "x": 40.0, "d": 2.0, "s": 15.0, "l": 600.0,
    "g": 1.0, "G": 15.0, "w": 8.0, "p": 20.0, "an": 3.0, "ap": 8.0, "rn": 3.0, "rp": 8.0, "e": 60.0,
}  # fmt: skip
# Kinds that are terms together: the values of both, joined.
_PAIRS = (
    ("t", "c"), ("t", "a"), ("t", "r"), ("t", "x"), ("t", "s"), ("t", "d"), ("t", "G"),
    ("m", "c"), ("m", "a"), ("q", "c"), ("q", "a"), ("q", "r"), ("a", "r"), ("a", "c"), ("r", "c"),
)  # fmt: skip
# Two values are met together more often than by chance: what is rare is rare in the same places.
_TOGETHER = 3.0
_WORDS = {"text": ("w", "p"), "actor_name": ("an", "ap"), "recipient_name": ("rn", "rp")}
_COARSE = 10


def event_terms(event: AlertEvent) -> list[str]:
    """All terms of an event, each once."""
    kinds = _values_of_event(event)
    terms = [f"{kind}:{value}" for kind, values in kinds.items() for value in values]
    for one, other in _PAIRS:
        terms += [f"{one}{other}:{a}|{b}" for a in kinds[one] for b in kinds[other]]
    terms += [f"e:{code}" for code in {*kinds["a"], *kinds["r"]}]
    for name, (whole, start) in _WORDS.items():
        words = set(event.words[name].split())
        terms += [f"{whole}:{word}" for word in words]
        terms += [f"{start}:{begin}" for begin in {word[:MIN_PREFIX] for word in words}]
    terms.append(ANY)
    return terms


def branch_anchors(branch: Branch) -> list[str]:
    """The cheapest set of terms of which whatever the branch matches shows one; the term of all events, if there is none."""
    best, best_cost = [ANY], 1000.0
    for anchors, cost in _anchor_sets(branch):
        if len(anchors) <= MAX_ANCHORS and cost < best_cost:
            best, best_cost = anchors, cost
    return sorted(set(best))


def _values_of_event(event: AlertEvent) -> dict[str, tuple[object, ...]]:
    is_placed = event.vector is not None and event.latitude is not None and event.longitude is not None
    cell = _cell(event.latitude or 0.0, event.longitude or 0.0, 1)
    coarse = _cell(event.latitude or 0.0, event.longitude or 0.0, _COARSE)
    return {
        "t": (event.event_type,),
        "m": (event.mode,) if event.mode else (),
        "q": (event.quad_class,),
        "c": (event.country,) if event.country else (),
        "a": event.actor_codes,
        "r": event.recipient_codes,
        "x": event.contexts,
        "d": (event.names["admin1"],) if event.names["admin1"] else (),
        "s": (event.names["source"],) if event.names["source"] else (),
        "l": (event.language,),
        "g": (cell,) if is_placed else (),
        "G": (coarse,) if is_placed else (),
    }


def _anchor_sets(branch: Branch) -> Iterator[tuple[list[str], float]]:
    """Every set of terms that would do, with what it costs."""
    kinds = {kind: values for kind, values in _values_of_branch(branch).items() if values}
    for kind, values in kinds.items():
        yield [f"{kind}:{value}" for value in values], len(values) * _SHARE[kind]
    for one, other in _PAIRS:
        if one in kinds and other in kinds and len(kinds[one]) * len(kinds[other]) <= MAX_ANCHORS:
            anchors = [f"{one}{other}:{a}|{b}" for a, b in product(kinds[one], kinds[other])]
            yield anchors, len(anchors) * _TOGETHER * _SHARE[one] * _SHARE[other] / 1000
    if branch.dyad_either_way:
        yield from _either_way(*branch.dyad_either_way)
    for name, (whole, start) in _WORDS.items():
        if phrases := branch.pieces[name]:
            anchors = [_anchor_of_phrase(pieces, whole, start) for _, pieces in phrases]
            yield anchors, sum(_SHARE[anchor.partition(":")[0]] for anchor in anchors)


def _values_of_branch(branch: Branch) -> dict[str, list[object]]:
    actors = _codes(branch.actor, branch.actor_country, branch.actor_sector)
    recipients = _codes(branch.recipient, branch.recipient_country, branch.recipient_sector)
    return {
        "t": [*branch.event_type], "m": [*branch.mode], "q": [*branch.quad_class], "c": [*branch.country],
        "a": actors, "r": recipients, "x": [*branch.context], "l": [*branch.language],
        "d": [folded(name) for name in branch.admin1], "s": [folded(name) for name in branch.source],
        "g": _ground(branch, 1), "G": _ground(branch, _COARSE),
    }  # fmt: skip


def _codes(codes: Iterable[str], countries: Iterable[str], sectors: Iterable[str]) -> list[object]:
    """The fewest codes of which an actor must have one: where country and sector are asked for, both together."""
    both: list[object] = [a + b for a, b in product(countries, sectors)]
    asked: list[list[object]] = [[*codes], [*countries], [*sectors], both if len(both) <= MAX_ANCHORS else []]
    return min((one for one in asked if one), key=lambda one: _share_of_codes(one), default=[])


def _share_of_codes(codes: list[object]) -> float:
    return sum(1.0 if len(str(code)) > 3 else 4.0 for code in codes)


def _either_way(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[tuple[list[str], float]]:
    if len(one) * len(other) * 2 <= MAX_ANCHORS:
        pairs = [*product(one, other), *product(other, one)]
        cost = len(pairs) * _TOGETHER * _SHARE["a"] * _SHARE["r"] / 1000
        yield [f"ar:{a}|{r}" for a, r in pairs], cost
    fewer = min(one, other, key=len)
    yield [f"e:{code}" for code in fewer], len(fewer) * _SHARE["e"]


def _anchor_of_phrase(pieces: tuple[str, ...], whole: str, start: str) -> str:
    """The longest whole word of a phrase, since long words are rare; the beginning of its first, where all end in `*`."""
    words = [word for piece in pieces for word in _whole_words(piece)]
    if words:
        return f"{whole}:{max(words, key=len)}"
    return f"{start}:{pieces[0].split()[-1][:MIN_PREFIX]}"


def _whole_words(piece: str) -> list[str]:
    words = piece.split()
    return words if piece.endswith(" ") else words[:-1]


def _ground(branch: Branch, size: int) -> list[object]:
    """The cells that circles or a polygon touch; none where they are too many."""
    cells: set[str] = set()
    boxes = [_box(circle) for circle in branch.near]
    if not boxes and branch.polygon:
        rows_of, columns_of = [north for north, _ in branch.corners], [east for _, east in branch.corners]
        boxes.append((min(rows_of), max(rows_of), min(columns_of), max(columns_of)))
    for south, north, west, east in boxes:
        rows = range(math.floor(max(south, -90) / size), math.floor(min(north, 90) / size) + 1)
        columns = range(math.floor(west / size), math.floor(min(east, west + 360) / size) + 1)
        if len(rows) * len(columns) > MAX_ANCHORS:
            return []
        cells |= {_name(row, column, size) for row in rows for column in columns}
    return [*sorted(cells)]


def _box(circle: Circle) -> tuple[float, float, float, float]:
    """South, north, west and east of a circle in degrees, a hair wider than it is."""
    reach = math.degrees(circle.km / EARTH_KM) + 0.01
    south, north = circle.latitude - reach, circle.latitude + reach
    if south <= -90 or north >= 90:
        return south, north, -180.0, 180.0
    wide = (
        math.degrees(
            math.asin(min(1.0, math.sin(math.radians(reach)) / math.cos(math.radians(circle.latitude))))
        )
        + 0.01
    )
    return south, north, circle.longitude - wide, circle.longitude + wide


def _cell(latitude: float, longitude: float, size: int) -> str:
    return _name(math.floor(latitude / size), math.floor(longitude / size), size)


def _name(row: int, column: int, size: int) -> str:
    around = 360 // size
    return f"{row},{(column + around // 2) % around}"
