"""Anchors: what an event shows as terms, and for a branch the fewest terms of which a match must show one.

An event has some forty terms. A branch names one set of them, its anchors: whatever it matches shows at least one. So an
index from term to branch gives all branches that an event may meet, and few that it does not; the rest is checked in full.
Pairs of values are terms too (an event type in a country): without them every rule on attacks would look at every attack.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from pipeline import plover
from pipeline.alert.branch import Branch, Circle
from pipeline.alert.event import AlertEvent, folded
from pipeline.alert.ground import EARTH_KM
from pipeline.alert.shares import Shares
from pipeline.alert.values import MIN_PREFIX

# More would cost more than they keep away.
MAX_ANCHORS = 256
ANY = "*"

# Kinds that are terms together: the values of both, joined.
_PAIRS = (
    ("t", "c"), ("t", "a"), ("t", "r"), ("t", "x"), ("t", "s"), ("t", "d"), ("t", "G"),
    ("m", "c"), ("m", "a"), ("q", "c"), ("q", "a"), ("q", "r"), ("a", "r"), ("a", "c"), ("r", "c"),
)  # fmt: skip
_WORDS = {"text": ("w", "p"), "actor_name": ("an", "ap"), "recipient_name": ("rn", "rp")}
_COARSE = 10
_SECTORS = frozenset(plover.SECTORS)
# Nobody knows yet what the events are like.
_UNKNOWN = Shares()


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchors:
    """Terms of which whatever a branch matches shows one.

    Args:
        settled: Conditions of the branch that hold for whatever shows one of them, unless its codes are odd.
    """

    terms: list[str]
    settled: frozenset[str] = frozenset()


# The values of a kind that a branch asks for, and the conditions that say so.
_Asked = tuple[list[object], frozenset[str]]


def event_terms(event: AlertEvent) -> list[str]:
    """All terms of an event, each once."""
    kinds = _values_of_event(event)
    terms = [f"{kind}:{value}" for kind, values in kinds.items() for value in values]
    for one, other in _PAIRS:
        if (first := kinds[one]) and (second := kinds[other]):
            # Plain loops: a comprehension would cost more than the one value that most have.
            for a in first:
                for b in second:
                    terms.append(f"{one}{other}:{a}|{b}")
    terms += ["e:" + code for code in {*kinds["a"], *kinds["r"]}]
    for name, (whole, start) in _WORDS.items():
        words = set(event.words[name].split())
        terms += [f"{whole}:{word}" for word in words]
        terms += {f"{start}:{word[:MIN_PREFIX]}" for word in words}
    terms.append(f"{ANY}:")
    return terms


def branch_anchors(branch: Branch, shares: Shares = _UNKNOWN) -> Anchors:
    """The cheapest set of terms that will do; the term of all events, if there is none.

    Args:
        shares: How frequent terms are.
    """
    best, least = Anchors(terms=[f"{ANY}:"]), shares.cost(ANY, [f"{ANY}:"])
    for kind, anchors in _anchor_sets(branch):
        cost = shares.cost(kind, anchors.terms)
        if len(anchors.terms) <= MAX_ANCHORS and cost < least:
            best, least = anchors, cost
    return Anchors(terms=sorted(set(best.terms)), settled=best.settled)


def _values_of_event(event: AlertEvent) -> dict[str, tuple[str, ...]]:
    is_placed = event.vector is not None and event.latitude is not None and event.longitude is not None
    cell = _cell(event.latitude or 0.0, event.longitude or 0.0, 1)
    coarse = _cell(event.latitude or 0.0, event.longitude or 0.0, _COARSE)
    return {
        "t": (event.event_type,),
        "m": (event.mode,) if event.mode else (),
        "q": (str(event.quad_class),),
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


def _anchor_sets(branch: Branch) -> Iterator[tuple[str, Anchors]]:
    """Every set of terms that would do, with the kind of its terms."""
    kinds = {kind: asked for kind, asked in _values_of_branch(branch).items() if asked[0]}
    for kind, (values, settled) in kinds.items():
        yield kind, Anchors(terms=[f"{kind}:{value}" for value in values], settled=settled)
    for one, other in _PAIRS:
        if one in kinds and other in kinds:
            (first, by_first), (second, by_second) = kinds[one], kinds[other]
            if len(first) * len(second) <= MAX_ANCHORS:
                terms = [f"{one}{other}:{a}|{b}" for a in first for b in second]
                yield one + other, Anchors(terms=terms, settled=by_first | by_second)
    if branch.dyad_either_way:
        yield from _either_way(*branch.dyad_either_way)
    for name, (whole, start) in _WORDS.items():
        if phrases := branch.pieces[name]:
            yield _of_phrases(name, [pieces for _, pieces in phrases], whole, start)


def _values_of_branch(branch: Branch) -> dict[str, _Asked]:
    wanted = branch.asked
    asked: dict[str, _Asked] = {
        kind: ([*wanted[name]], frozenset([name])) for kind, name in _SINGLE.items() if name in wanted
    }
    asked |= {
        kind: ([folded(one) for one in wanted[name]], frozenset([name]))
        for kind, name in (("d", "admin1"), ("s", "source"))
        if name in wanted
    }
    for kind, side in (("a", "actor"), ("r", "recipient")):
        if not wanted.keys().isdisjoint((side, f"{side}_country", f"{side}_sector")):
            asked[kind] = _codes(branch, side)
    if branch.near or branch.polygon:
        asked["g"], asked["G"] = (_ground(branch, 1), frozenset()), (_ground(branch, _COARSE), frozenset())
    return asked


_SINGLE = {"t": "event_type", "m": "mode", "q": "quad_class", "c": "country", "x": "context", "l": "language"}


def _codes(branch: Branch, side: str) -> _Asked:
    """The fewest codes of which a party must have one: where country and sector are asked for, both together."""
    names = side, f"{side}_country", f"{side}_sector"
    codes, countries, sectors = ([*branch.asked.get(name, ())] for name in names)
    # A few codes are a country's and a sector's: IGO as the one is no IGO as the other.
    is_plain = not _SECTORS.intersection(countries)
    asked: list[_Asked] = [
        (codes, frozenset([side])),
        (countries, frozenset(names[1:2] if is_plain else ())),
        (sectors, frozenset(names[2:])),
    ]
    if 0 < len(countries) * len(sectors) <= MAX_ANCHORS:
        asked.append(([a + b for a, b in product(countries, sectors)], frozenset(names[1:])))
    return min(
        (one for one in asked if one[0]), key=lambda one: _share_of_codes(one[0]), default=([], frozenset())
    )


def _share_of_codes(codes: Iterable[object]) -> float:
    return sum(1.0 if len(str(code)) > 3 else 4.0 for code in codes)


def _either_way(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[tuple[str, Anchors]]:
    if len(one) * len(other) * 2 <= MAX_ANCHORS:
        pairs = [*product(one, other), *product(other, one)]
        yield (
            "ar",
            Anchors(terms=[f"ar:{a}|{r}" for a, r in pairs], settled=frozenset(["dyad_either_way"])),
        )
    for side in (one, other):
        yield "e", Anchors(terms=[f"e:{code}" for code in side])


def _of_phrases(name: str, phrases: Iterable[tuple[str, ...]], whole: str, start: str) -> tuple[str, Anchors]:
    """A word of each phrase; they say all where each phrase is one word, or as many letters of one as terms have."""
    terms = [_anchor_of_phrase(pieces, whole, start) for pieces in phrases]
    says_all = all(
        pieces in ((f" {term.partition(':')[2]} ",), (f" {term.partition(':')[2]}",))
        for pieces, term in zip(phrases, terms, strict=True)
    )
    kind = start if all(term.startswith(f"{start}:") for term in terms) else whole
    return kind, Anchors(terms=terms, settled=frozenset([name] if says_all else []))


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
