"""Backup and restore: pg_dump into one file, and that file back into a database, whole or not at all.

Airflow's own database is not in it: it holds the history of runs, and is made anew where it is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from pipeline.config import ROOT, Settings
from pipeline.errors import ConfigError, OperateError
from pipeline.local import embedded
from pipeline.local.instance import running_instance
from pipeline.local.server import prepare
from pipeline.postgres.database import Database
from pipeline.postgres.databases import libpq_environment

MAKE_ROOM = ROOT / "sql" / "backup" / "make_room.sql"
MAGIC = b"PGDMP"


def backup(settings: Settings, target: Path) -> int:
    """Write the database into a file, as of one moment, while everything runs on; say how many bytes that took.

    Raises:
        ConfigError: There is a file of that name already.
        OperateError: The file cannot be written, or pg_dump failed.
    """
    if target.exists():
        raise ConfigError(f"{target} is there already and is not overwritten: name another file")
    half = target.with_name(f"{target.name}.part")
    try:
        # Made first, so that nobody else can ever read it.
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _dump(settings, half)
        half.rename(target)
    except OSError as error:
        raise OperateError(f"cannot write {target}: {error.strerror}") from error
    finally:
        half.unlink(missing_ok=True)
    return target.stat().st_size


def restore(settings: Settings, source: Path, *, replace: bool) -> None:
    """Put a backup in the place of the database, in one transaction, and bring it to the newest schema.

    Args:
        replace: Also where the database holds articles already; they are lost.

    Raises:
        ConfigError: The file is no backup, or the database is not empty.
        OperateError: Tocsin runs, or the backup cannot be put back; then nothing was changed.
    """
    _check_is_backup(source)
    if instance := running_instance(settings.home):
        raise OperateError(
            f"Tocsin runs as process {instance.pid}: `tocsin stop` stops it; then restore again"
        )
    # Makes the roles that the backup grants to.
    prepare(settings)
    if not replace and _has_articles(settings):
        raise ConfigError("the database holds articles already: with --replace the backup takes their place")
    with Database(_address(settings)).transaction() as transaction:
        tombstones = (transaction.one("erasures") or {})["tombstones"]
    _put_back(settings, source)
    prepare(settings)
    # Who was erased since the backup stays erased: upkeep does it again.
    with Database(_address(settings)).transaction() as transaction:
        transaction.run("save_erasures", tombstones=json.dumps(tombstones))


def _check_is_backup(source: Path) -> None:
    try:
        with source.open("rb") as file:
            is_backup = file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise ConfigError(f"cannot read {source}: {error.strerror}") from error
    if not is_backup:
        raise ConfigError(f"{source} is no backup: `tocsin backup FILE` writes one")


def _has_articles(settings: Settings) -> bool:
    with Database(_address(settings)).transaction() as transaction:
        return bool((transaction.one("totals") or {}).get("articles"))


def _address(settings: Settings) -> str:
    return settings.database_url or embedded.url(settings)


def _put_back(settings: Settings, source: Path) -> None:
    """Feed psql what pg_restore makes of the file; the commit comes only when all of it came."""
    with tempfile.TemporaryFile() as said:
        reader = _start(settings, "pg_restore", "--no-owner", "--file=-", str(source), said=said)
        writer = _start(settings, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", said=said)
        assert reader.stdout
        assert writer.stdin
        try:
            writer.stdin.write(b"BEGIN;\n" + MAKE_ROOM.read_bytes())
            shutil.copyfileobj(reader.stdout, writer.stdin)
            if reader.wait() == 0:
                writer.stdin.write(b"\nCOMMIT;\n")
            writer.stdin.close()
        except BrokenPipeError:
            # psql has given up and said why.
            reader.kill()
        codes = (writer.wait(), reader.wait())
        reader.stdout.close()
        if any(codes):
            raise OperateError(f"{source} was not put back, nothing was changed: {_last_line(said)}")


def _dump(settings: Settings, target: Path) -> None:
    with tempfile.TemporaryFile() as said:
        program = _start(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={target}", said=said)
        if program.wait():
            raise OperateError(f"the backup failed: {_last_line(said)}")


def _start(settings: Settings, name: str, *arguments: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program of Postgres on our database; what it complains of goes into a file."""
    return subprocess.Popen(
        [str(embedded.program(settings, name)), *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
        env={**os.environ, "LC_ALL": "C", **libpq_environment(_address(settings))}, umask=0o077,
    )  # fmt: skip


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line.strip() for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return (lines or ["it wrote nothing"])[0]
