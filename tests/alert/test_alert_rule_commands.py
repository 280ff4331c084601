"""`tocsin rules`: on the events that are stored, and without a database."""

import pytest

from pipeline.cli import main
from tests.alert.desk import desk, killed, tell  # noqa: F401  (fixtures)

BUDGET = "backtest:\n  days: 3650\n  max_alerts_per_day: 0\n"


@pytest.fixture
def tocsin(desk, monkeypatch, capsys):  # noqa: F811
    """The command, on the desk's database and rules: its exit code and what it printed."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", desk.settings.database_url)
    monkeypatch.setenv("TOCSIN_HOME", str(desk.settings.home))
    monkeypatch.setenv("TOCSIN_RULES_PATH", str(desk.settings.rules_path))
    monkeypatch.setenv("TOCSIN_RECEIVERS_PATH", str(desk.settings.receivers_path))

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["rules", *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_backtest_shows_alerts_a_day_a_plot_and_the_groups(desk, tocsin):  # noqa: F811
    """And leaves with 1 where a rule is over its budget."""
    desk.tell(killed(12), source="One")
    desk.run()
    desk.rows("UPDATE tocsin.articles SET published_at = now()")
    desk.rule(BUDGET)
    code, printed = tocsin("backtest", "everything")

    assert code == 1
    assert "everything: 1 alerts of 1 matches in 3651 days" in printed
    assert "over the budget" in printed
    assert "█" in printed


def test_a_rule_over_its_budget_is_not_promoted(desk, tocsin):  # noqa: F811
    """`apply` refuses, and the stage keeps it in staging, until the file is changed."""
    desk.tell(killed(12), source="One")
    (desk.settings.rules_path / "everything.yaml").unlink()
    desk.run()
    desk.rows("UPDATE tocsin.articles SET published_at = now()")
    desk.rule(BUDGET)

    assert tocsin("apply")[0] == 1
    for _ in range(2):
        desk.run()
        assert desk.column("SELECT status FROM tocsin.rules") == ["staging"]
    assert "stays in staging" in desk.column("SELECT reason FROM tocsin.quarantine WHERE stage = 'alert'")[0]


def test_explain_says_which_condition_held(desk, tocsin):  # noqa: F811
    """And which did not."""
    desk.tell(killed(12), source="One")
    desk.run()
    event_id = desk.column("SELECT id FROM tocsin.events")[0]
    code, printed = tocsin("explain", "everything", str(event_id))

    assert code == 0
    assert "rule everything (active)" in printed
    assert "event_type: " in printed


def test_show_and_list_tell_of_a_rule(desk, tocsin):  # noqa: F811
    """What it leaves out is written out."""
    desk.run()

    assert '"told_as": [' in tocsin("show", "everything")[1]
    assert "everything" in tocsin("list")[1]
    assert tocsin("show", "nothing")[0] == 2


def test_a_silent_rule_rings_on_its_last_event(desk):  # noqa: F811
    """Once, and with the reason."""
    desk.rule("window: {kind: silence, within_hours: 5}\n")
    desk.tell(killed(12), source="One")
    desk.rows("UPDATE tocsin.articles SET published_at = now()")
    desk.run()
    first = desk.column("SELECT why FROM tocsin.alerts")
    desk.rows("UPDATE tocsin.rule_hits SET published_at = now() - interval '6 hours'")
    desk.run()
    desk.run()

    assert first == []
    assert [why.partition(",")[0] for why in desk.column("SELECT why FROM tocsin.alerts")] == [
        "none in 5 hours"
    ]
