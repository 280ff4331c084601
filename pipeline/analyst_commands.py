"""What the commands for analysts do: export, dictionary, erase. Options and settings in, one call of the library, text out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import ConfigError

Command = Callable[[argparse.Namespace, Settings], int | None]


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put the commands among the others."""

    def add(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        made = subparsers.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    exported = add("export", export, "write a view into a file: .parquet, .csv, .tsv or .geojson")
    exported.add_argument("view", metavar="VIEW", help="of schema analysis, such as events")
    exported.add_argument("file", metavar="FILE", type=Path)
    exported.add_argument("--since", type=_day, metavar="DATE", help="first day, 2026-01-31")
    exported.add_argument("--until", type=_day, metavar="DATE", help="last day")
    add("dictionary", show_dictionary, "print the data dictionary: each view and column, and what it means")
    erased = add("erase", erase, "erase a person's name from every row, for good; a backup first is wise")
    erased.add_argument("name", metavar="NAME")


def export(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.export.write import export_view
    from pipeline.local.server import wake
    from pipeline.stages.common import database

    wake(settings)
    count = export_view(
        database(settings).url, options.view, options.file, since=options.since, until=options.until
    )
    print(f"{options.file}: {count} rows")


def show_dictionary(_: argparse.Namespace, settings: Settings) -> None:
    from pipeline.export.dictionary import dictionary
    from pipeline.local.server import wake
    from pipeline.stages.common import database

    wake(settings)
    with database(settings).transaction() as transaction:
        print(dictionary(transaction.all("describe_views")), end="")


def erase(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.stages.erase import erase as erase_name

    wake(settings)
    counts = erase_name(options.name, settings)
    for table, count in counts.items():
        print(f"{table}: {count} rows")
    print("erased" if counts else "no row bears that name; its tombstone is set all the same")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no day; write it as 2026-01-31") from None
