"""Ground: points, circles and polygons on the earth. Sums and products alone, so that Postgres says the same to the last bit."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Degrees north, degrees east.
Point = tuple[float, float]
Vector = tuple[float, float, float]

EARTH_KM = 6371.0088  # mean radius, IUGG


def unit_vector(latitude: float, longitude: float) -> Vector:
    """A point as a vector of length 1 from the middle of the earth."""
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def square_chord(km: float) -> float:
    """The square of the straight way through the earth, in radii, that lies under so many kilometres of ground."""
    half = min(km / EARTH_KM / 2, math.pi / 2)
    return 4 * math.sin(half) ** 2


def is_near(point: Vector, centre: Vector, square: float) -> bool:
    """Whether a point lies in a circle, its edge included; `square` is the circle's `square_chord`."""
    dx, dy, dz = point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]
    return dx * dx + dy * dy + dz * dz <= square


def unrolled(corners: Sequence[Point]) -> tuple[Point, ...]:
    """The corners with each longitude at most half the globe from that before it: 179, -179 becomes 179, 181."""
    shown = [corners[0]]
    for north, east in corners[1:]:
        turns = round((shown[-1][1] - east) / 360)
        shown.append((north, east + 360 * turns))
    return tuple(shown)


def is_inside(point: Point, corners: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon: a line from it to the north crosses its sides an odd number of times.

    Args:
        corners: `unrolled`; the last is joined to the first.
    """
    return any(_is_inside(point[0], point[1] + turn, corners) for turn in (0.0, 360.0, -360.0))


def _is_inside(north: float, east: float, corners: Sequence[Point]) -> bool:
    is_in = False
    for (north1, east1), (north2, east2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (east1 > east) != (east2 > east) and north < (north2 - north1) * (east - east1) / (
            east2 - east1
        ) + north1:
            is_in = not is_in
    return is_in
