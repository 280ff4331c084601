"""The supervisor with small stand-ins for Airflow's processes: real processes, real ports, real signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.errors import OperateError
from pipeline.local.ports import free_port
from pipeline.local.supervisor import Supervisor, end_leftovers, processes_file, running_components

pytestmark = pytest.mark.slow

API = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
SLEEPER = "import time; time.sleep(600)"
# Like a scheduler whose workers ignore SIGTERM and whose task leads a session of its own.
STUBBORN = """
import os, signal, subprocess, sys, time
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", child])
subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
time.sleep(600)
"""
FAILING = "raise SystemExit('the reason it fails')"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "airflow").mkdir()
    return tmp_path


@pytest.fixture
def supervise(home: Path) -> Iterator[Callable[..., Supervisor]]:
    """Make supervisors of an API server and further programs; all are stopped at the end."""
    made: list[Supervisor] = []

    def make(restart_after_seconds=(0.1, 0.1), **programs: str) -> Supervisor:
        port = free_port()
        commands = {"api-server": [sys.executable, "-c", API, str(port)]}
        commands |= {name: [sys.executable, "-c", program] for name, program in programs.items()}
        made.append(
            Supervisor(
                dict(os.environ),
                home=home,
                port=port,
                commands=commands,
                restart_after_seconds=restart_after_seconds,
            )
        )
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def wait_for(condition: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(condition())


def family_of(process: psutil.Process, size: int) -> list[psutil.Process]:
    wait_for(lambda: len(process.children(recursive=True)) == size)
    return [process, *process.children(recursive=True)]


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_start_returns_when_all_run(supervise, home):
    """The API server answers, and the scheduler has been started."""
    supervise(scheduler=SLEEPER).start()

    assert set(running_components(home)) == {"api-server", "scheduler"}


def test_scheduler_starts_after_the_api_server_answers(supervise, home):
    """Airflow has a race at boot where it does not."""
    seen = []
    supervisor = supervise(scheduler=SLEEPER)

    supervisor.start(when_api_answers=lambda: seen.append(set(running_components(home))))

    assert seen == [{"api-server"}]


def test_port_in_use_names_the_port_and_the_setting(supervise):
    """The reader knows what to change."""
    supervisor = supervise()

    with (
        socket.create_server(("127.0.0.1", supervisor.port)),
        pytest.raises(OperateError, match=f"port {supervisor.port} .*TOCSIN_AIRFLOW_PORT"),
    ):
        supervisor.start()


def test_component_that_dies_at_start_is_said_with_its_last_words(supervise):
    """The message holds the last line of its log, and where the log is."""
    supervisor = supervise(**{"dag-processor": FAILING})
    supervisor.components[0].command = [sys.executable, "-c", SLEEPER]

    with pytest.raises(
        OperateError, match=r"dag-processor did not start: the reason it fails \(log: .*\.log\)"
    ):
        supervisor.start()


def test_killed_component_is_started_again(supervise, home):
    """As by the kernel when memory runs out."""
    supervisor = supervise(scheduler=SLEEPER)
    supervisor.start()
    first = running_components(home)["scheduler"]
    first.kill()

    assert wait_for(lambda: supervisor.check() or running_components(home).get("scheduler", first) != first)


def test_workers_of_a_killed_component_are_ended(supervise, home):
    """They would go on with tasks that the new scheduler gives out again."""
    supervisor = supervise(scheduler=STUBBORN)
    supervisor.start()
    scheduler, worker, _ = family_of(running_components(home)["scheduler"], 2)
    scheduler.kill()

    assert wait_for(lambda: supervisor.check() or is_gone(worker))


def test_component_that_keeps_dying_is_given_up(supervise):
    """Restarting for ever would hide it."""
    supervisor = supervise(scheduler=FAILING)
    supervisor.start()

    with pytest.raises(OperateError, match=r"scheduler died 3 times and is given up: the reason it fails"):
        wait_for(lambda: supervisor.check())


def test_stop_leaves_nothing_behind(supervise, home):
    """Also children that ignore SIGTERM, and those that left the process group."""
    supervisor = supervise(scheduler=STUBBORN)
    supervisor.start()
    family = family_of(running_components(home)["scheduler"], 2)

    supervisor.stop()

    assert [is_gone(process) for process in family] == [True] * 3


def test_stop_is_quick(supervise):
    """Processes that obey SIGTERM cost no waiting."""
    supervisor = supervise(scheduler=SLEEPER)
    supervisor.start()
    began = time.monotonic()

    supervisor.stop()

    assert time.monotonic() - began < 10


def test_successor_ends_what_a_killed_supervisor_left(supervise, home):
    """Components live on when their supervisor is killed; the next one ends them first."""
    supervisor = supervise(scheduler=SLEEPER)
    supervisor.start()
    orphans = list(running_components(home).values())

    end_leftovers(home)

    assert [is_gone(process) for process in orphans] == [True, True]


def test_leftover_worker_of_a_dead_component_is_ended(supervise, home):
    """Its group still bears the number of the component that is gone."""
    supervisor = supervise(scheduler=STUBBORN)
    supervisor.start()
    scheduler, worker, *_ = family_of(running_components(home)["scheduler"], 2)
    scheduler.kill()
    supervisor.components[1].process.wait()

    end_leftovers(home)

    assert wait_for(lambda: is_gone(worker))


def test_leftover_that_leads_a_session_of_its_own_is_ended(supervise, home):
    """A task of a killed supervisor leaves its scheduler's group; who counts is told."""
    supervise(scheduler=STUBBORN).start()
    family = family_of(running_components(home)["scheduler"], 2)

    ended = end_leftovers(home)

    assert all(wait_for(lambda process=process: is_gone(process)) for process in family)
    assert ended >= len(family)


