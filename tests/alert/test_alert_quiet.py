"""Quiet hours go by the clock on the wall of their zone, also in the nights when it is put forward or back."""

from datetime import UTC, datetime, time, timedelta

import pytest

from pipeline.alert.quiet import QuietHours, next_time, quiet_until

BERLIN, CAIRO = "Europe/Berlin", "Africa/Cairo"


def night(zone: str, **others: object) -> QuietHours:
    return QuietHours(**{"start": time(22), "end": time(7), "zone": zone, **others})


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        pytest.param(BERLIN, utc(2026, 1, 10, 20, 59), None, id="winter, a minute before"),
        pytest.param(BERLIN, utc(2026, 1, 10, 21), utc(2026, 1, 11, 6), id="winter, from the start"),
        pytest.param(BERLIN, utc(2026, 1, 11, 5, 59), utc(2026, 1, 11, 6), id="winter, to the last minute"),
        pytest.param(BERLIN, utc(2026, 1, 11, 6), None, id="winter, at the end"),
        pytest.param(BERLIN, utc(2026, 7, 10, 20), utc(2026, 7, 11, 5), id="summer"),
        pytest.param(BERLIN, utc(2026, 3, 28, 23), utc(2026, 3, 29, 5), id="the clock goes forward"),
        pytest.param(BERLIN, utc(2026, 10, 24, 23), utc(2026, 10, 25, 6), id="the clock goes back"),
        # Egypt has summer time again since 2023, from the last Friday of April to the last Thursday of October.
        pytest.param(CAIRO, utc(2026, 1, 10, 20), utc(2026, 1, 11, 5), id="Cairo, winter"),
        pytest.param(CAIRO, utc(2026, 7, 10, 19), utc(2026, 7, 11, 4), id="Cairo, summer"),
        pytest.param(CAIRO, utc(2026, 4, 23, 21), utc(2026, 4, 24, 4), id="Cairo, the clock goes forward"),
        pytest.param(CAIRO, utc(2026, 10, 29, 20), utc(2026, 10, 30, 5), id="Cairo, the clock goes back"),
    ],
)
def test_quiet_ends_at_the_hour_of_the_zone(zone, now, expected):
    """Seven in the morning is seven in the morning, whatever UTC says."""
    assert quiet_until(night(zone), now) == expected


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        pytest.param(BERLIN, utc(2026, 3, 28, 21), 8, id="forward"),
        pytest.param(BERLIN, utc(2026, 10, 24, 20), 10, id="back"),
        pytest.param(CAIRO, utc(2026, 4, 23, 20), 8, id="Cairo, forward"),
        pytest.param(CAIRO, utc(2026, 10, 29, 19), 10, id="Cairo, back"),
    ],
)
def test_a_night_is_an_hour_shorter_or_longer(zone, start, hours):
    """Each minute of it is quiet, and none before or after."""
    minutes = [start + timedelta(minutes=number) for number in range(-60, 13 * 60)]
    quiet = [minute for minute in minutes if quiet_until(night(zone), minute)]

    assert (quiet[0], len(quiet)) == (start, hours * 60)


def test_a_start_that_the_clock_jumps_over_is_the_jump():
    """In Berlin there was no half past two on 29 March 2026."""
    quiet = QuietHours(start=time(2, 30), end=time(4), zone=BERLIN)

    assert quiet_until(quiet, utc(2026, 3, 29, 0, 59)) is None
    assert quiet_until(quiet, utc(2026, 3, 29, 1)) == utc(2026, 3, 29, 2)


def test_an_end_that_the_clock_passes_twice_is_its_first_passing():
    """In Berlin half past two came twice on 25 October 2026."""
    quiet = QuietHours(start=time(0), end=time(2, 30), zone=BERLIN)

    assert quiet_until(quiet, utc(2026, 10, 25, 0, 29)) == utc(2026, 10, 25, 0, 30)
    assert quiet_until(quiet, utc(2026, 10, 25, 1)) is None


def test_days_are_those_on_which_it_starts():
    """The night from Saturday to Sunday is Saturday's."""
    saturdays = night(BERLIN, days=(5,))

    assert quiet_until(saturdays, utc(2026, 1, 11, 3)) == utc(2026, 1, 11, 6)
    assert quiet_until(saturdays, utc(2026, 1, 12, 3)) is None


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        pytest.param(BERLIN, utc(2026, 1, 10, 6, 59), utc(2026, 1, 10, 7), id="today"),
        pytest.param(BERLIN, utc(2026, 1, 10, 7), utc(2026, 1, 11, 7), id="tomorrow"),
        pytest.param(BERLIN, utc(2026, 3, 28, 12), utc(2026, 3, 29, 6), id="after the clock went forward"),
        pytest.param(BERLIN, utc(2026, 10, 24, 12), utc(2026, 10, 25, 7), id="after it went back"),
        pytest.param(CAIRO, utc(2026, 4, 23, 12), utc(2026, 4, 24, 5), id="Cairo, forward"),
        pytest.param(CAIRO, utc(2026, 10, 29, 12), utc(2026, 10, 30, 6), id="Cairo, back"),
    ],
)
def test_a_digest_at_eight_comes_at_eight(zone, now, expected):
    """Once a day, in summer and in winter."""
    assert next_time((time(8),), zone, now) == expected


def test_a_time_without_a_zone_is_refused():
    """It would be somebody's local time."""
    with pytest.raises(ValueError, match="time zone"):
        quiet_until(night(BERLIN), datetime(2026, 1, 1))  # noqa: DTZ001
