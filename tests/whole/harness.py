"""The whole way without Airflow: served articles, the five stages, and checksums of what came of them."""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline.config import Settings
from pipeline.errors import TocsinError
from pipeline.fetch.serve import SeedArticle, SeedServer
from pipeline.local import embedded
from pipeline.postgres.database import connect
from pipeline.stages.alert import alert
from pipeline.stages.common import open_batch
from pipeline.stages.extract import extract
from pipeline.stages.fetch import fetch
from pipeline.stages.store import store
from pipeline.stages.validate import validate

Way = Callable[[Settings, str, int], None]

# What must be the same in the end: everything but surrogate ids and the clock.
CHECKSUMS = {
    "articles": "SELECT url, title, md5(text), published_at, codebook, is_quarantined FROM tocsin.articles",
    "candidates": "SELECT url, candidate_key, verdict, event_key, stored_at IS NULL"
    " FROM tocsin.candidates JOIN tocsin.articles ON articles.id = article_id",
    "events": "SELECT (to_jsonb(event) - '{id,candidate_id,stored_at,revised_at,revision}'::text[])::text"
    " FROM tocsin.events AS event",
    "surest_tellings": "SELECT event_key, url, trigger_start, sentence FROM tocsin.surest_tellings",
    "mentions": "SELECT event_key, url, mentions.trigger_start, sentence, mentions.confidence FROM tocsin.mentions"
    " JOIN tocsin.articles ON articles.id = article_id JOIN tocsin.events ON events.id = event_id",
    "pending_alerts": "SELECT event_id FROM tocsin.pending_alerts",
    "alerts": "SELECT alert_key, rule, group_key, reason, why FROM tocsin.alerts",
    # How often an alert was updated hangs on how the work was cut; that it was raised and told does not.
    "notifications": "SELECT notification_key, receiver, state FROM tocsin.notifications WHERE kind = 'alert'",
    "waiting": "SELECT id FROM tocsin.notifications WHERE state = 'pending'",
    "quarantine": "SELECT stage, reason, seen, url FROM tocsin.quarantine",
    "seen_urls": "SELECT url FROM tocsin.seen_urls",
}

PLACES = [("Kenyan", "Nairobi"), ("French", "Paris"), ("Turkish", "Ankara"), ("Indian", "Delhi"), ("Chilean", "Santiago"),
          ("Sudanese", "Khartoum"), ("Iraqi", "Baghdad"), ("Polish", "Warsaw"), ("Thai", "Bangkok"), ("Peruvian", "Lima")]  # fmt: skip
SENTENCES = (
    "{people} police arrested {count} protesters in {town} on {day}.",
    "Rebels killed {count} soldiers near {town} on {day}.",
    "{people} President met the Japanese foreign minister in {town} on {day}.",
    "Gunmen kidnapped {count} aid workers in {town} on {day}.",
    "Thousands of people protested against the government in {town} on {day}.",
)


def made_articles(count: int, *, seed: int = 1) -> list[SeedArticle]:
    """News of our own making: two telling sentences each, some of them told by several articles."""
    chance = random.Random(seed)
    articles = []
    for number in range(count):
        told = " ".join(
            chance.choice(SENTENCES).format(
                people=people,
                town=town,
                count=chance.randint(3, 60),
                day=chance.choice(("Monday", "Tuesday", "Friday")),
            )
            for people, town in chance.sample(PLACES, 2)
        )
        articles.append(
            SeedArticle(
                name=f"made-{number:04d}",
                title=f"Report {number}",
                source=f"Paper {number % 7}",
                text=f"{told}\n\nOfficials gave no further details, and residents said that the streets were calm again.",
                published_at=datetime(2026, 3, 18, 12, tzinfo=UTC) + timedelta(hours=number % 30),
            )
        )
    return articles


