"""The command: what goes wrong is told in one line with what to do, and never with a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from pipeline.config import ROOT

pytestmark = pytest.mark.slow


def tocsin(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=ROOT, env=environment | settings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def told_in_one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of stderr, after checking that it is a message and no traceback."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("tocsin: ")
    return last


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    """The setting, its value and what is allowed."""
    done = tocsin("report", TOCSIN_HOME=str(tmp_path), TOCSIN_AIRFLOW_PORT="eighty")

    assert "TOCSIN_AIRFLOW_PORT must be a whole number, got 'eighty'" in told_in_one_line(done)


def test_an_unreachable_database_is_told_without_its_password(tmp_path: Path) -> None:
    """Where, why and what to check; the password stays out."""
    done = tocsin(
        "fetch", TOCSIN_HOME=str(tmp_path), TOCSIN_DATABASE_URL="postgresql://desk:hidden@127.0.0.1:9/news"
    )
    message = told_in_one_line(done)

    assert "postgresql://desk@127.0.0.1:9/news" in message
    assert "TOCSIN_DATABASE_URL" in message
    assert "hidden" not in done.stderr + done.stdout


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    """The path that was looked at, and the setting that names it."""
    (tmp_path / "in.jsonl").write_text(
        '{"id": "1", "text": "Rebels attacked a village.", "date": "2026-01-01"}\n'
    )
    done = tocsin(
        "code", "--jsonl", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"),
        TOCSIN_MODEL_PATH=str(tmp_path / "nowhere"),
    )  # fmt: skip
    message = told_in_one_line(done)

    assert "nowhere" in message
    assert "TOCSIN_MODEL_PATH" in message


def test_a_missing_file_to_code_is_told(tmp_path: Path) -> None:
    """No traceback for a typing mistake."""
    done = tocsin("code", "--jsonl", str(tmp_path / "none.jsonl"), str(tmp_path / "out.jsonl"))

    assert "none.jsonl" in told_in_one_line(done)


def test_a_bad_rule_file_is_told(tmp_path: Path) -> None:
    """The file, the key and the allowed values."""
    (tmp_path / "bad.yaml").write_text(
        "rule: bad\ntitle: Bad\nowner: x\nstatus: loud\nseverity: high\nmatch: {any: [{event_type: ATTACK}]}\n"
    )
    done = tocsin("rules", "check", TOCSIN_RULES_PATH=str(tmp_path))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "bad.yaml" in done.stderr
    assert "ASSAULT" in done.stderr


def test_the_shipped_rules_are_good() -> None:
    """The rules in seeds pass their own tests."""
    done = tocsin("rules", "check")

    assert done.returncode == 0
    assert "are good" in done.stdout


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """Which port, and the setting to change it; Airflow is not started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = tocsin("up", TOCSIN_HOME=str(tmp_path), TOCSIN_AIRFLOW_PORT=port)
    tocsin("stop", TOCSIN_HOME=str(tmp_path))
    message = told_in_one_line(done)

    assert port in message
    assert "TOCSIN_AIRFLOW_PORT" in message


def test_an_unknown_argument_is_refused() -> None:
    """Only psql and airflow pass arguments on."""
    done = tocsin("report", "--loud")

    assert done.returncode == 2
    assert "--loud" in done.stderr


def test_a_file_is_not_coded_onto_itself(tmp_path: Path) -> None:
    """By whatever way it is named; its texts are still there."""
    path = tmp_path / "texts.jsonl"
    path.write_text('{"id": "1", "text": "Rebels attacked a village."}\n')
    (tmp_path / "link.jsonl").symlink_to(path)

    for name in ("texts.jsonl", "link.jsonl"):
        done = tocsin("code", "--jsonl", str(path), str(tmp_path / name))
        assert "is the file to code and would be overwritten" in told_in_one_line(done)

    assert "Rebels" in path.read_text()


@pytest.mark.parametrize(
    "target",
    ["nowhere/out.jsonl", "folder", "in.jsonl/out.jsonl"],
    ids=["no folder", "a folder", "below a file"],
)
def test_an_out_that_cannot_be_written_is_told_before_anything_is_coded(tmp_path: Path, target: str) -> None:
    """Not after the model was loaded and an hour of coding."""
    (tmp_path / "in.jsonl").write_text('{"id": "1", "text": "Rebels attacked a village."}\n')
    (tmp_path / "folder").mkdir()

    done = tocsin("code", "--jsonl", str(tmp_path / "in.jsonl"), str(tmp_path / target))

    assert "cannot write" in told_in_one_line(done)


@pytest.mark.parametrize("command", ["status", "report", "up", "psql", "stop"])
def test_a_home_that_is_a_file_is_told(tmp_path: Path, command: str) -> None:
    """Which path, and what stands there."""
    (tmp_path / "home").write_text("")

    done = tocsin(command, TOCSIN_HOME=str(tmp_path / "home"), TOCSIN_AIRFLOW_PORT="0")

    assert "a file stands where a folder must be" in told_in_one_line(done)


@pytest.mark.parametrize(("name", "value"), [("FETCH_TIMEOUT_SECONDS", "inf"), ("MIN_CONFIDENCE", "nan")])
def test_a_number_without_end_is_refused(name: str, value: str) -> None:
    """Nobody can wait for ever, and nothing is above what is no number."""
    done = tocsin("report", **{f"TOCSIN_{name}": value})

    assert f"TOCSIN_{name} must be a finite number, got '{value}'" in told_in_one_line(done)


def test_releasing_what_is_not_there_releases_nothing(database_url: str, tmp_path: Path) -> None:
    """One wrong number among right ones, and all stay where they are."""
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tocsin.quarantine (stage, item_key, reason) VALUES ('fetch', 'cli', 'a test') RETURNING id"
        )
        (number,) = cursor.fetchone()
    try:
        done = tocsin(
            "quarantine", "--release", str(number), "99999999999",
            TOCSIN_HOME=str(tmp_path), TOCSIN_DATABASE_URL=database_url,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SELECT released_at FROM tocsin.quarantine WHERE id = %s", (number,))
            released_at = cursor.fetchone()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tocsin.quarantine WHERE id = %s", (number,))
        connection.close()

    assert "not in quarantine: 99999999999; none was released" in told_in_one_line(done)
    assert (done.stdout, released_at) == ("", (None,))


def test_a_terminal_that_knows_ascii_alone_is_no_reason_to_stop(tmp_path: Path) -> None:
    """What it cannot show is a question mark."""
    done = tocsin("unit", TOCSIN_HOME=str(tmp_path / "Líbia"), PYTHONIOENCODING="ascii")

    assert (done.returncode, "TOCSIN_HOME" in done.stdout) == (0, True)


def test_help_of_psql_is_its_own(tmp_path: Path) -> None:
    """What is passed on is passed on whole."""
    done = tocsin("psql", "--help", TOCSIN_HOME=str(tmp_path))

    assert "psql is the PostgreSQL interactive terminal" in done.stdout


def test_help_of_an_airflow_command_is_its_own(tmp_path: Path) -> None:
    """Also of one below another, and before anything has run."""
    done = tocsin("airflow", "dags", "--help", TOCSIN_HOME=str(tmp_path))

    assert "Manage DAGs" in done.stdout
