"""Stages against a real database: what is refused waits, can be released, and is judged again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.extract.bar import is_sure
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Database, Transaction
from pipeline.postgres.rows import candidate_row
from pipeline.stages import extract as extract_stage
from pipeline.stages.common import database_time, iso
from pipeline.stages.stories import link_articles
from tests.records import PUBLISHED, article_row, candidate


@pytest.fixture
def article_id(db: Transaction) -> int:
    """An article in the database."""
    batch = db.one("open_batch", run_key="stages")
    (row,) = db.all("insert_articles", articles=json.dumps([article_row(batch["id"])]))
    return row["id"]


def put_candidate(db: Transaction, article_id: int) -> int:
    batch = db.one("open_batch", run_key="stages")
    (row,) = db.all(
        "insert_candidates",
        candidates=json.dumps([candidate_row(candidate())]),
        batch_id=batch["id"],
        article_id=article_id,
        codebook="test",
    )
    return row["id"]


def refuse(db: Transaction, candidate_id: int, *reasons: str) -> list[int]:
    findings = [{"candidate_id": candidate_id, "reason": reason, "seen": "x"} for reason in reasons]
    db.run("judge_candidates", candidate_ids=[candidate_id], verdict="quarantined")
    return [row["id"] for row in db.all("quarantine_candidates", findings=json.dumps(findings))]


def test_the_same_candidate_is_inserted_once(db: Transaction, article_id: int) -> None:
    """A killed extract that runs again adds nothing."""
    put_candidate(db, article_id)
    batch = db.one("open_batch", run_key="another run")
    again = db.all(
        "insert_candidates",
        candidates=json.dumps([candidate_row(candidate())]), batch_id=batch["id"], article_id=article_id, codebook="test",
    )  # fmt: skip

    assert again == []


def test_a_released_candidate_is_judged_again(db: Transaction, article_id: int) -> None:
    """It waits for validate as if it were new."""
    candidate_id = put_candidate(db, article_id)
    refused = refuse(db, candidate_id, "status_known")
    db.all("release_quarantined", ids=refused)

    assert [row["id"] for row in db.all("claim_candidates", limit=5)] == [candidate_id]


def test_a_candidate_with_another_finding_stays(db: Transaction, article_id: int) -> None:
    """Both findings must be released."""
    candidate_id = put_candidate(db, article_id)
    first, _ = refuse(db, candidate_id, "status_known", "confidence_in_range")
    db.all("release_quarantined", ids=[first])

    assert db.all("claim_candidates", limit=5) == []


def test_a_candidate_refused_again_is_in_quarantine_again(db: Transaction, article_id: int) -> None:
    """The row of the first refusal is opened again."""
    candidate_id = put_candidate(db, article_id)
    refused = refuse(db, candidate_id, "status_known")
    db.all("release_quarantined", ids=refused)
    refuse(db, candidate_id, "status_known")

    assert [row["id"] for row in db.all("list_quarantine", limit=5)] == refused


def leased(db: Transaction) -> list[dict[str, Any]]:
    """Feeds that a worker would visit now; it gives them back."""
    now = database_time(db)
    feeds = db.all("claim_feeds", due_at=now, is_all=False, in_hand=[], limit=10, lease_seconds=60)
    db.all("save_feeds", feeds=as_json(feeds, default=iso))
    return feeds


def test_a_feed_that_leaves_the_list_is_not_fetched(db: Transaction) -> None:
    """It keeps its state, and comes back with it."""
    feed = {
        "url": "https://news.example/rss",
        "source": "Example",
        "country": None,
        "language": None,
        "interval_seconds": 60,
    }
    db.run("upsert_feeds", feeds=json.dumps([feed]))
    listed = len(leased(db))
    db.run("upsert_feeds", feeds="[]")
    unlisted = len(leased(db))
    db.run("upsert_feeds", feeds=json.dumps([feed]))

    assert (listed, unlisted, len(leased(db))) == (1, 0, 1)


def test_a_feed_that_is_gone_stays_gone(db: Transaction) -> None:
    """410 is for good: the list does not wake it up."""
    feed = {
        "url": "https://news.example/rss",
        "source": "Example",
        "country": None,
        "language": None,
        "interval_seconds": 60,
    }
    db.run("upsert_feeds", feeds=json.dumps([feed]))
    (due,) = leased(db)
    gone = due | {"is_active": False, "next_fetch_at": None}
    db.all("save_feeds", feeds=as_json([gone], default=iso))
    db.run("upsert_feeds", feeds=json.dumps([feed]))

    assert leased(db) == []


class PoisonedCoder:
    """Codes one article at a time, never many; and one text not at all."""

    codebook = "test"

    def code_all(self, _articles):
        raise ValueError("one of them is poison")

    def code(self, article):
        if article.text == "poison":
            raise ValueError("no such thing as a sentence")
        return [candidate()]


def test_a_poison_article_in_a_batch_leaves_the_others_their_candidates() -> None:
    """The batch is coded again one by one; only the poison says why it has none."""
    rows = [
        {
            "id": number, "url": f"https://example.org/{number}", "source": "x", "title": "x", "text": text,
            "published_at": PUBLISHED, "fetched_at": PUBLISHED, "language": "en", "feed_id": None, "text_method": "x",
        }
        for number, text in enumerate(("fine", "poison", "fine"))
    ]  # fmt: skip
    coded = extract_stage._coded(rows, PoisonedCoder())

    assert [len(one) if isinstance(one, list) else one for one in coded] == [
        1,
        "ValueError: no such thing as a sentence",
        1,
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"confidence": 0.35}, True),
        ({"confidence": 0.2}, False),
        ({"confidence": 0.2, "actor": None}, True),
        ({"confidence": 0.2, "recipient": None}, True),
        ({"confidence": 0.05, "actor": None}, False),
    ],
)
def test_who_is_named_alone_needs_less_to_be_kept(changes, expected) -> None:
    """ "12 people were killed in Beirut": the gold of pairs, on which confidence is fitted, has none such."""
    assert is_sure(candidate(**changes), Settings(reader="off")) is expected


def test_where_the_reader_decides_one_bar_holds_for_all() -> None:
    """Its confidence is right for one party as for two."""
    settings = Settings(reader="on", reader_min_confidence=0.4)

    assert not is_sure(candidate(confidence=0.35, actor=None), settings)
    assert is_sure(candidate(confidence=0.45), settings)


def put_articles(database: Database, count: int) -> list[int]:
    with database.transaction() as transaction:
        batch = transaction.one("open_batch", run_key="claims")
        rows = [
            article_row(batch["id"]) | {"url": f"https://news.example/{number}"} for number in range(count)
        ]
        ids = sorted(row["id"] for row in transaction.all("insert_articles", articles=json.dumps(rows)))
    with database.session() as session:
        link_articles(session)
    return ids


def claimed(transaction: Transaction, limit: int = 2) -> list[int]:
    return [row["id"] for row in transaction.all("claim_new_articles", limit=limit)]


def test_two_extracts_never_claim_the_same_article(database: Database) -> None:
    """What one holds the others pass over; a third finds that nothing is left."""
    ids = put_articles(database, 3)
    with database.transaction() as first, database.transaction() as second, database.transaction() as third:
        held = claimed(first), claimed(second), claimed(third)
        left = third.one("first_waiting_article")

    assert held == (ids[:2], ids[2:], [])
    assert left is None


def test_an_article_taken_in_hand_and_not_finished_comes_alone_and_last(database: Database) -> None:
    """It may be the one that killed its worker; the least tried first."""
    ids = put_articles(database, 3)
    with database.transaction() as paying:
        paying.all("charge_attempts", stage="extract", item_keys=[str(ids[0]), str(ids[1])])
        paying.all("charge_attempts", stage="extract", item_keys=[str(ids[0])])
    with database.transaction() as transaction:
        new = claimed(transaction)
        tried = transaction.all("claim_tried_article")

    assert (new, [row["id"] for row in tried]) == (ids[2:], [ids[1]])


def test_extract_takes_no_more_articles_when_its_time_is_over(database: Database, settings: Settings) -> None:
    """So that events appear while a long queue is worked off; a slow start must not keep all from being coded."""
    put_articles(database, extract_stage.EXTRACT_AT_ONCE + 1)
    with database.transaction() as transaction:
        batch = transaction.one("open_batch", run_key="claims")
    counts = extract_stage.extract(batch["id"], settings, turn=extract_stage.Turn(seconds=0))

    with database.transaction() as transaction:
        assert counts["articles"] == extract_stage.EXTRACT_AT_ONCE
        assert transaction.one("first_waiting_article") is not None


def test_extract_takes_longer_turns_while_articles_wait_since_the_turn_before(
    database: Database, settings: Settings
) -> None:
    """Each turn costs the start of its tasks, so a queue is worked off in few; all of it in one where none is long."""
    put_articles(database, extract_stage.EXTRACT_AT_ONCE + 1)
    with database.transaction() as transaction:
        batch = transaction.one("open_batch", run_key="claims")
    turn = extract_stage.Turn(seconds=0, seconds_behind=600, behind_after=-1)
    counts = extract_stage.extract(batch["id"], settings, turn=turn)

    assert counts["articles"] == extract_stage.EXTRACT_AT_ONCE + 1
    assert extract_stage.Turn().length(59) < extract_stage.Turn().length(61)
