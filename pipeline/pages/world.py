"""Degrees in, points of the map out; and the outlines of the lands as the path of an SVG.

The projection is Equal Earth: lands are as large as they are. Source: Šavrič, Patterson, Jenny, "The Equal Earth map
projection", 2018.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "data" / "world" / "countries-110m.json"
WIDTH, HEIGHT = 9600.0, 4672.0
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2
# Where x and y of the projection end, at 180° E on the equator and at 90° N.
_X_END = math.pi / (_M * _A1)
_Y_END = 1.3173627591574133
ANTARCTICA = "010"


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A part of the map, in its own units."""

    x: float
    y: float
    width: float
    height: float

    def __str__(self) -> str:
        return f"{self.x:.0f} {self.y:.0f} {self.width:.0f} {self.height:.0f}"


# All of it but the empty south.
WORLD = Box(x=0, y=130, width=WIDTH, height=4000)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """A place on the map, from the upper left, 0 to WIDTH and 0 to HEIGHT."""
    theta = math.asin(_M * math.sin(math.radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = math.radians(longitude) * math.cos(theta) / (_M * slope)
    y = theta * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return (x / _X_END + 1) * WIDTH / 2, (1 - y / _Y_END) * HEIGHT / 2


def box_around(points: Sequence[tuple[float, float]], *, least: float = 900.0) -> Box:
    """A part of the map that has all of the points and some room, in the shape of the whole; the world where there are none.

    Args:
        least: Smallest width.
    """
    if not points:
        return WORLD
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    shape = WORLD.width / WORLD.height
    width = max((right - left) * 1.25, (bottom - top) * 1.25 * shape, least)
    if width >= WORLD.width:
        return WORLD
    height = width / shape
    return Box(x=(left + right - width) / 2, y=(top + bottom - height) / 2, width=width, height=height)


@cache
def outlines() -> str:
    """All lands but Antarctica as one path."""
    world = json.loads(FILE.read_text("utf-8"))
    arcs = [list(_degrees(arc, world["transform"])) for arc in world["arcs"]]
    rings = (
        _ring(ring, arcs)
        for land in world["objects"]["countries"]["geometries"]
        if land.get("id") != ANTARCTICA
        for polygon in ([land["arcs"]] if land["type"] == "Polygon" else land["arcs"])
        for ring in polygon
    )
    return "".join(_path(half) for ring in rings for half in _halves(ring))


def _degrees(arc: Any, transform: Any) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of the points of an arc of TopoJSON, which stores steps on a grid."""
    x = y = 0
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        yield (
            x * transform["scale"][0] + transform["translate"][0],
            y * transform["scale"][1] + transform["translate"][1],
        )


def _ring(indices: Any, arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Arcs put together; a negative number is the arc of its complement, backwards."""
    ring: list[tuple[float, float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _halves(ring: list[tuple[float, float]]) -> Iterator[list[tuple[int, int]]]:
    """The ring on the map; in two where it goes over the edge of the map, as Chukotka does."""
    unrolled, turns, before = [], 0, ring[0][0]
    for longitude, latitude in ring:
        turns += (longitude - before < -180) - (longitude - before > 180)
        before = longitude
        unrolled.append((longitude + 360 * turns, latitude))
    for shift in (-360, 0, 360):
        moved = [(min(max(longitude + shift, -180), 180), latitude) for longitude, latitude in unrolled]
        if len({longitude for longitude, _ in moved}) > 1:
            on_map = (project(latitude, longitude) for longitude, latitude in _without_edge(moved))
            yield [(round(x), round(y)) for x, y in on_map]


def _without_edge(ring: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The ring without what was pushed to the edge of the map, but for where it leaves the map and comes back."""
    for before, point, after in zip(ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1], strict=True):
        if abs(point[0]) != 180 or not before[0] == point[0] == after[0]:
            yield point


def _path(ring: list[tuple[int, int]]) -> str:
    steps = [
        f"{x - before_x},{y - before_y}"
        for (before_x, before_y), (x, y) in pairwise(ring)
        if (x, y) != (before_x, before_y)
    ]
    # An island smaller than a dot of the map has no way to go.
    return f"M{ring[0][0]},{ring[0][1]}l{' '.join(steps)}z" if steps else ""
