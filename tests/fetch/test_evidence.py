"""What is kept of a reading: the page, flags, counts; and what they are good for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pipeline.config import Settings
from pipeline.postgres.database import Database
from pipeline.stages.common import open_batch
from pipeline.stages.fetch import fetch
from pipeline.stages.reread import reread
from pipeline.stages.upkeep import upkeep
from tests.fetch.conftest import STORY, TITLE, page

Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def listed(settings: Settings, web: Any, tmp_path: Path) -> Settings:
    """One feed, at /feed."""
    (path := tmp_path / "feeds.csv").write_text(f"url,source\n{web.url}/feed,Paper\n")
    return replace(settings, feeds_path=path, allow_private_addresses=f"127.0.0.1:{web.port}")


@pytest.fixture
def query(settings: Settings) -> Query:
    def ask(statement: str) -> list[tuple[Any, ...]]:
        home = Database(settings.database_url)
        with home.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    return ask


def run(settings: Settings, key: str = "run") -> dict[str, int]:
    return fetch(open_batch(key, settings), settings, is_all=True)


def test_page_is_kept_as_it_came(web, fetching, listed, query):
    """Byte for byte."""
    sent = fetching.page(fetching.title, *fetching.story, "Café").encode("latin-1")
    web.routes["/story"] = fetching.reply(200, sent, Content_Type="text/html; charset=latin-1")
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/story"))
    run(listed)

    ((body, count, content_type),) = query(
        "SELECT body_zstd, byte_count, content_type FROM tocsin.article_pages"
    )
    assert (zstandard.decompress(bytes(body)), count) == (sent, len(sent))
    assert content_type == "text/html; charset=latin-1"


def test_no_page_is_kept_where_that_is_set(fetching, listed, query):
    """Nor is one whose text came from the feed."""
    fetching.serve_feed(fetching.serve_story())
    run(replace(listed, keep_pages="off"))

    assert query("SELECT count(*) FROM tocsin.article_pages") == [(0,)]


def test_upkeep_drops_pages_whose_time_is_over(fetching, listed, query):
    """The article stays."""
    fetching.serve_feed(fetching.serve_story())
    run(listed)
    query("UPDATE tocsin.article_pages SET fetched_at = now() - interval '15 days'")
    upkeep(listed)

    assert query(
        "SELECT (SELECT count(*) FROM tocsin.article_pages), (SELECT count(*) FROM tocsin.articles)"
    ) == [(0, 1)]


def test_a_page_is_read_again(fetching, listed, query):
    """Where the text that is kept is another one, the page's is a new revision; twice changes nothing."""
    fetching.serve_feed(fetching.serve_story())
    run(listed)
    same = reread(listed)
    query("UPDATE tocsin.articles SET text = 'What a broken extractor gave.'")
    changed, again = reread(listed), reread(listed)

    assert [counts["revisions"] for counts in (same, changed, again)] == [0, 1, 0]
    assert query("SELECT text FROM tocsin.article_revisions") == [("\n\n".join(fetching.story),)]


LONG = [f"{part}{again}" for again in ("", " Again.") for part in STORY]
PAID = '<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>'
TEASER = "The two ministers agreed to withdraw patrol boats from disputed waters."


@pytest.mark.parametrize(
    ("page", "flags", "outcome"),
    [
        (page(TITLE, *LONG, head=PAID), ["paywall"], "paywall"),
        (page(TITLE, STORY[0], STORY[1]), ["short"], "page"),
        ("", ["summary_only"], "summary"),
        (page(TITLE, *LONG), [], "page"),
    ],
    ids=["paywall", "short", "summary", "whole"],
)
def test_flags_say_what_may_be_wrong(web, fetching, listed, query, page, flags, outcome):  # noqa: PLR0913  (a table's columns)
    """Of an article, and summed up by publisher and day."""
    web.routes["/story"] = fetching.reply(200 if page else 404, page, Content_Type="text/html")
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/story", summary="" if page else TEASER))
    run(listed)

    assert query("SELECT text_flags FROM tocsin.articles") == [(flags,)]
    assert query("SELECT source, outcome, entry_count FROM analysis.source_days") == [("Paper", outcome, 1)]


def test_counts_of_a_batch_can_be_plotted(fetching, listed, query):
    """Tasks of one batch are summed up."""
    fetching.serve_feed(fetching.serve_story())
    batch_id = open_batch("run", listed)
    for _ in range(2):
        fetch(batch_id, listed, is_all=True)

    counts = dict(query("SELECT name, value FROM analysis.batch_counts WHERE stage = 'fetch'"))
    assert (counts["feeds"], counts["articles"]) == (2, 1)
    assert counts["milliseconds"] > 0


def test_publisher_whose_pages_break_is_named(listed, query):
    """One that always gave teasers is not."""
    query(
        """INSERT INTO tocsin.source_days (source, day, outcome, entry_count)
        SELECT source, (now() AT TIME ZONE 'UTC')::date - days, outcome, entry_count
        FROM (VALUES ('Broken', 9, 'page', 40), ('Broken', 0, 'page', 3), ('Broken', 0, 'summary', 12),
                     ('Teasers', 9, 'summary', 40), ('Teasers', 0, 'summary', 12),
                     ('Well', 9, 'page', 40), ('Well', 0, 'page', 12),
                     ('Rare', 9, 'page', 40), ('Rare', 0, 'summary', 2)) AS told (source, days, outcome, entry_count)"""
    )

    with Database(listed.database_url).transaction() as transaction:
        rows = transaction.all("broken_yields")
    assert [(row["source"], float(row["recent_share"]), float(row["usual_share"])) for row in rows] == [
        ("Broken", 0.2, 1.0)
    ]
