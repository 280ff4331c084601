"""Tocsin's owner is told what is wrong with it, also when the database that all of it needs is away."""

from __future__ import annotations

from dataclasses import replace

from pipeline.stages import troubles
from pipeline.stages.watchman import FAILURES_TO_TELL, Watchman
from tests.alert.desk import Desk, desk, tell  # noqa: F401  (fixtures)

AWAY = "postgresql://nobody:CANARY@127.0.0.1:1/none"


def failing_feeds(desk: Desk) -> None:  # noqa: F811
    desk.rows(
        "INSERT INTO tocsin.feeds (url, source, interval_seconds, failure_count, fetched_at)"
        " SELECT 'https://news.example/' || number, 'x', 900, 9, now() FROM generate_series(1, 4) AS number"
    )


def test_a_trouble_is_noted_and_told_once(desk):  # noqa: F811
    """To the log, where nobody says that he is the owner; again after a day, and when it is over."""
    failing_feeds(desk)
    for _ in range(3):
        troubles.look(desk.settings)
    desk.run()
    told = list(desk.log)
    desk.hours_pass(24.1)
    desk.rows("UPDATE tocsin.feeds SET fetched_at = now()")
    troubles.look(desk.settings)
    desk.rows("UPDATE tocsin.feeds SET failure_count = 0")
    troubles.look(desk.settings)
    desk.run()

    assert ["feeds failing" in line for line in told] == [True]
    assert ["still so" in desk.log[1], "over: feeds failing" in desk.log[2]] == [True, True]
    assert desk.rows("SELECT kind, ended_at IS NOT NULL FROM analysis.troubles") == [("feeds_failing", True)]


def test_who_says_so_is_the_owner(desk):  # noqa: F811
    """And nobody else is told."""
    desk.receivers("desk:\n  channel: log\n")
    receivers = {"a": replace(desk_log("a"), is_owner=True), "b": desk_log("b")}

    assert [receiver.name for receiver in troubles.owners(receivers)] == ["a"]
    assert [receiver.name for receiver in troubles.owners({"b": desk_log("b")})] == ["b"]


def desk_log(name: str):
    from pipeline.alert.records import Receiver

    return Receiver(name=name, channel="log")


def test_a_database_that_is_away_is_told_once_and_when_it_is_back(desk):  # noqa: F811
    """Without it, by the receivers' file alone; its password is not shown."""
    watchman = Watchman(replace(desk.settings, database_url=AWAY))
    for _ in range(FAILURES_TO_TELL + 3):
        watchman.look()
    away = list(desk.log)
    watchman._settings = desk.settings
    watchman.look()
    watchman.look()

    assert ["database away" in line for line in away] == [True]
    assert len(desk.log) == 2
    assert "over: database away: it answers again" in desk.log[1]
    assert "CANARY" not in "".join(desk.log)


def test_a_short_absence_is_not_told(desk):  # noqa: F811
    """A restart is none."""
    watchman = Watchman(replace(desk.settings, database_url=AWAY))
    for _ in range(FAILURES_TO_TELL - 1):
        watchman.look()
    watchman._settings = desk.settings
    watchman.look()

    assert desk.log == []


def test_the_watchman_looks_when_it_is_time(desk):  # noqa: F811
    """By a clock that it is given, and never in the caller's time."""
    now = [0.0]
    watchman = Watchman(replace(desk.settings, database_url=AWAY), every_seconds=30, clock=lambda: now[0])
    looked = []
    for seconds in (10, 31, 32, 62):
        now[0] = float(seconds)
        watchman.check()
        if watchman._thread:
            watchman._thread.join()
        looked.append(watchman.failure_count)

    assert looked == [0, 1, 1, 2]
