"""Connections and transactions. Foreign errors are translated here and nowhere else."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg2
import psycopg2.errors
import psycopg2.extras
from psycopg2 import sql

from pipeline.errors import StoreBusyError, StoreError
from pipeline.postgres import queries
from pipeline.postgres.clean import storable

Row = dict[str, Any]
Result = TypeVar("Result")

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """After how many seconds Postgres ends what a session of ours does; 0 for never.

    Args:
        statement: One statement. The longest of ours, a batch of validate's, takes under a minute.
        lock: Waiting for a lock that another session holds: an idle psql must not stop a stage, nor a stage
            that waits all who come after it.
        idle: An open transaction without a statement: extract codes some articles in one, seconds each.
    """

    statement: float = 300
    lock: float = 30
    idle: float = 600


LIMITS = Limits()
PAUSES = (1.0, 5.0, 15.0)  # seconds between the tries of one transaction
# What is no fault of the statement: a lock not had, a limit reached, a deadlock, a connection or server gone.
BUSY = (psycopg2.OperationalError, psycopg2.errors.IdleInTransactionSessionTimeout)


class Transaction:
    """Named queries inside one transaction of an open connection."""

    def __init__(self, connection: Any):
        self.connection = connection

    def all(self, name: str, /, **parameters: Any) -> list[Row]:
        """Rows of a named query, as dictionaries; empty when it returns nothing."""
        with self._execute(name, parameters) as cursor:
            if not cursor.description:
                return []
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, name: str, /, **parameters: Any) -> Row | None:
        """The first row of a named query, or None."""
        rows = self.all(name, **parameters)
        return rows[0] if rows else None

    def run(self, name: str, /, **parameters: Any) -> int:
        """Execute a named query; say how many rows it touched."""
        with self._execute(name, parameters) as cursor:
            return int(cursor.rowcount)

    def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """COPY rows into a table. Values are written as text; None becomes NULL."""
        buffer = io.StringIO("".join("\t".join(map(_copy_field, row)) + "\n" for row in rows))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with translated(), self.connection.cursor() as cursor:
            cursor.copy_expert(statement, buffer)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part that can fail alone: on an error it is taken back, and the transaction goes on."""
        with translated(), self.connection.cursor() as cursor:
            cursor.execute("SAVEPOINT part")
            try:
                yield
            except Exception:
                if not self.connection.closed:
                    cursor.execute("ROLLBACK TO SAVEPOINT part")
                raise
            cursor.execute("RELEASE SAVEPOINT part")

    def _execute(self, name: str, parameters: Row) -> Any:
        statements = queries.load()
        if name not in statements:
            raise StoreError(f"no query {name!r} in sql/queries; there are: {', '.join(sorted(statements))}")
        cursor = self.connection.cursor()
        with translated():
            cursor.execute(statements[name], storable(parameters))
        return cursor


class Session:
    """One connection, for transactions one after the other."""

    def __init__(self, connection: Any):
        self.connection = connection

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction; commit at the end, roll back on any error."""
        try:
            with translated():
                yield Transaction(self.connection)
                self.connection.commit()
        except BaseException:
            with suppress(
                psycopg2.Error
            ):  # where the server ended the connection, there is nothing to take back
                self.connection.rollback()
            raise

    def retried(self, work: Callable[[Transaction], Result], *, pauses: Sequence[float] = PAUSES) -> Result:
        """Do work in one transaction; when others were in its way, pause and do all of it again.

        Args:
            work: Does nothing but what the transaction takes back.
            pauses: Seconds before each further try.

        Raises:
            StoreBusyError: They still were at the last try, or the server ended the connection.
        """
        for pause in (*pauses, None):
            try:
                with self.transaction() as transaction:
                    return work(transaction)
            except StoreBusyError as error:
                if pause is None or self.connection.closed:
                    raise
                log.warning("database busy, again in %.0f s: %s", pause, str(error).splitlines()[0])
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")


class Database:
    """A Postgres by its URL.

    Raises:
        StoreError: From every use, when the server cannot be reached or refuses; without the password.
    """

    def __init__(self, url: str):
        self.url = url

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Connect for several transactions; closed at the end."""
        connection = connect(self.url)
        try:
            yield Session(connection)
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Connect for one transaction."""
        with self.session() as session, session.transaction() as transaction:
            yield transaction


def connect(url: str, *, autocommit: bool = False, limits: Limits = LIMITS) -> Any:
    """Connect, with limits of time for all that the session does; or say in one line what to do.

    Raises:
        StoreError: The server cannot be reached or refuses the user.
    """
    try:
        connection = psycopg2.connect(url, connect_timeout=10, application_name="tocsin")
        # Set outside of a transaction, whose rollback would take them back, and not by connection options,
        # which would replace those of the URL.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
                " set_config('idle_in_transaction_session_timeout', %s, false)",
                [f"{1000 * seconds:.0f}ms" for seconds in (limits.statement, limits.lock, limits.idle)],
            )
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise StoreError(
            f"no connection to the database {redacted(url)}: {reason}. "
            "Check TOCSIN_DATABASE_URL and that the server runs; leave it empty for the embedded server"
        ) from error
    connection.autocommit = autocommit
    return connection


def connects(url: str) -> bool:
    """Say whether an address lets one in."""
    try:
        psycopg2.connect(url, connect_timeout=10, application_name="tocsin").close()
    except psycopg2.Error:
        return False
    return True


def redacted(url: str) -> str:
    """The URL without its password, fit for a log."""
    head, separator, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    return f"{head}{separator}{credentials.partition(':')[0]}{at}{place.partition('?')[0]}"


@contextmanager
def translated() -> Iterator[None]:
    """Turn psycopg2's errors into StoreError, chained; into StoreBusyError what may pass when tried again."""
    try:
        yield
    except BUSY as error:
        raise StoreBusyError(f"the database says: {str(error).strip() or type(error).__name__}") from error
    except psycopg2.Error as error:
        raise StoreError(f"the database says: {str(error).strip() or type(error).__name__}") from error


def _copy_field(value: Any) -> str:
    if value is None:
        return r"\N"
    return (
        str(storable(value))
        .replace("\\", r"\\")
        .replace("\t", r"\t")
        .replace("\n", r"\n")
        .replace("\r", r"\r")
    )
