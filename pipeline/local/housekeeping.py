"""Drop what Airflow keeps of runs long past: a run a minute would fill any disk with rows and logs.

Under `tocsin up` a Housekeeper works beside the supervisor; in containers it has a service of its own:

    python -m pipeline.local.housekeeping
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.config import load_settings
from pipeline.local.files import write_private
from pipeline.local.instance import signals_as_interrupt

KEEP_DAYS = 14
EVERY_SECONDS = 24 * 3600
LOGS_EVERY_SECONDS = 60
LOOK_SECONDS = 5
MAX_LOG_BYTES = 20_000_000

log = logging.getLogger(__name__)


class Housekeeper:
    """Cleans up beside a running Airflow, without making it wait."""

    def __init__(self, environment: Mapping[str, str], home: Path):
        self.environment = dict(environment)
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self.logs_at = 0.0

    def check(self) -> None:
        """Clean up when the last time is a day ago; look after a cleaning that goes on, and large logs."""
        if time.monotonic() - self.logs_at > LOGS_EVERY_SECONDS:
            self.logs_at = time.monotonic()
            cut_large_logs(self.home / "logs")
            cut_large_logs(self.home)
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.process = None
            if code != 0:
                log.warning("airflow's old rows were not dropped exit=%d log=%s", code, self._log())
        stamp = self.home / "airflow" / "cleaned"
        if stamp.exists() and time.time() - stamp.stat().st_mtime < EVERY_SECONDS:
            return
        before = datetime.now(UTC) - timedelta(days=KEEP_DAYS)
        write_private(stamp, before.isoformat())
        removed = remove_old_files(self.home / "logs", before)
        self.process = self._drop_old_rows(before)
        log.info("cleaning keep_days=%d log_files_removed=%d", KEEP_DAYS, removed)

    def forgive(self) -> None:
        """Nothing is held against it: the next look begins anew."""

    def stop(self) -> None:
        """End a cleaning that goes on; the next one takes what is left."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def _drop_old_rows(self, before: datetime) -> subprocess.Popen[bytes]:
        with self._log().open("wb") as output:
            return subprocess.Popen(
                ["nice", "-n", "10", sys.executable, "-m", "airflow", "db", "clean", "--yes", "--skip-archive",
                 "--clean-before-timestamp", before.isoformat()],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=self.environment, cwd=self.home, start_new_session=True, umask=0o077,
            )  # fmt: skip

    def _log(self) -> Path:
        return self.home / "logs" / "airflow-clean.log"


def keep_house(home: Path, *, wait: Callable[[float], None] = time.sleep) -> None:
    """Clean up after an Airflow whose settings are in our own environment, until asked to stop."""
    with signals_as_interrupt():
        housekeeper = Housekeeper(os.environ, home)
        try:
            while True:
                housekeeper.check()
                wait(LOOK_SECONDS)
        except KeyboardInterrupt:
            log.info("asked to stop")
        finally:
            housekeeper.stop()


def cut_large_logs(folder: Path, *, max_bytes: int = MAX_LOG_BYTES) -> None:
    """Move what components wrote aside, to one earlier file each; they go on writing at the new beginning."""
    for path in folder.glob("*.log"):
        if path.stat().st_size > max_bytes:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            # The components hold it open for appending, so it cannot be replaced, only emptied.
            os.truncate(path, 0)


def remove_old_files(folder: Path, before: datetime) -> int:
    """Remove files last written before a time, and folders that this leaves empty; say how many files."""
    removed = 0
    for parent, folders, files in os.walk(folder, topdown=False):
        here = Path(parent)
        for name in files:
            path = here / name
            # Others clean up too (Airflow after itself, a second housekeeper): what is gone is gone.
            with suppress(FileNotFoundError):
                if not path.is_symlink() and path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
        for name in folders:
            path = here / name
            with suppress(FileNotFoundError):
                if (
                    not path.is_symlink()
                    and not any(path.iterdir())
                    and path.stat().st_mtime < before.timestamp()
                ):
                    path.rmdir()
    return removed


if __name__ == "__main__":
    settings = load_settings()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    keep_house(settings.home)
