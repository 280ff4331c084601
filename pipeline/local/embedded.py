"""The embedded Postgres: settings in, a running server on 127.0.0.1 out. Uses the binaries of a wheel.

    start(settings):
        under a file lock, so that two processes may call it at once
        place     password, port and folder, each chosen once and kept
        cluster   initdb when there is no data yet, pg_ctl when no server runs on the data
        databases `tocsin` and `airflow`, when missing

The wheel's own Python start-up is not used: it trusts every local user, stops with its last
Python holder, and as root makes a user and opens parent folders to everybody. This server asks for
a password (scram), outlives its starter, and never runs as root.
"""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from pipeline.config import Settings
from pipeline.errors import OperateError, StoreError
from pipeline.local.cluster import (
    ROLE,
    check_data,
    explain,
    initialise,
    pid_lines,
    running_pid,
    start_on_free_port,
    stop_server,
)
from pipeline.local.files import read, remove, write_private
from pipeline.local.place import Place, find, folder_of, held, password, prepared
from pipeline.local.ports import free_port, is_free
from pipeline.local.programs import major, programs_for, wheel_programs
from pipeline.postgres.databases import create_databases

DATABASES = ("tocsin", "airflow")
DYING_SECONDS = 0.5
GIVEN_BACK_TRIES = 50  # a tenth of a second each

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerStatus:
    """What is known of the embedded server; `pid` is None when it does not run."""

    pid: int | None
    port: int | None
    data: Path
    server_log: Path

    @property
    def is_running(self) -> bool:
        return self.pid is not None


def start(settings: Settings) -> ServerStatus:
    """Start the embedded server unless it runs, and make its databases unless they are there.

    Raises:
        OperateError: The port is taken, the disk is full, the data belong to another user or to
            another major version, or Postgres did not come up.
        StoreError: The server runs and refuses our password.
    """
    with prepared(settings) as place:
        pid = running_pid(place)
        if pid is None:
            check_data(place)
            binaries = programs_for(place)
            if not (place.data / "PG_VERSION").exists():
                initialise(place, binaries)
            start_on_free_port(place, binaries, partial(_choose_port, place, settings))
        elif settings.postgres_port not in (0, _port(place)):
            log.warning(
                "the embedded Postgres runs on port %s; TOCSIN_POSTGRES_PORT=%d counts after a stop",
                _port(place), settings.postgres_port,
            )  # fmt: skip
        try:
            create_databases(_url(place, "postgres"), DATABASES)
        except StoreError:
            # A server that was just killed is seen running until the kernel has ended it.
            time.sleep(DYING_SECONDS)
            if pid is None or running_pid(place) is not None:
                raise
            start_on_free_port(place, programs_for(place), partial(_choose_port, place, settings))
            create_databases(_url(place, "postgres"), DATABASES)
    return status(settings)


def stop(settings: Settings) -> bool:
    """Stop the embedded server; connections are cut, open transactions rolled back.

    Returns:
        Whether there was one to stop.

    Raises:
        OperateError: It did not stop in time.
    """
    if not folder_of(settings).exists():
        return False
    with held(settings) as place:
        return stop_server(place, mode="fast")


def status(settings: Settings) -> ServerStatus:
    """Say whether the embedded server runs, and where. Starts and writes nothing."""
    place = find(settings)
    return ServerStatus(
        pid=running_pid(place), port=_port(place), data=place.data, server_log=place.server_log
    )


def url(settings: Settings, database: str = "tocsin") -> str:
    """Return the address of a database of the embedded server, password included.

    Raises:
        OperateError: The server was never started, so there is no port and no password yet.
    """
    place = find(settings)
    return _url(place, database)


def destroy(settings: Settings) -> None:
    """Stop the embedded server and delete its data for good; for servers that are made for a test."""
    if not folder_of(settings).exists():
        return
    with held(settings) as place:
        stop_server(place, mode="immediate")
        remove(place.folder)
        remove(place.state)


def program(settings: Settings, name: str) -> Path:
    """Where `psql`, `pg_dump` and the like are that fit the embedded server; else those of the system.

    Raises:
        OperateError: There is none.
    """
    try:
        return wheel_programs(major(find(settings))) / name
    except OperateError:
        found = shutil.which(name)
        if found is None:
            raise
        return Path(found)


def _port(place: Place) -> int | None:
    """The port of the running server, else the one it will take again."""
    lines = pid_lines(place)
    if len(lines) > 3 and lines[3].isdigit():
        return int(lines[3])
    kept = read(place.state / "port")
    return int(kept) if kept and kept.isdigit() else None


def _choose_port(place: Place, settings: Settings) -> int:
    kept = _port(place)
    if settings.postgres_port:
        if not is_free(settings.postgres_port):
            raise OperateError(explain("could not bind", place, settings.postgres_port))
        port = settings.postgres_port
    elif kept is not None and (is_free(kept) or (pid_lines(place) and _is_given_back(kept))):
        port = kept
    else:
        port = free_port()
        if kept is not None:
            log.warning("port %d is in use; the embedded Postgres moves to port %d", kept, port)
    if port != kept:
        write_private(place.state / "port", str(port))
    return port


def _is_given_back(port: int) -> bool:
    """Whether a port becomes free in some seconds: the kernel may still be clearing away a server that was killed."""
    for _ in range(GIVEN_BACK_TRIES):
        time.sleep(0.1)
        if is_free(port):
            return True
    return False


def _url(place: Place, database: str) -> str:
    port = _port(place)
    if port is None:
        raise OperateError(
            "the embedded Postgres has not been started yet: `tocsin up` or `make run` starts it"
        )
    return (
        f"postgresql://{ROLE}:{quote(password(place), safe='')}@127.0.0.1:{port}/{quote(database, safe='')}"
    )
