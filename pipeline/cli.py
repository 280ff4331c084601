"""The `tocsin` command. Arguments in, one call of the library, text out; errors in one line, without a traceback."""

from __future__ import annotations

import argparse
import errno
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline import __version__, alert_commands, analyst_commands, commands, feed_commands, rule_commands
from pipeline.config import Settings, load_settings
from pipeline.errors import OperateError, TocsinError

EXIT_INTERRUPTED = 130
# Their arguments are another program's.
PASSING_ON = ("psql", "airflow")
MACHINES_MATTERS = {
    errno.ENOSPC: "the disk is full; free some space, or set TOCSIN_HOME to another disk",
    errno.EROFS: "it cannot be written; set TOCSIN_HOME to a folder that can",
    errno.EACCES: "it belongs to another user; run as that user, or set TOCSIN_HOME to a folder of your own",
    errno.EPERM: "it belongs to another user; run as that user, or set TOCSIN_HOME to a folder of your own",
    errno.ENOTDIR: "a file stands where a folder must be",
    errno.EISDIR: "a folder stands where a file must be",
    errno.EEXIST: "a file stands where a folder must be",
    errno.ENOENT: "it is not there",
    errno.ENAMETOOLONG: "choose a shorter path",
    errno.ELOOP: "the links lead in a circle",
    errno.EDQUOT: "your share of the disk is used up; free some space, or set TOCSIN_HOME to another disk",
    errno.EIO: "the disk fails",
}

Command = Callable[[argparse.Namespace, Settings], int | None]


def plain(command: Callable[[Settings], int | None]) -> Command:
    """A command that has no options."""
    return lambda _options, settings: command(settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or a pipe that knows no é shows a ? in its place, and the command goes on.
            stream.reconfigure(errors="replace")
    try:
        return _run(given)
    except TocsinError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`tocsin … | head`); Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # A file that cannot be read or written, or a full disk: the machine's matter, and no defect of ours.
        if error.errno not in MACHINES_MATTERS:
            raise
        where = f" {error.filename}" if error.filename else ""
        return _fail(f"{error.strerror}{where}: {MACHINES_MATTERS[error.errno]}", OperateError.exit_code)


def _run(given: list[str]) -> int:
    parser = _parser()
    # What these pass on may look like an option of ours (`tocsin airflow dags --help`).
    passed_on = given[1:] if given and given[0] in PASSING_ON else []
    options = parser.parse_args(given[:1] if passed_on else given)
    options.others = passed_on
    settings = load_settings()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    # It tells of each temporary folder and each closure it passes over.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    command: Command = options.command
    return command(options, settings) or 0


def _fail(message: str, exit_code: int) -> int:
    print(f"tocsin: {message}", file=sys.stderr)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tocsin", description="News in, coded events in Postgres, alerts out.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"tocsin {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        made = subparsers.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    add(
        "run",
        plain(commands.run),
        "fetch, extract, validate, store and alert once, through Airflow, and report",
    )
    up = add(
        "up", commands.up, "run for good: scheduler, API server and triggerer, every minute; Ctrl-C stops"
    )
    up.add_argument(
        "--celery", metavar="REDIS_URL", default="", help="spread the tasks by Celery over this broker"
    )
    add("web", plain(commands.web), "the pages in a browser, on 127.0.0.1, behind a login; Ctrl-C stops")
    add("status", plain(commands.status), "what runs, what waits before each stage, what failed last")
    add("report", plain(commands.report), "show the newest batch: feeds, events, alerts, quarantine")
    add("migrate", plain(commands.migrate), "bring the database to the newest schema")
    fetch = add(
        "fetch", commands.fetch, "visit the feeds that are due, and take the articles of their new entries"
    )
    fetch.add_argument("--all", action="store_true", help="visit all feeds once, due or not")
    fetch.add_argument(
        "--feeds", metavar="FILE", type=Path, help="the list of feeds, in place of TOCSIN_FEEDS_PATH"
    )
    fetch.add_argument("--run", default="by-hand", help="key of the batch (default: %(default)s)")
    add(
        "websub",
        plain(commands.websub),
        "subscribe to feeds whose hub delivers their news at once, and take it (WebSub)",
    )
    reread = add("reread", commands.reread, "take the texts of articles anew from the pages that were kept")
    reread.add_argument("--source", metavar="NAME", help="of this publisher alone")
    for stage in ("extract", "validate", "store", "alert"):
        made = add(stage, commands.stage(stage), f"run the stage {stage} alone, without Airflow")
        if stage != "alert":
            made.add_argument("--run", default="by-hand", help="key of the batch (default: %(default)s)")
    code = add("code", commands.code, "code a file of texts without a database")
    code.add_argument("--jsonl", nargs=2, metavar=("IN", "OUT"), required=True, type=Path)
    code.add_argument("--phrases", action="store_true", help="the texts are bare actor phrases")
    explain = add(
        "explain", commands.explain, "say why an event was coded: sentence, spans, frame, entries, status"
    )
    explain.add_argument("event_id", type=int)
    quarantine = add(
        "quarantine", commands.quarantine, "list what was refused; with --release, let items be tried again"
    )
    quarantine.add_argument("--release", nargs="+", type=int, metavar="ID", default=[])
    quarantine.add_argument("--limit", type=int, default=50)
    feed_commands.add_parser(subparsers)
    analyst_commands.add_parsers(subparsers)
    alert_commands.add_parser(subparsers)
    rule_commands.add_parser(subparsers)
    add(
        "psql",
        commands.psql,
        "psql as the read-only analyst; --url prints its address, --new-password makes one",
    )
    add("airflow", commands.airflow, "run an airflow command with Tocsin's settings")
    add(
        "stop",
        plain(commands.stop),
        "stop everything: `tocsin up`, what a killed one left, the embedded Postgres",
    )
    add("unit", plain(commands.unit), "print a systemd unit that runs `tocsin up` for good")
    backup = add("backup", commands.backup, "write the database into a file, while everything runs on")
    backup.add_argument("file", metavar="FILE", type=Path)
    restore = add("restore", commands.restore, "put a backup in the place of the database")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument(
        "--replace", action="store_true", help="also where the database holds articles; they are lost"
    )
    return parser
