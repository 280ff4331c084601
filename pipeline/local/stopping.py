"""Stop all that runs under a home: `up` or a run, what a killed one left behind, the embedded Postgres."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import psutil

from pipeline.config import Settings
from pipeline.errors import OperateError
from pipeline.local import embedded
from pipeline.local.instance import Instance, running_instance
from pipeline.local.supervisor import end_leftovers

# `up` takes up to 30 s, and then as long again where the machine is busy.
STOP_SECONDS = 60


def stop_all(settings: Settings) -> Iterator[str]:
    """Stop in the order in which one needs the other; says what was stopped, as it happens.

    Raises:
        OperateError: It belongs to another user, or did not stop in time.
    """
    instance = running_instance(settings.home)
    if instance is not None:
        _ask_to_stop(instance)
        yield f"stopped Tocsin, process {instance.pid}"
    if ended := end_leftovers(settings.home):
        yield f"ended what a killed Tocsin had left: {ended} processes"
    if embedded.stop(settings):
        yield "stopped the embedded Postgres"
    elif settings.database_url:
        yield "the Postgres is your own and runs on"
    else:
        yield "the embedded Postgres does not run"


def _ask_to_stop(instance: Instance) -> None:
    try:
        process = psutil.Process(instance.pid)
        os.kill(instance.pid, signal.SIGTERM)
        process.wait(STOP_SECONDS)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return
    except PermissionError as error:
        raise OperateError(
            f"Tocsin runs as process {instance.pid} of another user, who must stop it"
        ) from error
    except psutil.TimeoutExpired as error:
        raise OperateError(f"process {instance.pid} did not stop within {STOP_SECONDS} s") from error
