"""Delivery under load: a storm on one rule, a receiver that hangs, one that is gone, and a group with a long history.

    python -m benchmarks.delivery [EVENTS [HISTORY]]

On a Postgres of its own, with real receivers on loopback. Prints a line each: what was measured, and the goal.
"""

from __future__ import annotations

import base64
import logging
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.alert.plan import CAP_WAIT
from pipeline.alert.records import Receiver
from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.postgres.database import Database, connect
from pipeline.postgres.migrate import migrate
from pipeline.stages.alert import ring
from pipeline.stages.rulebook import sync_rules
from tests.alert.desk import TIMES
from tests.alert.hooks import Hook
from tests.conftest import wipe

RULE = """\
rule: storm
title: Any armed attack
owner: benchmark
status: active
severity: high
max_age_days: 36500
match:
  any:
    - event_type: ASSAULT
notify: [{notify}]
dedup_hours: 24
group_by: [{group_by}]
"""
CAP = 60
# An event with one telling each, as store writes them.
EVENTS = """
WITH article AS (
    INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)
    SELECT 'https://news.example/' || number, 'Paper ' || number %% 7, 'Report ' || number, '', 'en', now(), now(), 'made'
    FROM generate_series(%(first)s, %(first)s + %(count)s - 1) AS number
    RETURNING id
), event AS (
    INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, actor_name, counts,
                               quad_class, confidence, codebook, mention_count, article_count, source_count,
                               first_reported_at, candidate_id, trigger_start, place_country)
    SELECT 'made-' || id, current_date, 'day', 'ASSAULT', '{}', 'actual', 'Group ' || id, '[]', 4, 0.9, 'made', 1, 1, 1,
           now(), id, 7, 'COD'
    FROM article
    RETURNING id, event_date, candidate_id
), mention AS (
    INSERT INTO tocsin.mentions (event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
                                 sentence, sentence_start, confidence)
    SELECT event_date, id, candidate_id, candidate_id, 7, 15, 'attacked', 'Rebels attacked a base.', 0, 0.9 FROM event
)
INSERT INTO tocsin.pending_alerts (event_date, event_id) SELECT event_date, id FROM event
"""
HISTORY = """
INSERT INTO tocsin.alerts (alert_key, rule, severity, event_date, event_id, group_key, reason, why, created_at)
SELECT 'old-' || number, 'storm', 'high', alert.event_date, alert.event_id, alert.group_key,
       CASE WHEN number %% 1000 = 0 THEN 'new' ELSE 'duplicate_group' END, 'made', now() - number * interval '10 seconds'
FROM generate_series(1, %(count)s) AS number
CROSS JOIN (SELECT * FROM tocsin.alerts LIMIT 1) AS alert
"""


