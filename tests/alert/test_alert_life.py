"""An alert lives: later mentions change it, people take, close and silence it, and nothing of it is lost."""

from __future__ import annotations

import pytest

from pipeline.cli import main
from tests.alert.desk import Desk, desk, killed, named, tell  # noqa: F401  (fixtures)

STATES = "SELECT state FROM analysis.alerts ORDER BY id"
KINDS = "SELECT kind FROM tocsin.notifications ORDER BY id"


@pytest.fixture
def tocsin(desk, monkeypatch, capsys):  # noqa: F811
    """The command, on the desk's database: its exit code and what it printed."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", desk.settings.database_url)
    monkeypatch.setenv("TOCSIN_HOME", str(desk.settings.home))

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["alerts", *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def alert_id(desk: Desk) -> str:  # noqa: F811
    return str(desk.column("SELECT min(id) FROM tocsin.alerts")[0])


def test_a_later_mention_updates_the_alert_and_says_what_changed(desk):  # noqa: F811
    """One attack told by two papers, 12 and then 15 killed, is one alert."""
    desk.tell(killed(12, confidence=0.5), source="One")
    desk.run()
    desk.tell(killed(15, confidence=0.9), source="Two")
    desk.run()

    assert desk.rows("SELECT state, changes, change_count FROM analysis.alerts") == [
        ("open", "killed 12 → 15, second source", 1)
    ]
    assert desk.column(KINDS) == ["alert", "update"]
    assert "[high] update: killed 12 → 15, second source" in desk.log[1]


def test_what_does_not_change_is_not_told_again(desk):  # noqa: F811
    """A second mention in the same paper is a mention."""
    desk.tell(killed(12), source="One")
    desk.run()
    desk.tell(killed(12), source="One")
    desk.run()

    assert (desk.column("SELECT change_count FROM tocsin.alerts"), len(desk.log)) == ([0], 1)


def test_the_fourth_source_is_noted_and_not_told(desk):  # noqa: F811
    """Papers that copy each other do not ring."""
    for number in range(3):
        desk.tell(killed(12), source=f"Paper {number}")
    desk.run()
    desk.tell(killed(12), source="Paper 4")
    desk.run()

    assert (desk.column("SELECT changes FROM tocsin.alerts"), len(desk.log)) == (["fourth source"], 1)


@pytest.mark.parametrize(
    ("action", "state"),
    [(("ack", "--comment", "mine"), "acknowledged"), (("close", "--comment", "done"), "closed")],
    ids=["acknowledged", "closed"],
)
def test_what_somebody_took_or_closed_is_changed_and_not_told(desk, tocsin, action, state):  # noqa: F811
    """The change is kept."""
    desk.tell(killed(12, confidence=0.5), source="One")
    desk.run()
    name, *options = action
    code, _ = tocsin(name, alert_id(desk), "--by", "Ana", *options)
    desk.tell(killed(15, confidence=0.9), source="Two")
    desk.run()

    assert code == 0
    assert desk.rows("SELECT state, change_count FROM analysis.alerts") == [(state, 1)]
    assert len(desk.log) == 1


def test_who_took_it_and_why_is_shown(desk, tocsin):  # noqa: F811
    """By name, with the comment."""
    desk.tell(killed(12))
    desk.run()
    tocsin("ack", alert_id(desk), "--by", "Ana", "--comment", "calling the stringer", "--for", "8h")
    _, shown = tocsin("show", alert_id(desk))
    _, listed = tocsin("list")

    assert "taken by Ana until" in shown
    assert "calling the stringer" in shown
    assert "acknowledged by Ana until" in listed


def test_a_silenced_alert_is_raised_and_told_to_nobody(desk, tocsin):  # noqa: F811
    """It is found again by its state."""
    code, made = tocsin(
        "silence", "rule=everything", "country=LBY", "--for", "2h", "--reason", "drill", "--by", "Ana"
    )
    desk.tell(killed(12))
    desk.run()
    _, listed = tocsin("list", "--state", "silenced")

    assert (code, desk.column(STATES), desk.log) == (0, ["silenced"], [])
    assert "silence" in made
    assert "not told: silenced" in listed


def test_a_silence_that_does_not_fit_silences_nothing(desk, tocsin):  # noqa: F811
    """All it names must hold."""
    tocsin("silence", "rule=everything", "country=FRA", "--for", "2h", "--reason", "drill")
    desk.tell(killed(12))
    desk.run()

    assert (desk.column(STATES), len(desk.log)) == (["open"], 1)


def test_a_silence_ends_by_the_clock_and_what_it_kept_quiet_is_counted(desk, tocsin):  # noqa: F811
    """The next alert of the group says how many there were."""
    desk.rule("group_by: [country]\n")
    tocsin("silence", "rule=everything", "--for", "2h", "--reason", "drill")
    for name in ("One", "Two"):
        desk.tell(named(name))
    desk.run()
    desk.hours_pass(1.9)
    desk.tell(named("Three"))
    desk.run()
    quiet = len(desk.log)
    desk.hours_pass(0.2)
    desk.tell(named("Four"))
    desk.run()

    assert (quiet, len(desk.log)) == (0, 1)
    ((text,),) = desk.rows("SELECT message ->> 'text' FROM tocsin.notifications")
    assert "3 more of its group were not told since the last message" in text


def test_unsilence_ends_a_silence_at_once(desk, tocsin):  # noqa: F811
    """And a second time says that there is none."""
    tocsin("silence", "severity=high", "--for", "7d", "--reason", "drill")
    (silence,) = desk.column("SELECT id FROM tocsin.silences")
    code, _ = tocsin("unsilence", str(silence))
    desk.tell(killed(12))
    desk.run()
    again, said = tocsin("unsilence", str(silence))

    assert (code, len(desk.log), again) == (0, 1, 2)
    assert f"no silence to be ended: {silence}" in said


def test_what_a_group_swallows_is_counted_in_the_next_message(desk):  # noqa: F811
    """Four alerts alike in a day: one message, and one the day after that counts the others."""
    desk.rule("group_by: [country]\n")
    for name in ("One", "Two", "Three", "Four"):
        desk.tell(named(name))
        desk.run()
    desk.hours_pass(24.1)
    desk.tell(named("Five"))
    desk.run()

    assert len(desk.log) == 2
    texts = desk.column("SELECT message ->> 'text' FROM tocsin.notifications ORDER BY id")
    assert ["3 more of its group" in text for text in texts] == [False, True]


def test_an_alert_follows_its_event_into_another(desk):  # noqa: F811
    """The event that took it in updates the alert of the first."""
    desk.tell(killed(12), source="One")
    desk.run()
    desk.tell(named("Other", confidence=0.9), source="Two")
    desk.run()
    first, second = desk.column("SELECT id FROM tocsin.events ORDER BY id")
    desk.rows("UPDATE tocsin.events SET deleted_at = now(), superseded_by = %s WHERE id = %s", second, first)
    desk.rows("INSERT INTO tocsin.pending_alerts (event_date, event_id) SELECT event_date, id FROM tocsin.events WHERE id = %s", second)  # fmt: skip
    desk.run()

    assert desk.rows("SELECT event_id, state FROM tocsin.alerts ORDER BY id") == [
        (second, "open"),
        (second, "closed"),
    ]
    assert "tells the same as alert" in desk.column("SELECT closing FROM tocsin.alerts ORDER BY id")[1]


def test_an_alert_follows_along_a_chain(desk):  # noqa: F811
    """A was taken in by B, and B by C, before anybody looked."""
    desk.tell(killed(12))
    desk.run()
    for name in ("B", "C"):
        desk.tell(named(name, event_type="AID", mode=None))
    desk.run()
    first, second, third = desk.column("SELECT id FROM tocsin.events ORDER BY id")
    desk.rows("UPDATE tocsin.events SET event_type = 'RETREAT' WHERE id = %s", third)
    for old, heir in ((first, second), (second, third)):
        desk.rows("UPDATE tocsin.events SET deleted_at = now(), superseded_by = %s WHERE id = %s", heir, old)
    desk.rows("INSERT INTO tocsin.pending_alerts (event_date, event_id) SELECT event_date, id FROM tocsin.events WHERE id = %s", third)  # fmt: skip
    desk.run()

    assert desk.column("SELECT event_id FROM tocsin.alerts") == [third]


def test_the_rules_see_the_same_event_twice_and_raise_once(desk):  # noqa: F811
    """A run that was killed after its commit is done again."""
    desk.tell(killed(12))
    desk.run()
    desk.rows(
        "INSERT INTO tocsin.pending_alerts (event_date, event_id) SELECT event_date, id FROM tocsin.events"
    )
    counts = desk.run()

    assert (counts["alerts"], len(desk.log)) == (0, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("silence", "colour=red", "--for", "2h", "--reason", "x"),
        ("silence", "rule=a", "rule=b", "--for", "2h", "--reason", "x"),
        ("silence", "rule=a", "--for", "soon", "--reason", "x"),
        ("silence", "rule=a", "--for", "800d", "--reason", "x"),
        ("silence", "rule=a", "--for", "2h", "--reason", " "),
        ("ack", "99999999"),
        ("close", "99999999"),
        ("show", "99999999"),
        ("enable", "nobody"),
    ],
    ids=lambda arguments: " ".join(arguments)[:30],
)
def test_what_cannot_be_meant_is_refused_in_one_line(tocsin, arguments):
    """With what is allowed."""
    code, said = tocsin(*arguments)

    assert code == 2
    assert said.startswith("tocsin: ")
    assert said.count("\n") == 1
