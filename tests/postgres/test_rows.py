"""A candidate comes back from its row as it went in."""

import json

import pytest

from pipeline.model import Count
from pipeline.postgres.rows import candidate_from, candidate_row
from tests.records import article_row, candidate, span


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="full"),
        pytest.param({"actor": None, "place": None, "mode": None, "score": None, "cameo": None}, id="sparse"),
        pytest.param(
            {"counts": (Count(kind="killed", lower=12, upper=None, span=span("NATO")),)}, id="counts"
        ),
        pytest.param({"mentions": (span("mission"),)}, id="mentions"),
    ],
)
def test_a_candidate_survives_the_database(db, changes: dict) -> None:
    """Through JSON, COPY-like insert and select, nothing is lost."""
    told = candidate(**changes)
    batch = db.one("open_batch", run_key="rows")
    (new,) = db.all("insert_articles", articles=json.dumps([article_row(batch["id"])]))
    (row,) = db.all(
        "insert_candidates",
        candidates=json.dumps([candidate_row(told)]), batch_id=batch["id"], article_id=new["id"], codebook="test",
    )  # fmt: skip
    db.run("judge_candidates", candidate_ids=[row["id"]], verdict="accepted")

    assert candidate_from(db.one("claim_without_key", limit=1)) == told


def test_the_key_of_a_candidate_is_made_of_what_was_coded() -> None:
    """The same coding gives the same key, another one another."""
    assert candidate_row(candidate())["candidate_key"] == candidate_row(candidate())["candidate_key"]
    assert candidate_row(candidate())["candidate_key"] != candidate_row(candidate(mode=None))["candidate_key"]
