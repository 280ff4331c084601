"""When an alert is notified, and the fixed names of why it is not."""

from datetime import datetime, timedelta

import pytest

from pipeline.alert.decide import group_key, notification_key
from pipeline.alert.records import Reason
from tests.alert.made import decided, match


def test_a_match_is_told_to_receivers(event, rule, now):
    """What nothing speaks against is new."""
    assert decided(rule(), event(), None, now) is Reason.NEW


def test_only_new_is_notified():
    """Every other reason keeps the alert and sends nothing."""
    assert [reason for reason in Reason if reason.is_notified] == [Reason.NEW]


@pytest.mark.parametrize("status", ["staging", "retired"])
def test_a_rule_that_is_not_active_tells_nobody(event, rule, now, status):
    """It is named by its status."""
    assert decided(rule(status=status), event(), None, now) == status


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(1, Reason.DUPLICATE_GROUP, id="within"),
        pytest.param(23, Reason.DUPLICATE_GROUP, id="just within"),
        pytest.param(24, Reason.NEW, id="after"),
    ],
)
def test_a_group_that_was_told_is_quiet_for_a_day(event, rule, now, hours, expected):
    """And then is told again."""
    assert decided(rule(), event(), now - timedelta(hours=hours), now) is expected


def test_a_rule_without_dedup_tells_each(event, rule, now):
    """0 hours are over at once."""
    assert decided(rule(dedup_hours=0), event(), now, now) is Reason.NEW


def test_what_is_silenced_is_not_told(event, rule, now):
    """And it bears that name, so that it is found again."""
    assert decided(rule(), event(), None, now, is_silenced=True) is Reason.SILENCED


@pytest.mark.parametrize(
    ("max_age_days", "expected"),
    [
        pytest.param(None, Reason.NEW, id="no limit"),
        pytest.param(1, Reason.OLD_BACKFILL, id="older"),
        pytest.param(3, Reason.NEW, id="younger"),
    ],
)
def test_an_old_article_is_history(event, rule, now, max_age_days, expected):
    """Nobody is rung up about the day before yesterday."""
    old = event(published_at=now - timedelta(days=2))

    assert decided(rule(max_age_days=max_age_days), old, None, now) is expected


def test_history_coded_anew_is_not_told(event, rule, now):
    """Whatever its dates say."""
    assert decided(rule(), event(is_backfill=True), None, now) is Reason.OLD_BACKFILL


def test_a_rule_that_names_nobody_tells_nobody(event, rule, now):
    """The alert is kept."""
    assert decided(rule(notify=()), event(), None, now) is Reason.NO_RECEIVER


def test_a_time_without_a_zone_is_refused(event, rule, now):
    """It would be somebody's local time."""
    with pytest.raises(ValueError, match="time zone"):
        decided(rule(), event(), None, datetime(2020, 5, 4))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        decided(rule(), event(), datetime(2020, 5, 4), now)  # noqa: DTZ001


def test_an_alert_is_one_rules_one_groups_and_one_events(event, rule):
    """Each of them makes another key; all else is the same alert."""
    by_place = {"group_by": ("country",)}
    keys = [
        match(rule(**by_place), event()).alert_key,
        match(rule(id="other", **by_place), event()).alert_key,
        match(rule(**by_place), event(country="IRQ")).alert_key,
        match(rule(**by_place), event(event_key="event-2")).alert_key,
    ]

    assert len(set(keys)) == 4
    assert match(rule(**by_place), event(mode="withdraw", mention_count=9)).alert_key == keys[0]


def test_group_is_what_the_rule_groups_by(event, rule):
    """Alike in all of it is one group; a value that is missing is a value."""
    by_dyad = rule(group_by=("actor_country", "recipient_country"))

    assert group_key(by_dyad, event()) == group_key(by_dyad, event(event_key="event-2"))
    assert group_key(by_dyad, event()) != group_key(by_dyad, event(recipient_country="AFG"))


def test_a_notification_has_a_key_of_its_own():
    """By alert, receiver, and which message about the alert it is."""
    keys = {
        notification_key("alert-1", "desk"),
        notification_key("alert-1", "mail"),
        notification_key("alert-2", "desk"),
        notification_key("alert-1", "desk", "update", "1"),
        notification_key("alert-1", "desk", "update", "2"),
    }

    assert len(keys) == 5
