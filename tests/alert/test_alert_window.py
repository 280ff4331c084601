"""Windows and backtests: what is told of many, of none, and of history."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.alert.backtest import backtest, report
from pipeline.alert.rules import parse_rule
from pipeline.alert.window import Past, is_silent, past_of, told_because
from pipeline.stages.windows import windowed
from tests.alert.made import match

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def rule_with(window: str, extra: str = ""):
    return parse_rule(
        "{rule: many, title: b, owner: c, status: active, notify: desk, match: {any: [{event_type: RETREAT}]}, "
        f"window: {window}, dedup_hours: 24, max_age_days: any, max_event_age_days: any{extra}}}"
    )


def test_count_tells_when_so_many_came_in_time():
    """The third within six hours; one that is older does not count."""
    window = rule_with("{kind: count, at_least: 3, within_hours: 6}").window
    times = [DAY + timedelta(hours=hour) for hour in (0, 4, 7, 9)]

    assert [bool(told_because(window, past_of(window, times, at))) for at in times] == [
        False,
        False,
        False,
        True,
    ]


def test_spike_is_held_against_what_is_usual():
    """Six in a day are none where four are usual, and one where one is."""
    window = rule_with("{kind: spike, at_least: 5, times: 3, baseline_days: 28}").window

    assert told_because(window, Past(recent_count=6, baseline_count=28 * 4)) == ""
    assert told_because(window, Past(recent_count=6, baseline_count=28)) == "6 in 24 hours, usual are 1.0"
    assert told_because(window, Past(recent_count=4, baseline_count=0)) == ""


def test_first_seen_is_told_once_in_its_days():
    """A second within the days is known."""
    window = rule_with("{kind: first_seen, within_days: 30}").window
    times = [DAY, DAY + timedelta(days=29), DAY + timedelta(days=60)]

    assert [bool(told_because(window, past_of(window, times, at))) for at in times] == [True, False, True]


@pytest.mark.parametrize(("hours", "silent"), [(23.9, False), (24.1, True)])
def test_silence_is_told_when_nothing_came_for_long(hours, silent):
    """Who never heard anything waits."""
    window = rule_with("{kind: silence, within_hours: 24}").window

    assert is_silent(window, DAY, DAY + timedelta(hours=hours)) is silent
    assert not is_silent(window, None, DAY)


def test_postgres_counts_as_python_does(db, event):
    """The same matches are told, batch by batch, and a batch that is seen twice changes nothing."""
    for kind in ("{kind: count, at_least: 3, within_hours: 6}", "{kind: first_seen, within_days: 1}",
                 "{kind: spike, at_least: 2, times: 2, within_hours: 3, baseline_days: 1}"):  # fmt: skip
        rule = rule_with(kind).model_copy(update={"id": kind[7:12]})
        times = [DAY + timedelta(hours=hour) for hour in (0, 1, 5, 6, 6.5, 40)]
        met = [match(rule, event(id=n, event_key=str(n), published_at=at)) for n, at in enumerate(times)]
        expected = [
            n
            for n, at in enumerate(times)
            if told_because(rule.window, past_of(rule.window, times[: n + 1], at))
        ]
        told = [one.event.id for start in (0, 2, 4) for one in windowed(db, met[start : start + 2])]

        assert told == expected
        assert windowed(db, met[-1:]) == windowed(db, met[-1:])


def test_rule_without_a_window_is_passed_on(db, event, rule):
    """Nothing is counted for it."""
    met = [match(rule(), event())]

    assert windowed(db, met) == met


def test_history_counts_for_no_window(db, event):
    """Old articles coded anew make no spike."""
    rule = rule_with("{kind: first_seen}").model_copy(update={"max_age_days": 7.0})

    assert windowed(db, [match(rule, event(published_at=DAY - timedelta(days=4000)))]) == []


def test_backtest_counts_what_would_have_been_told(event):
    """One a group and day, as dedup_hours says; and a budget that it breaks."""
    rule = rule_with("{kind: each}", ", group_by: country, backtest: {days: 4, max_alerts_per_day: 0.5}")
    events = [
        event(event_key=f"{country}{hour}", country=country, published_at=DAY + timedelta(hours=hour),
              event_date=DAY.date())
        for country in ("AFG", "PAK") for hour in (0, 5, 30)
    ]  # fmt: skip
    tried = backtest(rule, events, DAY.date(), DAY.date() + timedelta(days=3))

    assert (len(tried.told), tried.match_count, tried.days, tried.per_day, tried.is_over) == (
        4,
        6,
        4,
        1.0,
        True,
    )
    assert report(tried) == [
        "many: 4 alerts of 6 matches in 4 days: 1.00 a day, allowed 0.5 — over the budget",
        "  2026-11-01 ██   2026-11-04, most 2",
        "      2 AFG",
        "      2 PAK",
    ]
