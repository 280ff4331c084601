"""Decide: what the network makes of each word in, decisions out: an event's type, status, whose it is, how likely all that is.

Parties are weighed together: a body that meets, accuses or aids itself is seldom meant, so the pair is chosen and not each alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from pipeline.extract.lexicon.files import DATA
from pipeline.extract.reader.network import WordRead
from pipeline.extract.reader.window import STATUSES, TIERS, TYPES, Window
from pipeline.model import Actor, Status

SETTINGS_PATH = DATA / "reader.toml"
BACKGROUND = TIERS.index("background")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One event as the trained reader sees it.

    Args:
        origin: The sentence, and the word in it that tells the event.
        actor, recipient: The sentence and the number among its named; None for nobody.
        confidence: Calibrated probability that type, actor and recipient are right.
        is_background: It is history or a running total.
    """

    origin: tuple[int, int]
    event_type: str
    status: Status
    actor: tuple[int, int] | None
    recipient: tuple[int, int] | None
    confidence: float
    is_background: bool


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
        kind = int(read.types[1:].argmax())
        reach = [
            window.mentions[number].origin
            for number in range(word.first_mention, word.first_mention + len(word.links))
        ]
        sides = [_sides(chances, reach, actors) for chances in read.parties]
        (actor, first), (recipient, second) = _pair(sides[0], sides[1], actors)
        stated = float(read.types[kind + 1]) * (first * second) ** 0.5
        yield Decision(
            origin=word.origin,
            event_type=TYPES[kind],
            status=STATUSES[int(read.statuses.argmax())],
            actor=actor,
            recipient=recipient,
            confidence=_calibrated(stated),
            is_background=bool(read.tiers[BACKGROUND] > load_settings()["background"]),
        )


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
    """The likeliest pair; the same one twice is none, and one land twice counts less."""
    same_land, nobody = (float(load_settings()["pair"][name]) for name in ("same_land", "nobody"))

    def chance(pair: tuple[Side, Side]) -> float:
        (first, p), (second, q) = pair
        if first is None and second is None:
            return p * q * nobody
        if first is None or second is None:
            return p * q
        a, b = known[first], known[second]
        if a.name == b.name:
            return 0.0
        is_one_land = bool(a.country) and a.country == b.country and not (a.sector and b.sector)
        return p * q * (same_land if is_one_land else 1.0)

    return max(product(actors, recipients), key=chance)


def _calibrated(stated: float) -> float:
    """Probability that type and parties are right, from a table of stated against right (data/reader.toml says on what)."""
    points = load_settings()["calibration"]["points"]
    for (left, low), (right, high) in pairwise(points):
        if stated <= right:
            return round(float(low + (high - low) * (stated - left) / (right - left)), 3)
    return float(points[-1][1])
