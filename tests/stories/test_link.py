"""Linking on a real Postgres: any order and any cut into batches give the same groups; a copy tells what its original does."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from pipeline.model import Actor, EventDate
from pipeline.postgres.database import Database
from pipeline.postgres.rows import candidate_row
from pipeline.stages.extract import extract
from pipeline.stages.store import store
from pipeline.stages.stories import link_articles
from pipeline.store.wording import event_key
from pipeline.stories.settings import story_settings
from tests.conftest import wipe
from tests.records import PUBLISHED, candidate, span
from tests.stories.test_copies import PARAGRAPHS, WIRE
from tests.stories.test_stories import FIRE, STRIKE

TEXTS = {
    "wire": WIRE,
    "credited": f"EASTGATE (Wire) - {WIRE}\n(Reporting by A. Varga)",
    "cut": "\n".join(PARAGRAPHS[:5]),
    "other": STRIKE[0][1] * 3,
    **{f"fire{number}": " ".join(article) for number, article in enumerate(FIRE)},
}
GROUPS = """
SELECT article.url, original.url, story.title, story.article_count, story.source_count
FROM tocsin.articles AS article
LEFT JOIN tocsin.articles AS original ON original.id = article.copy_of
JOIN tocsin.stories AS story ON story.id = article.story_id AND story.deleted_at IS NULL
ORDER BY article.url
"""


def rows_of(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def put(database: Database, names: list[str]) -> None:
    made = [
        {
            "url": f"https://{name}.example/1", "batch_id": None, "source": name, "title": TEXTS[name][:40],
            "text": TEXTS[name], "language": "en", "published_from": "feed", "text_method": "test",
            "published_at": (PUBLISHED + timedelta(hours=list(TEXTS).index(name))).isoformat(),
            "fetched_at": PUBLISHED.isoformat(),
        }
        for name in names
    ]  # fmt: skip
    with database.transaction() as transaction:
        transaction.all("insert_articles", articles=json.dumps(made))


def test_any_order_and_any_batches_give_the_same_groups(database: Database, database_url: str) -> None:
    """Seven articles, at once or some at a time, in any order."""
    found = set()
    for seed in range(4):
        names = list(TEXTS)
        random.Random(seed).shuffle(names)
        for start in range(0, len(names), seed + 1):
            put(database, names[start : start + seed + 1])
            with database.session() as session:
                link_articles(session)
        found.add(tuple(rows_of(database, GROUPS)))
        wipe(database_url)
    (groups,) = found

    assert {url: original for url, original, *_ in groups} == {
        f"https://{name}.example/1": "https://wire.example/1" if name in ("credited", "cut") else None
        for name in TEXTS
    }
    assert {(count, sources) for *_, count, sources in groups} == {(3, 1), (3, 3), (1, 1)}


def test_an_article_that_changed_leaves_its_group(database: Database) -> None:
    """The others of it are looked at anew."""
    put(database, ["wire", "credited", "cut"])
    with database.session() as session:
        link_articles(session)
        rows_of(
            database,
            "UPDATE tocsin.articles SET text = 'Now this is another text altogether, of some other people in"
            " another town who did something else on another day, and so on.', is_signed = false WHERE source = 'wire'",
        )
        link_articles(session)

    assert [(url, original) for url, original, *_ in rows_of(database, GROUPS)] == [
        ("https://credited.example/1", None),
        ("https://cut.example/1", "https://credited.example/1"),
        ("https://wire.example/1", None),
    ]


def test_articles_that_are_alike_and_no_story_are_linked_as_such(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in both orders with how alike; what they are linked by makes no story of them."""
    monkeypatch.setitem(
        TEXTS,
        "after",
        f"{STRIKE[0][1]} Varga blamed Haddad. Shops in Thornbury and Redcastle shut. {FIRE[0][1]}",
    )
    put(database, ["fire1", "after"])
    with database.session() as session:
        link_articles(session)
    links = rows_of(database, "SELECT article_id, other_id, likeness FROM tocsin.article_links ORDER BY 1, 2")

    assert [(one, other) for one, other, _ in links] == [(other, one) for one, other, _ in reversed(links)]
    assert len({likeness for *_, likeness in links}) == 1
    assert story_settings().link_similarity <= links[0][2] < story_settings().similarity
    assert {count for *_, count, _ in rows_of(database, GROUPS)} == {1}


TOLD = candidate(
    event_type="CONSULT",
    actor=Actor(name="delegates", country=None, sector="GOV", span=span("delegates", WIRE), entry_ids=()),
    recipient=None,
    trigger=span("spoke", WIRE),
    sentence=span(PARAGRAPHS[0], WIRE),
    place=None,
    event_date=EventDate(value=PUBLISHED.date(), span=span("round 1", WIRE)),
    confidence=0.9,
)


@pytest.fixture
def coded(database: Database) -> Database:
    """The wire text, coded, and its copies, not coded."""
    put(database, ["wire", "credited", "cut"])
    with database.session() as session:
        link_articles(session)
        with session.transaction() as transaction:
            batch = transaction.one("open_batch", run_key="copies")
            (row,) = [row for row in transaction.all("claim_new_articles", limit=9)]
            assert batch
            transaction.all(
                "insert_candidates",
                candidates=json.dumps([candidate_row(TOLD) | {"event_key": event_key(TOLD)}]),
                batch_id=batch["id"], article_id=row["id"], codebook="test",
            )  # fmt: skip
            transaction.run("mark_extracted", article_id=row["id"], codebook="test")
    return database


def test_a_copy_is_not_parsed_and_tells_what_its_original_tells(coded: Database, settings) -> None:
    """Each span at the copy's own offsets; three mentions, and one source."""
    counts = extract(0, settings)
    rows_of(coded, "UPDATE tocsin.candidates SET verdict = 'accepted'")
    store(0, settings)

    assert (counts["copies"], counts["candidates"]) == (2, 2)
    assert rows_of(
        coded,
        "SELECT substr(text, trigger_start + 1, trigger_end - trigger_start), is_copy FROM analysis.mentions"
        " JOIN tocsin.articles AS article ON article.id = article_id ORDER BY is_copy",
    ) == [("spoke", False), ("spoke", True), ("spoke", True)]
    assert rows_of(coded, "SELECT mention_count, article_count, source_count FROM analysis.events") == [
        (3, 3, 1)
    ]


def test_a_copy_without_the_words_does_not_tell_it(coded: Database, settings) -> None:
    """The sentence was cut away: no mention is made up."""
    rows_of(
        coded,
        "UPDATE tocsin.articles SET text = replace(text, 'spoke about', 'sang of') WHERE source = 'cut'",
    )

    assert extract(0, settings)["candidates"] == 1
