"""When a feed is visited next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipeline.fetch.schedule import next_fetch

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def seconds(**values: object) -> float:
    due = next_fetch(now=NOW, **values)  # type: ignore[arg-type]
    assert due is not None
    return (due - NOW).total_seconds()


def test_feed_of_a_minute_is_due_at_every_run_of_a_minute() -> None:
    """Although runs begin a few seconds early or late."""
    starts = [NOW + timedelta(seconds=60 * run + late) for run, late in enumerate([0.0, 3.0, 0.4, 4.9, 0.0])]

    assert all(next_fetch(now=start, interval_seconds=60) <= later for start, later in pairwise(starts))


@pytest.mark.parametrize(("interval", "expected"), [(60, 54), (900, 870), (86_400, 86_370)])
def test_good_visit_waits_the_interval(interval: int, expected: float) -> None:
    """A tenth early, 30 s at most."""
    assert seconds(interval_seconds=interval) == expected


def test_wait_grows_by_an_interval_with_each_failure() -> None:
    """Linear: a feed that hiccups is not punished."""
    assert [seconds(interval_seconds=900, failure_count=count) for count in (1, 2, 3)] == [1800, 2700, 3600]


def test_wait_never_exceeds_a_day() -> None:
    """And never becomes never."""
    assert seconds(interval_seconds=900, failure_count=10_000) == 86_400


def test_feed_of_a_week_is_not_visited_more_often_for_failing() -> None:
    """The cap is for the back-off, not for the interval."""
    assert seconds(interval_seconds=7 * 86_400, failure_count=1) == 7 * 86_400


@pytest.mark.parametrize(("asked", "expected"), [(10.0, 1800), (7200.0, 7200), (10_000_000.0, 86_400)])
def test_server_may_ask_for_longer_but_not_for_ever(asked: float, expected: float) -> None:
    """Its wish counts where it is longer, up to a day."""
    assert seconds(interval_seconds=900, failure_count=1, retry_after_seconds=asked) == expected


def test_gone_is_never() -> None:
    """410 is the publisher's last word."""
    assert next_fetch(now=NOW, interval_seconds=900, failure_count=1, is_gone=True) is None


def test_time_without_a_zone_is_refused() -> None:
    """It could be anybody's noon."""
    with pytest.raises(ValueError, match="time zone"):
        next_fetch(now=NOW.replace(tzinfo=None), interval_seconds=900)
