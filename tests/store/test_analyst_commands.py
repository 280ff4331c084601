"""The commands for analysts, from arguments to what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import cli
from pipeline.config import Settings
from pipeline.stages import recode
from pipeline.stages.store import store
from tests.store.conftest import Tell
from tests.store.test_recode import ANOTHER, FORMER, Book


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command on the test's database; gives the exit code and what it printed."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("TOCSIN_HOME", str(settings.home))

    def command(*arguments: str) -> tuple[int, str]:
        code = cli.main(arguments)
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return command


def test_export_says_how_many_rows(run, tell: Tell, settings: Settings, tmp_path: Path) -> None:
    """And a day that is none is told in one line."""
    tell(FORMER)
    store(0, settings)

    assert run("export", "events", str(tmp_path / "x.csv")) == (0, f"{tmp_path / 'x.csv'}: 1 rows\n")
    assert run("export", "events", str(tmp_path / "y.csv"), "--since", "soon")[0] == 2


def test_dictionary_is_printed(run) -> None:
    """What each view and column means."""
    code, shown = run("dictionary")

    assert code == 0
    assert "## events" in shown
    assert "| `killed_lower` | integer | At least so many killed, where the text says. |" in shown


def test_erase_says_where_the_name_was(run, tell: Tell, settings: Settings) -> None:
    """A second time nowhere."""
    tell(FORMER)
    store(0, settings)

    assert "events: 1 rows" in run("erase", "NATO")[1]
    assert "no row bears that name" in run("erase", "NATO")[1]


def test_recode_is_shown_switched_and_switched_back(run, tell: Tell, settings: Settings) -> None:
    """Both codings side by side; each step says what it did."""
    tell(FORMER, url="https://one.example/one")
    store(0, settings)
    book = Book({"one": [ANOTHER]})
    recode_id = recode.begin(settings, coder=book)
    assert recode_id is not None
    recode.code(recode_id, settings, coder=book)
    recode.compare(recode_id, settings)

    assert "compared  new-book  1 of 1 articles coded" in run("recode", "list")[1]
    assert "before  RETREAT withdraw: (planned) NATO IGO" in run("recode", "show", str(recode_id))[1]
    assert "events_withdrawn=1" in run("recode", "switch", str(recode_id))[1]
    assert "events_withdrawn=1" in run("recode", "back", str(recode_id))[1]
    assert run("recode", "drop", str(recode_id))[0] == 2
