"""What stands out of a series, and how its axis is labelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.pages.series import BASELINE_DAYS, LEAST_DAYS, filled, judged, nice_top, ticks

FIRST = date(2026, 9, 1)


def days(*counts: int) -> list[tuple[date, int]]:
    return [(FIRST + timedelta(days=number), count) for number, count in enumerate(counts)]


def test_days_without_events_are_days() -> None:
    """GDELT has holes there, and every mean over them is wrong."""
    assert filled({FIRST: 3}, FIRST, FIRST + timedelta(days=2)) == days(3, 0, 0)


def test_a_day_far_above_the_weeks_before_stands_out() -> None:
    """And is not counted among what is expected of itself."""
    found = judged(days(*[4] * BASELINE_DAYS, 11))[-1]

    assert (found.expected, found.upper, found.is_spike) == (4.0, 10.0, True)


def test_a_series_that_varies_much_is_held_to_what_it_does() -> None:
    """Three standard deviations of its own, where chance alone would allow less."""
    assert not judged(days(*[0, 12] * (BASELINE_DAYS // 2), 20))[-1].is_spike


@pytest.mark.parametrize("count", [1, 2, 3])
def test_two_after_none_is_no_news(count: int) -> None:
    """A rise of less than three stands out nowhere."""
    assert [day.is_spike for day in judged(days(*[0] * BASELINE_DAYS, count))[-1:]] == [count == 3]


def test_nothing_is_said_of_a_day_with_too_few_before_it() -> None:
    """Doubt is refused."""
    assert [day.upper for day in judged(days(*[1] * LEAST_DAYS, 99))] == [None] * LEAST_DAYS + [4.0]


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 1), (0.4, 1), (5, 5), (5.1, 6), (61, 80), (100, 100), (1001, 2000), (9000, 10000)],
)
def test_an_axis_ends_on_a_round_number(highest: float, top: int) -> None:
    """At or above the highest count."""
    assert nice_top(highest) == top


@pytest.mark.parametrize(
    ("count", "labels"),
    [(10, ["7 Sep"]), (130, ["Sep", "Oct", "Nov", "Dec", "Jan 2027"]), (900, ["2027", "2028", "2029"])],
)
def test_an_axis_is_labelled_by_its_length(count: int, labels: list[str]) -> None:
    """Weeks, months or years."""
    assert [
        label for _, label in ticks([FIRST + timedelta(days=number) for number in range(count)])
    ] == labels
