"""How long a batch is judged, by its size: seconds, and a row's time in a batch of 10 against one of 10,000.

    python -m benchmarks.validate [rows …]

Starts an embedded Postgres of its own in a temporary folder and stops it at the end. The first batch is
judged twice and the second time counts: the import of Great Expectations is told by itself.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.postgres.database import connect
from pipeline.postgres.migrate import migrate
from pipeline.validate.judge import judge

SIZES = (10, 100, 1_000, 10_000)
ROUNDS = 3
ROWS_PER_ARTICLE = 10
TEXT = (
    "Fighters attacked a barracks near Tripoli on Friday, killing at least 12 soldiers. "
    + "More was said later. " * 150
)
WIPE = "DELETE FROM tocsin.candidates; DELETE FROM tocsin.articles; DELETE FROM tocsin.batches"
FILL = """
WITH batch AS (INSERT INTO tocsin.batches (run_key) VALUES ('benchmark') RETURNING id),
article AS (
    INSERT INTO tocsin.articles (url, batch_id, source, title, text, language, published_at, fetched_at, text_method)
    SELECT 'https://news.example/' || number, batch.id, 'Example', 'T', %(text)s, 'en', '2011-10-28', '2011-10-28', 'x'
    FROM batch, generate_series(1, greatest(1, %(rows)s / %(rows_per_article)s)) AS number
    RETURNING id, batch_id
)
INSERT INTO tocsin.candidates (
    batch_id, article_id, codebook, candidate_key, event_type, mode, contexts, status,
    actor_name, actor_sector, actor_start, actor_end, actor_text,
    recipient_name, recipient_sector, recipient_start, recipient_end, recipient_text,
    trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence,
    place_name, place_country, place_latitude, place_longitude, place_resolution, place_start, place_end, place_text,
    event_date, date_precision, date_start, date_end, date_text, counts, quad_class, score, cameo, frame_id, confidence
)
SELECT batch_id, article.id, 'cb', number::text, 'ASSAULT', 'firearms', '{military}', 'actual',
       'Fighters', 'UAF', 0, 8, 'Fighters',
       'barracks ' || number, 'MIL', 18, 28, 'a barracks',
       9, 17, 'attacked', 0, 82, left(%(text)s, 82),
       'Tripoli', 'LBY', 32.9, 13.2, 'point', 34, 41, 'Tripoli',
       '2011-10-28', 'day', 45, 51, 'Friday',
       '[{"kind": "killed", "lower": 12, "upper": null, "start": 61, "end": 72, "text": "at least 12"}]',
       4, -9, '190', 'f1', CASE WHEN number %% 10 = 0 THEN 2 ELSE 0.8 END
FROM article, generate_series(1, least(%(rows)s, %(rows_per_article)s)) AS number
RETURNING id
"""


def fill(url: str, rows: int) -> list[int]:
    """Store so many candidates; one in ten of them, where they reach ten, fails one expectation."""
    connection = connect(url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(WIPE)
            cursor.execute(FILL, {"text": TEXT, "rows": rows, "rows_per_article": ROWS_PER_ARTICLE})
            return [row[0] for row in cursor.fetchall()]
    finally:
        connection.close()


def measure(url: str, ids: list[int], folder: Path) -> tuple[float, int]:
    """Median seconds of one batch, and how many were quarantined."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        verdict = judge(url, ids, docs_folder=folder, now=datetime.now(UTC))
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), verdict.counts["quarantined"]


def report(url: str, folder: Path, sizes: tuple[int, ...]) -> None:
    """Print a line a size, then the ratio of the smallest and the largest."""
    ids = fill(url, 10)
    started = time.perf_counter()
    judge(url, ids, docs_folder=folder, now=datetime.now(UTC))
    print(f"first batch, with the import: {time.perf_counter() - started:.1f} s")
    print("  rows  bad  seconds  ms a row")
    per_row = {}
    for rows in sizes:
        ids = fill(url, rows)
        seconds, quarantined = measure(url, ids, folder)
        per_row[rows] = 1000 * seconds / len(ids)
        print(f"{len(ids):6}{quarantined:5}{seconds:9.2f}{per_row[rows]:10.3f}")
    print(
        f"a row among {sizes[0]} costs {per_row[sizes[0]] / per_row[sizes[-1]]:.0f} times a row among {sizes[-1]}"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    sizes = tuple(int(size) for size in sys.argv[1:]) or SIZES
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        embedded.start(settings)
        try:
            migrate(embedded.url(settings))
            report(embedded.url(settings), Path(folder) / "data_docs", sizes)
        finally:
            embedded.stop(settings)
            # Started by root, the data may lie outside the home folder.
            shutil.rmtree(embedded.status(settings).data.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
