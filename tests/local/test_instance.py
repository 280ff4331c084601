"""One Tocsin a home, known by a lock that dies with its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from pipeline.config import ROOT
from pipeline.errors import OperateError
from pipeline.local.instance import lock, running_instance, signals_as_interrupt, uninterrupted

HOLD = """
import sys, time
from pathlib import Path
from pipeline.local.instance import lock
with lock(Path(sys.argv[1]), 8123, is_on_demand=False):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_running_instance_is_told_by_process_and_address(holder, tmp_path):
    """What `tocsin status` shows."""
    found = running_instance(tmp_path)

    assert (found.pid, found.address, found.is_on_demand) == (holder.pid, "http://127.0.0.1:8123", False)


def test_second_one_is_refused_with_the_first_ones_number(holder, tmp_path):
    """The reader knows what to stop."""
    with (
        pytest.raises(OperateError, match=rf"as process {holder.pid}, at http://127.0.0.1:8123"),
        lock(tmp_path, 1, is_on_demand=False),
    ):
        raise AssertionError("two hold the lock")


def test_killed_one_is_not_seen(holder, tmp_path):
    """A lock of the system ends with its process; a pid file would not."""
    holder.kill()
    holder.wait()

    assert running_instance(tmp_path) is None


def test_lock_is_free_afterwards(tmp_path):
    """The next start finds nothing in its way."""
    with lock(tmp_path, 1, is_on_demand=True):
        during = running_instance(tmp_path)

    assert (during.pid, running_instance(tmp_path)) == (os.getpid(), None)


def test_nothing_was_ever_started(tmp_path):
    """Asking writes nothing."""
    assert (running_instance(tmp_path), list(tmp_path.iterdir())) == (None, [])


@pytest.fixture
def dispositions():
    """The signals as they were, afterwards: whoever runs the tests may ignore some."""
    earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, disposition in earlier.items():
        signal.signal(number, disposition)


@pytest.mark.usefixtures("dispositions")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_arrives_as_interrupt(number):
    """`kill` and a closed terminal stop it as cleanly as Ctrl-C."""
    signal.signal(number, signal.SIG_DFL)
    with pytest.raises(KeyboardInterrupt), signals_as_interrupt():
        signal.raise_signal(number)


@pytest.mark.usefixtures("dispositions")
def test_what_nohup_ignores_stays_ignored():
    """A closed terminal does not stop what was started to outlive it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with signals_as_interrupt():
        signal.raise_signal(signal.SIGHUP)
        reached = True

    assert reached


def test_stopping_is_not_interrupted():
    """A second Ctrl-C leaves no process behind."""
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        reached = True

    assert reached
