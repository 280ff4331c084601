"""How often a feed is visited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.fetch.pace import LONGEST_SECONDS, SHORTEST_SECONDS, interval, paced
from pipeline.fetch.records import FeedState


def feed(**values: object) -> FeedState:
    return FeedState(
        **{"url": "https://news.example/rss", "source": "Post", "is_interval_given": False} | values  # type: ignore[arg-type]
    )


def after(state: FeedState, *visits: tuple[int, int], asked_seconds: int = 0) -> FeedState:
    """The feed after visits that showed so many entries, so many of them known."""
    for shown, known in visits:
        state = paced(state, shown_count=shown, known_count=known, asked_seconds=asked_seconds)
    return state


QUIET, BRISK, STEADY = (0, 0), (20, 10), (20, 18)


def test_first_visit_changes_nothing() -> None:
    """All entries are new then, and say nothing of the pace."""
    assert interval(after(feed(), (20, 0))) == 900


def test_two_quiet_visits_make_the_interval_longer() -> None:
    """One may be chance."""
    first = after(feed(), (20, 0))

    assert [interval(after(first, *[QUIET] * count)) for count in (1, 2, 3, 4)] == [900, 1350, 1350, 2025]


def test_two_brisk_visits_make_it_shorter() -> None:
    """Before entries fall off the feed's end."""
    assert interval(after(feed(), (20, 0), BRISK, BRISK)) == 600


def test_a_visit_between_forgets_those_before() -> None:
    """They must come in a row."""
    assert interval(after(feed(), (20, 0), QUIET, BRISK, QUIET, STEADY, QUIET)) == 900


def test_an_interval_nobody_gave_has_bounds() -> None:
    """Never more than some minutes, never less than some times a day."""
    start = after(feed(), (20, 0))

    assert interval(after(start, *[BRISK] * 50)) == SHORTEST_SECONDS
    assert interval(after(start, *[QUIET] * 50)) == LONGEST_SECONDS


def test_an_interval_that_was_given_is_the_most() -> None:
    """A quarter of it is the least."""
    start = after(feed(interval_seconds=600, is_interval_given=True), (20, 0))

    assert interval(after(start, *[QUIET] * 50)) == 600
    assert interval(after(start, *[BRISK] * 50)) == 150


@pytest.mark.parametrize(("asked", "expected"), [(60, 900), (3_600, 3_600), (31_536_000, LONGEST_SECONDS)])
def test_what_is_asked_is_the_least(asked: int, expected: int) -> None:
    """Up to some hours: servers state a year for what changes hourly."""
    assert interval(after(feed(), (20, 0), asked_seconds=asked)) == expected


def test_a_new_list_moves_the_pace_into_its_bounds() -> None:
    """Whatever was found before."""
    slow = after(feed(), (20, 0), *[QUIET] * 50)

    assert interval(after(replace(slow, interval_seconds=300, is_interval_given=True), QUIET)) == 300
