"""Who runs under a home: one at a time, known by a lock that dies with its holder, stopped by signals."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OperateError


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """A `tocsin up` that runs, or a single run that is on demand."""

    pid: int
    port: int
    is_on_demand: bool

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def running_instance(home: Path) -> Instance | None:
    """Return the `tocsin up` or `make run` at work under a home. Its lock says so, so a killed one is not seen."""
    try:
        with _lock_file(home).open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                noted = json.load(file)
                return Instance(**noted)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return None


@contextmanager
def lock(home: Path, port: int, *, is_on_demand: bool) -> Iterator[None]:
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
        file.write(json.dumps({"pid": os.getpid(), "port": port, "is_on_demand": is_on_demand}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _lock_file(home: Path) -> Path:
    return home / "airflow" / "running.lock"


@contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """Let SIGTERM, and SIGHUP of a terminal that is closed, arrive as Ctrl-C does; nohup still holds."""
    earlier = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    ignored = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    earlier = {number: signal.signal(number, signal.SIG_IGN) for number in ignored}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
