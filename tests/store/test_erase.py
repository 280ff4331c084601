"""Erasure: a person's name is nowhere after it, whatever held it; the rows and what is not the name stay."""

from __future__ import annotations

import pytest
import zstandard

from pipeline.errors import StoreError
from pipeline.postgres.database import Database, Transaction
from pipeline.stages.erase import erase
from pipeline.stages.store import store
from pipeline.stages.upkeep import upkeep
from tests.records import candidate
from tests.store.conftest import Tell, select

NAME = "Jane Q. O'Roe"
PLANTED = """
INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)
VALUES ('https://news.example/jane-q-o-roe', 'Example', 'JANE Q. O''ROE resigns', E'On Friday Jane\\nQ. O''Roe left.', 'en', now(), now(), 'made');
INSERT INTO tocsin.article_revisions (article_id, revision, title, text, published_at)
SELECT id, 2, 'T', 'Jane Q. O''Roe did not leave.', now() FROM tocsin.articles;
INSERT INTO tocsin.candidates (batch_id, article_id, codebook, candidate_key, event_type, status, actor_name, actor_text,
    actor_entry_ids, trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence, event_date,
    date_precision, quad_class, frame_id, confidence, mentions)
SELECT 1, id, 'c', 'k', 'RETREAT', 'actual', 'Jane Q. O''Roe', 'Jane Q. O''Roe', '{jane_q._o''roe:3}', 0, 4, 'left', 0, 9,
       'Jane Q. O''Roe left.', '2026-01-01', 'day', 2, 'f', 0.5, '[[1, 2, "Jane Q. O''Roe"]]' FROM tocsin.articles;
INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, actor_name, recipient_name,
    speaker_name, counts, quad_class, confidence, codebook, mention_count, article_count, source_count, first_reported_at)
VALUES ('e', '2026-01-01', 'day', 'RETREAT', '{}', 'actual', 'Jane Q. O''Roe', 'Jane Q. O''Roesen', 'jane q. o''roe',
        '[{"kind": "killed", "lower": 1, "upper": 1, "text": "Jane Q. O''Roe"}]', 2, 0.5, 'c', 1, 1, 1, now());
INSERT INTO tocsin.mentions (event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
    sentence, sentence_start, confidence)
SELECT '2026-01-01', event.id, candidate.id, article_id, 0, 4, 'left', candidate.sentence, 0, 0.5
FROM tocsin.candidates AS candidate, tocsin.events AS event;
INSERT INTO tocsin.quarantine (stage, item_key, reason, seen) VALUES ('validate', 'x', 'r', 'Jane Q. O''Roe');
INSERT INTO tocsin.event_revisions (event_id, revision, reason, changes)
SELECT id, 2, 'told', '{"actor_name": [null, "Jane Q. O''Roe"]}' FROM tocsin.events;
INSERT INTO tocsin.seen_urls (url, entry_key, entry) VALUES ('https://news.example/Jane%20Q.%20O''Roe', 'k', '{"title": "Jane Q. O''Roe"}');
INSERT INTO tocsin.alerts (alert_key, rule, severity, event_date, event_id, group_key, reason, why, told)
SELECT 'a', 'r', 'low', event_date, id, 'jane q. o''roe', 'new', 'actor Jane Q. O''Roe', '{"actor_name": "Jane Q. O''Roe"}' FROM tocsin.events;
INSERT INTO tocsin.notifications (notification_key, alert_id, receiver, channel, message)
SELECT 'n', id, 'desk', 'log', '{"text": "Jane Q. O''Roe left."}' FROM tocsin.alerts;
INSERT INTO tocsin.article_signatures (article_id, shingle_count, hashes, bands, terms, term_keys)
SELECT id, 1, '', '{}', '{"o''roe": 1.5}', '{o''roe}' FROM tocsin.articles;
INSERT INTO tocsin.stories (title, first_published_at, last_published_at, article_count, source_count)
VALUES ('Jane Q. O''Roe resigns', now(), now(), 1, 1);
"""
EVERYTHING = """
SELECT relation.relname FROM pg_class AS relation
WHERE relation.relnamespace = 'tocsin'::regnamespace AND relation.relkind IN ('r', 'p') AND NOT relispartition
"""


