"""The examples run as they stand, as the analyst: the queries, the notebook, and the R script where R can be had."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.config import ROOT, Settings
from pipeline.local.analyst import analyst_url, take_password
from pipeline.postgres.database import connect
from tests.store.conftest import select

QUERIES = [
    query
    for name in ("README.md", "QUERIES.md")
    for query in re.findall(r"```sql\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
]
MAKE = """
INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)
VALUES ('https://news.example/1', 'Example', 'T', 'T', 'en', now(), now(), 'made');
INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, actor_name, actor_country,
    actor_sector, recipient_name, recipient_country, place_country, counts, quad_class, score, cameo, confidence, codebook,
    mention_count, article_count, source_count, first_reported_at, candidate_id, trigger_start)
SELECT 'made ' || number, current_date - number * 40, 'day', 'ASSAULT', '{}', 'actual', 'Army', 'RUS', 'MIL', 'Army', 'UKR', 'SYR', '[]',
       1 + number % 4, -9, '190', 0.5, 'made', 1, 1, 1, now(), number, 0
FROM generate_series(0, 7) AS number;
INSERT INTO tocsin.mentions (event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text, sentence,
    sentence_start, confidence)
SELECT event_date, event.id, candidate_id, article.id, 0, 4, 'shot', 'They shot.', 0, 0.5
FROM tocsin.events AS event, tocsin.articles AS article;
"""


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """The analyst's address of a database with some events."""
    connection = connect(settings.database_url, autocommit=True)
    select(connection, MAKE)
    (settings.home / "given").write_text("of the examples")
    take_password(settings, settings.home / "given")
    yield analyst_url(settings)
    connection.close()


def test_there_are_twenty_queries() -> None:
    """Ten in the README, ten more in a file of their own."""
    assert len(QUERIES) == 20


@pytest.mark.parametrize("statement", QUERIES, ids=range(1, len(QUERIES) + 1))
def test_a_query_runs_for_an_analyst(db: Any, statement: str) -> None:
    """As it stands, with the analyst's rights and nothing more."""
    select(db.connection, MAKE)
    with db.connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE analyst")
        cursor.execute(statement)

        assert cursor.description


def test_the_notebook_runs_from_its_first_cell_to_its_last(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And finds what is there, days without events included."""
    monkeypatch.setenv("TOCSIN", address)
    cells = json.loads((ROOT / "examples/tocsin.ipynb").read_text("utf-8"))["cells"]
    seen: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "tocsin.ipynb", "exec"), seen)
    seen["engine"].dispose()

    assert seen["by_month"].to_numpy().sum() == 8
    assert len(seen["days"]) == 365
    assert seen["days"]["events"].sum() == 8
    assert seen["wide"].to_numpy().sum() == 8
    assert seen["told"]["sentence"].tolist() == ["They shot."] * 8


def test_the_script_in_r_runs(address: str) -> None:
    """Where R is here with a driver for Postgres."""
    program = shutil.which("Rscript")
    packages = "quit(status = !any(c('RPostgres', 'RPostgreSQL') %in% rownames(installed.packages())))"
    if program is None or subprocess.run([program, "-e", packages], check=False).returncode:
        pytest.skip("R with RPostgres or RPostgreSQL is not installed here")
    done = subprocess.run(
        [program, ROOT / "examples/tocsin.R"],
        env=os.environ | {"TOCSIN": address}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "365 days, 8 events" in done.stdout
