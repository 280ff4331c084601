"""Watchman: asks the database now and then from outside of Airflow, and tells the owner when it is away.

Airflow's own tasks need that database; when it is gone no task of theirs can say so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.alert.troubles import Trouble
from pipeline.config import Settings
from pipeline.errors import TocsinError
from pipeline.stages.common import database, database_time, log
from pipeline.stages.troubles import tell_directly

EVERY_SECONDS = 30.0
# It may be restarted, or be busy for a moment.
FAILURES_TO_TELL = 3


class Watchman:
    """Looks every so many seconds, in a thread, so that who calls never waits."""

    def __init__(
        self, settings: Settings, *, every_seconds: float = EVERY_SECONDS, clock: Callable[[], float] = time.monotonic
    ):  # fmt: skip
        self._settings, self._every_seconds, self._clock = settings, every_seconds, clock
        self._looked_at = clock()
        self._thread: threading.Thread | None = None
        self.failure_count = 0

    def check(self) -> None:
        """Look, if it is time and the last look is over."""
        if self._clock() - self._looked_at < self._every_seconds:
            return
        if self._thread is not None and self._thread.is_alive():
            return
        self._looked_at = self._clock()
        self._thread = threading.Thread(target=self.look, name="watchman", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Ask the database for the time; tell the owner once when it is away, and once when it is back."""
        try:
            with database(self._settings).transaction() as transaction:
                database_time(transaction)
        except TocsinError as error:
            self.failure_count += 1
            if self.failure_count == FAILURES_TO_TELL:
                reason = str(error).splitlines()[0]
                log.error("database away failures=%d error=%r", self.failure_count, reason)
                self._tell(reason)
            return
        if self.failure_count >= FAILURES_TO_TELL:
            self._tell("it answers again", is_over=True)
        self.failure_count = 0

    def _tell(self, detail: str, *, is_over: bool = False) -> None:
        # The clock of this machine: the database, whose clock all else goes by, is what is away.
        trouble = Trouble(kind="database_away", subject="", detail=detail)
        tell_directly(self._settings, trouble, datetime.now(UTC), is_over=is_over)
