"""One cluster of the embedded Postgres: made, started, stopped, and what it says when it will not."""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from pipeline.errors import OperateError
from pipeline.local.files import read, remove, user_name, write_private
from pipeline.local.place import Place, password
from pipeline.local.programs import NO_SPACE, major, no_space, programs_for, run

ROLE = "tocsin"

# A fresh cluster takes about 40 MB and its first write-ahead log as much again.
MINIMUM_FREE_BYTES = 300_000_000
INITDB_TIMEOUT_SECONDS = 180
START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 60
ORPHANS_SECONDS = 20
SHARED_MEMORY_HELD = "pre-existing shared memory block"

# No Unix socket: nothing here needs one, and the lock file of one left behind by a killed server
# blocks the next start where nobody reaps the dead process.
SERVER_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_min_error_statement": "panic",  # a statement in the log would carry values of articles
}

# A sixteenth of the memory holds the pages that Postgres works on: the desk's other processes need the rest.
MEMORY_SHARE = 16
BUFFERS_MB = (128, 1024)

# So many ports are tried in turn.
PORT_TRIES = 4

log = logging.getLogger(__name__)


def shared_buffers(memory_bytes: int) -> str:
    """What the server keeps of its tables in a memory of its own, for a machine with so much."""
    least, most = BUFFERS_MB
    return f"{min(max(memory_bytes // MEMORY_SHARE // 2**20, least), most)}MB"


def check_data(place: Place) -> None:
    """Refuse what Postgres would refuse later in words that do not help."""
    major(place)
    owner = place.account.uid if place.account else os.geteuid()
    if place.data.exists() and place.data.stat().st_uid != owner:
        raise OperateError(
            f"{place.data} belongs to user {user_name(place.data.stat().st_uid)}, and Postgres only takes data of the user it "
            f"runs as ({user_name(owner)}): run as that user, or set TOCSIN_HOME to a folder of your own"
        )
    free = shutil.disk_usage(place.folder).free
    if free < MINIMUM_FREE_BYTES:
        raise OperateError(
            f"no space for the database: {free // 1_000_000} MB free at {place.folder}, "
            f"{MINIMUM_FREE_BYTES // 1_000_000} MB needed. Free some, or set TOCSIN_HOME to another disk"
        )


def initialise(place: Place, programs: Path) -> None:
    """Make a cluster; one that an interrupted start left half made is made again."""
    began = time.monotonic()
    half = place.folder / "data.new"
    password_file = place.folder / "password.new"
    remove(half)
    write_private(password_file, password(place))
    if place.account is not None:
        os.chown(password_file, place.account.uid, place.account.gid)
    try:
        # The built-in locale knows Unicode and is the same on every system; those of the system are not.
        run(place, programs / "initdb", "-D", half, "-U", ROLE, "-E", "UTF8", "--locale=C",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions",
             "--auth=scram-sha-256", f"--pwfile={password_file}", timeout=INITDB_TIMEOUT_SECONDS)  # fmt: skip
    finally:
        password_file.unlink()
    remove(place.data)
    half.rename(place.data)
    log.info("made the database cluster folder=%s seconds=%.1f", place.data, time.monotonic() - began)


class PortTakenError(OperateError):
    """Another program has the port."""


def start_on_free_port(place: Place, programs: Path, choose: Callable[[], int]) -> None:
    """Start the server on the port that is chosen, or the next that is where another program takes it between look and start.

    Raises:
        OperateError: None can be had, or it does not start for another reason.
    """
    for tries_left in reversed(range(PORT_TRIES)):
        port = choose()
        try:
            start_server(place, programs, port)
        except PortTakenError as error:
            if not tries_left:
                raise
            log.warning("%s; choosing again", error)
        else:
            return


def start_server(place: Place, programs: Path, port: int) -> None:
    began = time.monotonic()
    _drop_stale_pid(place)
    while True:
        written = _try_start(place, programs, port)
        if written is None:
            break
        # After the server was killed its workers need a moment to see that; until then they hold the memory.
        if SHARED_MEMORY_HELD not in written or time.monotonic() - began > ORPHANS_SECONDS:
            said = explain(written, place, port)
            raise PortTakenError(said) if is_port_taken(written) else OperateError(said)
        time.sleep(0.2)
    log.info("started embedded postgres port=%d seconds=%.1f", port, time.monotonic() - began)


def _try_start(place: Place, programs: Path, port: int) -> str | None:
    """Start once; None when it runs, else what the server wrote before it gave up."""
    log_from = place.server_log.stat().st_size if place.server_log.exists() else 0
    given = SERVER_OPTIONS | {"shared_buffers": shared_buffers(psutil.virtual_memory().total)}
    options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
    try:
        run(place, programs / "pg_ctl", "-D", place.data, "-w", "-t", START_TIMEOUT_SECONDS, "-l", place.server_log,
             "-o", f"-p {port} {options}", "start", timeout=START_TIMEOUT_SECONDS + 10)  # fmt: skip
    except OperateError as error:
        return _log_since(place, log_from) or f"FATAL:  {error}"
    return None


def stop_server(place: Place, *, mode: str) -> bool:
    pid = running_pid(place)
    if pid is None:
        return False
    run(place, programs_for(place) / "pg_ctl", "-D", place.data, "-m", mode, "-w",
        "-t", STOP_TIMEOUT_SECONDS, "stop", timeout=STOP_TIMEOUT_SECONDS + 10)  # fmt: skip
    log.info("stopped embedded postgres pid=%d", pid)
    return True


def is_port_taken(server_log: str) -> bool:
    """Whether Postgres gave up since another program has its port."""
    return "could not bind" in server_log or "Address already in use" in server_log


def explain(server_log: str, place: Place, port: int) -> str:
    """Turn what Postgres wrote before it gave up into what to do."""
    if is_port_taken(server_log):
        return (
            f"port {port} on 127.0.0.1 is in use, so the embedded Postgres cannot take it: stop what uses it, "
            "or set TOCSIN_POSTGRES_PORT to a free port"
        )
    if NO_SPACE in server_log:
        return no_space(place)
    if SHARED_MEMORY_HELD in server_log:
        return f"another Postgres still works on {place.data}: wait for it to end, then try again"
    fatal = re.findall(r"(?:FATAL|PANIC): +(.*)", server_log)
    reason = fatal[-1] if fatal else "it wrote no reason"
    return f"the embedded Postgres did not start: {reason} (log: {place.server_log})"


def _drop_stale_pid(place: Place) -> None:
    """Remove the pid file of a dead server whose number now belongs to something else.

    Postgres itself drops one whose process is gone, and refuses to start when any process of the
    same user bears the number, be it a shell or a zombie.
    """
    pid_file = place.data / "postmaster.pid"
    if pid_file.exists() and running_pid(place) is None:
        log.warning("removed the pid file of a dead server file=%s", pid_file)
        pid_file.unlink()


def running_pid(place: Place) -> int | None:
    lines = pid_lines(place)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    try:
        process = psutil.Process(pid)
        is_ours = process.status() != psutil.STATUS_ZOMBIE and str(place.data) in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return pid if is_ours else None


def pid_lines(place: Place) -> list[str]:
    text = read(place.data / "postmaster.pid")
    return text.splitlines() if text else []


def _log_since(place: Place, offset: int) -> str:
    if not place.server_log.exists():
        return ""
    with place.server_log.open("rb") as file:
        file.seek(offset)
        return file.read().decode("utf-8", "replace")
