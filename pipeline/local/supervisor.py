"""Airflow's processes under one roof: started in the right order, restarted, stopped without leftovers.

    supervisor = Supervisor(environment, home=…, port=…, commands=airflow_commands(…, home=…))
    supervisor.start()          API server and DAG processor, then the scheduler and the rest
    while …: supervisor.check() restarts what died; raises when that does not help
    supervisor.stop()           within 30 s, whole process groups

`airflow standalone` is not used: it starts everything at once and has a race at boot, listens on all
interfaces and prints its password.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from pipeline.errors import OperateError
from pipeline.local import rest
from pipeline.local.files import write_private
from pipeline.local.ports import is_free

START_SECONDS = 240

# How long each may take to end; together under 30 s. A task at work has until then to finish, and is
# done again when it has not. The triggerer hangs in its own stopping when it has just started.
PATIENCE_SECONDS = {"scheduler": 18, "worker-1": 18, "worker-2": 18}
PATIENCE_DEFAULT_SECONDS = 6
# Who must be asked more than once: the scheduler answers the signal with an exception, and one that
# arrives while Python collects garbage is lost. Others take a second signal for impatience.
DEAF = ("scheduler",)
ASK_AGAIN_SECONDS = (10, 13, 16)

# Seconds before the first, second … restart of a component that died; after the last it is given up.
RESTART_AFTER_SECONDS = (1, 2, 5, 10, 20)
# A component that ran this long has recovered: its earlier deaths are forgotten.
RECOVERED_SECONDS = 300

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    # The log servers listen on all interfaces and are not needed on one machine.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
WORKER = ("celery", "worker", "--skip-serve-logs", "--without-gossip", "--without-mingle")
FIRST = ("api-server", "dag-processor")

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Component:
    """A process of Airflow that ought to run. `restart_at` is a monotonic time, None while it runs."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    restart_at: float | None = None
    descendants: set[psutil.Process] = field(default_factory=set)