def bearing(db: Transaction, words: str) -> set[str]:
    """Tables that have a row in which these words stand, in any column."""
    return {
        name
        for (name,) in select(db.connection, EVERYTHING)
        if select(db.connection, f"SELECT 1 FROM tocsin.{name} AS t WHERE t::text ~* %s", words)  # noqa: S608
    }


def test_an_erased_name_is_nowhere(db: Transaction) -> None:
    """Planted in thirteen tables: in texts, titles, addresses, sentences, lists, JSON and rollups, in any case and spacing."""
    select(db.connection, PLANTED)
    before = bearing(db, r"jane\W+q\W+o\W+roe\M")
    told = {row["table_name"] for row in db.all("erase_name", name=NAME)}

    assert before == {
        "articles", "article_revisions", "candidates", "events", "mentions", "names", "quarantine", "event_revisions",
        "seen_urls", "stories", "alerts", "notifications",
    }  # fmt: skip
    assert told == before | {"article_signatures"}
    assert bearing(db, r"jane\W+q\W+o\W+roe\M") == set()


def test_what_is_not_the_name_stays(db: Transaction) -> None:
    """The rows, the rest of the words, offsets, and who is only called alike."""
    select(db.connection, PLANTED)
    db.all("erase_name", name=NAME)

    assert select(db.connection, "SELECT length(text), right(text, 6), title FROM tocsin.articles") == [
        (len("On Friday Jane Q. O'Roe left."), " left.", "█" * len(NAME) + " resigns")
    ]
    assert select(db.connection, "SELECT actor_name, recipient_name, killed_lower FROM analysis.events") == [
        ("█" * len(NAME), "Jane Q. O'Roesen", 1)
    ]


@pytest.mark.parametrize(
    ("page", "stays"),
    [
        pytest.param(b"<p>More on <b>JANE Q. O&#39;ROE</b></p>", False, id="beside the text"),
        pytest.param("<title>Jane\u00a0Q. O\u2019Roe</title>".encode(), False, id="in other signs"),
        pytest.param(b"<p>Jane Q. O'Roesen</p>", True, id="who is called alike"),
    ],
)
def test_a_page_that_has_the_name_goes(
    database: Database, tell: Tell, settings, page: bytes, stays: bool
) -> None:
    """It lies compressed, so it is read; the article's own text need not have the name."""
    tell(candidate())
    with database.transaction() as db:
        select(
            db.connection,
            "INSERT INTO tocsin.article_pages (article_id, url, content_type, body_zstd, byte_count)"
            " SELECT id, 'x', 'text/html', %s, 1 FROM tocsin.articles",
            zstandard.compress(page),
        )
    erase(NAME, settings)
    with database.transaction() as db:
        assert select(db.connection, "SELECT count(*) FROM tocsin.article_pages") == [(int(stays),)]


def test_a_second_erasure_finds_nothing(db: Transaction) -> None:
    """And the tombstone holds no name, only what it is known by."""
    select(db.connection, PLANTED)
    first = sum(row["row_count"] for row in db.all("erase_name", name=NAME))

    assert db.all("erase_name", name="jane  q. o'roe") == []
    assert select(db.connection, "SELECT row_count, length(name_key) FROM tocsin.erasures") == [(first, 64)]


def test_a_name_that_comes_back_is_erased_by_upkeep(database: Database, tell: Tell, settings) -> None:
    """The tombstone knows it by its hash."""
    tell(candidate())
    store(0, settings)
    erase("NATO", settings)
    tell(candidate(), url="https://news.example/again")
    store(0, settings)
    with database.transaction() as db:
        assert "candidates" in bearing(db, r"\mnato\M")
    upkeep(settings)
    with database.transaction() as db:
        assert bearing(db, r"\mnato\M") == set()


def test_a_name_of_two_letters_is_refused(db: Transaction) -> None:
    """It would take half of the language along."""
    with pytest.raises(StoreError, match="too short"):
        db.all("erase_name", name="Al")
