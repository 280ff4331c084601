"""Run the whole: `up` in the foreground for good, `run_once` for one run of the news, `status` to ask.

up(settings)        Postgres → migrations → Airflow on its schedule, until Ctrl-C or SIGTERM
run_once(settings)  the same without schedules: one run of `news` and the run of `alerts` it causes;
                    where `up` runs already, the run is given to that one
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from pipeline.config import Settings
from pipeline.errors import OperateError
from pipeline.operate import rest
from pipeline.operate.environment import airflow_environment, metadata_url
from pipeline.operate.housekeeping import Housekeeper
from pipeline.operate.records import ComponentStatus, Failure, OperateStatus, Progress, RunResult
from pipeline.operate.rest import AirflowApi, quoted
from pipeline.operate.secrets import ADMIN, load_secrets
from pipeline.operate.supervisor import (
    Supervisor,
    airflow_commands,
    descendants_of,
    is_free,
    running_components,
)
from pipeline.postgres import embedded
from pipeline.postgres.embedded import write_private
from pipeline.postgres.migrate import migrate

UP_COMPONENTS = ("api-server", "dag-processor", "scheduler", "triggerer")
# Nothing waits for a trigger in one run, and the triggerer takes 190 MB.
RUN_COMPONENTS = ("api-server", "dag-processor", "scheduler")

MIGRATE_SECONDS = 300
PARSE_SECONDS = 180
ALERTS_APPEAR_SECONDS = 120
RUN_SECONDS = 3600
POLL_SECONDS = 0.4
FINISHED = ("success", "failed")

OnProgress = Callable[[Progress], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """A `tocsin up` that runs."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def up(
    settings: Settings,
    *,
    on_progress: OnProgress,
    executor: str = "LocalExecutor",
    broker_url: str = "",
    worker_count: int = 1,
) -> None:
    """Run everything until SIGTERM or Ctrl-C, then stop it cleanly; the embedded Postgres runs on.

    Args:
        settings: A taken `airflow_port` is refused.
        on_progress: Told when Postgres and Airflow are starting, ready and stopping.
        executor: LocalExecutor, or CeleryExecutor with the `broker_url` of a Redis and `worker_count` workers.

    Raises:
        OperateError: Another `up` runs here, a port is taken, or a component cannot be kept alive.
        StoreError: The database cannot be reached.
    """
    with _operating(
        settings,
        port=_port(settings, may_move=False),
        components=UP_COMPONENTS,
        tell=_teller(on_progress),
        executor=executor,
        broker_url=broker_url,
        worker_count=worker_count,
    ) as supervisor:
        housekeeper = Housekeeper(supervisor.environment, settings.home)
        try:
            while True:
                supervisor.check()
                housekeeper.check()
                time.sleep(0.5)
        except KeyboardInterrupt:
            log.info("asked to stop")
        finally:
            housekeeper.stop()


def run_once(
    settings: Settings,
    on_progress: OnProgress,
    *,
    executor: str = "LocalExecutor",
    broker_url: str = "",
    worker_count: int = 1,
) -> RunResult:
    """Run the DAG `news` once, then the run of `alerts` it causes, and stop everything again.

    The executor and what belongs to it are as in `up`; they count only where no `up` runs.

    Raises:
        OperateError: Airflow did not start, a DAG file is broken, or the run took over RUN_SECONDS.
        StoreError: The database cannot be reached.
    """
    began = time.monotonic()
    tell = _teller(on_progress)
    instance = running_instance(settings.home)
    run_id = f"manual__{datetime.now(UTC).isoformat(timespec='milliseconds')}"
    if instance is not None:
        api = _api(settings, instance.port)
        _await_api(instance)
        _await_dags(api, since=None)
        _trigger(api, run_id)
        return _follow(api, settings.home, run_id, tell=tell, began=began, check=lambda: None)
    port = _port(settings, may_move=True)
    api = _api(settings, port)
    started_at = datetime.now(UTC)

    def trigger() -> None:
        # Before the scheduler starts, so that it never sees the DAGs with the schedules of an earlier `up`.
        _await_dags(api, since=started_at)
        _trigger(api, run_id)

    with _operating(
        settings,
        port=port,
        components=RUN_COMPONENTS,
        tell=tell,
        executor=executor,
        broker_url=broker_url,
        worker_count=worker_count,
        is_on_demand=True,
        when_api_answers=trigger,
    ) as supervisor:
        return _follow(api, settings.home, run_id, tell=tell, began=began, check=supervisor.check)


