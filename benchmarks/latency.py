"""How long from an entry in a feed to the event in the database and the webhook that tells it, through the real scheduler.

    python -m benchmarks.latency [TRIALS [SECONDS_APART]]

Runs `tocsin up` over a home of its own, serves a feed, and puts a new article into it every 47 s, so that
the trials fall into every phase of the minute. The feed may be asked every 30 s; the DAG runs every minute.
Beside the webhook there is one that never answers. Prints each trial, the medians, how long it was from the event
to the webhook (19 of 20 within so many seconds), and the memory of each process.
"""

from __future__ import annotations

import base64
import json
import math
import socket
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.running import running
from pipeline.config import Settings
from pipeline.fetch.serve import SeedArticle, SeedServer
from pipeline.local import embedded
from pipeline.local.ports import free_port
from pipeline.local.run import status
from pipeline.postgres.database import connect

APART_SECONDS = 47
LONGEST_SECONDS = 240
TOWNS = (
    "Nairobi",
    "Paris",
    "Ankara",
    "Delhi",
    "Santiago",
    "Khartoum",
    "Baghdad",
    "Warsaw",
    "Bangkok",
    "Lima",
)
RULE = """\
rule: latency
title: Any violent or forceful act
owner: benchmark
status: active
severity: medium
match:
  any:
    - quad_class: 4
notify: [hook, hangs]
dedup_hours: 0
"""
GOAL_SECONDS = 10.0
SEEN = """
SELECT articles.title, min(articles.fetched_at), min(events.stored_at)
FROM tocsin.articles
LEFT JOIN tocsin.mentions ON mentions.article_id = articles.id
LEFT JOIN tocsin.events ON events.id = mentions.event_id AND events.event_date = mentions.event_date
GROUP BY articles.title
"""


class Hook:
    """A webhook's other end: notes when each article was told."""

    def __init__(self) -> None:
        self.told_at: dict[str, datetime] = {}
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                if body["type"] == "alert.raised":
                    hook.told_at.setdefault(body["data"]["article"]["title"], datetime.now(UTC))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        # Takes connections and says nothing.
        self.silent = socket.create_server(("127.0.0.1", 0), backlog=200)

    @property
    def places(self) -> tuple[str, str]:
        return (
            f"127.0.0.1:{self.server.server_address[1]}",
            f"127.0.0.1:{self.silent.getsockname()[1]}",
        )


@dataclass(kw_only=True)
class Trial:
    """When one article was put into the feed, fetched, stored as an event, and told."""

    title: str
    published_at: datetime
    fetched_at: datetime | None = None
    stored_at: datetime | None = None
    sent_at: datetime | None = None

    def seconds(self, at: datetime | None) -> float:
        return (at - self.published_at).total_seconds() if at else float("inf")

    @property
    def wait(self) -> float:
        """Seconds from the event to the webhook."""
        return self.seconds(self.sent_at) - self.seconds(self.stored_at) if self.sent_at else float("inf")


def main(trials: int = 10, apart_seconds: int = APART_SECONDS) -> int:
    """Return 0 when the median is within 60 s to the event, and 19 of 20 webhooks within ten seconds of it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server, hook = SeedServer(), Hook()
        settings = settings_of(home, server, hook)
        try:
            with running(settings):
                done = run_trials(trials, apart_seconds, server, hook, settings)
                print_memory(settings)
        finally:
            server.close()
    return print_trials(done)


def settings_of(home: Path, server: SeedServer, hook: Hook) -> Settings:
    (home / "rules").mkdir()
    (home / "rules" / "latency.yaml").write_text(RULE)
    answers, hangs = hook.places
    (home / "receivers.yaml").write_text(
        f"hook:\n  channel: webhook\n  url: http://{answers}/\nhangs:\n  channel: webhook\n  url: http://{hangs}/\n"
    )
    (home / "secret").write_text("whsec_" + base64.b64encode(b"x" * 32).decode() + "\n")
    (home / "feeds.csv").write_text(
        f"url,source,country,language,interval_seconds\n{server.feed_url},Benchmark,GBR,en,30\n"
    )
    return Settings(
        home=home,
        airflow_port=free_port(),
        feeds_path=home / "feeds.csv",
        rules_path=home / "rules",
        receivers_path=home / "receivers.yaml",
        webhook_secret_file=str(home / "secret"),
        allow_private_addresses=",".join((server.base_url.removeprefix("http://"), answers, hangs)),
    )


def run_trials(
    count: int, apart_seconds: int, server: SeedServer, hook: Hook, settings: Settings
) -> list[Trial]:
    """Publish by the clock, not by what came of the last, and look until all are told or the time is over."""
    trials: list[Trial] = []
    began = time.monotonic()
    while len(trials) < count or any(trial.sent_at is None for trial in trials):
        elapsed = time.monotonic() - began
        if elapsed > count * apart_seconds + LONGEST_SECONDS:
            break
        if len(trials) < count and elapsed >= len(trials) * apart_seconds:
            trials.append(publish(len(trials), server))
        look(trials, hook, embedded.url(settings))
        time.sleep(1)
    return trials


def publish(number: int, server: SeedServer) -> Trial:
    now = datetime.now(UTC)
    title = f"Trial {number}"
    text = (
        f"Rebels killed {number + 3} soldiers near {TOWNS[number % len(TOWNS)]} on {now:%A}.\n\n"
        "Officials gave no further details, and residents said that the streets were calm again."
    )
    server.add(
        SeedArticle(
            name=f"trial-{number}", title=title, source="Benchmark", text=text, published_at=now, url=""
        )
    )
    return Trial(title=title, published_at=datetime.now(UTC))


def look(trials: list[Trial], hook: Hook, url: str) -> None:
    connection = connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(SEEN)
            seen = {title: times for title, *times in cursor.fetchall()}
    finally:
        connection.close()
    for trial in trials:
        if trial.title in seen and trial.sent_at is None:
            trial.fetched_at, trial.stored_at = seen[trial.title]
            trial.sent_at = hook.told_at.get(trial.title)
            if trial.sent_at:
                print(line(trial), flush=True)


def line(trial: Trial) -> str:
    times = (trial.fetched_at, trial.stored_at, trial.sent_at)
    fetched, stored, sent = (f"{trial.seconds(at):6.1f} s" for at in times)
    return f"{trial.title:<9} fetched {fetched}   event {stored}   webhook {sent}, {trial.wait:.1f} s after the event"


def print_memory(settings: Settings) -> None:
    components = status(settings).components
    for component in components:
        print(f"{component.name:<14} pid {component.pid:>7}  {component.memory_bytes / 1e6:6.0f} MB")
    print(f"{'together':<26}  {sum(component.memory_bytes for component in components) / 1e6:6.0f} MB")


def print_trials(trials: list[Trial]) -> int:
    stored = statistics.median(trial.seconds(trial.stored_at) for trial in trials)
    sent = statistics.median(trial.seconds(trial.sent_at) for trial in trials)
    waits = sorted(trial.wait for trial in trials)
    late = waits[math.ceil(len(waits) * 0.95) - 1]
    print(f"medians of {len(trials)}: event {stored:.1f} s, webhook {sent:.1f} s")
    print(
        f"from event to webhook: median {statistics.median(waits):.1f} s, p95 {late:.1f} s, longest {waits[-1]:.1f} s"
    )
    return int(stored > 60 or late > GOAL_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:3])))
