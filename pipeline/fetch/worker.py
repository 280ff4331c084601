"""A child process for the parsers, so that a document that hangs or swells one can be got rid of.

    parse(task, header, body) -> answer       task is "feed" or "article"; header and answer are plain JSON

The child lives on between documents and is started anew after a hang, a crash or too much memory. Over
its pipes go frames: four bytes of length, then JSON, and the same for the raw body. It gets no
environment of ours (there are passwords in it), and an alarm in the kernel ends it even when its parent
is gone. feedparser, lxml and trafilatura are imported there only, on first use.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import queue
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import IO, Any, Literal, TypeVar

from pipeline.config import IMPORT_ROOT
from pipeline.errors import TocsinError

Result = TypeVar("Result")
Task = Literal["feed", "article"]

# Measured on the largest documents that may come (10 MB of feed): feedparser needs about 60 times its
# size. What wants more is an attack or a defect.
MEMORY_BYTES = 2_000_000_000
# Starting the child and the imports of its first document, on a busy machine.
START_SECONDS = 30.0
WORKERS = max(1, min(os.cpu_count() or 1, 4))
_LENGTH = struct.Struct(">I")


class ParserError(TocsinError):
    """The parser hung, died, or could make nothing of a document; the next one gets a fresh child."""


def parse(task: Task, header: Mapping[str, Any], body: bytes, *, seconds: float) -> dict[str, Any]:
    """Have a document parsed by one of the shared children; waits for a free one.

    Args:
        seconds: The time for this document.

    Raises:
        ParserError: No answer in time, or the child died of it.
    """
    with _shared().borrow() as child:
        return child.ask(task, header, body, seconds=seconds)


async def aside(function: Callable[[], Result]) -> Result:
    """Run what calls `parse` beside the event loop.

    In threads of its own: the loop's own also look up host names, which must not wait for a document.
    """
    return await asyncio.get_running_loop().run_in_executor(_shared().threads, function)


class _Child:
    """One child, started when it is first asked; also stands in its own waiting line."""

    def __init__(self, line: queue.LifoQueue[_Child]) -> None:
        self._line = line
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.put(self)

    def ask(self, task: Task, header: Mapping[str, Any], body: bytes, *, seconds: float) -> dict[str, Any]:
        process, allowance = self._started(seconds)
        request = _frame(json.dumps({"task": task, "seconds": allowance, **header}).encode()) + _frame(body)
        try:
            answer = _exchange(process, request, seconds=allowance)
        except (OSError, EOFError, TimeoutError) as error:
            self.stop()
            reason = f"took longer than {seconds:g} s" if isinstance(error, TimeoutError) else "died of it"
            raise ParserError(f"the {task} parser {reason} ({len(body)} bytes)") from error
        if "error" in answer:
            self.stop()
            raise ParserError(f"the {task} parser could not read it: {answer['error']}")
        return answer

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _started(self, seconds: float) -> tuple[subprocess.Popen[bytes], float]:
        if self._process is not None and self._process.poll() is None:
            return self._process, seconds
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.fetch.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=IMPORT_ROOT,
            env={"PYTHONPATH": str(IMPORT_ROOT), "LANG": "C.UTF-8", "PATH": os.defpath},
            start_new_session=True,
        )
        return self._process, seconds + START_SECONDS


class _Shared:
    def __init__(self, count: int, process_id: int) -> None:
        self._process_id = process_id
        self._line: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._children = [_Child(self._line) for _ in range(count)]
        for child in self._children:
            self._line.put(child)
        self.threads = ThreadPoolExecutor(count, thread_name_prefix="fetch-parser")

    def borrow(self) -> _Child:
        # Last in, first out: one feed after another keeps one child busy and starts no second.
        return self._line.get()

    def stop(self) -> None:
        # A fork inherits this at its exit; the children are its parent's.
        if os.getpid() == self._process_id:
            for child in self._children:
                child.stop()


_making = threading.Lock()


def _shared() -> _Shared:
    with _making:
        return _shared_in(os.getpid())


@cache
def _shared_in(process_id: int) -> _Shared:
    """Children are one process's own: after a fork two would read from one pipe."""
    shared = _Shared(WORKERS, process_id)
    atexit.register(shared.stop)
    return shared


def _frame(payload: bytes) -> bytes:
    return _LENGTH.pack(len(payload)) + payload


def _exchange(process: subprocess.Popen[bytes], request: bytes, *, seconds: float) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    os.set_blocking(process.stdin.fileno(), False)
    unsent = memoryview(request)
    while unsent:
        _wait(process.stdin, deadline, to_write=True)
        unsent = unsent[os.write(process.stdin.fileno(), unsent[:65536]) :]
    (length,) = _LENGTH.unpack(_read_exactly(process.stdout, _LENGTH.size, deadline))
    answer: dict[str, Any] = json.loads(_read_exactly(process.stdout, length, deadline))
    return answer


def _read_exactly(pipe: IO[bytes], length: int, deadline: float) -> bytes:
    read = bytearray()
    while len(read) < length:
        _wait(pipe, deadline, to_write=False)
        chunk = os.read(pipe.fileno(), min(length - len(read), 1 << 20))
        if not chunk:
            raise EOFError
        read += chunk
    return bytes(read)


def _wait(pipe: IO[bytes], deadline: float, *, to_write: bool) -> None:
    remaining = deadline - time.monotonic()
    poller = select.poll()
    poller.register(pipe, select.POLLOUT if to_write else select.POLLIN)
    if remaining <= 0 or not poller.poll(remaining * 1000):
        raise TimeoutError


def _serve() -> None:
    """The child's life: a document in, an answer out, until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a parser prints must not get between the frames.
    os.dup2(2, 1)
    documents = sys.stdin.buffer
    while True:
        length = documents.read(_LENGTH.size)
        if len(length) < _LENGTH.size:
            return
        header = json.loads(documents.read(_LENGTH.unpack(length)[0]))
        body = documents.read(_LENGTH.unpack(documents.read(_LENGTH.size))[0])
        signal.setitimer(signal.ITIMER_REAL, header["seconds"] + 1.0)
        answer = json.dumps(_answer(header, body)).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(_frame(answer))
        answers.flush()


def _answer(header: dict[str, Any], body: bytes) -> dict[str, Any]:
    try:
        if header["task"] == "feed":
            from pipeline.fetch.feed_document import read_feed

            return read_feed(body, header)
        from pipeline.fetch.article_text import read_article

        return read_article(body, header)
    except Exception as error:  # noqa: BLE001 -- the parsers raise whatever they like; the parent names it
        return {"error": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    _serve()
