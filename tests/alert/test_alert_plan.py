"""When a message goes out: now, when quiet hours end, or in a digest; and no more than the cap in an hour."""

from datetime import UTC, datetime, time, timedelta

import pytest

from pipeline.alert.plan import CAP, CAP_WAIT, DIGEST, DISABLED, QUIET, Load, plan
from pipeline.alert.quiet import QuietHours
from pipeline.alert.records import Receiver

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 10, 23, tzinfo=UTC)
QUIET_NIGHT = QuietHours(start=time(22), end=time(7), zone="Europe/Berlin")


def receiver(**fields) -> Receiver:
    return Receiver(**{"name": "desk", "channel": "log", **fields})


def test_what_nothing_holds_back_goes_out_now(rule):
    """The plain case."""
    way = plan(rule(), receiver(), Load(), NOON)

    assert (way.at, way.held_for) == (NOON, None)


def test_quiet_hours_hold_until_they_end(rule):
    """Seven in Berlin is six in UTC."""
    way = plan(rule(), receiver(quiet_hours=QUIET_NIGHT), Load(), NIGHT)

    assert (way.at, way.held_for) == (datetime(2026, 1, 11, 6, tzinfo=UTC), QUIET)


def test_a_rule_has_quiet_hours_too(rule):
    """The later end of both holds."""
    longer = QuietHours(start=time(20), end=time(9), zone="Europe/Berlin")
    way = plan(rule(quiet_hours=longer), receiver(quiet_hours=QUIET_NIGHT), Load(), NIGHT)

    assert way.at == datetime(2026, 1, 11, 8, tzinfo=UTC)


@pytest.mark.parametrize("wish", [{"quiet_hours": QUIET_NIGHT}, {"digest_at": (time(8),)}])
def test_what_is_urgent_passes(rule, wish):
    """And no other severity does."""
    critical = plan(rule(severity="critical"), receiver(**wish), Load(), NIGHT)
    high = plan(rule(severity="high"), receiver(**wish), Load(), NIGHT)

    assert (critical.held_for, critical.is_urgent) == (None, True)
    assert high.held_for is not None


def test_a_digest_comes_at_its_hour(rule):
    """Of the receiver's zone."""
    way = plan(rule(), receiver(digest_at=(time(8), time(18)), zone="Africa/Cairo"), Load(), NOON)

    assert (way.at, way.held_for) == (datetime(2026, 1, 10, 16, tzinfo=UTC), DIGEST)


def test_what_a_rule_gathers_is_told_together(rule):
    """All that comes until the first one's time is over."""
    gathered = rule(digest_minutes=30)
    first = plan(gathered, receiver(), Load(), NOON)
    second = plan(gathered, receiver(), Load().after(first), NOON + timedelta(minutes=10))

    assert first.held_for == second.held_for == DIGEST
    assert first.at == second.at == NOON + timedelta(minutes=30)


def planned(rule, to: Receiver, count: int, now: datetime, load: Load | None = None):
    load, ways = load or Load(), []
    for _ in range(count):
        ways.append(plan(rule, to, load, now))
        load = load.after(ways[-1])
    return ways


def test_no_more_than_the_cap_goes_out_in_an_hour(rule):
    """The rest is one digest."""
    ways = planned(rule(), receiver(max_per_hour=10), 1000, NOON)

    assert [way.held_for for way in ways] == [None] * 10 + [CAP] * 990
    assert {way.at for way in ways[10:]} == {NOON + CAP_WAIT}


def test_a_rules_own_cap_comes_first(rule):
    """And 0 is none."""
    assert (
        sum(
            way.held_for is None for way in planned(rule(max_per_hour=3), receiver(max_per_hour=10), 20, NOON)
        )
        == 3
    )
    assert (
        sum(
            way.held_for is None for way in planned(rule(max_per_hour=0), receiver(max_per_hour=10), 20, NOON)
        )
        == 20
    )


def test_the_next_digest_comes_an_hour_after_the_last(rule):
    """A storm that lasts is a digest an hour."""
    load = Load(sent_count=10, capped_at=NOON - timedelta(minutes=20))
    way = plan(rule(), receiver(max_per_hour=10), load, NOON)

    assert (way.at, way.held_for) == (NOON + timedelta(minutes=40), CAP)


def test_urgent_messages_have_a_cap_too(rule):
    """A storm of critical alerts is a storm."""
    ways = planned(rule(severity="critical"), receiver(max_per_hour=2, quiet_hours=QUIET_NIGHT), 5, NIGHT)

    assert [way.held_for for way in ways] == [None, None, CAP, CAP, CAP]


def test_what_a_disabled_receiver_misses_is_held(rule):
    """Until somebody enables it."""
    way = plan(rule(severity="critical"), receiver(), Load(), NOON, is_disabled=True)

    assert way.held_for == DISABLED
    assert way.at > NOON + timedelta(days=10_000)
