"""The map and the network: where things lie."""

from __future__ import annotations

import math
import re

import pytest

from pipeline.pages.network import HEIGHT, WIDTH, Dyad, laid_out, lines, tone, weights
from pipeline.pages.world import HEIGHT as MAP_HEIGHT
from pipeline.pages.world import WIDTH as MAP_WIDTH
from pipeline.pages.world import WORLD, box_around, outlines, project


def test_the_middle_and_the_ends_of_the_map() -> None:
    """Equal Earth, from the upper left."""
    assert project(0, 0) == (MAP_WIDTH / 2, MAP_HEIGHT / 2)
    assert project(0, 180) == pytest.approx((MAP_WIDTH, MAP_HEIGHT / 2))
    assert project(90, 0)[1] == pytest.approx(0, abs=0.01)
    assert project(-90, 0)[1] == pytest.approx(MAP_HEIGHT, abs=0.01)


def test_a_degree_takes_as_much_of_the_map_as_of_the_earth() -> None:
    """Equal area: at 60° a degree square is half as large as at the equator."""

    def area(latitude: float) -> float:
        (left, low), (right, _), (_, high) = (
            project(latitude, 10),
            project(latitude, 11),
            project(latitude + 1, 10),
        )
        return (right - left) * (low - high)

    assert area(59.5) / area(-0.5) == pytest.approx(math.cos(math.radians(60)), rel=0.01)


def test_no_outline_runs_across_the_map() -> None:
    """Chukotka and Fiji are cut at the edge."""
    steps = [
        abs(int(x))
        for part in outlines().split("M")
        for x, _ in re.findall(r"(-?\d+),(-?\d+)", part.partition("l")[2])
    ]

    assert len(steps) > 5_000
    assert max(steps) < MAP_WIDTH / 6


def test_a_box_has_its_points_and_the_shape_of_the_map() -> None:
    """With room around them."""
    box = box_around([(1000, 1000), (3000, 1200)])

    assert box.x < 1000 < 3000 < box.x + box.width
    assert box.width / box.height == pytest.approx(WORLD.width / WORLD.height)
    assert box_around([]) == WORLD


def dyad(actor: str, recipient: str, count: int = 1, score: float | None = 0.0) -> Dyad:
    return Dyad(actor=actor, recipient=recipient, count=count, usual=0.0, score=score)


DYADS = [
    dyad("RUS", "UKR", 9),
    dyad("UKR", "RUS", 4),
    dyad("USA", "CHN"),
    dyad("USA", "RUS", 2),
    dyad("KEN", "KEN"),
]


def test_nodes_lie_in_the_picture_and_apart() -> None:
    """Whatever the dyads."""
    nodes = list(laid_out(DYADS).values())

    assert all(0 <= node.x <= WIDTH and 0 <= node.y <= HEIGHT for node in nodes)
    assert min(math.hypot(a.x - b.x, a.y - b.y) for a in nodes for b in nodes if a != b) > 30


def test_the_same_dyads_give_the_same_picture() -> None:
    """A link shows others what one saw."""
    assert laid_out(DYADS) == laid_out(DYADS)
    assert laid_out([]) == {}


def test_one_country_alone_is_a_node() -> None:
    """And no division by nothing."""
    assert list(laid_out([dyad("KEN", "KEN")])) == ["KEN"]


def test_there_and_back_are_two_lines() -> None:
    """Each bent to its own side; what a country does to itself is none."""
    found = lines(DYADS, laid_out(DYADS))

    assert len(found) == 4
    assert len({line.path for line in found}) == 4
    assert found[0].width > found[-1].width


def test_the_busiest_come_first() -> None:
    """By events as actor and as recipient."""
    assert list(weights(DYADS)) == ["RUS", "UKR", "USA", "KEN", "CHN"]


@pytest.mark.parametrize(
    ("score", "name"), [(-9, "hard"), (-5, "tense"), (0, "mild"), (4, "good"), (10, "good"), (None, "none")]
)
def test_a_score_has_a_tone(score: float | None, name: str) -> None:
    """Four steps, and none."""
    assert tone(dyad("A", "B", score=score)) == name