def test_process_that_could_not_be_noted_is_noted_later(supervise, home):
    """As on a full disk: what is not written down would be nobody's orphan."""
    supervisor = supervise(scheduler=SLEEPER)
    processes_file(home).mkdir()
    with pytest.raises(OSError, match="directory"):
        supervisor.start()
    processes_file(home).rmdir()

    supervisor.check()

    assert "api-server" in running_components(home)


def test_stranger_with_a_noted_number_is_left_alone(home):
    """After a reboot the number in the file may be anybody's."""
    processes_file(home).write_text(json.dumps({"scheduler": [os.getpgid(0), 1.0]}))

    end_leftovers(home)

    assert (psutil.pid_exists(os.getpid()), running_components(home)) == (True, {})


def test_log_of_a_component_is_for_the_owner_alone(supervise, home):
    """Logs may carry what the feeds carry."""
    supervise(scheduler="import sys; sys.stdout.write('hello'); sys.stdout.flush();" + SLEEPER).start()

    assert (home / "logs").stat().st_mode & 0o077 == 0


def test_ctrl_c_in_a_terminal_does_not_reach_components(supervise, home):
    """It goes to the whole process group of the terminal; the supervisor alone stops its components."""
    supervise(scheduler=SLEEPER).start()

    groups = {os.getpgid(process.pid) for process in running_components(home).values()}

    assert os.getpgid(0) not in groups


@pytest.mark.alone
def test_signal_that_is_lost_is_sent_again(supervise, home):
    """Airflow's scheduler loses one that arrives while Python collects garbage."""
    deaf_once = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: signal.signal(signal.SIGTERM, signal.SIG_DFL))\n"
        "open('listening', 'w').close()\n"
        "while True: time.sleep(1)"
    )
    supervisor = supervise(scheduler=deaf_once)
    supervisor.start()
    wait_for((home / "listening").exists)
    process = supervisor.components[1].process

    supervisor.stop()

    assert process.returncode == -signal.SIGTERM
