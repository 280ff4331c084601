"""Corrections on a real Postgres: what an article no longer tells is withdrawn, and what it still tells stays one event."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pipeline.model import Candidate
from pipeline.postgres.database import Database
from pipeline.stages.extract import _write_candidates
from pipeline.stages.store import store
from pipeline.stages.stories import link_articles
from tests.records import candidate, span
from tests.store.conftest import Tell, select

URL = "https://news.example/nato"
KEPT = candidate()
GONE = candidate(event_type="ACCUSE", trigger=span("mission"))
STANDING = "SELECT event_type, mention_count FROM tocsin.events WHERE deleted_at IS NULL ORDER BY event_type"


def correct(database: Database, settings: Any, told: list[Candidate]) -> None:
    """The publisher changes the article; it is coded again as telling these."""
    with database.session() as session:
        with session.transaction() as transaction:
            change = {"url": URL, "title": "T", "published_at": "2011-10-28T13:00:00+00:00",
                      "text": f"NATO will end its mission in Libya, {len(told)} officials said."}  # fmt: skip
            transaction.all("insert_revisions", revisions=json.dumps([change]))
        link_articles(session)
        with session.transaction() as transaction:
            batch = transaction.one("open_batch", run_key="corrections") or {}
            (row,) = transaction.all("claim_new_articles", limit=5)
            _write_candidates(transaction, row["id"], told, "test", batch["id"])
            select(transaction.connection, "UPDATE tocsin.candidates SET verdict = 'accepted'")
    store(0, settings)


def test_an_event_of_a_withdrawn_sentence_is_withdrawn(
    tell: Tell, settings, database: Database, other: Any
) -> None:
    """It is marked and not lost, and says that a correction did it; the other goes on under its id."""
    tell(KEPT, url=URL)
    with database.session() as session:
        link_articles(session)
        with session.transaction() as transaction:
            batch = transaction.one("open_batch", run_key="corrections") or {}
            ((article_id,),) = select(transaction.connection, "SELECT id FROM tocsin.articles")
            _write_candidates(transaction, article_id, [KEPT, GONE], "test", batch["id"])
            select(transaction.connection, "UPDATE tocsin.candidates SET verdict = 'accepted'")
    store(0, settings)
    before = dict(select(other, "SELECT event_type, id FROM tocsin.events"))
    other.rollback()
    moved = replace(KEPT, trigger=replace(KEPT.trigger, start=11, end=14))
    correct(database, settings, [moved])

    assert select(other, STANDING) == [("RETREAT", 1)]
    assert dict(select(other, "SELECT event_type, id FROM tocsin.events")) == before
    assert select(
        other,
        "SELECT superseded_by, corrected_at IS NOT NULL FROM tocsin.events WHERE deleted_at IS NOT NULL",
    ) == [(None, True)]
    assert ("withdrawn",) in select(other, "SELECT reason FROM tocsin.event_revisions")
    assert select(other, "SELECT revision, is_taken FROM tocsin.article_revisions ORDER BY revision") == [
        (1, True),
        (2, True),
    ]


def test_a_correction_that_is_taken_back_is_told_again(
    tell: Tell, settings, database: Database, other: Any
) -> None:
    """The third version tells what the first did: one mention stands."""
    tell(KEPT, url=URL)
    store(0, settings)
    correct(database, settings, [])
    gone = select(other, STANDING)
    other.rollback()
    correct(database, settings, [KEPT])

    assert gone == []
    assert select(other, STANDING) == [("RETREAT", 1)]
    assert select(other, "SELECT count(*) FROM analysis.mentions") == [(1,)]
