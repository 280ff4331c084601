"""A disk that fills up: no new work below the floor, nothing given up, on again by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.config import ROOT, Settings
from pipeline.errors import OperateError
from pipeline.local import embedded
from pipeline.local.environment import settings_environment
from pipeline.local.instance import running_instance
from pipeline.local.ports import free_port
from pipeline.local.rest import AirflowApi
from pipeline.local.secrets import ADMIN, load_secrets
from pipeline.local.space import SpaceKeeper, await_space, refuse_shortage, shortage
from pipeline.local.supervisor import running_components

FOR_EVER = 10**18  # bytes: more than any disk has free


class Dags:
    """What Airflow would answer: whether the DAG is paused; away when it is told to be."""

    def __init__(self, *, is_paused: bool = False):
        self.is_paused = is_paused
        self.is_away = False

    def get(self, _path: str) -> dict[str, Any]:
        self._answer()
        return {"is_paused": self.is_paused}

    def patch(self, _path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self._answer()
        self.is_paused = body["is_paused"]
        return {}

    def _answer(self) -> None:
        if self.is_away:
            raise OperateError("Airflow does not answer")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "airflow").mkdir()
    return Settings(home=tmp_path, min_free_bytes=0, database_url="postgresql://h/d")


class Disk:
    """A keeper of a disk whose shortage a test decides."""

    def __init__(self, settings: Settings, dags: Dags):
        self.settings, self.dags = settings, dags
        self.told: list[str] = []
        self.keeper = self.made()

    def made(self) -> SpaceKeeper:
        return SpaceKeeper(self.settings, self.dags, lambda _, state: self.told.append(state))  # type: ignore[arg-type]

    def look(self, *, is_short: bool) -> bool:
        self.keeper.settings = replace(self.settings, min_free_bytes=FOR_EVER if is_short else 0)
        self.keeper.look_again()
        return self.keeper.check()


@pytest.fixture
def disk(settings: Settings) -> Disk:
    return Disk(settings, Dags())


def test_shortage_is_one_line_with_the_setting(settings):
    """How much is free, where, and what the floor is called."""
    told = shortage(replace(settings, min_free_bytes=FOR_EVER))

    assert "\n" not in told
    assert f"free at {settings.home}" in told
    assert "TOCSIN_MIN_FREE_BYTES" in told


def test_home_that_is_not_there_yet_is_measured_where_it_will_be(settings):
    """Before the first start."""
    assert shortage(replace(settings, home=settings.home / "a" / "b", min_free_bytes=FOR_EVER))


def test_single_run_is_refused_below_the_floor(settings):
    """Nobody waits for it to go on by itself."""
    refuse_shortage(settings)
    with pytest.raises(OperateError, match="no new work until there is more"):
        refuse_shortage(replace(settings, min_free_bytes=FOR_EVER))


def test_dag_is_paused_while_there_is_too_little_space(disk):
    """And told once each way, however often one looks."""
    seen = []
    for is_short in (False, True, True, False, False):
        seen.append((disk.look(is_short=is_short), disk.dags.is_paused))

    assert seen == [(False, False), (True, True), (True, True), (False, False), (False, False)]
    assert ["no new work" in told or "space again" in told for told in disk.told] == [True, True]


def test_dag_that_somebody_paused_stays_paused(disk):
    """Space that comes back is no reason to undo what a person did."""
    disk.dags.is_paused = True
    disk.look(is_short=True)

    disk.look(is_short=False)

    assert disk.dags.is_paused


def test_dag_is_unpaused_by_a_successor(disk):
    """The supervisor may be killed, or the machine started again, while there is too little space."""
    disk.look(is_short=True)
    disk.keeper = disk.made()

    disk.look(is_short=False)

    assert not disk.dags.is_paused


def test_airflow_that_is_away_is_asked_again(disk):
    """On a disk that is quite full its database is the first to go."""
    disk.dags.is_away = True
    disk.look(is_short=True)
    disk.dags.is_away = False

    disk.look(is_short=True)

    assert disk.dags.is_paused


def test_start_waits_for_space_and_says_so_once(settings):
    """`tocsin up` under systemd does not die again and again."""
    told: list[str] = []
    await_space(settings, lambda _, state: told.append(state))

    assert told == []


UP = (
    "from pipeline.config import load_settings; from pipeline.local.run import up; "
    "up(load_settings(), on_progress=lambda change: print(change.subject, change.state, flush=True))"
)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 700 MB of the test's own."""
    folder = Path(tempfile.mkdtemp())
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=700m,mode=755", "tmpfs", folder], check=False
        ).returncode
    ):
        folder.rmdir()
        pytest.skip("only root can mount a small disk, and not on every machine")
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.5)
    return bool(condition())


def fill(path: Path, *, leave: int) -> None:
    """Take space until so many bytes are left."""
    with path.open("ab") as file:
        try:
            while (free := shutil.disk_usage(path).free) > leave:
                file.write(bytes(min(1_000_000, free - leave)))
                file.flush()
        except OSError:
            return


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(900)
def test_full_disk_ends_nothing(small_disk):
    """Below the floor the DAG is paused; with nothing left and Postgres killed `up` lives; then all goes on."""
    feeds = small_disk / "feeds.csv"
    feeds.write_text("url,source\nhttp://127.0.0.1:1/feed.xml,Nobody\n")
    settings = Settings(
        home=small_disk / "var", feeds_path=feeds, airflow_port=free_port(), min_free_bytes=100_000_000
    )
    process = subprocess.Popen(
        [sys.executable, "-c", UP], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | settings_environment(settings),
    )  # fmt: skip
    try:
        assert process.stdout
        assert any(line.strip() == "airflow ready" for line in process.stdout)
        instance = running_instance(settings.home)
        assert instance
        password = load_secrets(settings.home / "secrets").admin_password
        api = AirflowApi(instance.address, user=ADMIN, password=password)
        assert wait_for(lambda: any(dag["dag_id"] == "news" for dag in api.get("dags")["dags"]), 240)
        filler = small_disk / "filler"

        fill(filler, leave=60_000_000)
        assert wait_for(lambda: api.get("dags/news")["is_paused"], 90)

        fill(filler, leave=0)
        psutil.Process(embedded.status(settings).pid).kill()
        time.sleep(20)
        assert process.poll() is None

        filler.unlink()
        assert wait_for(lambda: embedded.status(settings).is_running, 120)
        assert wait_for(lambda: not api.get("dags/news")["is_paused"], 120)
        whole = {"api-server", "dag-processor", "scheduler", "triggerer"}
        assert wait_for(lambda: running_components(settings.home).keys() == whole, 240)
    finally:
        process.terminate()
        said = process.communicate(timeout=120)[1]
        embedded.destroy(settings)
    assert "Traceback" not in said
