"""Run the whole: `up` in the foreground for good, `run_once` for one run of the news, `status` to ask.

up(settings)        Postgres → migrations → Airflow on its schedule, until Ctrl-C or SIGTERM
run_once(settings)  the same without schedules: one run of `news` and the run of `alerts` it causes;
                    where `up` runs already, the run is given to that one
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psutil

from pipeline.config import Settings
from pipeline.errors import OperateError, TocsinError
from pipeline.local import embedded, rest
from pipeline.local.environment import airflow_environment
from pipeline.local.files import write_private
from pipeline.local.follow import await_dags, follow, last_failures, trigger
from pipeline.local.housekeeping import Housekeeper
from pipeline.local.instance import (
    Instance,
    lock,
    running_instance,
    signals_as_interrupt,
    uninterrupted,
)
from pipeline.local.ports import free_port, is_free
from pipeline.local.records import ComponentStatus, Failure, OperateStatus, Progress, RunResult
from pipeline.local.rest import AirflowApi
from pipeline.local.secrets import ADMIN, load_secrets
from pipeline.local.server import PostgresKeeper, prepare
from pipeline.local.space import SpaceKeeper, await_space, is_no_space, refuse_shortage
from pipeline.local.supervisor import (
    Supervisor,
    airflow_commands,
    descendants_of,
    end_leftovers,
    refuse_taken_port,
    running_components,
)

UP_COMPONENTS = ("api-server", "dag-processor", "scheduler", "triggerer")
# Nothing waits for a trigger in one run, and the triggerer takes 190 MB.
RUN_COMPONENTS = ("api-server", "dag-processor", "scheduler")

MIGRATE_SECONDS = 300
ANSWER_SECONDS = 180
POLL_SECONDS = 0.4

# Nobody has chosen it, so a second user of the machine may be given another.
DEFAULT_PORT = Settings.airflow_port

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Workers:
    """What does the tasks: processes of the scheduler's own, or Celery workers over a Redis.

    Args:
        broker_url: Of the Redis; empty for none.
        count: Celery workers on this machine; counts only with a broker.
    """

    broker_url: str = ""
    count: int = 1

    @property
    def executor(self) -> str:
        """Airflow's name for it."""
        return "CeleryExecutor" if self.broker_url else "LocalExecutor"


OWN = Workers()

log = logging.getLogger(__name__)


class Part(Protocol):
    """What `up` looks after twice a second."""

    def check(self) -> None:
        """See to it; raises when that does not help."""

    def forgive(self) -> None:
        """Forget what went wrong until now."""


def up(
    settings: Settings,
    *,
    on_progress: OnProgress,
    workers: Workers = OWN,
    beside: Callable[[], None] = lambda: None,
) -> None:
    """Run everything until SIGTERM or Ctrl-C, then stop it cleanly; the embedded Postgres runs on.

    Args:
        settings: A taken `airflow_port` is refused, unless it is the one nobody chose.
        on_progress: Told when Postgres and Airflow are starting, ready and stopping, and of the disk.
        beside: Called twice a second, for what else there is to look after.

    Raises:
        OperateError: Another `up` runs here, a port is taken, or a component cannot be kept alive.
        StoreError: The database cannot be reached.
    """
    tell = _teller(on_progress)
    await_space(settings, tell)
    port = _port(settings, may_move=settings.airflow_port == DEFAULT_PORT)
    with _operating(settings, port=port, tell=tell, workers=workers) as supervisor:
        housekeeper = Housekeeper(supervisor.environment, settings.home)
        postgres = PostgresKeeper(settings)
        space = SpaceKeeper(settings, _api(settings, port, patience_seconds=0), tell)
        try:
            while True:
                _look_after((postgres, supervisor, housekeeper), space)
                beside()
                time.sleep(0.5)
        except KeyboardInterrupt:
            log.info("asked to stop")
        finally:
            housekeeper.stop()


def _look_after(parts: Sequence[Part], space: SpaceKeeper) -> None:
    """Let each part see to what is its own; what a full disk does to one is not held against it."""
    space.check()
    for part in parts:
        try:
            part.check()
        except (OSError, TocsinError) as error:
            space.look_again()
            if not (space.check() or is_no_space(error)):
                raise
            space.complain(str(error))
            part.forgive()


