"""What each command of `tocsin` does: options and settings in, one call of the library, text out."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import ConfigError


def run(settings: Settings) -> int:
    from pipeline.local.container import refuse_here
    from pipeline.main_job import main_job

    refuse_here("run")
    ask_contact(settings)
    logging.getLogger().setLevel(logging.ERROR)
    return 0 if main_job(settings) else 1


def up(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.container import refuse_here
    from pipeline.main_job import run_for_good

    refuse_here("up")
    ask_contact(settings)
    run_for_good(settings, broker_url=options.celery)


def ask_contact(settings: Settings) -> None:
    """Ask a person once how publishers can reach the operator; where nobody sits, `status` says that it is missing."""
    if settings.publishers_contact or settings.contact_file.exists() or not sys.stdin.isatty():
        return
    from pipeline.local.files import write_private

    print("Publishers see who reads their feeds. Where can they reach you?")
    answer = input("An e-mail address or a page, or nothing to be asked no more: ").strip()
    settings.home.mkdir(parents=True, exist_ok=True)
    write_private(settings.contact_file, answer + "\n")


def web(settings: Settings) -> None:
    from pipeline.local.secrets import ADMIN, load_secrets
    from pipeline.local.server import wake
    from pipeline.pages.serve import serve

    def tell(address: str) -> None:
        passwords_file = load_secrets(settings.home / "secrets").passwords_file
        print(f"the pages are on {address}; log in as analyst or {ADMIN} (passwords: {passwords_file})")
        print("Ctrl-C stops", flush=True)

    wake(settings)
    serve(settings, when_ready=tell)


def status(settings: Settings) -> int:
    from pipeline.local import container
    from pipeline.local.run import status
    from pipeline.report import console, contact, lag, processes, sizes, yields
    from pipeline.stages.common import database
    from pipeline.stages.upkeep import table_sizes

    shown = console()
    if container.is_here():
        services = container.airflow_health()
        shown.print("\n".join(f"{name.replace('_', ' ')}: {health}" for name, health in services.items()))
        is_running, has_database = {*services.values()} == {"healthy"}, True
    else:
        found = status(settings)
        shown.print(processes(found))
        is_running, has_database = found.is_running, found.has_database
    shown.print(contact(settings.publishers_contact))
    if has_database:
        with database(settings).transaction() as transaction:
            if broken := transaction.all("broken_yields"):
                shown.print(yields(broken))
            shown.print(lag(transaction.all("stage_lag"), transaction.one("totals") or {}))
        shown.print(sizes(table_sizes(settings)))
    return 0 if is_running else 1


def report(settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.main_job import print_report

    wake(settings)
    print_report(settings)


def migrate(settings: Settings) -> None:
    from pipeline.local.server import prepare

    prepare(settings)
    print("the schema is up to date")


def stage(name: str) -> Callable[[argparse.Namespace, Settings], None]:
    def run(options: argparse.Namespace, settings: Settings) -> None:
        from pipeline.local.server import prepare
        from pipeline.stages.common import open_batch

        work = getattr(import_module(f"pipeline.stages.{name}"), name)
        prepare(settings)
        counts = (
            work(settings=settings) if name == "alert" else work(open_batch(options.run, settings), settings)
        )
        print(" ".join(f"{name}={count}" for name, count in counts.items()))

    return run


def fetch(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import prepare
    from pipeline.progress import progress
    from pipeline.stages.common import open_batch
    from pipeline.stages.fetch import fetch

    if options.feeds:
        settings = replace(settings, feeds_path=options.feeds)
    prepare(settings)
    with progress() as tell:
        counts = fetch(open_batch(options.run, settings), settings, is_all=options.all, tell=tell)
    print(" ".join(f"{name}={count}" for name, count in counts.items()))


def websub(settings: Settings) -> None:
    from pipeline.local.server import prepare
    from pipeline.stages.websub import websub

    if not settings.websub_url.startswith(("http://", "https://")):
        raise ConfigError(
            "TOCSIN_WEBSUB_URL must be the address under which hubs reach this machine, such as https://desk.example.org "
            f"(a proxy that leads to {settings.websub_host}:{settings.websub_port}); got {settings.websub_url!r}"
        )
    prepare(settings)
    websub(settings, when_ready=lambda address: print(f"listening on {address}; Ctrl-C stops", flush=True))


def reread(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.stages.reread import reread

    wake(settings)
    counts = reread(settings, source=options.source)
    print(" ".join(f"{name}={count}" for name, count in counts.items()))


def code(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.extract.code_command import code_jsonl

    source, target = options.jsonl
    if not source.is_file():
        raise ConfigError(f"no file {str(source)!r} to code")
    if target.is_file() and target.samefile(source):
        raise ConfigError(f"{str(target)!r} is the file to code and would be overwritten: name another OUT")
    may_be_written = os.access(target if target.exists() else target.parent, os.W_OK)
    if target.is_dir() or not target.parent.is_dir() or not may_be_written:
        raise ConfigError(f"cannot write {str(target)!r}: name an OUT in a folder that is there and yours")
    code_jsonl(source, target, phrases=options.phrases, settings=settings)


def explain(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.main_job import explain_event

    wake(settings)
    print(explain_event(options.event_id, settings))


def quarantine(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.stages.common import database

    wake(settings)
    with database(settings).transaction() as transaction:
        if options.release:
            released = transaction.all("release_quarantined", ids=options.release)
            missing = sorted(set(options.release) - {row["id"] for row in released})
            if missing:
                raise ConfigError(
                    f"not in quarantine: {', '.join(map(str, missing))}; none was released. "
                    "`tocsin quarantine` lists what is"
                )
            for row in released:
                print(f"{row['id']} goes back to {row['stage']}")
            return
        for row in transaction.all("list_quarantine", limit=options.limit):
            print(f"{row['id']}\t{row['stage']}\t{row['reason']}\t{row['seen'] or row['url'] or ''}")


def psql(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local import analyst, embedded
    from pipeline.local.container import published
    from pipeline.local.server import wake

    if {"-?", "--help", "-V", "--version"} & set(options.others):
        os.execv(embedded.program(settings, "psql"), ["psql", *options.others])
    wake(settings)
    if options.others == ["--new-password"]:
        analyst.new_password(settings)
        print(f"the analyst has a new password, in {analyst.password_file(settings)}")
        return
    analyst.keep_password(settings)
    if options.others == ["--url"]:
        print(published(analyst.analyst_url(settings)))
        return
    program = embedded.program(settings, "psql")
    # What the caller's variables say of another server would lead psql there.
    kept = {
        name: value
        for name, value in os.environ.items()
        if settings.database_url or not name.startswith("PG")
    }
    os.execve(program, ["psql", *options.others], {**kept, **analyst.analyst_environment(settings)})


def airflow(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.container import is_here
    from pipeline.local.environment import TELEMETRY_OFF, airflow_environment
    from pipeline.local.server import wake

    program = Path(sys.executable).with_name("airflow")
    if is_here():
        environment = dict(os.environ)
    elif {"-h", "--help", "version"} & set(options.others):
        # Asks no database, so it can be had before there is one.
        environment = {**os.environ, **TELEMETRY_OFF, "AIRFLOW_HOME": str(settings.home / "airflow")}
    else:
        wake(settings)
        environment = airflow_environment(settings, home=settings.home, port=settings.airflow_port)
    os.execve(program, ["airflow", *options.others], environment)


def stop(settings: Settings) -> None:
    from pipeline.local.container import refuse_here
    from pipeline.local.stopping import stop_all

    refuse_here("stop")
    logging.getLogger().setLevel(logging.ERROR)
    for line in stop_all(settings):
        print(line)


def unit(settings: Settings) -> None:
    from pipeline.local.unit import unit

    print(unit(settings, os.environ, is_root=os.geteuid() == 0), end="")


def backup(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.backup import backup
    from pipeline.local.server import wake

    wake(settings)
    size = backup(settings, options.file)
    print(f"{options.file}: {size / 1e6:.1f} MB; `tocsin restore {options.file}` puts it back")


def restore(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.backup import restore

    restore(settings, options.file, replace=options.replace)
    print("restored; `tocsin status` says what there is")
