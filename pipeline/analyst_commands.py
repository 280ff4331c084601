"""What the commands for analysts do: export, dictionary, erase, recode. Options and settings in, one call of the library, text out."""

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
    recoded = add(
        "recode", recode, "code history again by this version's codebook, compare, switch, and back"
    )
    actions = recoded.add_subparsers(required=True, metavar="ACTION")
    started = actions.add_parser("start", help="code and compare; nothing is switched")
    started.add_argument("--since", type=_day, metavar="DATE", help="first day of publication")
    started.add_argument("--until", type=_day, metavar="DATE", help="last day of publication")
    actions.add_parser("list", help="all recodes and how far they are")
    for name, about in (
        ("go-on", "code what is left of one that was interrupted, and compare"),
        ("show", "what it gains, loses and changes, with examples side by side"),
        ("switch", "let its codings stand in the place of the former, in one transaction"),
        ("back", "let the former codings stand again"),
        ("drop", "forget one that was never switched to"),
    ):
        actions.add_parser(name, help=about).add_argument("recode_id", metavar="ID", type=int)
    for name, action in actions.choices.items():
        action.set_defaults(action=name)


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


def recode(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.stages import recode as stage

    wake(settings)
    if options.action == "list":
        for row in stage.recodes(settings):
            told = f"{row['coded_count']} of {row['article_count']} articles coded, {row['failed_count']} left as they are"
            print(f"{row['id']}  {row['state']}  {row['codebook']}  {told}")
        return
    recode_id = getattr(options, "recode_id", None)
    if options.action == "start":
        recode_id = stage.begin(settings, first_date=options.since, last_date=options.until)
        if recode_id is None:
            print("nothing to code again: all articles with their text are coded by this version's codebook")
            return
        print(f"recode {recode_id}")
    assert recode_id is not None
    if options.action in ("start", "go-on"):
        stage.code(recode_id, settings)
        stage.compare(recode_id, settings)
    if options.action in ("start", "go-on", "show"):
        _show_differences(recode_id, settings)
    if options.action in ("switch", "back"):
        counts = (stage.switch if options.action == "switch" else stage.back)(recode_id, settings)
        print(" ".join(f"{name}={count}" for name, count in counts.items()))
    if options.action == "drop":
        stage.drop(recode_id, settings)
        print(f"recode {recode_id} is forgotten")


def _show_differences(recode_id: int, settings: Settings) -> None:
    from pipeline.stages import recode as stage

    counts, examples = stage.differences(recode_id, settings)
    print(f"{'type':<12}{'gained':>8}{'lost':>8}{'changed':>9}{'same':>8}")
    for row in counts:
        print(f"{row['event_type']:<12}{row['gained']:>8}{row['lost']:>8}{row['changed']:>9}{row['same']:>8}")
    for row in examples:
        print(
            f"\n{row['difference']} in article {row['article_id']}: “{' '.join(row['sentence'].split())[:300]}”"
        )
        print(f"  before  {row['former_coding'] or '–'}\n  after   {row['new_coding'] or '–'}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no day; write it as 2026-01-31") from None
