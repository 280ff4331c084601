"""Compilers of rules: child processes beside this one, which works as they do and takes over what one of them leaves undone.

They are started as programs of their own, never forked: a task of Airflow may be a daemon, which may have no children of
`multiprocessing`, and holds threads and a connection to Postgres, which a fork would share.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait

from pipeline.alert.compiling import Compiled, Known, RuleFile, compiled_files
from pipeline.config import IMPORT_ROOT
from pipeline.stages.common import log

# This process is one more, and Postgres writes meanwhile: beyond a few it is what is waited for.
CHILDREN = min((os.cpu_count() or 1) - 1, 3)
COMMAND = (sys.executable, "-m", "pipeline.alert.compile_worker")
# So many lots lie before each child, so that it never waits for this process to look up from its own.
LOTS_AHEAD = 2
# Room for the answer to a lot; with the usual room a child would wait for each 64 kB to be taken.
PIPE_BYTES = 1 << 20
# A lot takes hundredths of a second, and a start on a busy machine some seconds.
ANSWER_SECONDS = 60.0

_Lot = Sequence[RuleFile]


class _Child:
    """One child, with the numbers of the lots that it has not answered, the oldest first."""

    def __init__(self, command: Sequence[str]):
        self.asked: deque[int] = deque()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            pipesize=PIPE_BYTES,
            cwd=IMPORT_ROOT,
            # Plugins of pydantic are looked for in all that is installed, which takes a tenth of the start.
            env={**os.environ, "PYTHONPATH": str(IMPORT_ROOT), "PYDANTIC_DISABLE_PLUGINS": "__all__"},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.questions = Connection(os.dup(self.process.stdin.fileno()), readable=False)
        self.answers = Connection(os.dup(self.process.stdout.fileno()), writable=False)
        self.process.stdin.close()
        self.process.stdout.close()

    def stop(self) -> None:
        """End it, whatever it does."""
        self.questions.close()
        self.answers.close()
        self.process.kill()
        self.process.wait()


class Compilers:
    """Children that are there while their rules are compiled; none before `start`, nor where none can be started.

    Args:
        command: What they are started by.
        count: How many.

    Attributes:
        answer_count: Lots that they, and not this process, have compiled.
    """

    def __init__(self, command: Sequence[str] = COMMAND, count: int = CHILDREN):
        self._command = command
        self._count = count
        self._children: list[_Child] = []
        self.answer_count = 0

    def __enter__(self) -> Compilers:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop(self._children)
        self._children = []

    @property
    def process_ids(self) -> list[int]:
        """Of the children that are there."""
        return [child.process.pid for child in self._children]

    def start(self) -> None:
        """Start them: while they come up this process reads on."""
        try:
            while len(self._children) < self._count:
                self._children.append(_Child(self._command))
        except OSError as error:
            lost = self._count - len(self._children)
            log.warning("%d processes that compile rules cannot be started: %s", lost, error)
            self._count = len(self._children)

    def compiled(self, lots: Sequence[_Lot], known: Known) -> Iterator[Compiled]:
        """Compile lots of files; the answers come in the order of the lots, whoever gave them."""
        todo = deque(range(len(lots)))
        answers: dict[int, Compiled] = {}
        for child in [*self._children]:
            self._ask(child, known, todo)
        for number in range(len(lots)):
            while number not in answers:
                self._hand_out(lots, todo)
                if todo:
                    mine = todo.popleft()
                    answers[mine] = compiled_files(lots[mine], known)
                self._take_answers(answers, todo, 0.0 if todo or number in answers else ANSWER_SECONDS)
            yield answers.pop(number)

    def _hand_out(self, lots: Sequence[_Lot], todo: deque[int]) -> None:
        for child in [*self._children]:
            while todo and len(child.asked) < LOTS_AHEAD:
                number = todo.popleft()
                child.asked.append(number)
                if not self._ask(child, lots[number], todo):
                    break

    def _ask(self, child: _Child, question: object, todo: deque[int]) -> bool:
        try:
            child.questions.send(question)
        except OSError as error:
            self._give_up([child], todo, error)
            return False
        return True

    def _take_answers(self, answers: dict[int, Compiled], todo: deque[int], seconds: float) -> None:
        """Take what was answered; wait so long for the first where nothing was."""
        busy = {child.answers: child for child in self._children if child.asked}
        if not busy:
            return
        ready = wait([*busy], seconds)
        if seconds and not ready:
            self._give_up([*busy.values()], todo, f"no answer in {seconds:g} s")
        for child in [busy[connection] for connection in ready if isinstance(connection, Connection)]:
            try:
                answers[child.asked[0]] = child.answers.recv()
                child.asked.popleft()
                self.answer_count += 1
            except (EOFError, OSError) as error:
                self._give_up([child], todo, error)

    def _give_up(self, lost: Sequence[_Child], todo: deque[int], reason: object) -> None:
        """End children, and have done by others what they were asked."""
        log.warning(
            "%d processes that compile rules are lost: %s", len(lost), reason or type(reason).__name__
        )
        self._children = [child for child in self._children if child not in lost]
        # In their order, so that the one waited for comes first.
        todo.extendleft(sorted((number for child in lost for number in child.asked), reverse=True))
        self._stop(lost)

    def _stop(self, children: Sequence[_Child]) -> None:
        for child in children:
            child.stop()
