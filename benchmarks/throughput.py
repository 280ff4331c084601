"""How fast a queue of articles becomes events, through the real DAG under `tocsin up`.

    python -m benchmarks.throughput [--articles 3000] [--texts FILE.jsonl[.gz]] [--reader on] [--celery redis://… --workers N]

Puts articles into the table as fetch would, and looks every second how many are coded, validated and stored. Texts are those of FILE (JSON
lines with `text`), or the project's own sentences; each is used as often as need be, with its number in the first line. Prints
when the first event appeared, when all were there, and articles a second between the first claim and the last event.
With --celery each of the N workers has one task at a time and extract is N tasks wide, so that one worker stands for a machine of one core.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from benchmarks.extract_speed import own_texts
from benchmarks.running import running
from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.local.ports import free_port
from pipeline.postgres.database import Database, connect
from pipeline.stages.common import open_batch

LONGEST_SECONDS = 3600
LETTERS = 3000  # of an article of the project's own sentences
LEFT = """
SELECT (SELECT count(*) FROM tocsin.articles WHERE codebook IS NULL AND NOT is_quarantined),
       (SELECT count(*) FROM tocsin.candidates WHERE verdict IS NULL OR (verdict = 'accepted' AND stored_at IS NULL)),
       (SELECT count(*) FROM tocsin.events), (SELECT count(*) FROM tocsin.articles WHERE is_quarantined)
"""


def main() -> int:
    options = argparse.ArgumentParser(description="Articles a second from the table into events.")
    options.add_argument("--articles", type=int, default=3000)
    options.add_argument("--texts", type=Path)
    options.add_argument("--reader", choices=["on", "off"], default="off")
    options.add_argument("--celery", default="", metavar="URL", help="a Redis")
    options.add_argument("--workers", type=int, default=1)
    asked = options.parse_args()
    if asked.celery:
        os.environ |= {"AIRFLOW__CELERY__WORKER_CONCURRENCY": "1", "TOCSIN_EXTRACT_TASKS": str(asked.workers)}
    texts = list(islice(cycle(texts_of(asked.texts) if asked.texts else made_texts()), asked.articles))
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder), asked.reader)
        with running(settings, asked.celery, asked.workers):
            put(texts, settings)
            watch(len(texts), settings)
    return 0


def settings_of(home: Path, reader: str) -> Settings:
    (home / "rules").mkdir()
    (home / "receivers.yaml").write_text("log:\n  channel: log\n")
    (home / "feeds.csv").write_text("url,source,country,language,interval_seconds\n")
    return Settings(
        home=home, airflow_port=free_port(), feeds_path=home / "feeds.csv", rules_path=home / "rules",
        receivers_path=home / "receivers.yaml", reader=reader,
    )  # fmt: skip


def texts_of(path: Path) -> list[str]:
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8").split("\n")
    return [json.loads(line)["text"] for line in lines if line.strip()]


def made_texts() -> list[str]:
    """Articles of some length from the project's own sentences."""
    words = "\n\n".join(own_texts()).split(" ")
    made, size = [], LETTERS // 6
    for start in range(0, len(words) - size, size):
        made.append(" ".join(words[start : start + size]))
    return made


def put(texts: list[str], settings: Settings) -> None:
    at = datetime.now(UTC)
    with Database(embedded.url(settings)).transaction() as transaction:
        batch_id = open_batch("throughput", settings)
        rows = [
            {
                "url": f"https://news.example/{number}", "feed_id": None, "batch_id": batch_id, "source": "Benchmark",
                "title": f"Article {number}", "text": f"Report {number}.\n\n{text}", "language": "en",
                "published_at": (at - timedelta(seconds=number)).isoformat(), "published_from": "feed",
                "fetched_at": at.isoformat(), "text_method": "benchmark",
            }
            for number, text in enumerate(texts)
        ]  # fmt: skip
        transaction.all("insert_articles", articles=json.dumps(rows))


def watch(count: int, settings: Settings) -> None:
    began = time.monotonic()
    first_claim = first_event = None
    connection = connect(embedded.url(settings), autocommit=True)
    try:
        while time.monotonic() - began < LONGEST_SECONDS:
            with connection.cursor() as cursor:
                cursor.execute(LEFT)
                uncoded, unstored, events, refused = cursor.fetchone()
            now = time.monotonic() - began
            if first_claim is None and uncoded < count:
                first_claim = now
            if first_event is None and events:
                first_event = now
            if not uncoded and not unstored and events:
                break
            time.sleep(1)
    finally:
        connection.close()
    print(f"{count} articles, {refused} refused, {events} events")
    print(
        f"first coded after {first_claim or 0:.0f} s, first event after {first_event or 0:.0f} s, all after {now:.0f} s"
    )
    print(
        f"{(count - uncoded) / max(now - (first_claim or 0), 1):.1f} articles/s from the first claim, {(count - uncoded) / now:.1f} from the start"
    )


if __name__ == "__main__":
    raise SystemExit(main())
