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


def crossing_sides(corners: Sequence[Point]) -> tuple[int, int] | None:
    """Two sides of a polygon that cross or touch without being neighbours, by the place of their first corners; None: none.

    Args:
        corners: `unrolled`; the last is joined to the first.
    """
    places = range(len(corners))
    sides = [(corners[place], corners[(place + 1) % len(corners)], place) for place in places]
    # A ring that is closed by its first corner has a side without length.
    sides = [side for side in sides if side[0] != side[1]]
    order = {place: at for at, (_, _, place) in enumerate(sides)}
    sides.sort(key=lambda side: min(side[0][1], side[1][1]))
    for number, (start, end, place) in enumerate(sides):
        for other_start, other_end, other in sides[number + 1 :]:
            if min(other_start[1], other_end[1]) > max(start[1], end[1]):
                break
            if abs(order[place] - order[other]) in (1, len(sides) - 1):
                continue
            if _do_meet(start, end, other_start, other_end):
                return min(place, other), max(place, other)
    return None


def _do_meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _is_between(*three) for turn, three in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> int:
    """On which side of the line from a to b the third lies: 1, -1, or 0 on it."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _is_between(a: Point, b: Point, on_line: Point) -> bool:
    return all(min(a[i], b[i]) <= on_line[i] <= max(a[i], b[i]) for i in (0, 1))


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
