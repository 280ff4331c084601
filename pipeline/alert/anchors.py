"""Anchors: what an event shows as terms, and for a branch the fewest terms of which a match must show one.

An event has some forty terms. A branch names one set of them, its anchors: whatever it matches shows at least one. So an
index from term to branch gives all branches that an event may meet, and few that it does not; the rest is checked in full.
Pairs of values are terms too (an event type in a country): without them every rule on attacks would look at every attack.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, NamedTuple

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


class _Offer(NamedTuple):
    """Anchors that would do, which are made when nothing cheaper is left."""

    kind: str
    size: int
    made: Callable[[], Anchors]


# The values of a kind that a branch asks for, and the conditions that say so.
_Asked = tuple[Sequence[object], frozenset[str]]
_Box = tuple[float, float, float, float]


class Leading:
    """Terms that lead to a branch, for the many of an event that lead nowhere: those of words by their kind."""

    def __init__(self, terms: Iterable[str]):
        self.terms = frozenset(terms)
        self.words: dict[str, set[str]] = {kind: set() for kinds in _WORDS.values() for kind in kinds}
        for term in self.terms:
            kind, _, word = term.partition(":")
            if kind in self.words:
                self.words[kind].add(word)


def leading_terms(event: AlertEvent, leading: Leading) -> list[str]:
    """Terms of an event that lead to a branch: as `event_terms`, without making the three in four of words that do not."""
    terms = leading.terms.intersection(_terms_of_values(event))
    return [*terms, *_terms_of_words(event, leading.words)]


def event_terms(event: AlertEvent) -> list[str]:
    """All terms of an event, each once."""
    return [*_terms_of_values(event), *_terms_of_words(event)]


def _terms_of_words(event: AlertEvent, wanted: Mapping[str, set[str]] | None = None) -> Iterator[str]:
    for name, kinds in _WORDS.items():
        words = set(event.words[name].split())
        for kind, found in zip(kinds, (words, {word[:MIN_PREFIX] for word in words}), strict=True):
            for word in found if wanted is None else found & wanted[kind]:
                yield f"{kind}:{word}"


def _terms_of_values(event: AlertEvent) -> list[str]:
    kinds = _values_of_event(event)
    terms = [f"{kind}:{value}" for kind, values in kinds.items() for value in values]
    for one, other in _PAIRS:
        if (first := kinds[one]) and (second := kinds[other]):
            # Plain loops: a comprehension would cost more than the one value that most have.
            for a in first:
                for b in second:
                    terms.append(f"{one}{other}:{a}|{b}")
    terms += ["e:" + code for code in {*kinds["a"], *kinds["r"]}]
    terms.append(f"{ANY}:")
    return terms


def branch_anchors(branch: Branch, shares: Shares = _UNKNOWN) -> Anchors:
    """The cheapest set of terms that will do; the term of all events, if there is none.

    Args:
        shares: How frequent terms are.
    """
    best, least, place = Anchors(terms=[f"{ANY}:"]), shares.cost(ANY, [f"{ANY}:"]), -1
    offers = [offer for offer in _offers(branch) if offer.size <= MAX_ANCHORS]
    bounds = sorted((shares.least_cost(offer.kind, offer.size), at) for at, offer in enumerate(offers))
    for bound, at in bounds:
        if bound > least:
            break
        anchors = offers[at].made()
        cost = shares.cost(offers[at].kind, anchors.terms)
        if 0 < len(anchors.terms) <= MAX_ANCHORS and (cost, at) < (least, place):
            best, least, place = anchors, cost, at
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


def _offers(branch: Branch) -> Iterator[_Offer]:
    """Every set of terms that would do."""
    kinds = _values_of_branch(branch)
    for kind, (values, settled) in kinds.items():
        yield _Offer(kind, len(values), partial(_single, kind, values, settled))
    for one, other in _PAIRS:
        if one in kinds and other in kinds:
            first, second = kinds[one], kinds[other]
            yield _Offer(
                one + other, len(first[0]) * len(second[0]), partial(_pair, one + other, first, second)
            )
    if branch.dyad_either_way:
        yield from _either_way(*branch.dyad_either_way)
    for name, phrases in branch.pieces.items():
        if phrases:
            yield _of_phrases(name, [pieces for _, pieces in phrases])


def _single(kind: str, values: Sequence[object], settled: frozenset[str]) -> Anchors:
    return Anchors(terms=[f"{kind}:{value}" for value in values], settled=settled)


def _pair(kind: str, first: _Asked, second: _Asked) -> Anchors:
    terms = [f"{kind}:{a}|{b}" for a in first[0] for b in second[0]]
    return Anchors(terms=terms, settled=first[1] | second[1])


def _values_of_branch(branch: Branch) -> dict[str, _Asked]:
    """The kinds of which a branch asks for values."""
    wanted = branch.asked
    asked: dict[str, _Asked] = {
        kind: (wanted[name], alone) for kind, name, alone in _SINGLE if name in wanted
    }
    asked |= {
        kind: ([folded(one) for one in wanted[name]], alone)
        for kind, name, alone in _FOLDED
        if name in wanted
    }
    for kind, side in (("a", "actor"), ("r", "recipient")):
        if codes := _codes(wanted, side):
            asked[kind] = codes
    if "near" in wanted or "polygon" in wanted:
        boxes = _boxes(branch)
        for kind, size in (("g", 1), ("G", _COARSE)):
            if cells := _ground(boxes, size):
                asked[kind] = (cells, frozenset())
    return asked


_SINGLE = tuple(
    (kind, name, frozenset([name]))
    for kind, name in (
        ("t", "event_type"), ("m", "mode"), ("q", "quad_class"), ("c", "country"), ("x", "context"), ("l", "language")
    )
)  # fmt: skip
_FOLDED = tuple((kind, name, frozenset([name])) for kind, name in (("d", "admin1"), ("s", "source")))
_SIDES = {side: (side, f"{side}_country", f"{side}_sector") for side in ("actor", "recipient")}


def _codes(wanted: Mapping[str, Any], side: str) -> _Asked | None:
    """The fewest codes of which a party must have one: where country and sector are asked for, both together."""
    names = _SIDES[side]
    codes, countries, sectors = (wanted.get(name, ()) for name in names)
    asked: list[_Asked] = []
    if codes:
        asked.append((codes, frozenset(names[:1])))
    if countries:
        # A few codes are a country's and a sector's: IGO as the one is no IGO as the other.
        is_plain = _SECTORS.isdisjoint(countries)
        asked.append((countries, frozenset(names[1:2] if is_plain else ())))
    if sectors:
        asked.append((sectors, frozenset(names[2:])))
    if 0 < len(countries) * len(sectors) <= MAX_ANCHORS:
        asked.append(([a + b for a, b in product(countries, sectors)], frozenset(names[1:])))
    if len(asked) < 2:
        return asked[0] if asked else None
    return min(asked, key=lambda one: _share_of_codes(one[0]))


def _share_of_codes(codes: Iterable[Any]) -> float:
    return sum([1.0 if len(code) > 3 else 4.0 for code in codes])


def _either_way(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[_Offer]:
    yield _Offer("ar", len(one) * len(other) * 2, partial(_both_ways, one, other))
    for side in (one, other):
        yield _Offer("e", len(side), partial(_single, "e", side, frozenset()))


def _both_ways(one: tuple[str, ...], other: tuple[str, ...]) -> Anchors:
    terms = [f"ar:{a}|{r}" for a, r in (*product(one, other), *product(other, one))]
    return Anchors(terms=terms, settled=frozenset(["dyad_either_way"]))


def _of_phrases(name: str, phrases: Sequence[tuple[str, ...]]) -> _Offer:
    """A word of each phrase; they say all where each phrase is one word, or as many letters of one as terms have."""
    whole, start = _WORDS[name]
    terms = [_anchor_of_phrase(pieces, whole, start) for pieces in phrases]
    says_all = all(
        pieces in ((f" {term.partition(':')[2]} ",), (f" {term.partition(':')[2]}",))
        for pieces, term in zip(phrases, terms, strict=True)
    )
    kind = start if all(term.startswith(f"{start}:") for term in terms) else whole
    anchors = Anchors(terms=terms, settled=frozenset([name] if says_all else []))
    return _Offer(kind, len(terms), lambda: anchors)


def _anchor_of_phrase(pieces: tuple[str, ...], whole: str, start: str) -> str:
    """The longest whole word of a phrase, since long words are rare; the beginning of its first, where all end in `*`."""
    words = [word for piece in pieces for word in _whole_words(piece)]
    if words:
        return f"{whole}:{max(words, key=len)}"
    return f"{start}:{pieces[0].split()[-1][:MIN_PREFIX]}"


def _whole_words(piece: str) -> list[str]:
    words = piece.split()
    return words if piece.endswith(" ") else words[:-1]


def _boxes(branch: Branch) -> list[_Box]:
    """South, north, west and east of each circle, or of the polygon, in degrees."""
    if branch.near:
        return [_box(circle) for circle in branch.near]
    norths, easts = zip(*branch.corners, strict=True)
    return [(min(norths), max(norths), min(easts), max(easts))]


def _ground(boxes: Sequence[_Box], size: int) -> list[object]:
    """The cells that boxes touch; none where they are too many."""
    cells: set[str] = set()
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