@dataclass(kw_only=True)
class Bench:
    """A database, the folder of rules, and the settings to ring with."""

    settings: Settings
    url: str

    def run(self, statement: str, **values: int) -> list[tuple[int, ...]]:
        connection = connect(self.url, autocommit=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def rule(self, notify: str, group_by: str = "event") -> None:
        (self.settings.rules_path / "storm.yaml").write_text(RULE.format(notify=notify, group_by=group_by))

    def ring(self, *receivers: Receiver) -> float:
        """Match, raise and deliver; seconds."""
        named = {receiver.name: receiver for receiver in receivers}
        home = Database(self.url)
        rules, named = sync_rules(home, self.settings, named)
        began = time.perf_counter()
        with home.session() as session:
            ring(session, rules, named, self.settings)
        return time.perf_counter() - began

    def seconds_pass(self, seconds: float) -> None:
        for table, columns in TIMES.items():
            moved = ", ".join(f"{name} = {name} - make_interval(secs => {seconds})" for name in columns)
            self.run(f"UPDATE tocsin.{table} SET {moved}")  # noqa: S608  (names of our own)


@contextmanager
def bench() -> Iterator[Bench]:
    """A Postgres and a home of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = Settings(home=Path(folder) / "server")
        embedded.start(server)
        try:
            url = embedded.url(server)
            migrate(url)
            (Path(folder) / "rules").mkdir()
            (Path(folder) / "secret").write_text("whsec_" + base64.b64encode(b"x" * 32).decode() + "\n")
            yield Bench(
                url=url,
                settings=replace(
                    server, home=Path(folder), database_url=url, rules_path=Path(folder) / "rules",
                    webhook_secret_file=str(Path(folder) / "secret"), allow_private_addresses="127.0.0.1",
                ),
            )  # fmt: skip
        finally:
            embedded.destroy(server)


def storm(made: Bench, count: int) -> bool:
    """Many matching events on one rule: the cap, and one digest."""
    hook = Hook()
    made.rule("hook")
    made.run(EVENTS, first=1, count=count)
    desk = Receiver(name="hook", channel="webhook", url=hook.url, max_per_hour=CAP)
    seconds = made.ring(desk)
    at_once = len(hook.bodies)
    made.seconds_pass(CAP_WAIT.total_seconds() + 1)
    later = made.ring(desk)
    ((alerts,),) = made.run("SELECT count(*) FROM tocsin.alerts")
    ((told,),) = made.run(
        "SELECT count(*) FROM tocsin.notifications WHERE state IN ('sent', 'digested') AND kind = 'alert'"
    )
    digests = [body["data"]["alert_count"] for body in hook.bodies[at_once:]]
    hook.close()
    print(
        f"storm           {count} events on one rule, cap {CAP}: {alerts} alerts, {at_once} posts in {seconds:.1f} s, then"
        f" {len(digests)} digest of {sum(digests)} in {later:.1f} s; told {told}"
    )
    return (alerts, at_once, digests, told) == (count, CAP, [count - CAP], count)


def hanging(made: Bench) -> bool:
    """A receiver that takes connections and never answers, beside a live one with forty messages."""
    import socket

    alone, beside = Hook(), Hook()
    silent = socket.create_server(("127.0.0.1", 0), backlog=200)
    times = []
    for number, hook in enumerate((alone, beside)):
        made.rule("hook, hangs" if number else "hook")
        made.run(EVENTS, first=1_000_000 * (number + 1), count=40)
        receivers = [Receiver(name="hook", channel="webhook", url=hook.url)]
        if number:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            receivers.append(Receiver(name="hangs", channel="webhook", url=url))
        began = time.monotonic()
        thread = threading.Thread(target=made.ring, args=receivers, daemon=True)
        thread.start()
        while len(hook.times) < 40 and time.monotonic() - began < 200:
            time.sleep(0.05)
        times.append(hook.times[-1] - began)
        if not number:
            thread.join()
    thread.join()
    pending = made.run(
        "SELECT count(*), max(attempt_count) FROM tocsin.notifications WHERE receiver = 'hangs'"
    )[0]
    delay = times[1] - times[0]
    for hook in (alone, beside):
        hook.close()
    silent.close()
    print(
        f"hanging         40 messages to a live receiver: {times[0]:.2f} s alone, {times[1]:.2f} s beside one that hangs;"
        f" delayed {delay:.2f} s (goal 1); {pending[0]} wait for the other, the run ended after {time.monotonic() - began:.0f} s"
    )
    return delay <= 1


def gone(made: Bench) -> bool:
    """A receiver that answers 410: asked once, whatever comes later."""
    hook = Hook(status=410)
    made.rule("gone")
    for number in range(5):
        made.run(EVENTS, first=10_000_000 + number * 10, count=10)
        made.ring(Receiver(name="gone", channel="webhook", url=hook.url))
    ((held,),) = made.run(
        "SELECT count(*) FROM tocsin.notifications WHERE receiver = 'gone' AND held_for = 'disabled'"
    )
    asked = len(hook.bodies)
    hook.close()
    print(
        f"gone            50 alerts in 5 runs to a receiver that answers 410: asked {asked} times, {held} held"
    )
    return (asked, held) == (1, 50)


def history(made: Bench, count: int) -> bool:
    """Twenty events in a group that has had many alerts."""
    hook = Hook()
    made.rule("hook", group_by="country")
    desk = Receiver(name="hook", channel="webhook", url=hook.url)
    made.run(EVENTS, first=20_000_000, count=1)
    made.ring(desk)
    empty = _twenty(made, desk, 21_000_000)
    made.run(HISTORY, count=count)
    made.run("ANALYZE tocsin.alerts")
    full = _twenty(made, desk, 22_000_000)
    hook.close()
    print(
        f"history         20 events in a group with {count} earlier alerts: {full:.3f} s; without {empty:.3f} s (goal 0.1)"
    )
    return full - empty <= 0.1


def _twenty(made: Bench, desk: Receiver, first: int) -> float:
    made.run(EVENTS, first=first, count=20)
    return made.ring(desk)


def main(events: int = 20_000, earlier: int = 100_000) -> int:
    """Return 0 when every goal is reached."""
    logging.disable(logging.WARNING)
    good = True
    with bench() as made:
        measures: tuple[Callable[[], bool], ...] = (
            lambda: storm(made, events), lambda: hanging(made), lambda: gone(made), lambda: history(made, earlier),
        )  # fmt: skip
        for measure in measures:
            good &= measure()
            wipe(made.url)
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:3])))
