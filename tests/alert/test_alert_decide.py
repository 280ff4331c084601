"""When an alert is notified, and the fixed names of why it is not."""

from datetime import datetime, timedelta

import pytest

from pipeline.alert.decide import alert_key, group_key, notification_key
from pipeline.alert.records import EarlierAlert, Reason, Silence
from tests.alert.made import decided


def earlier(rule, event, created_at, *, reason=Reason.NEW, key="another"):
    return EarlierAlert(
        alert_key=key, rule_id=rule.id, group_key=group_key(rule, event), reason=reason, created_at=created_at
    )


def test_first_alert_is_new(event, rule, now):
    """Nothing was said before, so it is said."""
    assert decided(rule(), event(), [], now) is Reason.NEW


def test_only_new_is_notified():
    """All other reasons keep the alert and send nothing."""
    assert [reason for reason in Reason if reason.is_notified] == [Reason.NEW]


def test_reasons_have_fixed_names():
    """They stand in the database and in queries."""
    assert sorted(Reason) == [
        "duplicate_group", "known", "new", "no_receiver", "old_backfill", "retired", "silenced", "staging",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["staging", "retired"])
def test_rule_that_is_not_active_keeps_quiet(event, rule, now, status):
    """A staging rule collects alerts without a notification."""
    assert decided(rule(status=status), event(), [], now) == status


def test_same_alert_again_is_known(event, rule, now):
    """A second run over the same event raises nothing, whatever became of the first."""
    for reason in Reason:
        old = earlier(rule(), event(), now, reason=reason, key=alert_key(rule(), event()))

        assert decided(rule(), event(), [old], now + timedelta(days=400)) is Reason.KNOWN


@pytest.mark.parametrize(("hours", "reason"), [(0, "duplicate_group"), (5.99, "duplicate_group"), (6, "new")])
def test_group_is_quiet_for_dedup_hours(event, rule, now, hours, reason):
    """The same group is notified again only when the time is over."""
    by_place = rule(group_by=("country",), dedup_hours=6)
    old = earlier(by_place, event(), now)

    assert decided(by_place, event(event_key="event-2"), [old], now + timedelta(hours=hours)) == reason


def test_dedup_of_zero_hours_notifies_every_alert(event, rule, now):
    """Who wants each, gets each."""
    each = rule(group_by=("country",), dedup_hours=0)

    assert decided(each, event(event_key="event-2"), [earlier(each, event(), now)], now) is Reason.NEW


def test_alert_that_was_not_notified_does_not_silence_its_group(event, rule, now):
    """What nobody heard of is no reason to keep quiet."""
    by_place = rule(group_by=("country",))
    unheard = [earlier(by_place, event(), now, reason=reason) for reason in Reason if not reason.is_notified]

    assert decided(by_place, event(event_key="event-2"), unheard, now) is Reason.NEW


def test_alert_of_another_rule_counts_for_nothing(event, rule, now):
    """Rules do not silence each other."""
    ours, other = rule(group_by=("country",)), rule(id="other", group_by=("country",))

    assert decided(ours, event(), [earlier(other, event(), now)], now) is Reason.NEW


@pytest.mark.parametrize(
    ("rule_id", "hours", "reason"),
    [("leaving", 1, "silenced"), (None, 1, "silenced"), ("other", 1, "new"), ("leaving", 0, "new")],
)
def test_silence_holds_until_its_time(event, rule, now, rule_id, hours, reason):
    """A silence names one rule or none for all; at its end it is over."""
    silence = Silence(rule_id=rule_id, until_at=now + timedelta(hours=hours))

    assert decided(rule(), event(), [], now, silences=[silence]) == reason


@pytest.mark.parametrize(
    ("max_age_days", "age_days", "reason"),
    [(None, 3650, "new"), (7, 8, "old_backfill"), (7, 6, "new"), (7, -1, "new")],
)
def test_old_article_is_history_where_the_rule_says_so(event, rule, now, max_age_days, age_days, reason):
    """A rule without a limit takes any age."""
    old = event(published_at=now - timedelta(days=age_days))

    assert decided(rule(max_age_days=max_age_days), old, [], now) == reason


def test_backfill_floods_nobody(event, rule, now):
    """Events of a recode or an import are never notified."""
    assert decided(rule(), event(is_backfill=True), [], now) is Reason.OLD_BACKFILL


def test_rule_without_receivers_notifies_nobody(event, rule, now):
    """The alert is kept for who looks."""
    assert decided(rule(notify=()), event(), [], now) is Reason.NO_RECEIVER


def test_decide_refuses_a_time_without_a_zone(event, rule):
    """Local time is a guess."""
    with pytest.raises(ValueError, match="zone"):
        decided(rule(), event(), [], datetime(2020, 5, 4))  # noqa: DTZ001


def test_alert_key_stays_the_same_over_versions(event, rule):
    """It lies in the database; if this changes, every alert is raised again."""
    assert alert_key(rule(), event()) == "ec915530b87181bb54027ed44ef4eb61"


def test_alert_key_depends_on_rule_and_event_alone(event, rule):
    """A better confidence or another title does not make a new alert."""
    same = alert_key(rule(title="other", severity="low"), event(confidence=0.1, id=99, sentence="other"))
    others = {alert_key(rule(id="other"), event()), alert_key(rule(), event(event_key="event-2"))}

    assert (same, same in others, len(others)) == (alert_key(rule(), event()), False, 2)


def test_notification_key_tells_receivers_apart():
    """Each receiver gets its own, however the names are cut."""
    keys = {notification_key(*pair) for pair in (("a", "b"), ("a", "c"), ("ab", ""), ("", "ab"))}

    assert len(keys) == 4


def test_keys_fit_headers():
    """They are webhook-id and the left of a Message-ID: letters and digits only."""
    key = notification_key("alert", "desk\r\nX: y <>")

    assert (key.isalnum(), key.isascii(), len(key)) == (True, True, 32)


def test_group_key_tells_nothing_from_the_empty_name(event, rule):
    """A missing place is not the place called ""."""
    by_place = rule(group_by=("place_name",))

    assert group_key(by_place, event(place_name=None)) != group_key(by_place, event(place_name=""))


def test_group_key_tells_fields_apart(event, rule):
    """The actor Libya is not the place Libya."""
    keys = {
        group_key(rule(group_by=(name,)), event(actor_name="X", place_name="X"))
        for name in ("actor_name", "place_name")
    }

    assert len(keys) == 2


def test_group_by_event_makes_a_group_of_one(event, rule):
    """By default every event is its own group."""
    assert group_key(rule(), event()) != group_key(rule(), event(event_key="event-2"))