def status(settings: Settings) -> OperateStatus:
    """Say what runs and what failed last; starts and changes nothing."""
    instance = running_instance(settings.home)
    components = [_component(name, process) for name, process in running_components(settings.home).items()]
    if not settings.database_url and (pid := embedded.status(settings).pid) is not None:
        with suppress(psutil.NoSuchProcess):
            components.append(_component("postgres", psutil.Process(pid)))
    failures: tuple[Failure, ...] = ()
    if instance is not None and rest.answers(instance.address):
        failures = _last_failures(_api(settings, instance.port), settings.home)
    return OperateStatus(
        pid=instance.pid if instance else None,
        address=instance.address if instance else None,
        passwords_file=settings.home / "secrets" / "airflow_passwords.json",
        components=tuple(components),
        failures=failures,
    )


def prepare(settings: Settings) -> None:
    """Start the embedded Postgres unless a server of the user's own is set; bring our tables up to date.

    Raises:
        OperateError: The embedded Postgres did not start.
        StoreError: A server of the user's own cannot be reached, or a migration failed.
    """
    if settings.database_url:
        migrate(settings.database_url)
        embedded.ensure_database(metadata_url(settings))
    else:
        embedded.start(settings)
        migrate(embedded.url(settings))


def running_instance(home: Path) -> Instance | None:
    """Return the `tocsin up` or `make run` at work under a home. Its lock says so, so a killed one is not seen."""
    try:
        with _lock_file(home).open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                noted = json.load(file)
                return Instance(pid=noted["pid"], port=noted["port"])
    except (FileNotFoundError, ValueError):
        return None
    return None


# Start and stop


@contextmanager
def _operating(
    settings: Settings,
    *,
    port: int,
    components: Sequence[str],
    tell: Callable[[str, str], None],
    executor: str,
    broker_url: str,
    worker_count: int,
    is_on_demand: bool = False,
    when_api_answers: Callable[[], None] = lambda: None,
) -> Iterator[Supervisor]:
    """Hold a running Airflow; SIGTERM arrives as KeyboardInterrupt, and nothing interrupts the stopping."""
    home = settings.home
    with _lock(home, port), _sigterm_as_interrupt():
        tell("postgres", "starting")
        prepare(settings)
        tell("postgres", "ready")
        tell("airflow", "starting")
        environment = airflow_environment(
            settings,
            home=home,
            port=port,
            executor=executor,
            broker_url=broker_url,
            is_on_demand=is_on_demand,
        )
        _migrate_airflow(environment, home)
        commands = airflow_commands(
            components, home=home, worker_count=worker_count if executor == "CeleryExecutor" else 0
        )
        supervisor = Supervisor(environment, home=home, port=port, commands=commands)
        try:
            _start(supervisor, home, when_api_answers)
            tell("airflow", "ready")
            yield supervisor
        finally:
            with _uninterrupted():
                tell("airflow", "stopping")
                supervisor.stop()


def _start(supervisor: Supervisor, home: Path, when_api_answers: Callable[[], None]) -> None:
    try:
        supervisor.start(when_api_answers=when_api_answers)
    except OperateError:
        # The database may have been emptied behind the stamp; then the next start puts it right.
        _stamp_file(home).unlink(missing_ok=True)
        raise


