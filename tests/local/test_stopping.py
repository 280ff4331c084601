"""`tocsin stop`: everything under a home ends, in the order in which one needs the other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.config import ROOT, Settings
from pipeline.local import embedded
from pipeline.local.instance import running_instance
from pipeline.local.run import status
from pipeline.local.stopping import stop_all
from pipeline.local.supervisor import processes_file
from pipeline.report import processes

HOLD = """
import sys, time
from pathlib import Path
from pipeline.local.instance import lock, signals_as_interrupt
with lock(Path(sys.argv[1]), 8123, is_on_demand=False), signals_as_interrupt():
    print("held", flush=True)
    time.sleep(600)
"""
SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "airflow").mkdir()
    return Settings(home=tmp_path)


@pytest.fixture
def orphan(settings: Settings) -> Iterator[psutil.Process]:
    """A component whose supervisor was killed."""
    process = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    created_at = psutil.Process(process.pid).create_time()
    processes_file(settings.home).write_text(json.dumps({"scheduler": [process.pid, created_at]}))
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


def test_stop_ends_the_one_that_runs(settings):
    """It is asked, and has ended when `stop` returns."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, settings.home],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert holder.stdout
    holder.stdout.readline()

    told = list(stop_all(settings))

    assert told == [f"stopped Tocsin, process {holder.pid}", "the embedded Postgres does not run"]
    assert (running_instance(settings.home), holder.wait(5) is not None) == (None, True)


def test_stop_ends_what_a_killed_one_left(settings, orphan):
    """Postgres is not taken away under processes that nobody named."""
    told = list(stop_all(settings))

    assert told[0] == "ended what a killed Tocsin had left: 1 processes"
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_status_names_what_a_killed_one_left(settings, orphan):
    """That it does not run would be half the truth."""
    found = status(settings)
    shown = str(processes(found).renderables)

    assert [(part.name, part.pid) for part in found.orphans] == [("scheduler", orphan.pid)]
    assert "1 of its processes go on without it" in shown
    assert "`tocsin stop` ends them" in shown


@pytest.mark.slow
def test_stop_leaves_postgres_for_last(settings):
    """And says so."""
    embedded.start(settings)
    try:
        assert list(stop_all(settings)) == ["stopped the embedded Postgres"]
    finally:
        embedded.destroy(settings)
