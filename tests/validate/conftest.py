"""Candidates in the session's Postgres, good ones and planted bad ones; committed, since the judge reads for itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline.postgres.database import Database
from pipeline.postgres.rows import candidate_row
from tests.conftest import wipe
from tests.records import article_row, candidate

Plant = Callable[..., int]


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Never the same number twice."""
    return itertools.count(1)


@pytest.fixture(scope="module")
def plant(database_url: str, numbers: Iterator[int]) -> Iterator[Plant]:
    """Stores a candidate, by default a good one in an article of its own, and gives its id.

    Columns of tocsin.candidates and, by `article`, of tocsin.articles can be given other values.
    """
    database = Database(database_url)

    def store(
        *,
        article: dict[str, Any] | None = None,
        article_id: int | None = None,
        codebook: str = "test",
        **columns: Any,
    ) -> int:
        number = next(numbers)
        with database.transaction() as transaction:
            batch = transaction.one("open_batch", run_key="validate")
            assert batch is not None
            if article_id is None:
                told = article_row(batch["id"], **{"url": f"https://news.example/{number}"} | (article or {}))
                article_id = transaction.all("insert_articles", articles=json.dumps([told]))[0]["id"]
                if told.get("is_quarantined"):
                    transaction.run("mark_article_quarantined", article_id=article_id)
            row = candidate_row(candidate()) | {"candidate_key": str(number)} | columns
            (stored,) = transaction.all(
                "insert_candidates",
                candidates=json.dumps([row]), batch_id=batch["id"], article_id=article_id, codebook=codebook,
            )  # fmt: skip
        return int(stored["id"])

    yield store
    wipe(database_url)
