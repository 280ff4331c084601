"""The schedule of attempts."""

from datetime import datetime, timedelta

import pytest

from pipeline.alert.retry import SCHEDULE_SECONDS, next_attempt

WAITS = ["0:00:00", "0:00:05", "0:05:00", "0:30:00", "2:00:00", "5:00:00", "10:00:00", "14:00:00", "20:00:00",
         "1 day, 0:00:00"]  # fmt: skip


def test_schedule_is_the_one_of_standard_webhooks():
    """Ten attempts over some three days."""
    assert [str(timedelta(seconds=seconds)) for seconds in SCHEDULE_SECONDS] == WAITS


@pytest.mark.parametrize("attempt_count", range(10))
@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_wait_is_the_scheduled_one_or_up_to_a_tenth_longer(now, attempt_count, key):
    """Jitter never makes an attempt early."""
    seconds = (next_attempt(attempt_count, now, None, key) - now).total_seconds()

    assert SCHEDULE_SECONDS[attempt_count] <= seconds <= SCHEDULE_SECONDS[attempt_count] * 1.1


def test_first_attempt_is_at_once(now):
    """Nothing waits before it was tried."""
    assert next_attempt(0, now, 3600, "key") == now


def test_tenth_failure_gives_up(now):
    """None means quarantine."""
    assert next_attempt(10, now, 5, "key") is None


def test_fewer_attempts_can_be_asked_for(now):
    """The setting's limit comes first."""
    assert next_attempt(5, now, None, "key", max_attempts=5) is None


def test_more_attempts_repeat_the_last_wait(now):
    """A limit above the schedule goes on day by day."""
    wait = next_attempt(12, now, None, "key", max_attempts=15) - now

    assert timedelta(hours=24) <= wait <= timedelta(hours=26.4)


def test_jitter_is_the_same_for_the_same_key_and_attempt(now):
    """A decision can be repeated and tested."""
    assert next_attempt(3, now, None, "key") == next_attempt(3, now, None, "key")


def test_jitter_parts_a_crowd(now):
    """A thousand that failed together do not come back together."""
    times = {next_attempt(4, now, None, str(number)) for number in range(1000)}

    assert len(times) > 990


@pytest.mark.parametrize(
    ("retry_after", "low", "high"),
    [(600, 600, 660), (1, 300, 330), (-5, 300, 330), (10**9, 86_400, 95_040)],
)
def test_retry_after_lengthens_the_wait_up_to_a_day(now, retry_after, low, high):
    """A receiver may ask for time, not for haste and not for ever."""
    seconds = (next_attempt(2, now, retry_after, "key") - now).total_seconds()

    assert low <= seconds <= high


def test_time_without_zone_is_refused():
    """Local time is a guess."""
    with pytest.raises(ValueError, match="zone"):
        next_attempt(1, datetime(2020, 1, 1), None, "key")  # noqa: DTZ001


def test_negative_count_is_refused(now):
    """A count that cannot be is a defect of the caller."""
    with pytest.raises(ValueError, match="got -1"):
        next_attempt(-1, now, None, "key")
