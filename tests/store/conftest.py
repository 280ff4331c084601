"""Accepted candidates in the session's Postgres, and a session that is not ours."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline.model import Candidate
from pipeline.postgres.database import Database, Limits, connect
from pipeline.postgres.rows import candidate_row
from pipeline.store.wording import found_by
from tests.records import article_row

Tell = Callable[..., int]


@pytest.fixture
def tell(database: Database) -> Tell:
    """Puts an accepted candidate into an article of its own; gives its id."""
    numbers = itertools.count(1)

    def put(told: Candidate, *, with_key: bool = True, **article: Any) -> int:
        number = next(numbers)
        with database.transaction() as transaction:
            batch = transaction.one("open_batch", run_key="store")
            assert batch
            row = article_row(batch["id"], **{"url": f"https://news.example/{number}"} | article)
            transaction.run("insert_articles", articles=json.dumps([row]))
            (kept,) = select(
                transaction.connection, "SELECT id FROM tocsin.articles WHERE url = %s", row["url"]
            )
            transaction.run("mark_extracted", article_id=kept[0], codebook="test")
            columns = candidate_row(told) | (found_by(told) if with_key else {})
            (made,) = transaction.all(
                "insert_candidates",
                candidates=json.dumps([columns]), batch_id=batch["id"], article_id=kept[0], codebook="test",
            )  # fmt: skip
            transaction.run("judge_candidates", candidate_ids=[made["id"]], verdict="accepted")
        return int(made["id"])

    return put


def select(connection: Any, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture
def other(database_url: str) -> Iterator[Any]:
    """A session that is not ours."""
    connection = connect(database_url, limits=Limits(statement=0, lock=0, idle=0))
    yield connection
    connection.rollback()
    connection.close()
