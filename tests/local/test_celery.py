"""The same set-up with CeleryExecutor: a Redis, two workers, one database."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from pipeline.config import Settings
from pipeline.local.ports import free_port
from pipeline.local.records import OperateStatus, Progress
from pipeline.local.run import Workers, run_once, status

REDIS = shutil.which("redis-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(
        REDIS is None, reason="no redis-server on this machine: `apt-get install redis-server` brings one"
    ),
]


@pytest.fixture(scope="module")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of the tests' own on loopback, with a password, that keeps nothing on disk."""
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    configuration = folder / "redis.conf"
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass broker\nsave ''\nappendonly no\ndir {folder}\n"
    )
    server = subprocess.Popen([REDIS, configuration], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://:broker@127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)


class Ran:
    """A run over two workers, and what ran while its last task was at work."""

    def __init__(self, settings: Settings, broker_url: str):
        self.settings = settings
        self.seen: OperateStatus | None = None
        self.result = run_once(settings, self.look, workers=Workers(broker_url=broker_url, count=2))

    def look(self, change: Progress) -> None:
        if (change.subject, change.state) == ("news.store", "success"):
            self.seen = status(self.settings)


@pytest.fixture(scope="module")
def ran(airflow_settings: Settings, broker_url: str) -> Ran:
    return Ran(airflow_settings, broker_url)


def test_run_goes_through_workers(ran):
    """News and alerts, as with the local executor."""
    assert (ran.result.news_state, ran.result.alerts_state) == ("success", "success")


def test_two_workers_are_at_work(ran):
    """Beside the three of Airflow that every run has."""
    names = {component.name for component in ran.seen.components}

    assert names == {"api-server", "dag-processor", "scheduler", "worker-1", "worker-2", "postgres"}


def test_workers_took_the_tasks(ran):
    """Fetch, validate, store, alert and an extract a core were received by the two, not one of them twice."""
    logs = [ran.settings.home / "logs" / f"worker-{number}.log" for number in (1, 2)]

    received = [
        word
        for log in logs
        for word in re.findall(r"execute_workload\[([0-9a-f-]+)\] received", log.read_text())
    ]

    assert len(received) == len(set(received)) == 4 + (os.cpu_count() or 1)
