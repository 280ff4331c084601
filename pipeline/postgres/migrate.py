"""Bring a database to the newest schema: numbered files once, in order; views anew.

Each migration runs in a transaction of its own, under a lock of the list of what ran, so that two processes that
start together do not collide and a kill leaves the last whole file. Its sha256 is kept: a file that was
changed after it ran is refused.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import ROOT
from pipeline.errors import StoreBusyError, StoreError
from pipeline.postgres.database import PAUSES, Limits, connect, translated

MIGRATIONS = ROOT / "sql" / "migrations"
VIEWS = ROOT / "sql" / "views"
# A migration may rewrite a table of millions, and who comes second waits for it; but a reader in the way
# is not waited for long, since everybody else queues up behind a waiting migration.
LIMITS = Limits(statement=0, lock=20, idle=600)
WAIT_FOR_OTHERS = "1h"
VIEWS_NAME = "views"


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """One file: its number, name, SQL and sha256 in hex."""

    number: int
    name: str
    statement: str
    sha256: str


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """Read the files in order.

    Raises:
        StoreError: A file name has no number, or the numbers are not 1, 2, 3 ….
    """
    migrations = []
    for expected, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        found = re.match(r"(\d{4})_[a-z0-9_]+\.sql$", path.name)
        if not found or int(found[1]) != expected:
            raise StoreError(f"migration {path.name!r} must be called {expected:04d}_<name>.sql")
        content = path.read_bytes()
        migrations.append(
            Migration(
                number=expected,
                name=path.stem,
                statement=content.decode("utf-8"),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
    return migrations


def outstanding(migrations: Sequence[Migration], done: dict[int, str]) -> list[Migration]:
    """Say which migrations are still to run, given number → sha256 of those that ran.

    Raises:
        StoreError: One that ran was changed since, or the database is newer than this program.
    """
    known = {migration.number: migration for migration in migrations}
    for number, sha256 in sorted(done.items()):
        if number not in known:
            raise StoreError(
                f"the database has migration {number}, this program ends at {max(known, default=0)}: update it"
            )
        if known[number].sha256 != sha256:
            raise StoreError(
                f"migration {known[number].name} was changed after it ran; write a new one instead"
            )
    return [migration for migration in migrations if migration.number not in done]


def migrate(url: str, *, migrations_folder: Path = MIGRATIONS, views_folder: Path = VIEWS) -> list[str]:
    """Run what is outstanding and make the views anew when anything changed.

    Returns:
        Names of the migrations that ran now.
    """
    migrations, view_files = read_migrations(migrations_folder), sorted(views_folder.glob("*.sql"))
    connection = connect(url, limits=LIMITS)
    try:
        _make_list(connection)
        ran: list[str] = []
        while (name := _retried(lambda: _run_next(connection, migrations, view_files))) is not None:
            ran.append(name)
        return [name for name in ran if name != VIEWS_NAME]
    finally:
        connection.close()


def _make_list(connection: Any) -> None:
    """Make the list of what ran. Two that make it at once collide in the catalog; the second finds it made."""
    try:
        with translated(), connection, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS public.tocsin_migrations (number integer PRIMARY KEY, name text NOT NULL,"
                " sha256 text NOT NULL, run_at timestamptz NOT NULL DEFAULT now())"
            )
    except StoreError:
        with translated(), connection, connection.cursor() as cursor:
            cursor.execute("SELECT 'public.tocsin_migrations'::regclass")


def _retried(step: Callable[[], str | None]) -> str | None:
    for pause in PAUSES:
        try:
            return step()
        except StoreBusyError:
            time.sleep(pause)
    return step()


def _run_next(connection: Any, migrations: Sequence[Migration], view_files: Sequence[Path]) -> str | None:
    """Run one migration, or at last the views, in one transaction; say which, or None when nothing is left."""
    with translated(), connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", (WAIT_FOR_OTHERS,))
        cursor.execute("LOCK TABLE public.tocsin_migrations IN EXCLUSIVE MODE")
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", (f"{LIMITS.lock:.0f}s",))
        cursor.execute("SELECT number, sha256 FROM public.tocsin_migrations")
        done = dict(cursor.fetchall())
        views_done = done.pop(0, None)
        todo = outstanding(migrations, done)
        if todo:
            cursor.execute(todo[0].statement)
            # The views are older than the tables now, whatever was changed in them.
            cursor.execute("DELETE FROM public.tocsin_migrations WHERE number = 0")
            _write_down(cursor, todo[0].number, todo[0].name, todo[0].sha256)
            return todo[0].name
        views_sha256 = hashlib.sha256(b"".join(path.read_bytes() for path in view_files)).hexdigest()
        if views_done == views_sha256:
            return None
        _drop_views(cursor)
        for path in view_files:
            cursor.execute(path.read_text("utf-8"))
        cursor.execute(
            "COMMENT ON TABLE public.tocsin_migrations IS"
            " 'Which migrations of Tocsin ran; number 0 stands for the views.'"
        )
        _write_down(cursor, 0, VIEWS_NAME, views_sha256)
        return VIEWS_NAME


def _write_down(cursor: Any, number: int, name: str, sha256: str) -> None:
    cursor.execute(
        "INSERT INTO public.tocsin_migrations (number, name, sha256) VALUES (%s, %s, %s)"
        " ON CONFLICT (number) DO UPDATE SET sha256 = excluded.sha256, run_at = now()",
        (number, name, sha256),
    )


def _drop_views(cursor: Any) -> None:
    cursor.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(viewname) FROM pg_views"
        " WHERE schemaname IN ('analysis', 'tocsin')"
    )
    names = [name for (name,) in cursor.fetchall()]
    if names:
        cursor.execute("DROP VIEW IF EXISTS " + ", ".join(names) + " CASCADE")