class Supervisor:
    """Holds the processes of one Airflow."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        home: Path,
        port: int,
        commands: Mapping[str, Sequence[str]],
        restart_after_seconds: Sequence[float] = RESTART_AFTER_SECONDS,
    ):
        """Take the processes to run.

        Args:
            environment: Of all of them.
            home: Folder with `airflow/` and `logs/`.
            port: Of the API server on 127.0.0.1.
            commands: By component, in the order of their start; "api-server" must be there.
            restart_after_seconds: Before the first, second … restart; after the last, death is final.
        """
        self.environment = dict(environment)
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        self.port = port
        self.restart_after_seconds = restart_after_seconds
        self.is_noted = True
        self.components = [Component(name=name, command=command) for name, command in commands.items()]

    def start(self, *, when_api_answers: Callable[[], None] = lambda: None) -> None:
        """Start all components; return when the API server answers and the others run.

        Args:
            when_api_answers: Called once, before the scheduler starts.

        Raises:
            OperateError: The port is taken, a component died, or the API server did not answer in time.
        """
        # First, since a leftover may be what holds the port.
        end_leftovers(self.home)
        refuse_taken_port(self.port)
        for component in self.components:
            if component.name in FIRST:
                self._launch(component)
        self._await_api()
        when_api_answers()
        for component in self.components:
            if component.name not in FIRST:
                self._launch(component)

    def check(self) -> None:
        """Restart components that died, each later than the time before.

        Raises:
            OperateError: One died once more than is allowed.
        """
        now = time.monotonic()
        if not self.is_noted:
            self._note_processes()
        for component in self.components:
            if component.restart_at is not None:
                if now >= component.restart_at:
                    self._launch(component)
            elif component.process is not None and component.process.poll() is not None:
                self._mourn(component, now)

    def forgive(self) -> None:
        """Forget earlier deaths, whose reason is known and passes."""
        for component in self.components:
            component.deaths = 0

    def stop(self) -> None:
        """Stop all components; kill what does not end in time.

        The API server goes last: until they have ended, the others report to it.
        """
        running = [component for component in reversed(self.components) if component.process is not None]
        if not running:
            return
        for component in running:
            component.descendants |= descendants_of(component.process)
        last = [component for component in running if component.name in FIRST]
        _end([component for component in running if component not in last])
        _end(last)
        processes_file(self.home).unlink(missing_ok=True)
        log.info("stopped airflow components=%s", ",".join(component.name for component in running))

    def _launch(self, component: Component) -> None:
        path = self.home / "logs" / f"{component.name}.log"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("ab") as output:
            component.process = subprocess.Popen(
                component.command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=self.environment, cwd=self.home, start_new_session=True, umask=0o077,
            )  # fmt: skip
        component.started_at = time.monotonic()
        component.restart_at = None
        # On a full disk this fails; then the next check tries again, since what is not noted is nobody's orphan.
        self.is_noted = False
        self._note_processes()
        log.info("started airflow component=%s pid=%d", component.name, component.process.pid)

    def _mourn(self, component: Component, now: float) -> None:
        process = component.process
        if process is None:
            return
        _kill_group(process.pid)
        if now - component.started_at > RECOVERED_SECONDS:
            component.deaths = 0
        if component.deaths >= len(self.restart_after_seconds):
            raise OperateError(
                f"Airflow's {component.name} died {component.deaths + 1} times and is given up: "
                f"{self._last_words(component)}"
            )
        delay = self.restart_after_seconds[component.deaths]
        component.deaths += 1
        component.restart_at = now + delay
        log.warning(
            "airflow component died component=%s exit=%s deaths=%d restart_after_seconds=%.1f",
            component.name, process.returncode, component.deaths, delay,
        )  # fmt: skip

    def _await_api(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not rest.answers(self.address):
            for component in self.components:
                if component.process is not None and component.process.poll() is not None:
                    raise OperateError(
                        f"Airflow's {component.name} did not start: {self._last_words(component)}"
                    )
            if time.monotonic() > deadline:
                raise OperateError(
                    f"Airflow's API server did not answer within {START_SECONDS} s (log: {self._log(self.components[0])})"
                )
            time.sleep(0.1)

    def _last_words(self, component: Component) -> str:
        path = self._log(component)
        lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
        return f"{lines[-1][:300] if lines else 'it wrote nothing'} (log: {path})"

    def _log(self, component: Component) -> Path:
        return self.home / "logs" / f"{component.name}.log"

    def _note_processes(self) -> None:
        """Write down what runs, for `tocsin status` and for a successor of a killed supervisor."""
        running = {
            component.name: [component.process.pid, psutil.Process(component.process.pid).create_time()]
            for component in self.components
            if component.process is not None and component.process.poll() is None
        }
        write_private(processes_file(self.home), json.dumps(running))
        self.is_noted = True


def airflow_commands(components: Sequence[str], *, home: Path, worker_count: int = 0) -> dict[str, list[str]]:
    """Return the commands of components, by name; with our own Python, so that it is our own Airflow.

    Args:
        components: Names of COMMANDS.
        home: Folder for the pid files of the workers.
        worker_count: Celery workers, named worker-1, worker-2 ….
    """
    airflow = [sys.executable, "-m", "airflow"]
    commands = {name: [*airflow, *COMMANDS[name]] for name in components}
    for number in range(1, worker_count + 1):
        name = f"worker-{number}"
        # Two workers on one machine need two names and two pid files.
        own = ["--celery-hostname", f"{name}@%h", "--pid", str(home / "airflow" / f"{name}.pid")]
        commands[name] = [*airflow, *WORKER, *own]
    return commands


def processes_file(home: Path) -> Path:
    return home / "airflow" / "processes.json"


def running_components(home: Path) -> dict[str, psutil.Process]:
    """Return the components noted as running under a home that do run, by name."""
    found = {}
    for name, (pid, created_at) in _read_processes(home).items():
        try:
            process = psutil.Process(pid)
            # The number alone may belong to another process by now.
            if process.create_time() == created_at and process.status() != psutil.STATUS_ZOMBIE:
                found[name] = process
        except psutil.NoSuchProcess:
            continue
    return found


def _noted(home: Path) -> dict[int, float]:
    return dict(_read_processes(home).values())


def _read_processes(home: Path) -> dict[str, tuple[int, float]]:
    try:
        noted = json.loads(processes_file(home).read_text())
    except (OSError, ValueError):
        return {}
    return {name: (int(pid), float(created_at)) for name, (pid, created_at) in noted.items()}


def end_leftovers(home: Path) -> int:
    """End what a killed supervisor left, and say how many: its components, workers whose component is gone, and
    what led a session of its own below one of them."""
    noted = _noted(home)
    left = {process for process in psutil.process_iter() if _is_leftover(process, noted)}
    leftovers = left.union(*map(descendants_of, left))
    for process in leftovers:
        log.warning("ending a leftover of a killed supervisor pid=%d", process.pid)
        _kill(process)
    psutil.wait_procs(list(leftovers), timeout=5)
    return len(leftovers)


def _is_leftover(process: psutil.Process, noted: Mapping[int, float]) -> bool:
    """Say whether a process belongs to the group of a noted component; each leads one of its own.

    A number is not given anew while a group bears it, so a leader that is gone leaves no doubt; but what was
    noted before the machine started is gone altogether, and its number may be anybody's.
    """
    try:
        group = os.getpgid(process.pid)
        if group not in noted or noted[group] < psutil.boot_time():
            return False
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return not psutil.pid_exists(group) or psutil.Process(group).create_time() == noted[group]
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


def refuse_taken_port(port: int) -> None:
    """Raise OperateError when something listens on the port of the API server."""
    if not is_free(port):
        raise OperateError(
            f"port {port} on 127.0.0.1 is in use, so Airflow's API server cannot take it: stop what uses it, or set "
            "TOCSIN_AIRFLOW_PORT to a free port"
        )


def descendants_of(process: psutil.Process | subprocess.Popen[bytes] | None) -> set[psutil.Process]:
    """Return the children of a process, and theirs; tasks leave the process group of their scheduler."""
    if process is None:
        return set()
    try:
        return set(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def _end(components: Sequence[Component]) -> None:
    """Ask components to end, wait as long as each may take, kill what is left of them."""
    began = time.monotonic()
    again_at = [began, *(began + seconds for seconds in ASK_AGAIN_SECONDS)]
    waiting = list(components)
    while waiting:
        now = time.monotonic()
        if again_at and now >= again_at[0]:
            for component in waiting:
                if now < began + 1 or component.name in DEAF:
                    _signal(component, signal.SIGTERM)
            again_at.pop(0)
        for component in list(waiting):
            patience = PATIENCE_SECONDS.get(component.name, PATIENCE_DEFAULT_SECONDS)
            if _has_ended(component) or now > began + patience:
                _kill_rest(component)
                waiting.remove(component)
        time.sleep(0.05)


def _has_ended(component: Component) -> bool:
    return component.process is None or component.process.poll() is not None


def _kill_rest(component: Component) -> None:
    """Kill what is left of a component that was asked to end."""
    process = component.process
    if process is None:
        return
    if process.poll() is None:
        log.warning("killing airflow component=%s: it did not end in time", component.name)
    # Workers of a killed scheduler ignore SIGTERM, so the whole group goes, and who left the group.
    _kill_group(process.pid)
    for child in component.descendants:
        _kill(child)
    process.wait()
    component.process = None


def _signal(component: Component, number: int) -> None:
    if component.process is not None and component.process.poll() is None:
        component.process.send_signal(number)


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _kill(process: psutil.Process) -> None:
    try:
        # psutil checks that the number still belongs to the process it was taken from.
        process.kill()
    except psutil.NoSuchProcess:
        return
