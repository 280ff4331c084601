"""The feeds that are visited: the list, and what a person adds, pauses and asks about them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.errors import ConfigError, FetchError
from pipeline.fetch.feed import parse_feed
from pipeline.fetch.feeds_file import read_feed, read_feeds, write_feeds
from pipeline.fetch.http import Client, open_client
from pipeline.fetch.records import FeedState, ParsedFeed
from pipeline.fetch.source_names import source_names
from pipeline.fetch.worker import aside
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Database, Transaction
from pipeline.stages.common import database, database_time

COLUMNS = ("url", "source", "country", "language", "interval_seconds", "is_interval_given")
NEWEST_SHOWN = 5
ENTRIES_LOOKED_AT = 50


def load_list(home: Database, path: Path) -> None:
    """Put the list of feeds into the database, unless it is there as it stands.

    Raises:
        ConfigError: The list cannot be read.
    """
    feeds = _rows(read_feeds(path))
    known = {"sha256": hashlib.sha256(as_json(feeds).encode()).hexdigest(), "feed_count": len(feeds)}
    with home.transaction() as transaction:
        found = transaction.one("feeds_are_listed", **known)
        if not (found and found["is_known"]):
            transaction.run("upsert_feeds", feeds=as_json(feeds))
            transaction.run("note_feed_list", **known)


def add_feed(values: dict[str, str], settings: Settings, *, is_checked: bool = True) -> tuple[FeedState, int]:
    """Add one feed by its address, or by that of a page that names it.

    Args:
        values: url, and source, country, language and interval_seconds as a list has them ("" for none).
        is_checked: It is read first; what is no feed is refused.

    Returns:
        The feed, and how many entries it shows (0 unchecked).

    Raises:
        ConfigError: A value is wrong.
        FetchError: It cannot be read, or is no feed and names none.
    """
    # Before anybody is asked, what is wrong by itself is told.
    read_feed({**values, "source": values["source"] or "?"}, where="the feed")
    url, parsed = values["url"], ParsedFeed()
    if is_checked:
        with database(settings).transaction() as transaction:
            now = database_time(transaction)
        url, parsed = asyncio.run(_look(url, settings, now))
    source = values["source"] or source_names([(url, parsed.title)])[0]
    feed = read_feed({**values, "url": url, "source": source}, where="the feed")
    with database(settings).transaction() as transaction:
        transaction.all("add_feeds", feeds=as_json(_rows([feed])), keeps_values=False)
    return feed, len(parsed.entries)


async def _look(url: str, settings: Settings, now: datetime) -> tuple[str, ParsedFeed]:
    """The address of the feed that is there, or that the page there names first, and what it says."""
    async with open_client(settings) as client:
        parsed = await _read(url, client, now)
        if parsed.feed_urls:
            url = parsed.feed_urls[0]
            parsed = await _read(url, client, now)
    if parsed.problem:
        raise FetchError(f"{url[:200]}: {parsed.problem}")
    return url, parsed


async def _read(url: str, client: Client, now: datetime) -> ParsedFeed:
    response = await client.get_feed(url)
    parse = partial(
        parse_feed,
        response.body,
        url=response.url,
        content_type=response.content_type,
        fetched_at=now,
        max_entries=ENTRIES_LOOKED_AT,
    )
    return await aside(parse)


def import_feeds(path: Path, settings: Settings) -> tuple[int, int]:
    """Add all feeds of a list (CSV or OPML); say how many were new, and how many were there and stay as they were.

    Raises:
        ConfigError: The list cannot be read.
    """
    feeds = read_feeds(path)
    with database(settings).transaction() as transaction:
        added = transaction.all("add_feeds", feeds=as_json(_rows(feeds)), keeps_values=True)
    new_count = sum(row["is_new"] for row in added)
    return new_count, len(added) - new_count


def export_feeds(kind: str, settings: Settings) -> str:
    """All feeds, listed or added, as `csv` or `opml`."""
    with database(settings).transaction() as transaction:
        rows = transaction.all("listed_feeds")
    return write_feeds([FeedState(**row) for row in rows], kind)


def pause_feeds(names: Sequence[str], settings: Settings) -> list[dict[str, Any]]:
    """Stop visiting feeds, by number or address, until they are resumed; those that were not paused.

    Raises:
        ConfigError: One is not known; none was paused.
    """
    return _change("pause_feeds", names, settings)


def resume_feeds(names: Sequence[str], settings: Settings) -> list[dict[str, Any]]:
    """Visit feeds again now: paused ones, ones that said they were gone, and ones that wait after failures.

    Raises:
        ConfigError: One is not known; none was resumed.
    """
    return _change("resume_feeds", names, settings)


def _change(query: str, names: Sequence[str], settings: Settings) -> list[dict[str, Any]]:
    with database(settings).transaction() as transaction:
        _found(transaction, names)
        return transaction.all(query, names=list(names))


def list_feeds(settings: Settings, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Feeds as `analysis.feeds` has them, by source; only those in these states, if any are given."""
    with database(settings).transaction() as transaction:
        rows = transaction.all("list_feeds", names=[])
    return [row for row in rows if not states or row["state"] in states]


def show_feed(name: str, settings: Settings) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One feed by number or address, and its newest articles.

    Raises:
        ConfigError: It is not known.
    """
    with database(settings).transaction() as transaction:
        (feed, *_) = _found(transaction, [name])
        return feed, transaction.all("newest_of_feed", feed_id=feed["id"], limit=NEWEST_SHOWN)


def _found(transaction: Transaction, names: Sequence[str]) -> list[dict[str, Any]]:
    rows = transaction.all("list_feeds", names=list(names))
    known = {str(row["id"]) for row in rows} | {row["url"] for row in rows}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(f"no feed {unknown[0]!r}; `tocsin feeds list` shows number and address of each")
    return rows


def _rows(feeds: Sequence[FeedState]) -> list[dict[str, Any]]:
    return [{name: getattr(feed, name) for name in COLUMNS} for feed in feeds]
