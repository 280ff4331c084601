"""A child process that compiles files of rules: what they are compiled by comes first, then files; an answer for each lot of them.

What it is told comes from its parent alone, over a pipe of their own; it ends when that is closed.
"""

from __future__ import annotations

import gc
import os
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue

from pipeline.alert.compiling import Known, RuleFile, compiled_files

_Lots = SimpleQueue[list[RuleFile] | None]


def _serve() -> None:
    asked, answers = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    # Whatever else is printed must not get between the answers.
    os.dup2(2, 1)
    gc.freeze()
    known: Known = asked.recv()
    lots: _Lots = SimpleQueue()
    threading.Thread(target=_take, args=(asked, lots), daemon=True).start()
    while (files := lots.get()) is not None:
        answers.send(compiled_files(files, known))


def _take(asked: Connection, lots: _Lots) -> None:
    """Take what comes while the last is worked on: parent and child would else wait for each other at two full pipes."""
    try:
        while True:
            lots.put(asked.recv())
    except (EOFError, OSError):
        pass
    finally:
        lots.put(None)


if __name__ == "__main__":
    _serve()
