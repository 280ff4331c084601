"""Dyads in; a network laid out, and a matrix, out. Pure, and the same for the same dyads."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEPS = 160
WIDTH, HEIGHT = 900.0, 560.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Dyad:
    """What one country did to another over some days.

    Args:
        count: Actual events.
        usual: How many were to be expected from the days before.
        score: Mean of PLOVER's score, -10 to 10; None where none has one.
    """

    actor: str
    recipient: str
    count: int
    usual: float
    score: float | None


def tone(dyad: Dyad) -> str:
    """The mean score in four steps, from hard to good; "none" where there is none."""
    if dyad.score is None:
        return "none"
    return next(
        name for below, name in ((-5, "hard"), (0, "tense"), (4, "mild"), (99, "good")) if dyad.score < below
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A dyad as the path of an SVG, bent to its right, so that there and back are two."""

    dyad: Dyad
    path: str
    width: float


def lines(dyads: Sequence[Dyad], nodes: Mapping[str, Node]) -> list[Line]:
    """The lines between the nodes, the thinnest on top."""
    most = max((dyad.count for dyad in dyads), default=1)
    return [
        Line(
            dyad=dyad,
            path=_bent(nodes[dyad.actor], nodes[dyad.recipient]),
            width=1.2 + 8 * math.sqrt(dyad.count / most),
        )
        for dyad in sorted(dyads, key=lambda dyad: -dyad.count)
        if dyad.actor != dyad.recipient
    ]


def _bent(start: Node, end: Node) -> str:
    x, y = end.x - start.x, end.y - start.y
    length = math.hypot(x, y) or 1.0
    middle_x, middle_y = (start.x + end.x) / 2 - y * 0.14, (start.y + end.y) / 2 + x * 0.14
    # It ends before the node, so that its tip is seen.
    to_x, to_y = end.x - middle_x, end.y - middle_y
    part = max(0.0, 1 - 9 / (math.hypot(to_x, to_y) or length))
    return (
        f"M{start.x:.0f},{start.y:.0f}Q{middle_x:.0f},{middle_y:.0f} "
        f"{middle_x + to_x * part:.1f},{middle_y + to_y * part:.1f}"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A country in the network."""

    code: str
    x: float
    y: float
    count: int


def weights(dyads: Sequence[Dyad]) -> dict[str, int]:
    """How many events each country has a part in, the busiest first."""
    totals: dict[str, int] = defaultdict(int)
    for dyad in dyads:
        totals[dyad.actor] += dyad.count
        totals[dyad.recipient] += dyad.count
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def laid_out(dyads: Sequence[Dyad]) -> dict[str, Node]:
    """Put countries near those they have to do with, and none upon another.

    Source: Fruchterman and Reingold, "Graph drawing by force-directed placement", 1991; from a circle, so that there
    is no chance in it.
    """
    totals = weights(dyads)
    codes = list(totals)
    if not codes:
        return {}
    places = {code: _on_circle(number, len(codes)) for number, code in enumerate(codes)}
    ties: dict[tuple[str, str], float] = defaultdict(float)
    for dyad in dyads:
        ties[min(dyad.actor, dyad.recipient), max(dyad.actor, dyad.recipient)] += math.log1p(dyad.count)
    distance = math.sqrt(1.0 / len(codes)) * 0.9
    for step in range(STEPS):
        _move(places, ties, distance, limit=0.12 * (1 - step / STEPS))
    return _fitted(places, totals)


def _on_circle(number: int, count: int) -> list[float]:
    angle = 2 * math.pi * number / count
    return [0.5 + 0.4 * math.cos(angle), 0.5 + 0.4 * math.sin(angle)]


def _move(
    places: dict[str, list[float]], ties: dict[tuple[str, str], float], distance: float, limit: float
) -> None:
    pushes = {code: [0.0, 0.0] for code in places}
    codes = list(places)
    for number, first in enumerate(codes):
        for second in codes[number + 1 :]:
            _push(pushes, places, (first, second), strength=distance**2, power=-1)
    strongest = max(ties.values(), default=1.0)
    for pair, tie in ties.items():
        if pair[0] != pair[1]:
            _push(pushes, places, pair, strength=-(0.4 + 0.6 * tie / strongest) / distance, power=2)
    for code, (x, y) in pushes.items():
        # What hangs on nothing is held by the middle.
        x, y = x + (0.5 - places[code][0]) * 0.6, y + (0.5 - places[code][1]) * 0.6
        length = math.hypot(x, y) or 1e-9
        part = min(length, limit) / length
        places[code][0] += x * part
        places[code][1] += y * part


def _push(
    pushes: dict[str, list[float]],
    places: dict[str, list[float]],
    pair: tuple[str, str],
    *,
    strength: float,
    power: int,
) -> None:
    first, second = pair
    x, y = places[first][0] - places[second][0], places[first][1] - places[second][1]
    length = max(math.hypot(x, y), 1e-3)
    force = strength * length**power / length
    pushes[first][0] += x * force
    pushes[first][1] += y * force
    pushes[second][0] -= x * force
    pushes[second][1] -= y * force


def _fitted(places: dict[str, list[float]], totals: dict[str, int]) -> dict[str, Node]:
    """Stretch the layout over the picture, with room for the names."""
    left, right = min(x for x, _ in places.values()), max(x for x, _ in places.values())
    top, bottom = min(y for _, y in places.values()), max(y for _, y in places.values())
    return {
        code: Node(
            code=code,
            x=70 + (x - left) / ((right - left) or 1) * (WIDTH - 140),
            y=40 + (y - top) / ((bottom - top) or 1) * (HEIGHT - 80),
            count=totals[code],
        )
        for code, (x, y) in places.items()
    }
