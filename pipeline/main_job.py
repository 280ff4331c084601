"""The main job of `make run`: the news DAG once, on the feed list and on the seed article served from here."""

from __future__ import annotations

import csv
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from pipeline.config import ROOT, Settings
from pipeline.errors import ConfigError
from pipeline.local.ports import is_free
from pipeline.postgres.rows import candidate_from
from pipeline.report import console, report
from pipeline.stages.common import database

if TYPE_CHECKING:
    from pipeline.local.records import Progress

SEED_ARTICLES = ROOT / "seeds"
NEW_ENTRIES_SHOWN = 5  # from each real feed: enough to see that it works, few enough to end in minutes
EVENTS_SHOWN = 40
EARLIER_SHOWN = 10


def main_job(settings: Settings) -> bool:
    """Run the news DAG and the alerts it causes, then print what came of it; say whether all went well."""
    from pipeline.local import run
    from pipeline.local.instance import running_instance

    shown = console()
    with ExitStack() as stack:
        run_settings = settings
        instance = running_instance(settings.home)
        if instance and not instance.is_on_demand:
            shown.print(
                "tocsin up runs already: this run is given to it, on its own feeds, without the seed article"
            )
        else:
            _look_ahead(shown, settings)
            run_settings = stack.enter_context(served_seeds(settings))
        result = run.run_once(run_settings, stack.enter_context(progress(shown)))
    print_report(settings)
    for failure in result.failures:
        shown.print(f"[bold red]{failure.task} failed[/]; its log: {failure.log_file}")
    return result.is_success


def run_for_good(settings: Settings, *, broker_url: str = "") -> None:
    """`tocsin up`: run until Ctrl-C, and show in the terminal what is told by the log receiver."""
    from pipeline.local.bell import Bell
    from pipeline.local.instance import running_instance
    from pipeline.local.run import Workers, up
    from pipeline.stages.watchman import Watchman

    shown = console()
    _look_ahead(shown, settings, broker_url=broker_url)
    bell = Bell(settings.alerts_log, lambda told: shown.print(f"[bold red]alert[/] {escape(told)}"))

    watchman = Watchman(settings)

    def beside() -> None:
        bell.check()
        watchman.check()

    def running() -> str:
        instance = running_instance(settings.home)
        return f"running; the UI is on {instance.address if instance else '?'}; Ctrl-C stops"

    if shown.is_terminal:
        logging.basicConfig(handlers=[_Above(shown)], level=logging.WARNING, format="%(message)s", force=True)
    with progress(shown, when_ready=running) as tell:
        up(
            settings,
            on_progress=tell,
            workers=Workers(broker_url=broker_url),
            beside=beside,
        )
    if not settings.database_url:
        shown.print(f"stopped; Postgres runs on, `{command()} stop` stops it")


class _Above(logging.Handler):
    """Writes what is logged above the line that spins."""

    def __init__(self, shown: Console):
        super().__init__()
        self.shown = shown

    def emit(self, record: logging.LogRecord) -> None:
        self.shown.print(f"[yellow]![/] {escape(self.format(record))}")


def _look_ahead(shown: Console, settings: Settings, *, broker_url: str = "") -> None:
    from pipeline.preflight import check_start

    for problem in check_start(settings, broker_url=broker_url):
        shown.print(f"[yellow]![/] {escape(problem)}")


@contextmanager
def progress(
    shown: Console, *, when_ready: Callable[[], str] = lambda: ""
) -> Iterator[Callable[[Progress], None]]:
    """Show what is at work, and a line for each part that is done; `when_ready` says what stands below once all is."""
    with shown.status("starting") as status:

        def tell(change: Progress) -> None:
            name = change.subject.removeprefix("news.").removeprefix("alerts.")
            if change.subject == "disk":
                shown.print(f"[yellow]![/] {escape(change.state)}")
            elif change.state in ("ready", "success"):
                shown.print(f"[green]✓[/] {name} [dim]{change.seconds:.0f} s[/]")
                if change.subject == "airflow":
                    status.update(when_ready() or "waiting for the first task")
                    if when_ready() and not shown.is_terminal:
                        shown.print(when_ready())
            elif change.state in ("failed", "upstream_failed", "up_for_retry"):
                shown.print(
                    f"[red]✗[/] {name} {change.state.replace('_', ' ')} [dim]{change.seconds:.0f} s[/]"
                )
            else:
                status.update(f"{name} {change.state}")

        yield tell


