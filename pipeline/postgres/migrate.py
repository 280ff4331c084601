"""Bring a database to the newest schema: numbered files once, in order; views anew.

Each migration runs in a transaction of its own, under an advisory lock, so that two processes that start
together do not collide and a kill leaves the last whole file. Its sha256 is kept: a file that was
changed after it ran is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import ROOT
from pipeline.errors import StoreError
from pipeline.postgres.database import connect, translated

MIGRATIONS = ROOT / "sql" / "migrations"
VIEWS = ROOT / "sql" / "views"
LOCK = 7_283_461  # any number, the same in every process


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
    connection = connect(url)
    try:
        with translated():
            return _migrate(
                connection, read_migrations(migrations_folder), sorted(views_folder.glob("*.sql"))
            )
    finally:
        connection.close()


def _migrate(connection, migrations: list[Migration], view_files: list[Path]) -> list[str]:  # type: ignore[no-untyped-def]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        cursor.execute("SELECT to_regclass('public.tocsin_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            cursor.execute(
                "CREATE TABLE public.tocsin_migrations (number integer PRIMARY KEY, name text NOT NULL,"
                " sha256 text NOT NULL, run_at timestamptz NOT NULL DEFAULT now());"
                " COMMENT ON TABLE public.tocsin_migrations IS 'Which migrations of Tocsin ran; number 0 stands for the views.'"
            )
        cursor.execute("SELECT number, sha256 FROM public.tocsin_migrations")
        done = dict(cursor.fetchall())
    views_done = done.pop(0, None)
    todo = outstanding(migrations, done)
    for migration in todo:
        with connection, connection.cursor() as cursor:
            cursor.execute(migration.statement)
            cursor.execute(
                "INSERT INTO public.tocsin_migrations (number, name, sha256) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.sha256),
            )
    views_sha256 = hashlib.sha256(b"".join(path.read_bytes() for path in view_files)).hexdigest()
    if todo or views_done != views_sha256:
        with connection, connection.cursor() as cursor:
            _drop_views(cursor)
            for path in view_files:
                cursor.execute(path.read_text("utf-8"))
            cursor.execute(
                "INSERT INTO public.tocsin_migrations (number, name, sha256) VALUES (0, 'views', %s)"
                " ON CONFLICT (number) DO UPDATE SET sha256 = excluded.sha256, run_at = now()",
                (views_sha256,),
            )
    return [migration.name for migration in todo]


def _drop_views(cursor) -> None:  # type: ignore[no-untyped-def]
    cursor.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(viewname) FROM pg_views"
        " WHERE schemaname IN ('analysis', 'tocsin')"
    )
    names = [name for (name,) in cursor.fetchall()]
    if names:
        cursor.execute("DROP VIEW IF EXISTS " + ", ".join(names) + " CASCADE")
