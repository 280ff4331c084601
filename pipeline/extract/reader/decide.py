"""Decide: what the network makes of each word in, decisions out: an event's type, status, whose it is, how likely all that is.

Parties are weighed together: a body that meets, accuses or aids itself is seldom meant, so the pair is chosen and not each alone.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from pipeline.extract.lexicon.files import DATA
from pipeline.extract.reader.heads import Floats
from pipeline.extract.reader.network import WordRead
from pipeline.extract.reader.window import STATUSES, TIERS, TYPES, Window, Word
from pipeline.model import Actor, Status

SETTINGS_PATH = DATA / "reader.toml"
CORE, BACKGROUND = TIERS.index("core"), TIERS.index("background")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One event as the trained reader sees it.

    Args:
        origin: The sentence, and the word in it that tells the event.
        actor, recipient: The sentence and the number among its named; None for nobody.
        confidence: Calibrated probability that type, actor and recipient are right.
        background: How likely it is history or a running total.
        event: What it tells, as the network compares it.
    """

    origin: tuple[int, int]
    event_type: str
    status: Status
    actor: tuple[int, int] | None
    recipient: tuple[int, int] | None
    confidence: float
    background: float
    event: Floats


@cache
def load_settings(path: Path = SETTINGS_PATH) -> Mapping[str, Any]:
    """Thresholds and calibration, with where they come from."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def decisions(
    window: Window, reads: Sequence[WordRead], actors: Mapping[tuple[int, int], Actor]
) -> Iterator[Decision]:
    """One decision for each word that was read; `actors` are those named, by sentence and number."""
    for read in reads:
        word = window.words[read.at]
        read = trusting(read, window)
        kind = int(read.types[1:].argmax())
        reach = [window.mentions[number].origin for number in word.reach]
        sides = [_sides(chances, reach, actors) for chances in read.parties]
        pair = _pair(sides[0], sides[1], actors)
        (actor, _), (recipient, _) = pair
        yield Decision(
            origin=word.origin,
            event_type=TYPES[kind],
            status=STATUSES[int(read.statuses.argmax())],
            actor=actor,
            recipient=recipient,
            confidence=confidence(features_of(window, read, pair, actors)),
            background=float(read.tiers[BACKGROUND]),
            event=read.event,
        )


def trusting(read: WordRead, window: Window) -> WordRead:
    """A reading with more weight on the rules' where the network has seen few of the type that they read (data/reader.toml)."""
    trust, word = load_settings()["trust"], window.words[read.at]
    if not word.rule_type or TYPES[word.rule_type - 1] not in trust["types"].split():
        return read
    types = _raised(read.types, [word.rule_type], trust["times"])
    if int(types[1:].argmax()) + 1 != word.rule_type:
        return replace(read, types=types)
    parties = tuple(
        _raised(chances, [at + 1 for at in by_rule(window, word, role)], trust["times"])
        for role, chances in enumerate(read.parties)
    )
    return replace(read, types=types, parties=parties)


def _raised(chances: Floats, places: Sequence[int], times: float) -> Floats:
    raised: Floats = chances.copy()
    raised[list(places)] *= times
    raised /= raised.sum()
    return raised


def by_rule(window: Window, word: Word, role: int) -> list[int]:
    """Which of the mentions within a word's reach the rules take for a party."""
    first = word.at - word.origin[1]
    return [
        at
        for at, mention in enumerate(window.mentions[number] for number in word.reach)
        if mention.origin[0] == word.origin[0] and mention.head - first in word.by_rule[role]
    ]


def features_of(
    window: Window, read: WordRead, pair: tuple[Side, Side], actors: Mapping[tuple[int, int], Actor]
) -> dict[str, float]:
    """What tells whether a decision is right: how sure the network is of each part, and whether the rules read the same."""
    word = window.words[read.at]
    kind = int(read.types[1:].argmax()) + 1
    named = [window.mentions[number].origin for number in word.reach]
    ruled = [side in [named[at] for at in by_rule(window, word, role)] for role, (side, _) in enumerate(pair)]
    coded = [side is not None and bool(actors[side].country) for side, _ in pair]
    return {
        "type": logit(float(read.types[kind])),
        "actor": logit(pair[0][1]),
        "recipient": logit(pair[1][1]),
        "rule": float(word.rule_type == kind),
        "other_rule": float(word.rule_type not in (0, kind)),
        "rule_actor": float(ruled[0]),
        "rule_recipient": float(ruled[1]),
        "no_actor": float(pair[0][0] is None),
        "no_recipient": float(pair[1][0] is None),
        "actor_land": float(coded[0]),
        "recipient_land": float(coded[1]),
        "core": float(read.tiers[CORE]),
        "background": float(read.tiers[BACKGROUND]),
    }


def confidence(features: Mapping[str, float]) -> float:
    """Probability that type and parties are right; data/reader.toml says on what its weights were fitted."""
    weights = load_settings()["confidence"]
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return round(min(0.99, max(0.01, 1 / (1 + math.exp(-score)))), 3)


def logit(chance: float) -> float:
    """A chance on the scale that logistic weights add on; the last half per cent on either side counts alike."""
    kept = min(0.995, max(0.005, chance))
    return math.log(kept / (1 - kept))


Side = tuple[tuple[int, int] | None, float]


def _sides(
    chances: Any, reach: Sequence[tuple[int, int]], actors: Mapping[tuple[int, int], Actor]
) -> list[Side]:
    """Nobody, and the likeliest mention of each party with the chance of all that name the same one."""
    best: dict[tuple[str, str], tuple[float, tuple[int, int]]] = {}
    total: dict[tuple[str, str], float] = {}
    for origin, chance in zip(reach, chances[1:], strict=True):
        party = actors[origin]
        key = (party.name.lower(), party.code)
        total[key] = total.get(key, 0.0) + float(chance)
        best[key] = max(best.get(key, (0.0, origin)), (float(chance), origin))
    named: list[Side] = [(best[key][1], total[key]) for key in best]
    named.sort(key=lambda side: -side[1])
    return [(None, float(chances[0])), *named[:3]]


def _pair(
    actors: Sequence[Side], recipients: Sequence[Side], known: Mapping[tuple[int, int], Actor]
) -> tuple[Side, Side]:
    """The likeliest pair; one twice, or one and a part of its name, is none, and one land twice counts less."""
    same_land, nobody = (float(load_settings()["pair"][name]) for name in ("same_land", "nobody"))

    def chance(pair: tuple[Side, Side]) -> float:
        (first, p), (second, q) = pair
        if first is None and second is None:
            return p * q * nobody
        if first is None or second is None:
            return p * q
        a, b = known[first], known[second]
        if is_part(a.name, b.name):
            return 0.0
        is_one_land = bool(a.country) and a.country == b.country and not (a.sector and b.sector)
        return p * q * (same_land if is_one_land else 1.0)

    return max(product(actors, recipients), key=chance)


def is_part(first: str, second: str) -> bool:
    """Whether one name is within the other: Senegal in the president of Senegal, whom a pronoun beside him does not mean."""
    mine, yours = (set(name.lower().split()) for name in (first, second))
    return mine <= yours or yours <= mine
