"""Rows out of a view of schema analysis as a stream of bytes, by COPY: nothing is held in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Literal, Protocol

from psycopg2 import sql

from pipeline.errors import ConfigError
from pipeline.postgres.database import Limits, Transaction, connect, translated

Form = Literal["csv", "tsv", "geojson", "columnar"]
# A cell that starts with one of these is taken for a formula by spreadsheets, the wide ones by some of the East.
FORMULA_STARTS = "^[=+@\t\r\uff1d\uff0b\uff20\uff0d-]"
BETWEEN = "\x1f"  # between the parts of a list, for who reads columns; no text has it
# By which column rows are chosen: the first of these that a view has.
DATE_COLUMNS = ("event_date", "Event Date", "SQLDATE", "day", "month", "published_at", "created_at")
POINTS = (
    ("place_latitude", "place_longitude"),
    ("Latitude", "Longitude"),
    ("ActionGeo_Lat", "ActionGeo_Long"),
)
LIMITS = Limits(statement=0, lock=30, idle=600)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a view; `kind` is Postgres' name of its type, "text[]"."""

    name: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What is taken of a view: rows from the first day to the last, both included; None is open.

    Args:
        view: Name of a view of schema analysis.
        form: "csv", "tsv" and "geojson" are for people and programs; "columnar" is CSV whose lists are parted
            by `BETWEEN` and whose numbers are plain.
    """

    view: str
    form: Form
    since: date | None = None
    until: date | None = None


class Writable(Protocol):
    """What rows are written into."""

    def write(self, data: bytes, /) -> int: ...


class Source:
    """One session that reads a view."""

    def __init__(self, connection: Any, selection: Selection):
        self.connection, self.selection = connection, selection
        transaction = Transaction(connection)
        self.columns = [Column(**row) for row in transaction.all("view_columns", view=selection.view)]
        if not self.columns:
            known = ", ".join(row["name"] for row in transaction.all("view_names"))
            raise ConfigError(f"no view {selection.view!r} in schema analysis; there are: {known}")
        self.statement = _statement(selection, self.columns)

    def copy(self, target: Writable) -> int:
        """Write all rows into a file; say how many."""
        with translated(), self.connection.cursor() as cursor:
            cursor.copy_expert(self.statement, target)
            return int(cursor.rowcount)

    @contextmanager
    def reading(self, source: IO[bytes], target: IO[bytes]) -> Iterator[IO[bytes]]:
        """Let a reader take from one end of a pipe what a thread of ours puts into the other.

        Raises:
            StoreError: At the end, when Postgres gave up; what was read is not all then.
        """
        failures: list[BaseException] = []

        def put() -> None:
            try:
                with target:
                    self.copy(target)
            except BaseException as error:  # noqa: BLE001  (told by the one who waits)
                failures.append(error)

        thread = threading.Thread(target=put, daemon=True)
        thread.start()
        try:
            with source:
                yield source
        finally:
            thread.join()
        if failures:
            raise failures[0]


@contextmanager
def opened(url: str, selection: Selection) -> Iterator[Source]:
    """Open a view for reading, as of one moment.

    Raises:
        ConfigError: There is no such view, or it cannot be had in that form or span.
    """
    with closing(connect(url, limits=LIMITS)) as connection:
        with translated(), connection.cursor() as cursor:
            cursor.execute(
                "SET TRANSACTION READ ONLY; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'"
            )
        yield Source(connection, selection)


def _statement(selection: Selection, columns: Sequence[Column]) -> sql.Composable:
    rows = sql.SQL("SELECT * FROM {} AS shown{}").format(
        sql.Identifier("analysis", selection.view), _where(selection, columns)
    )
    if selection.form == "geojson":
        return sql.SQL(
            "COPY (SELECT {} FROM ({}) AS shown) TO STDOUT WITH (FORMAT csv, QUOTE {}, DELIMITER {})"
        ).format(_feature(selection, columns), rows, sql.Literal("\x01"), sql.Literal("\x02"))
    shown = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(_cell(column, selection.form), sql.Identifier(column.name))
        for column in columns
    )
    return sql.SQL(
        "COPY (SELECT {} FROM ({}) AS shown) TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER {})"
    ).format(shown, rows, sql.Literal("\t" if selection.form == "tsv" else ","))


def _where(selection: Selection, columns: Sequence[Column]) -> sql.Composable:
    if selection.since is None and selection.until is None:
        return sql.SQL("")
    names = [column.name for column in columns]
    by = next((name for name in DATE_COLUMNS if name in names), None)
    if by is None:
        raise ConfigError(
            f"the view {selection.view!r} has no date to choose by: leave out --since and --until"
        )
    bounds = [
        sql.SQL("{} {} {}").format(sql.Identifier(by), sql.SQL(sign), sql.Literal(_as_in(by, day)))
        for sign, day in ((">=", selection.since), ("<=", selection.until))
        if day is not None
    ]
    return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(bounds))


def _as_in(column: str, day: date) -> date | int:
    return int(f"{day:%Y%m%d}") if column == "SQLDATE" else day


def _cell(column: Column, form: Form) -> sql.Composable:
    value: sql.Composable = sql.Identifier(column.name)
    if column.kind.endswith("[]"):
        value = sql.SQL("array_to_string({}, {})").format(
            value, sql.Literal(BETWEEN if form == "columnar" else ";")
        )
    elif column.kind in ("json", "jsonb"):
        value = sql.SQL("{}::text").format(value)
    elif column.kind == "numeric" and form == "columnar":
        return sql.SQL("{}::double precision").format(value)
    elif column.kind == "interval" and form == "columnar":
        return sql.SQL("extract(epoch FROM {})::double precision").format(value)
    elif column.kind != "text":
        return value
    if form == "csv":
        return sql.SQL("CASE WHEN {0} ~ {1} THEN '''' || {0} ELSE {0} END").format(
            value, sql.Literal(FORMULA_STARTS)
        )
    if form == "tsv":
        return sql.SQL("regexp_replace({}, {}, ' ', 'g')").format(value, sql.Literal("[\t\n\r]+"))
    return value


def _feature(selection: Selection, columns: Sequence[Column]) -> sql.Composable:
    names = {column.name for column in columns}
    point = next((pair for pair in POINTS if names.issuperset(pair)), None)
    if point is None:
        raise ConfigError(f"the view {selection.view!r} has no coordinates: export it as csv, tsv or parquet")
    latitude, longitude = map(sql.Identifier, point)
    return sql.SQL(
        "jsonb_build_object('type', 'Feature', 'geometry', CASE WHEN {0} IS NOT NULL THEN"
        " jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array({1}, {0})) END,"
        " 'properties', to_jsonb(shown) - {2}::text[])::text"
    ).format(latitude, longitude, sql.Literal(list(point)))