def _migrate_airflow(environment: dict[str, str], home: Path) -> None:
    """Make Airflow's tables, once for each version of it and each database: that takes 5 s."""
    identity = (
        f"{importlib.metadata.version('apache-airflow')} {environment['AIRFLOW__DATABASE__SQL_ALCHEMY_CONN']}"
    )
    stamp = hashlib.sha256(identity.encode()).hexdigest()
    path = _stamp_file(home)
    if path.exists() and path.read_text() == stamp:
        return
    output = home / "logs" / "airflow-migrate.log"
    output.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with output.open("wb") as file:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "airflow", "db", "migrate"],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=environment, cwd=home,
                umask=0o077, timeout=MIGRATE_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise OperateError(
                f"Airflow's tables were not made within {MIGRATE_SECONDS} s (log: {output})"
            ) from error
    if done.returncode != 0:
        lines = [line for line in output.read_text(errors="replace").splitlines() if line.strip()]
        raise OperateError(
            f"Airflow's tables could not be made: {(lines or ['no output'])[-1][:300]} (log: {output})"
        )
    write_private(path, stamp)


def _port(settings: Settings, *, may_move: bool) -> int:
    """The port for the API server: the one of the settings; another free one for a single run, or for 0."""
    if settings.airflow_port and (is_free(settings.airflow_port) or not may_move):
        return settings.airflow_port
    port = embedded.free_port()
    if settings.airflow_port:
        log.info("port %d is in use; this run takes port %d", settings.airflow_port, port)
    return port


@contextmanager
def _lock(home: Path, port: int) -> Iterator[None]:
    path = _lock_file(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            instance = running_instance(home)
            who = f"as process {instance.pid}, at {instance.address}" if instance else "and is just starting"
            raise OperateError(
                f"Tocsin runs already under {home}, {who}: stop it first, or set TOCSIN_HOME"
            ) from error
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "port": port}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _lock_file(home: Path) -> Path:
    return home / "airflow" / "running.lock"


def _stamp_file(home: Path) -> Path:
    return home / "airflow" / "migrated"


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    earlier = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _teller(on_progress: OnProgress) -> Callable[[str, str], None]:
    began = time.monotonic()
    return lambda subject, state: on_progress(
        Progress(subject=subject, state=state, seconds=time.monotonic() - began)
    )


# One run


def _api(settings: Settings, port: int) -> AirflowApi:
    secrets = load_secrets(settings.home / "secrets")
    return AirflowApi(f"http://127.0.0.1:{port}", user=ADMIN, password=secrets.admin_password)


def _await_api(instance: Instance) -> None:
    deadline = time.monotonic() + PARSE_SECONDS
    while not rest.answers(instance.address):
        if time.monotonic() > deadline:
            raise OperateError(
                f"Tocsin runs as process {instance.pid}, but {instance.address} does not answer"
            )
        time.sleep(POLL_SECONDS)