@contextmanager
def served_seeds(settings: Settings) -> Iterator[Settings]:
    """Serve the seed articles as a feed from this machine; give settings whose feed list has it on top."""
    from pipeline.fetch.serve import serve_seed

    # A second user of the machine may be at it too; whatever the port, an article keeps its first address.
    port = settings.seed_port if settings.seed_port and is_free(settings.seed_port) else 0
    with serve_seed(sorted(SEED_ARTICLES.glob("*.txt")), port=port) as base_url:
        feeds_path = settings.home / "run" / "feeds.csv"
        _write_feeds(settings.feeds_path, feeds_path, f"{base_url}/feed.xml")
        place = base_url.partition("://")[2]
        allowed = ",".join(part for part in (settings.allow_private_addresses, place) if part)
        yield replace(
            settings,
            feeds_path=feeds_path,
            allow_private_addresses=allowed,
            max_new_entries=min(settings.max_new_entries, NEW_ENTRIES_SHOWN),
        )


def _write_feeds(source: Path, target: Path, seed_feed_url: str) -> None:
    from pipeline.fetch.feeds_file import read_feeds

    columns = ("url", "source", "country", "language", "interval_seconds")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerow((seed_feed_url, "Reuters", "GBR", "en", 30))
        for feed in read_feeds(source):
            writer.writerow(
                [getattr(feed, name) if getattr(feed, name) is not None else "" for name in columns]
            )


def print_report(settings: Settings) -> None:
    """Print the newest batch: feeds, events, alerts, quarantine, and what to type next."""
    with database(settings).transaction() as transaction:
        batch = transaction.one("newest_batch")
        if batch is None:
            raise ConfigError("nothing has run yet; `tocsin run` does")
        events = transaction.all("report_events", batch_id=batch["id"], limit=EVENTS_SHOWN)
        is_news = bool(events)
        if not is_news:
            events = transaction.all("newest_events", limit=EARLIER_SHOWN)
        shown = report(
            transaction.all("report_feeds", batch_id=batch["id"]),
            events,
            transaction.all("report_alerts", limit=10),
            transaction.all("report_quarantine"),
            _next_steps(events[0]["id"] if events else None, settings),
            is_news=is_news,
        )
    console().print(shown)


def command() -> str:
    """How to call us again: by name where that finds this very program, else by the way there."""
    beside = Path(sys.executable).with_name("tocsin")
    found = shutil.which("tocsin")
    if not beside.exists() or (found and Path(found).resolve() == beside.resolve()):
        return "tocsin"
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)


def _next_steps(event_id: int | None, settings: Settings) -> str:
    name = command()
    steps = [
        (f"{name} web", f"all this in a browser, on http://127.0.0.1:{settings.web_port}"),
        (f"{name} explain {event_id}", "why an event was coded so") if event_id else None,
        (f"{name} psql", "ask Postgres: SELECT * FROM events;"),
        (f"{name} psql --url", "its address for pandas, R, QGIS, Grafana"),
        (f"{name} up", "run every minute, with a UI; Ctrl-C stops"),
        (f"{name} unit", "a systemd unit, to run it for good"),
        (f"{name} stop", "stop Postgres, which runs on") if not settings.database_url else None,
        (_near(settings.home / "data_docs" / "index.html"), "what the checks found, in a browser"),
        (_near(settings.alerts_log), "every alert that was told by log"),
    ]
    told = [step for step in steps if step]
    width = max(len(step) for step, _ in told)
    return "\n".join(f"  {step:<{width}}  {about}" for step, about in told)


def _near(path: Path) -> str:
    """A path as short as it can be written from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def explain_event(event_id: int, settings: Settings) -> str:
    """Say why an event was coded so, from its tellings.

    Raises:
        ConfigError: There is no such event.
    """
    with database(settings).transaction() as transaction:
        rows = transaction.all("candidates_of_event", event_id=event_id)
        sentences = [] if rows else transaction.all("sentences_of_event", event_id=event_id)
    if not rows and not sentences:
        raise ConfigError(f"no event {event_id}; the view analysis.events lists them all")
    told = [(row, _explained(row)) for row in rows] or [
        (
            row,
            f"  {row['sentence']}\n  (coded so long ago that its candidate was dropped: TOCSIN_KEEP_CANDIDATE_DAYS)",
        )
        for row in sentences
    ]
    return "\n\n".join(
        f"{row['source']}, {row['published_at']:%Y-%m-%d}: {row['title']}\n{row['url']}\n\n{reason}"
        for row, reason in told
    )


def _explained(row: dict[str, Any]) -> str:
    from pipeline.extract.explain import explain

    candidate = candidate_from(row)
    # Where the text was dropped, the sentence is kept, and stands at its place.
    return explain(row["text"] or candidate.sentence.text.rjust(candidate.sentence.end), candidate)
