"""The `tocsin` command. Arguments in, one call of the library, text out; errors in one line, without a traceback."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from pipeline import __version__
from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError, OperateError, TocsinError

EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if options.command not in (_psql, _airflow) and others:
        parser.error(f"unknown: {' '.join(others)}")
    options.others = others
    try:
        settings = load_settings()
        logging.basicConfig(
            level=settings.log_level.upper(),
            format="%(asctime)s %(levelname)s %(message)s",
            stream=sys.stderr,
        )
        # It tells of each temporary folder and each closure it passes over.
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        command: Callable[[argparse.Namespace, Settings], int | None] = options.command
        return command(options, settings) or 0
    except TocsinError as error:
        print(f"tocsin: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("tocsin: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`tocsin … | head`); Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tocsin", description="News in, coded events in Postgres, alerts out.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"tocsin {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace, Settings], int | None], about: str):  # type: ignore[no-untyped-def]
        made = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    add("run", _run, "fetch, extract, validate, store and alert once, through Airflow, and report")
    up = add("up", _up, "run for good: scheduler, API server and triggerer, every minute; Ctrl-C stops")
    up.add_argument(
        "--celery", metavar="REDIS_URL", default="", help="spread the tasks by Celery over this broker"
    )
    add("status", _status, "what runs, what waits before each stage, what failed last")
    add("report", _report, "show the newest batch: feeds, events, alerts, quarantine")
    add("migrate", _migrate, "bring the database to the newest schema")
    for stage in ("fetch", "extract", "validate", "store", "alert"):
        made = add(stage, _stage(stage), f"run the stage {stage} alone, without Airflow")
        if stage != "alert":
            made.add_argument("--run", default="by-hand", help="key of the batch (default: %(default)s)")
    code = add("code", _code, "code a file of texts without a database")
    code.add_argument("--jsonl", nargs=2, metavar=("IN", "OUT"), required=True, type=Path)
    code.add_argument("--phrases", action="store_true", help="the texts are bare actor phrases")
    explain = add("explain", _explain, "say why an event was coded: sentence, spans, frame, entries, status")
    explain.add_argument("event_id", type=int)
    quarantine = add(
        "quarantine", _quarantine, "list what was refused; with --release, let items be tried again"
    )
    quarantine.add_argument("--release", nargs="+", type=int, metavar="ID", default=[])
    quarantine.add_argument("--limit", type=int, default=50)
    rules = add("rules", _rules, "check the rule files and run the tests in them")
    rules.add_argument("action", choices=["check"])
    add("psql", _psql, "open psql on the database as the read-only analyst")
    add("airflow", _airflow, "run an airflow command with Tocsin's settings")
    add("stop", _stop, "stop the embedded Postgres")
    return parser


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.main_job import main_job

    logging.getLogger().setLevel(logging.ERROR)
    return 0 if main_job(settings) else 1


def _up(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.run import up
    from pipeline.main_job import console, progress

    executor = "CeleryExecutor" if options.celery else "LocalExecutor"
    shown = console()
    shown.print(
        f"the UI will be on http://127.0.0.1:{settings.airflow_port}; its passwords are in "
        f"{settings.home / 'secrets' / 'airflow_passwords.json'}; Ctrl-C stops"
    )
    with progress(shown) as tell:
        up(settings, on_progress=tell, executor=executor, broker_url=options.celery)


def _status(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.local.run import status
    from pipeline.report import console, lag, processes
    from pipeline.stages.common import database

    shown = console()
    found = status(settings)
    shown.print(processes(found))
    with database(settings).transaction() as transaction:
        shown.print(lag(transaction.all("stage_lag"), transaction.one("totals") or {}))
    return 0 if found.is_running else 1


def _report(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.main_job import print_report

    print_report(settings)


def _migrate(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.run import prepare

    prepare(settings)
    print("the schema is up to date")


def _stage(stage: str) -> Callable[[argparse.Namespace, Settings], None]:
    def run(options: argparse.Namespace, settings: Settings) -> None:
        from pipeline.local.run import prepare
        from pipeline.stages.common import open_batch

        work = getattr(import_module(f"pipeline.stages.{stage}"), stage)
        prepare(settings)
        counts = (
            work(settings=settings) if stage == "alert" else work(open_batch(options.run, settings), settings)
        )
        print(" ".join(f"{name}={count}" for name, count in counts.items()))

    return run


def _code(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.extract.code_command import code_jsonl

    source, target = options.jsonl
    if not source.is_file():
        raise ConfigError(f"no file {str(source)!r} to code")
    code_jsonl(source, target, phrases=options.phrases, settings=settings)


def _explain(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.main_job import explain_event

    print(explain_event(options.event_id, settings))


def _quarantine(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.stages.common import database

    with database(settings).transaction() as transaction:
        if options.release:
            released = transaction.all("release_quarantined", ids=options.release)
            missing = set(options.release) - {row["id"] for row in released}
            for row in released:
                print(f"{row['id']} goes back to {row['stage']}")
            if missing:
                raise ConfigError(
                    f"not in quarantine: {', '.join(map(str, sorted(missing)))}; none was released"
                )
            return
        for row in transaction.all("list_quarantine", limit=options.limit):
            print(f"{row['id']}\t{row['stage']}\t{row['reason']}\t{row['seen'] or row['url'] or ''}")


def _rules(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.alert.receivers import load_receivers
    from pipeline.alert.rules import load_rules

    receivers, bad_receivers = load_receivers(settings.receivers_path)
    rules, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    for problem in (*bad_receivers, *bad_rules):
        print(f"tocsin: {problem}", file=sys.stderr)
    print(f"{len(rules)} rules and {sum(len(rule.tests) for rule in rules)} tests in them are good")
    return 2 if bad_receivers or bad_rules else 0


def _psql(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.analyst import analyst_environment, psql

    program = psql(settings)
    os.execve(program, ["psql", *options.others], {**os.environ, **analyst_environment(settings)})


def _airflow(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.environment import airflow_environment

    program = Path(sys.executable).with_name("airflow")
    environment = airflow_environment(settings, home=settings.home, port=settings.airflow_port)
    os.execve(program, ["airflow", *options.others], {**os.environ, **environment})


def _stop(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local import embedded
    from pipeline.local.instance import running_instance

    if instance := running_instance(settings.home):
        raise OperateError(
            f"Tocsin runs as process {instance.pid} and needs its Postgres: stop that one first"
        )
    print("stopped" if embedded.stop(settings) else "the embedded Postgres does not run")
