"""What a page asks: a named query in, rows and the statement to copy out. Read only, over a few kept connections."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.extras

from pipeline.errors import StoreBusyError, StoreError
from pipeline.postgres import queries
from pipeline.postgres.clean import storable
from pipeline.postgres.database import Limits, Row, connect, translated

# A page that takes longer has failed; the analyst's own limit is minutes.
PAGE_LIMITS = Limits(statement=15, lock=5, idle=30)
_OPTIONAL = " -- if "


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Rows, and the statement that gave them as it can be run again in psql."""

    rows: list[Row]
    sql: str


class Reader:
    """Asks as the analyst.

    Args:
        url: Says where the database is and as whom to ask; asked for each new connection, since a password changes.
        connection_count: Most connections at a time.

    Raises:
        StoreBusyError: From `ask`, when all connections are busy or the query took too long.
        StoreError: From `ask`, when the database cannot be reached or refuses.
    """

    def __init__(
        self, url: Callable[[], str], *, connection_count: int = 4, limits: Limits = PAGE_LIMITS
    ) -> None:
        self.url, self.limits = url, limits
        # A place is a kept connection, or None for one that is not open yet; the last used is taken first.
        self.places: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(connection_count):
            self.places.put(None)

    def ask(self, name: str, /, **parameters: Any) -> Answer:
        """Run a named query. A line of it that ends in `-- if x` is left out where the parameter x is not given."""
        statement = without_unset(queries.load()[name], parameters)
        try:
            return self._ask(statement, parameters)
        except _GoneError:
            # The server was started again since; the connection was no fault of the question.
            return self._ask(statement, parameters)

    def close(self) -> None:
        """Close what is open and idle."""
        with suppress(queue.Empty):
            while True:
                if connection := self.places.get_nowait():
                    connection.close()

    def _ask(self, statement: str, parameters: Mapping[str, Any]) -> Answer:
        with self._connection() as (connection, is_kept):
            try:
                with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                    with translated():
                        cursor.execute(statement, storable(dict(parameters)))
                        rows = [dict(row) for row in cursor.fetchall()]
                    return Answer(rows=rows, sql=_to_copy(cursor.query.decode()))
            except StoreError as error:
                if is_kept and connection.closed:
                    raise _GoneError(str(error)) from error
                raise

    @contextmanager
    def _connection(self) -> Iterator[tuple[Any, bool]]:
        try:
            kept = self.places.get(timeout=self.limits.lock)
        except queue.Empty:
            raise StoreBusyError("all connections of the pages are busy; try again in a moment") from None
        connection = None
        try:
            connection = kept or self._connect()
            yield connection, kept is not None
        finally:
            self.places.put(None if connection is None or connection.closed else connection)

    def _connect(self) -> Any:
        connection = connect(self.url(), autocommit=True, limits=self.limits)
        with translated(), connection.cursor() as cursor:
            # Whoever the address names, a page writes nothing; and compiling costs more than it saves.
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            cursor.execute("SET jit = off")
        return connection


class _GoneError(StoreError):
    """A kept connection was closed by the server."""


def without_unset(statement: str, parameters: Mapping[str, Any]) -> str:
    """Leave out the optional lines (`… -- if name`) whose parameter is None, False or not given."""
    lines = []
    for line in statement.splitlines():
        text, optional, name = line.partition(_OPTIONAL)
        if not optional or parameters.get(name.strip()) not in (None, False):
            lines.append(text.rstrip())
    return "\n".join(lines)


def _to_copy(executed: str) -> str:
    return executed.partition("*/")[2].strip() + ";"