def _await_dags(api: AirflowApi, *, since: datetime | None) -> None:
    """Wait until both DAGs are known, and read since a time, where that matters."""
    deadline = time.monotonic() + PARSE_SECONDS
    while True:
        dags = {dag["dag_id"]: dag for dag in api.get("dags", limit=100)["dags"]}
        if all(name in dags and _is_read_since(dags[name], since) for name in ("news", "alerts")):
            return
        broken = api.get("importErrors")["import_errors"]
        if broken:
            raise OperateError(
                f"{broken[0]['filename']} cannot be imported: {_last_line(broken[0]['stack_trace'])}"
            )
        if time.monotonic() > deadline:
            raise OperateError(f"Airflow did not read the DAGs within {PARSE_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _is_read_since(dag: dict[str, Any], since: datetime | None) -> bool:
    if since is None:
        return True
    read_at = dag.get("last_parsed_time")
    return read_at is not None and datetime.fromisoformat(read_at) > since


def _trigger(api: AirflowApi, run_id: str) -> None:
    for name in ("news", "alerts"):
        if api.get(f"dags/{name}")["is_paused"]:
            log.info("unpaused dag=%s: a paused one runs nothing", name)
            api.patch(f"dags/{name}?update_mask=is_paused", {"is_paused": False})
    api.post("dags/news/dagRuns", {"dag_run_id": run_id, "logical_date": None})


def _follow(
    api: AirflowApi,
    home: Path,
    run_id: str,
    *,
    tell: Callable[[str, str], None],
    began: float,
    check: Callable[[], None],
) -> RunResult:
    """Tell each change of each task until the run of the news and the run of the alerts have ended."""
    follower = _Follower(api=api, tell=tell, check=check)
    news_state = follower.follow("news", run_id)
    alerts_run_id = _caused_run(api, run_id, check) if news_state == "success" else None
    alerts_state = follower.follow("alerts", alerts_run_id) if alerts_run_id else None
    return RunResult(
        run_id=run_id,
        news_state=news_state,
        alerts_state=alerts_state,
        task_seconds=follower.task_seconds,
        failures=tuple(_failure(task, home) for task in follower.failed),
        seconds=time.monotonic() - began,
    )


class _Follower:
    """Follows runs, and remembers what it has told."""

    def __init__(self, *, api: AirflowApi, tell: Callable[[str, str], None], check: Callable[[], None]):
        self.api, self.tell, self.check = api, tell, check
        self.states: dict[str, str] = {}
        self.task_seconds: dict[str, float] = {}
        self.failed: list[dict[str, Any]] = []

    def follow(self, dag_id: str, run_id: str) -> str:
        deadline = time.monotonic() + RUN_SECONDS
        path = f"dags/{dag_id}/dagRuns/{quoted(run_id)}"
        while True:
            self.check()
            state = str(self.api.get(path)["state"])
            tasks = self.api.get(f"{path}/taskInstances")["task_instances"]
            for task in sorted(tasks, key=lambda task: task["start_date"] or "9"):
                self._note(task)
            if state in FINISHED:
                self.failed += [task for task in tasks if task["state"] == "failed"]
                return state
            if time.monotonic() > deadline:
                raise OperateError(f"the run {run_id} of {dag_id} has not ended within {RUN_SECONDS} s")
            time.sleep(POLL_SECONDS)

    def _note(self, task: dict[str, Any]) -> None:
        name, state = f"{task['dag_id']}.{task['task_id']}", task["state"]
        if state and self.states.get(name) != state:
            self.states[name] = state
            self.tell(name, state)
        if task["duration"] is not None:
            self.task_seconds[name] = float(task["duration"])


def _caused_run(api: AirflowApi, run_id: str, check: Callable[[], None]) -> str | None:
    """Find the run of `alerts` that a run of `news` caused; None when it stored nothing new."""
    deadline = time.monotonic() + ALERTS_APPEAR_SECONDS
    while True:
        check()
        try:
            events = api.get("assets/events", source_dag_id="news", source_run_id=run_id)["asset_events"]
        except OperateError as error:
            # While the run it caused is queued, Airflow 3.3 fails to show the event: it wants a start date.
            log.debug("asset events not shown yet: %s", error)
            events = [{"created_dagruns": ()}]
        if not events:
            return None
        runs = [
            run["run_id"] for event in events for run in event["created_dagruns"] if run["dag_id"] == "alerts"
        ]
        if runs:
            return str(runs[0])
        if time.monotonic() > deadline:
            raise OperateError(f"the run {run_id} stored new events, but no run of alerts came of it")
        time.sleep(POLL_SECONDS)


# Status


def _component(name: str, process: psutil.Process) -> ComponentStatus:
    family = [process, *descendants_of(process)]
    return ComponentStatus(name=name, pid=process.pid, memory_bytes=sum(map(_memory, family)))


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _last_failures(api: AirflowApi, home: Path) -> tuple[Failure, ...]:
    tasks = api.get("dags/~/dagRuns/~/taskInstances", state="failed", order_by="-end_date", limit=5)
    return tuple(_failure(task, home) for task in tasks["task_instances"])


def _failure(task: dict[str, Any], home: Path) -> Failure:
    folder = f"dag_id={task['dag_id']}/run_id={task['dag_run_id']}/task_id={task['task_id']}"
    return Failure(
        task=f"{task['dag_id']}.{task['task_id']}",
        run_id=task["dag_run_id"],
        state=task["state"],
        ended_at=datetime.fromisoformat(task["end_date"]) if task["end_date"] else None,
        log_file=home / "logs" / "tasks" / folder / f"attempt={task['try_number']}.log",
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
