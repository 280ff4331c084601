"""The housekeeper as a process of its own, as in containers, beside a real database of Airflow's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.local.environment import airflow_environment
from pipeline.postgres.database import connect

pytestmark = pytest.mark.slow

DAYS_OLD = (0, 1, 30, 400)
OLD_LOG, NEW_LOG = Path("tasks/run_id=old/attempt=1.log"), Path("tasks/run_id=new/attempt=1.log")


class Kept:
    """What is left when the service had some seconds, and how it ended when it was asked to."""

    def __init__(self, server: Settings, home: Path):
        self.home = home
        self.url = embedded.url(server, "airflow")
        environment = airflow_environment(server, home=home, port=1) | {"TOCSIN_HOME": str(home)}
        (home / "airflow").mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=environment, cwd=home, check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        self.ask("INSERT INTO log (dttm, event) SELECT now() - make_interval(days => unnest(%s)), 'tried'")
        for path, days in ((OLD_LOG, 30), (NEW_LOG, 0)):
            log = home / "logs" / path
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("done")
            os.utime(log, (time.time() - days * 86_400,) * 2)
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.local.housekeeping"], env=environment, cwd=home
        )
        deadline = time.monotonic() + 120
        while len(self.days_old()) == len(DAYS_OLD) and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        self.exit_code = process.wait(30)

    def days_old(self) -> list[int]:
        return [
            row[0]
            for row in self.ask(
                "SELECT extract(day FROM now() - dttm)::integer FROM log WHERE event = 'tried' AND %s IS NOT NULL "
                "ORDER BY dttm DESC"
            )
        ]

    def ask(self, statement: str) -> list[tuple[int]]:
        connection = connect(self.url, autocommit=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, (list(DAYS_OLD),))
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@pytest.fixture(scope="module")
def kept(server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The service over four rows and two log files, one or two of each too old."""
    return Kept(server, tmp_path_factory.mktemp("service"))


def test_old_rows_are_dropped_and_new_ones_stay(kept):
    """Of Airflow's own tables, by its own command, with the settings of the service."""
    assert kept.days_old() == [0, 1]


def test_old_log_files_are_removed_and_new_ones_stay(kept):
    """With the folders that this leaves empty."""
    assert [(kept.home / "logs" / path).exists() for path in (OLD_LOG, NEW_LOG)] == [False, True]


def test_the_service_says_by_a_file_when_it_cleaned(kept):
    """Its health check looks for that."""
    assert time.time() - (kept.home / "airflow" / "cleaned").stat().st_mtime < 600


def test_the_service_ends_when_asked_to(kept):
    """A container that does not is killed after ten seconds."""
    assert kept.exit_code == 0
