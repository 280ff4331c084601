"""Small things with files, for all that one machine needs."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all; root writes for the folder's owner."""
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        if os.geteuid() == 0:
            os.fchown(handle, path.parent.stat().st_uid, path.parent.stat().st_gid)
    half.rename(path)


def read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except (FileNotFoundError, PermissionError):
        return None


def remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def explain_os_error(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "no space left on the disk: free some, or set TOCSIN_HOME to another one"
    return error.strerror or str(error)


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
