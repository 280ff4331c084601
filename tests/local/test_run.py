"""Airflow itself, once by hand and once for good, over a database and a feed of the tests' own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import psutil
import psycopg2
import pytest

from pipeline.config import ROOT, Settings
from pipeline.errors import OperateError
from pipeline.local import embedded, rest
from pipeline.local.environment import airflow_environment, settings_environment
from pipeline.local.instance import running_instance
from pipeline.local.ports import free_port
from pipeline.local.records import OperateStatus, Progress, RunResult
from pipeline.local.run import run_once, status, up
from pipeline.local.secrets import load_secrets

pytestmark = [pytest.mark.slow, pytest.mark.alone]

UP = "from pipeline.config import load_settings; from pipeline.local.run import up; up(load_settings(), on_progress=lambda change: print(change.subject, change.state, flush=True))"


class Ran:
    """Two runs by hand, one after the other, and what was told of the first."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.told: list[Progress] = []
        self.first: RunResult = run_once(settings, self.told.append)
        self.second: RunResult = run_once(settings, lambda _: None)


@pytest.fixture(scope="module")
def ran(airflow_settings: Settings) -> Ran:
    return Ran(airflow_settings)


def count(settings: Settings, statement: str) -> int:
    connection = psycopg2.connect(embedded.url(settings))
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def test_run_goes_through_all_stages_and_the_alerts(ran):
    """News first, then the alerts that the asset caused."""
    done = [change.subject for change in ran.told if change.state == "success"]

    assert done == ["news.fetch", "news.extract", "news.validate", "news.store", "alerts.alert"]
    assert ran.first.is_success


def test_run_stores_events(ran):
    """The seed article became events."""
    assert count(ran.settings, "SELECT count(*) FROM tocsin.events") > 0


def test_run_with_nothing_new_causes_no_alerts(ran):
    """The asset is told only of new events."""
    assert (ran.second.news_state, ran.second.alerts_state) == ("success", None)


def test_each_event_was_held_against_the_rules(ran):
    """No event waits for the alerts."""
    assert count(ran.settings, "SELECT count(*) FROM tocsin.pending_alerts") == 0


def test_progress_starts_with_the_server_and_ends_with_the_stop(ran):
    """What the display shows first and last."""
    told = [(change.subject, change.state) for change in ran.told]

    assert told[:4] == [
        ("postgres", "starting"),
        ("postgres", "ready"),
        ("airflow", "starting"),
        ("airflow", "ready"),
    ]
    assert told[-1] == ("airflow", "stopping")


def test_nothing_runs_after_a_run(ran):
    """The embedded Postgres alone goes on."""
    found = status(ran.settings)

    assert (found.is_running, [component.name for component in found.components]) == (False, ["postgres"])


def test_no_secret_is_in_any_log(ran):
    """Passwords and keys are in files of their owner, nowhere else."""
    secrets = load_secrets(ran.settings.home / "secrets")
    passwords = json.loads(secrets.passwords_file.read_text()).values()
    hidden = [secrets.fernet_key, secrets.jwt_secret, secrets.api_secret_key, *passwords]
    hidden.append((ran.settings.home / "postgres" / "password").read_text())
    logs = [
        path.read_text(errors="replace") for path in (ran.settings.home / "logs").rglob("*") if path.is_file()
    ]

    assert [secret for secret in hidden for text in logs if secret in text] == []


