"""Parties: what the network makes of all words of an article in; for each word the likeliest pair of actor and recipient, and what
speaks for it, out.

Parties are weighed together: a body that meets, accuses or aids itself is seldom meant, so the pair is chosen and not each alone. And
they are weighed with the rest of the article: a happening is told more than once, and who acts in one sentence acts in others, or is
whom others act upon. So where a sentence alone leaves two readings open, what its neighbours say decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pipeline.extract.reader.heads import Floats
from pipeline.extract.reader.network import WordRead
from pipeline.extract.reader.window import Window
from pipeline.model import Actor

Origin = tuple[int, int]
Actors = Mapping[Origin, Actor]
# How likely each two of some words of one type tell the same event.
Alike = Callable[[Floats], Floats]

NOBODY = ""
# Bodies of many lands share no land.
MANY_LANDS = frozenset(("IGO", "IMG", "NGO", "MNC", "NGM"))
# Of each side so many parties are weighed.
CONSIDERED = 4
# Chances below these count alike: of the word itself, of other tellings of the same, of all other words of the article.
LEAST_CHANCE, LEAST_AGREED, LEAST_KNOWN = 0.002, 0.05, 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A word that tells an event, as the network read it. `kind` is the number of its type."""

    window: Window
    read: WordRead
    kind: int

    @property
    def reach(self) -> list[Origin]:
        """Those named within its reach, by sentence and number."""
        mentions = self.window.mentions
        return [mentions[number].origin for number in self.window.words[self.read.at].reach]


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One who may be a party: a mention, or None for nobody.

    Args:
        chance: That of all mentions of the same party.
        agreed: How much other tellings of the same event say so, known: how often the rest of the article names it as any party;
            each a logarithm from 0.
    """

    origin: Origin | None
    chance: float
    agreed: float
    known: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Actor and recipient of an event.

    Args:
        is_one_land: Both are of one land.
        retold: How many other words of the article are likely to tell the same.
    """

    actor: Side
    recipient: Side
    is_one_land: bool
    retold: float


class Account:
    """All that an article is read to tell, and what of it speaks for a party of one of its words."""

    def __init__(self, told: Sequence[Told], actors: Actors, alike: Alike):
        self.told = told
        self.actors = actors
        self.parties: dict[str, int] = {NOBODY: 0}
        for one in told:
            for origin in one.reach:
                self.parties.setdefault(party_of(actors[origin]), len(self.parties))
        shares = np.stack([self._shares(one) for one in told])
        weights = np.array([1 - one.read.types[0] for one in told], dtype=np.float32)
        same = _same(told, alike) * weights
        self.retold = same.sum(-1)
        said = (same @ shares.reshape(len(told), -1)).reshape(shares.shape)
        self.agreed = said / np.maximum(self.retold, 1e-9)[:, None, None]
        weighed = weights[:, None, None] * shares
        others = np.maximum(weights.sum() - weights, 1e-9)[:, None, None]
        self.known = (weighed.sum(0) - weighed) / others

    def _shares(self, one: Told) -> Floats:
        """The chance of each party of the article in each role, at one word."""
        shares = np.zeros((len(one.read.parties), len(self.parties)), dtype=np.float32)
        places = [0, *(self.parties[party_of(self.actors[origin])] for origin in one.reach)]
        for role, chances in enumerate(one.read.parties):
            np.add.at(shares[role], places, chances)
        return shares

    def pair(self, at: int, weights: Mapping[str, float]) -> Pair:
        """The likeliest pair of a word."""
        (actor, recipient), _ = max(
            self.pairs(at), key=lambda pair: sum(weights[name] * value for name, value in pair[1].items())
        )
        return Pair(
            actor=actor,
            recipient=recipient,
            is_one_land=self._is_one_land(actor, recipient),
            retold=float(self.retold[at]),
        )

    def pairs(self, at: int) -> Iterator[tuple[tuple[Side, Side], dict[str, float]]]:
        """All pairs of a word with what speaks for each; one twice, or one and a part of its name, is none."""
        for actor, recipient in product(self._sides(at, 0), self._sides(at, 1)):
            is_nobody = actor.origin is None and recipient.origin is None
            if self._is_part(actor, recipient):
                continue
            yield (
                (actor, recipient),
                {
                    "chance": sum(math.log(max(side.chance, LEAST_CHANCE)) for side in (actor, recipient)),
                    "agreed": actor.agreed + recipient.agreed,
                    "known": actor.known + recipient.known,
                    "nobody": float(is_nobody),
                    "one_land": float(self._is_one_land(actor, recipient)),
                },
            )

    def _is_part(self, first: Side, second: Side) -> bool:
        if first.origin is None or second.origin is None:
            return False
        return is_part(self.actors[first.origin].name, self.actors[second.origin].name)

    def _is_one_land(self, first: Side, second: Side) -> bool:
        if first.origin is None or second.origin is None:
            return False
        land = self.actors[first.origin].country
        return bool(land) and land == self.actors[second.origin].country

    def _sides(self, at: int, role: int) -> list[Side]:
        """Nobody, and the likeliest mention of each party with the chance of all that name the same one."""
        one = self.told[at]
        chances = one.read.parties[role]
        best: dict[tuple[str, str], tuple[float, Origin]] = {}
        total: dict[tuple[str, str], float] = {}
        for origin, chance in zip(one.reach, chances[1:], strict=True):
            key = self.actors[origin].name.lower(), self.actors[origin].code
            total[key] = total.get(key, 0.0) + float(chance)
            best[key] = max(best.get(key, (0.0, origin)), (float(chance), origin))
        likeliest = sorted(best, key=lambda key: -total[key])[:CONSIDERED]
        return [
            self._side(at, role, None, float(chances[0])),
            *(self._side(at, role, best[key][1], total[key]) for key in likeliest),
        ]

    def _side(self, at: int, role: int, origin: Origin | None, chance: float) -> Side:
        party = 0 if origin is None else self.parties[party_of(self.actors[origin])]
        agreed = _above(self.agreed[at, role, party], LEAST_AGREED) if self.retold[at] > 0 else 0.0
        known = 0.0 if origin is None else sum(_above(one, LEAST_KNOWN) for one in self.known[at, :, party])
        return Side(origin=origin, chance=chance, agreed=agreed, known=known)


def party_of(actor: Actor) -> str:
    """What two namings of one party share: the land, else the name."""
    land = actor.country
    return land if land and land not in MANY_LANDS else actor.name.lower()


def is_part(first: str, second: str) -> bool:
    """Whether one name is within the other: Senegal in the president of Senegal, whom a pronoun beside him does not mean."""
    mine, yours = (set(name.lower().split()) for name in (first, second))
    return mine <= yours or yours <= mine


def _same(told: Sequence[Told], alike: Alike) -> Floats:
    """How likely each two of an article's words tell the same event; nought for those of two types, and for one with itself."""
    found = np.zeros((len(told), len(told)), dtype=np.float32)
    for kind in {one.kind for one in told}:
        places = [at for at, one in enumerate(told) if one.kind == kind]
        if len(places) > 1:
            found[np.ix_(places, places)] = alike(np.stack([told[at].read.event for at in places]))
    np.fill_diagonal(found, 0)
    return found


def _above(chance: float, least: float) -> float:
    """A chance as a logarithm that begins at nought."""
    return math.log((float(chance) + least) / least)