class Recorder:
    """A webhook's other end: notes the keys it is sent and the events they tell, and fails now and then.

    Args:
        failure_share: So many are answered 503, and not taken.
        dropping_share: So many are taken, and the answer is lost.
    """

    def __init__(self, *, failure_share: float = 0.0, dropping_share: float = 0.0):
        self.accepted: Counter[str] = Counter()
        self.keys_by_event: dict[int, set[str]] = {}
        recorder, chance = self, random.Random(5)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fate = chance.random()
                # As long as a receiver on the net takes, so that kills strike the sending too.
                time.sleep(0.02)
                if fate < failure_share:
                    self.send_response(503)
                    self.end_headers()
                    return
                recorder.take(self.headers["webhook-id"], body)
                if fate > 1 - dropping_share:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            # A worker that is killed hangs up in the middle of a word.
            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, key: str, body: dict[str, Any]) -> None:
        self.accepted[key] += 1
        if body["type"] == "alert.raised":
            self.keys_by_event.setdefault(body["data"]["event"]["id"], set()).add(key)

    def clear(self) -> None:
        self.accepted.clear()
        self.keys_by_event.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


RULE = """\
rule: everything
title: Any violent or forceful act
owner: test
status: active
severity: medium
max_age_days: any
max_event_age_days: any
match:
  any:
    - quad_class: 4
notify: [recorder]
dedup_hours: 0
"""


@contextmanager
def served(
    articles: list[SeedArticle],
    settings: Settings,
    *,
    failure_share: float = 0.0,
    dropping_share: float = 0.0,
) -> Iterator[tuple[Settings, Recorder]]:
    """Serve articles as one feed, with a rule and a webhook; give the settings to run the stages with."""
    server = SeedServer(articles)
    recorder = Recorder(failure_share=failure_share, dropping_share=dropping_share)
    folder = settings.home / "served"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "everything.yaml").write_text(RULE)
    (folder / "receivers.yaml").write_text(
        f"recorder:\n  channel: webhook\n  url: http://{recorder.place}/hook\n  max_per_hour: 0\n"
    )
    (folder / "secret").write_text("whsec_" + base64.b64encode(b"x" * 32).decode() + "\n")
    (folder / "feeds.csv").write_text(
        f"url,source,country,language,interval_seconds\n{server.feed_url},Example,USA,en,30\n"
    )
    try:
        yield (
            replace(
                settings,
                feeds_path=folder / "feeds.csv",
                rules_path=folder / "rules",
                receivers_path=folder / "receivers.yaml",
                webhook_secret_file=str(folder / "secret"),
                allow_private_addresses=f"{server.feed_url.split('/')[2]},{recorder.place}",
                max_new_entries=len(articles) + 1,
                # An innocent article must not be refused because chance struck it often.
                max_attempts=50,
            ),
            recorder,
        )
    finally:
        server.close()
        recorder.close()


def whole_way(settings: Settings, run_key: str = "whole", first: int = 0) -> None:
    """All five stages, one after the other, beginning with another than the first where that is asked for."""
    batch_id = open_batch(run_key, settings)
    stages: tuple[Callable[[], object], ...] = (
        lambda: fetch(batch_id, settings),
        lambda: extract(batch_id, settings),
        lambda: validate(batch_id, settings),
        lambda: store(batch_id, settings),
        lambda: alert(run_key, settings),
    )
    for stage in (*stages[first:], *stages[:first]):
        stage()