def test_airflow_has_no_import_errors(ran):
    """As `airflow dags list-import-errors` says it."""
    environment = airflow_environment(ran.settings, home=ran.settings.home, port=free_port())

    done = subprocess.run(
        [sys.executable, "-m", "airflow", "dags", "list-import-errors"],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip

    assert "No data found" in done.stdout


class Up:
    """A `tocsin up` in a process of its own."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.process = subprocess.Popen(
            [sys.executable, "-c", UP], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env=airflow_environment(settings, home=settings.home, port=1) | settings_environment(settings),
        )  # fmt: skip

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "airflow ready":
                return
        raise AssertionError(f"up ended with {self.process.wait()}")

    def wait_for(self, component: str, *, other_than: int) -> int:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for found in status(self.settings).components:
                if found.name == component and found.pid != other_than:
                    return found.pid
            time.sleep(0.2)
        raise AssertionError(f"no new {component}")


@pytest.fixture(scope="module")
def running(ran: Ran) -> Iterator[Up]:
    """`tocsin up` over the database of the runs by hand."""
    running = Up(replace(ran.settings, airflow_port=free_port()))
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            # Not killed: that would leave its components behind.
            running.process.terminate()
            running.process.wait(60)


def component(found: OperateStatus, name: str) -> int:
    return next(part.pid for part in found.components if part.name == name)


def test_all_components_run(running):
    """Four of Airflow's, and Postgres."""
    names = {part.name for part in status(running.settings).components}

    assert names == {"api-server", "dag-processor", "scheduler", "triggerer", "postgres"}


def test_every_socket_listens_on_loopback(running):
    """Nothing of ours is reached from another machine."""
    listening = set()
    for part in status(running.settings).components:
        for process in (psutil.Process(part.pid), *psutil.Process(part.pid).children(recursive=True)):
            listening |= {
                entry.laddr.ip for entry in process.net_connections("inet") if entry.status == "LISTEN"
            }

    assert listening == {"127.0.0.1"}


def test_interface_asks_for_a_login(running):
    """Without a token the API tells nothing."""
    with pytest.raises(OperateError, match="401"):
        rest.AirflowApi(running_instance(running.settings.home).address, user="admin", password="guess").get(
            "dags"
        )


def test_the_pages_stand_behind_the_same_login(running):
    """A stranger is sent to Airflow's login, whoever is logged in sees them."""
    address = running_instance(running.settings.home).address
    passwords = json.loads(load_secrets(running.settings.home / "secrets").passwords_file.read_text())
    with httpx.Client(base_url=address, trust_env=False) as client:
        assert client.get("/tocsin/").status_code == 401
        assert client.get("/tocsin/static/style.css").status_code == 401
        assert client.post("/tocsin/event/1/mark", data={"verdict": "right"}).status_code == 401
        to_login = client.get("/tocsin/?country=LBY", headers={"Accept": "text/html"})
        assert to_login.headers["location"] == "/api/v2/auth/login?next=%2Ftocsin%2F%3Fcountry%3DLBY"
        login = {"username": "analyst", "password": passwords["analyst"]}
        token = client.post("/auth/token", json=login).json()["access_token"]
        shown = client.get("/tocsin/", headers={"Authorization": f"Bearer {token}"})

    assert shown.status_code == 200
    assert "Libya" in shown.text


def test_second_up_says_that_one_runs(running):
    """It names the process and the address, and touches nothing."""
    with pytest.raises(OperateError, match=rf"runs already under .* as process {running.process.pid}"):
        up(running.settings, on_progress=lambda _: None)


def test_run_is_given_to_the_up_that_runs(running):
    """A run by hand beside `up` starts nothing of its own."""
    told: list[Progress] = []

    result = run_once(running.settings, told.append)

    assert (result.news_state, {change.subject for change in told} & {"postgres", "airflow"}) == (
        "success",
        set(),
    )


def test_killed_scheduler_comes_back(running):
    """The supervisor restarts what dies."""
    pid = component(status(running.settings), "scheduler")
    psutil.Process(pid).kill()

    assert running.wait_for("scheduler", other_than=pid) != pid


def test_killed_postgres_comes_back(running):
    """And with it the scheduler goes on."""
    pid = component(status(running.settings), "postgres")
    psutil.Process(pid).kill()

    assert running.wait_for("postgres", other_than=pid) != pid
    assert run_once(running.settings, lambda _: None).news_state == "success"


def test_sigterm_stops_everything_in_time(running):
    """Last of this file: within 30 s nothing of Airflow runs."""
    processes = [
        psutil.Process(part.pid) for part in status(running.settings).components if part.name != "postgres"
    ]
    began = time.monotonic()

    running.process.send_signal(signal.SIGTERM)
    code = running.process.wait(40)

    assert (code, time.monotonic() - began < 30) == (0, True)
    assert [process for process in processes if process.is_running() and process.status() != "zombie"] == []
    assert running_instance(running.settings.home) is None