def run_once(settings: Settings, on_progress: OnProgress, *, workers: Workers = OWN) -> RunResult:
    """Run the DAG `news` once, then the run of `alerts` it causes, and stop everything again.

    The workers are as in `up`; they count only where no `up` runs.

    Raises:
        OperateError: Airflow did not start, a DAG file is broken, or the run took over RUN_SECONDS.
        StoreError: The database cannot be reached.
    """
    began = time.monotonic()
    tell = _teller(on_progress)
    instance = running_instance(settings.home)
    run_id = f"manual__{datetime.now(UTC).isoformat(timespec='milliseconds')}"
    if instance is not None and not instance.is_on_demand:
        api = _api(settings, instance.port)
        _await_api(instance)
        await_dags(api, since=None)
        trigger(api, run_id)
        return follow(api, settings.home, run_id, tell=tell, began=began, check=lambda: None)
    refuse_shortage(settings)
    port = _port(settings, may_move=True)
    api = _api(settings, port)
    started_at = datetime.now(UTC)

    def trigger_first() -> None:
        # Before the scheduler starts, so that it never sees the DAGs with the schedules of an earlier `up`.
        await_dags(api, since=started_at)
        trigger(api, run_id)

    with _operating(
        settings, port=port, tell=tell, workers=workers, when_api_answers=trigger_first
    ) as supervisor:
        return follow(api, settings.home, run_id, tell=tell, began=began, check=supervisor.check)


def status(settings: Settings) -> OperateStatus:
    """Say what runs and what failed last; starts and changes nothing."""
    instance = running_instance(settings.home)
    components = [_component(name, process) for name, process in running_components(settings.home).items()]
    if not settings.database_url and (pid := embedded.status(settings).pid) is not None:
        with suppress(psutil.NoSuchProcess):
            components.append(_component("postgres", psutil.Process(pid)))
    has_database = bool(settings.database_url) or any(part.name == "postgres" for part in components)
    failures: tuple[Failure, ...] = ()
    if instance is not None and rest.answers(instance.address):
        try:
            failures = last_failures(_api(settings, instance.port, patience_seconds=0), settings.home)
        except OperateError as error:
            # It answers with errors while its database is away; what runs can be told all the same.
            log.warning("airflow does not say what failed: %s", error)
    return OperateStatus(
        pid=instance.pid if instance else None,
        address=instance.address if instance else None,
        passwords_file=settings.home / "secrets" / "airflow_passwords.json",
        alerts_log=settings.alerts_log,
        has_database=has_database,
        components=tuple(components),
        failures=failures,
    )


# Start and stop


@contextmanager
def _operating(
    settings: Settings,
    *,
    port: int,
    tell: Callable[[str, str], None],
    workers: Workers,
    when_api_answers: Callable[[], None] | None = None,
) -> Iterator[Supervisor]:
    """Hold a running Airflow; SIGTERM arrives as KeyboardInterrupt, and nothing interrupts the stopping.

    Args:
        when_api_answers: What one run on demand begins with; without it Airflow runs on its schedule.
    """
    home = settings.home
    is_on_demand = when_api_answers is not None
    with lock(home, port, is_on_demand=is_on_demand), signals_as_interrupt():
        # First, since a leftover may be what holds the port; and before what takes long.
        end_leftovers(home)
        refuse_taken_port(port)
        tell("postgres", "starting")
        prepare(settings)
        tell("postgres", "ready")
        tell("airflow", "starting")
        environment = airflow_environment(
            settings,
            home=home,
            port=port,
            executor=workers.executor,
            broker_url=workers.broker_url,
            is_on_demand=is_on_demand,
        )
        _migrate_airflow(environment, home)
        components = RUN_COMPONENTS if is_on_demand else UP_COMPONENTS
        commands = airflow_commands(
            components, home=home, worker_count=workers.count if workers.broker_url else 0
        )
        supervisor = Supervisor(environment, home=home, port=port, commands=commands)
        try:
            _start(supervisor, home, when_api_answers or (lambda: None))
            tell("airflow", "ready")
            yield supervisor
        finally:
            with uninterrupted():
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
    if may_move and running_instance(settings.home) is None:
        end_leftovers(settings.home)
    if settings.airflow_port and (is_free(settings.airflow_port) or not may_move):
        return settings.airflow_port
    port = free_port()
    if settings.airflow_port:
        log.warning(
            "port %d is in use; this takes port %d. TOCSIN_AIRFLOW_PORT chooses one",
            settings.airflow_port,
            port,
        )
    return port


def _stamp_file(home: Path) -> Path:
    return home / "airflow" / "migrated"


def _teller(on_progress: OnProgress) -> Callable[[str, str], None]:
    began = time.monotonic()
    return lambda subject, state: on_progress(
        Progress(subject=subject, state=state, seconds=time.monotonic() - began)
    )


# One run


def _api(settings: Settings, port: int, *, patience_seconds: float = rest.PATIENCE_SECONDS) -> AirflowApi:
    secrets = load_secrets(settings.home / "secrets")
    return AirflowApi(
        f"http://127.0.0.1:{port}",
        user=ADMIN,
        password=secrets.admin_password,
        patience_seconds=patience_seconds,
    )


def _await_api(instance: Instance) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while not rest.answers(instance.address):
        if time.monotonic() > deadline:
            raise OperateError(
                f"Tocsin runs as process {instance.pid}, but {instance.address} does not answer"
            )
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