def checksums(url: str) -> dict[str, tuple[int, str]]:
    """Rows and md5 of each table, without ids and clock times."""
    connection = connect(url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            found = {}
            for table, statement in CHECKSUMS.items():
                cursor.execute(
                    f"SELECT count(*), coalesce(md5(string_agg(line, chr(10) ORDER BY line)), '')"  # noqa: S608
                    f" FROM (SELECT told::text AS line FROM ({statement}) AS told) AS lines"
                )
                found[table] = cursor.fetchone()
            return found
    finally:
        connection.close()


def killed_way(
    settings: Settings,
    *,
    kills: int,
    workers: int = 2,
    longest_seconds: float = 1.5,
    way: Way = whole_way,
    between: Callable[[int], object] | None = None,
) -> int:  # fmt: skip
    """Run the whole way in child processes, killing one with -9 at a random time, again and again; then let it end.

    The heavy libraries are loaded here and the children forked, so that kills strike the work and not the loading.
    Each child begins with another stage, so that they strike all of them alike.

    Args:
        between: Called after each kill with its number: to kill something else, too.

    Returns:
        How many kills struck a process that still ran.
    """
    chance = random.Random(3)
    struck = 0
    children: dict[int, int] = {}

    def start(number: int) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            os.setpgid(0, 0)
            way(settings, f"killed-{number}", number % 5)
            code = 0
        finally:
            os._exit(code)

    for number in range(kills):
        while len(children) < workers:
            children[start(number)] = number
        time.sleep(chance.uniform(0.01, longest_seconds))
        victim = chance.choice(sorted(children))
        done, _ = os.waitpid(victim, os.WNOHANG)
        if not done:
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            struck += 1
        del children[victim]
        if between:
            between(number)
    for pid in children:
        os.waitpid(pid, 0)
    return struck


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What came of alerts at the receiver.

    Args:
        events: Events that must be told.
        lost: Those of them that were not.
        unkeyed: Those that were told under more than one key, which a receiver takes for several alerts.
        again: Messages that came again under their key.
        missing: Messages of the outbox that never came.
    """

    events: int
    lost: int
    unkeyed: int
    again: int
    missing: int


def delivered(url: str, recorder: Recorder) -> Delivered:
    """Hold what the receiver took against what the database says must be told."""
    connection = connect(url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM tocsin.events WHERE quad_class = 4 AND deleted_at IS NULL AND NOT is_background"
                " AND status IN ('actual', 'planned')"
            )
            wanted = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT notification_key FROM tocsin.notifications")
            keys = {row[0] for row in cursor.fetchall()}
    finally:
        connection.close()
    return Delivered(
        events=len(wanted),
        lost=len(wanted - recorder.keys_by_event.keys()),
        unkeyed=sum(len(keys) > 1 for keys in recorder.keys_by_event.values()),
        again=sum(count - 1 for count in recorder.accepted.values()),
        missing=len(keys - recorder.accepted.keys()),
    )


def deliver_all(settings: Settings, *, times: int = 12) -> None:
    """Let everything be due and run on, until nothing waits: a receiver that fails now and then takes it in the end."""
    for number in range(times):
        make_due(settings.database_url)
        whole_way(settings, f"after-{number}")
        if not checksums(settings.database_url)["waiting"][0]:
            return


def kill_postgres(server: Settings) -> None:
    """Kill the embedded server's first process with -9, whose others end themselves, and start it anew."""
    pid, url = embedded.status(server).pid, embedded.url(server)
    assert pid
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        try:
            embedded.start(server)
        except TocsinError:
            time.sleep(0.1)
            continue
        # Whoever asks while it is dying may still be told that it runs.
        if embedded.status(server).pid not in (None, pid):
            assert embedded.url(server) == url
            return
        time.sleep(0.1)
    raise AssertionError("Postgres did not start again")


def make_due(url: str) -> None:
    """Let every feed and notification be due now."""
    connection = connect(url, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tocsin.feeds SET next_fetch_at = now() WHERE next_fetch_at IS NOT NULL")
        cursor.execute("UPDATE tocsin.notifications SET next_attempt_at = now() WHERE state = 'pending'")
        cursor.execute("UPDATE tocsin.receivers SET resumes_at = NULL")
    connection.close()


def preload(settings: Settings) -> None:
    """Load what a task loads, once, before forking."""
    import great_expectations  # noqa: F401

    import pipeline.fetch.visit  # noqa: F401
    from pipeline.extract.coder import load_coder

    load_coder(settings)
