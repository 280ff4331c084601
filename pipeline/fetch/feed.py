"""Feed documents: bytes in, entries out; what is no feed has a problem instead of no entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipeline.fetch import worker
from pipeline.fetch.dates import parse_date, sane_date
from pipeline.fetch.records import ParsedFeed
from pipeline.fetch.text import title_text
from pipeline.model import Entry

# 10,000 entries take feedparser 4 s here, and several times that on a busy machine; a document of attributes alone took it 100 s.
SECONDS = 30.0


def parse_feed(
    body: bytes,
    *,
    url: str,
    content_type: str,
    fetched_at: datetime,
    max_entries: int,
    country: str | None = None,
) -> ParsedFeed:
    """Read a feed in any format feedparser knows, or JSON Feed, in a child process with a time limit.

    Args:
        body: Inflated bytes of the answer.
        url: Where it came from; relative links are resolved against it.
        content_type: As the server sent it; its charset counts, its type does not.
        fetched_at: Aware; a date an article of that time cannot have is dropped.
        country: The publisher's, ISO 3166 alpha-3; it decides what a doubtful date means.
        max_entries: Those behind are cut off, as feeds begin with the newest.

    Returns:
        The entries in the feed's order. Where the answer is empty, an HTML page, broken before its first
        entry, or the parser hangs on it: a problem. A good feed without entries has none.
    """
    header = {"url": url, "content_type": content_type, "max_entries": max_entries}
    try:
        answer = worker.parse("feed", header, body, seconds=SECONDS)
    except worker.ParserError as error:
        return ParsedFeed(problem=str(error))
    return ParsedFeed(
        entries=tuple(_entry(raw, fetched_at, country) for raw in answer["entries"]),
        title=title_text(answer["title"], is_html=True),
        problem=answer["problem"],
        new_url=answer.get("new_url"),
        feed_urls=tuple(answer.get("feed_urls", ())),
        ttl_seconds=answer.get("ttl_seconds", 0),
        hub_url=answer.get("hub_url"),
        topic_url=answer.get("topic_url"),
    )


def _entry(raw: dict[str, Any], fetched_at: datetime, country: str | None) -> Entry:
    dates = (sane_date(parse_date(text, country=country), fetched_at=fetched_at) for text in raw["dates"])
    return Entry(
        guid=raw["guid"],
        url=raw["url"],
        title=title_text(raw["title"], is_html=raw["title_is_html"]),
        summary_html=raw["summary_html"],
        content_html=raw["content_html"],
        published_at=next((date for date in dates if date), None),
        language=raw["language"],
    )
