"""What a run a minute leaves behind does not grow for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from pipeline.local.housekeeping import cut_large_logs, remove_old_files


def write(path, text="x", *, days_old=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    then = time.time() - days_old * 86_400
    os.utime(path, (then, then))


def test_old_logs_go_and_new_ones_stay(tmp_path):
    """By the time they were last written."""
    write(tmp_path / "run_id=a" / "attempt=1.log", days_old=20)
    write(tmp_path / "run_id=b" / "attempt=1.log")

    removed = remove_old_files(tmp_path, datetime.now(UTC) - timedelta(days=14))

    assert (removed, [path.name for path in tmp_path.rglob("*.log")]) == (1, ["attempt=1.log"])


def test_old_empty_folders_go(tmp_path):
    """A folder for each run would be left else."""
    folder = tmp_path / "run_id=a"
    folder.mkdir()
    os.utime(folder, (0, 0))

    remove_old_files(tmp_path, datetime.now(UTC))

    assert not folder.exists()


def test_link_to_another_place_is_not_followed(tmp_path):
    """Nothing outside the folder is removed."""
    write(tmp_path / "elsewhere" / "kept.log", days_old=20)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "link").symlink_to(tmp_path / "elsewhere")

    remove_old_files(tmp_path / "logs", datetime.now(UTC))

    assert (tmp_path / "elsewhere" / "kept.log").exists()


def test_large_log_is_cut_while_its_writer_goes_on(tmp_path):
    """What was written is in the earlier file, what follows at the beginning of the new one."""
    log = tmp_path / "scheduler.log"
    write(log, "first " * 100)
    with log.open("ab") as output:
        cut_large_logs(tmp_path, max_bytes=100)
        subprocess.run([sys.executable, "-c", "print('second')"], stdout=output, check=True)

    assert (log.read_text(), (tmp_path / "scheduler.log.1").read_text()) == ("second\n", "first " * 100)


def test_small_log_is_left(tmp_path):
    """Cutting begins at a size, not at a time."""
    write(tmp_path / "scheduler.log", "first")

    cut_large_logs(tmp_path, max_bytes=100)

    assert [path.name for path in tmp_path.iterdir()] == ["scheduler.log"]
