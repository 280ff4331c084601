"""The disk: below a floor no new work is taken, and it goes on by itself when there is space again."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import OperateError
from pipeline.local import embedded
from pipeline.local.rest import AirflowApi

# What brings new rows. Alerts ring on, and upkeep is what makes room.
DAG = "news"
EVERY_SECONDS = 5
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
PAUSED, NOT_PAUSED = b"y", b"n"

log = logging.getLogger(__name__)


def folders(settings: Settings) -> list[Path]:
    """Where Tocsin writes on this machine: its home, and the embedded database where that lies elsewhere."""
    found = [settings.home]
    if not settings.database_url:
        found.append(embedded.status(settings).data)
    return [next(path for path in (folder, *folder.resolve().parents) if path.exists()) for folder in found]


def shortage(settings: Settings) -> str:
    """Say in one line that there is too little space; "" while there is enough."""
    for folder in folders(settings):
        free = shutil.disk_usage(folder).free
        if free < settings.min_free_bytes:
            return (
                f"{free / 1e6:.0f} MB free at {folder}, less than TOCSIN_MIN_FREE_BYTES "
                f"({settings.min_free_bytes / 1e6:.0f} MB): no new work until there is more"
            )
    return ""


def refuse_shortage(settings: Settings) -> None:
    """Raise OperateError where there is too little space to begin."""
    if told := shortage(settings):
        raise OperateError(told)


def await_space(settings: Settings, tell: Callable[[str, str], None]) -> None:
    """Return when there is space enough; say once that it is waited for."""
    is_told = False
    while told := shortage(settings):
        if not is_told:
            tell("disk", told)
            is_told = True
        time.sleep(EVERY_SECONDS)


class SpaceKeeper:
    """Pauses the DAG that brings new rows while there is too little space."""

    def __init__(self, settings: Settings, api: AirflowApi, tell: Callable[[str, str], None]):
        self.settings = settings
        self.api = api
        self.tell = tell
        self.looked_at = 0.0
        self.is_short = False
        self.complaints: set[str] = set()
        self.note = settings.home / "airflow" / "paused_for_space"
        # Made while there is space: to change one letter later takes none.
        self.is_paused = self.note.exists() and self.note.read_bytes() == PAUSED
        if not self.is_paused:
            self.note.write_bytes(NOT_PAUSED)

    def check(self) -> bool:
        """Look every few seconds; say whether there is too little space now."""
        now = time.monotonic()
        if now - self.looked_at < EVERY_SECONDS:
            return self.is_short
        self.looked_at = now
        told = shortage(self.settings)
        if told and not self.is_short:
            log.warning("disk nearly full: %s", told)
            self.tell("disk", told)
        elif self.is_short and not told:
            self.complaints.clear()
            self.tell("disk", "there is space again: going on")
        self.is_short = bool(told)
        if self.is_short != self.is_paused:
            self._pause(is_paused=self.is_short)
        return self.is_short

    def complain(self, told: str) -> None:
        """Log what a full disk did, once for as long as it is full."""
        if told not in self.complaints:
            self.complaints.add(told)
            log.warning("while the disk is nearly full: %s", told)

    def look_again(self) -> None:
        """Let the next check look at once."""
        self.looked_at = 0.0

    def _pause(self, *, is_paused: bool) -> None:
        try:
            if is_paused and self.api.get(f"dags/{DAG}")["is_paused"]:
                # Somebody paused it on purpose; that is not for us to undo.
                return
            self._write(PAUSED if is_paused else NOT_PAUSED)
            self.api.patch(f"dags/{DAG}?update_mask=is_paused", {"is_paused": is_paused})
        except (OperateError, OSError) as error:
            # On a disk that is quite full Airflow's own database may be away; asked again at the next look.
            self.complain(f"the dag cannot be {'paused' if is_paused else 'unpaused'} yet: {error}")
        else:
            self.is_paused = is_paused

    def _write(self, letter: bytes) -> None:
        with self.note.open("r+b") as file:
            file.write(letter)
            os.fsync(file.fileno())


def is_no_space(error: BaseException) -> bool:
    """Say whether an error comes of a full disk."""
    return isinstance(error, OSError) and error.errno in NO_SPACE
