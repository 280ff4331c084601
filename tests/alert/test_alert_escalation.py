"""An alert that nobody takes is told to others, step by step, and no further once somebody did."""

from __future__ import annotations

import pytest

from tests.alert.desk import Desk, desk, killed, named, tell  # noqa: F401  (fixtures)

ESCALATE = """\
escalate:
  - after_minutes: 30
    notify: [boss]
  - after_minutes: 120
    notify: [boss, editor]
"""
TOLD = "SELECT kind, receiver FROM tocsin.notifications ORDER BY id"


@pytest.fixture
def desk_with_steps(desk: Desk) -> Desk:  # noqa: F811
    """A rule with two steps, and three receivers."""
    desk.receivers("desk:\n  channel: log\nboss:\n  channel: log\neditor:\n  channel: log\n")
    desk.rule(ESCALATE)
    return desk


def test_each_step_is_taken_once_and_in_its_time(desk_with_steps):
    """Half an hour, two hours, and then no more."""
    desk_with_steps.tell(killed(12))
    desk_with_steps.run()
    seen = []
    for hours in (0.4, 0.2, 1.3, 0.2, 24):
        desk_with_steps.hours_pass(hours)
        desk_with_steps.run()
        desk_with_steps.run()
        seen.append(len(desk_with_steps.rows(TOLD)))

    assert seen == [1, 2, 2, 4, 4]
    assert desk_with_steps.rows(TOLD) == [
        ("alert", "desk"), ("escalation", "boss"), ("escalation", "boss"), ("escalation", "editor"),
    ]  # fmt: skip
    assert "nobody took it" in desk_with_steps.log[1]


@pytest.mark.parametrize("state", ["acknowledged", "closed", "silenced"])
def test_what_somebody_has_in_hand_goes_no_further(desk_with_steps, state):
    """Taken, closed or silenced."""
    desk_with_steps.tell(killed(12))
    desk_with_steps.run()
    desk_with_steps.rows("UPDATE tocsin.alerts SET state = %s", state)
    desk_with_steps.hours_pass(5)
    desk_with_steps.run()

    assert len(desk_with_steps.rows(TOLD)) == 1


def test_a_rule_that_is_gone_escalates_nothing(desk_with_steps):
    """Nor does it hold up the others."""
    desk_with_steps.tell(killed(12))
    desk_with_steps.run()
    (desk_with_steps.settings.rules_path / "everything.yaml").unlink()
    desk_with_steps.rule(rule="other")
    desk_with_steps.hours_pass(1)
    desk_with_steps.run()

    assert len(desk_with_steps.rows(TOLD)) == 1
    assert desk_with_steps.column("SELECT escalates_at FROM tocsin.alerts") == [None]


def test_what_a_rule_gathers_is_told_together(desk):  # noqa: F811
    """One digest after its minutes, with all that came."""
    desk.rule("digest_minutes: 30\n")
    for name in ("One", "Two", "Three"):
        desk.tell(named(name))
        desk.run()
        desk.hours_pass(0.1)
    early = len(desk.log)
    desk.hours_pass(0.3)
    desk.run()

    assert (early, len(desk.log)) == (0, 1)
    assert "digest: 3 alerts" in desk.log[0]
