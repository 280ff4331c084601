"""Fetch: the feeds that are due, and the articles of their new entries."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.fetch.feeds_file import read_feeds
from pipeline.fetch.http import open_client
from pipeline.fetch.records import FeedState, FetchResult
from pipeline.fetch.visit import fetch_feed
from pipeline.postgres.database import Database, Transaction
from pipeline.stages.common import Counts, counted, database, iso, log, quarantine

FEEDS_AT_ONCE = 8


def fetch(batch_id: int, settings: Settings | None = None) -> Counts:
    """Fetch the feeds that are due; one transaction a feed, so a retry fetches no other feed again."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    _load_feeds(home, settings)
    with home.transaction() as transaction:
        due = [row["id"] for row in transaction.all("due_feed_ids")]
    counts = asyncio.run(_fetch_feeds(home, due, batch_id, settings)) if due else Counter()
    return counted("fetch", batch_id, started, {"feeds": len(due)} | counts)


def _load_feeds(home: Database, settings: Settings) -> None:
    rows = [
        {name: getattr(feed, name) for name in ("url", "source", "country", "language", "interval_seconds")}
        for feed in read_feeds(settings.feeds_path)
    ]
    with home.transaction() as transaction:
        transaction.run("upsert_feeds", feeds=json.dumps(rows))


async def _fetch_feeds(home: Database, due: Sequence[int], batch_id: int, settings: Settings) -> Counter[str]:
    places = asyncio.Semaphore(FEEDS_AT_ONCE)
    async with open_client(settings) as client:

        async def one(feed_id: int) -> Counter[str]:
            async with places:
                return await _fetch_one(home, feed_id, client, batch_id, settings)

        results = await asyncio.gather(*map(one, due))
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result)
    return counts


async def _fetch_one(
    home: Database, feed_id: int, client: Any, batch_id: int, settings: Settings
) -> Counter[str]:
    with home.session() as session, session.transaction() as transaction:
        row = transaction.one("claim_feed", feed_id=feed_id)
        if row is None:
            return Counter()
        feed = _feed_state(row)

        def known_urls(urls: Sequence[str]) -> set[str]:
            return {found["url"] for found in transaction.all("known_urls", urls=list(urls))}

        result = await fetch_feed(feed, client=client, now=datetime.now(UTC), known_urls=known_urls)
        return _save_fetch(transaction, result, batch_id, settings)


def _feed_state(row: dict[str, Any]) -> FeedState:
    return FeedState(**{field.name: row[field.name] for field in fields(FeedState)})


def _save_fetch(
    transaction: Transaction, result: FetchResult, batch_id: int, settings: Settings
) -> Counter[str]:
    articles = [
        asdict(taken.article) | {"published_from": taken.published_from, "batch_id": batch_id, "id": None}
        for taken in result.taken
    ]
    new = transaction.all("insert_articles", articles=json.dumps(articles, default=iso))
    given_up = [
        failure
        for failure in result.failures
        if _is_given_up(transaction, failure.url, failure.is_final, settings)
    ]
    for failure in given_up:
        quarantine(
            transaction,
            "fetch",
            failure.url,
            failure.reason,
            failure.title,
            batch_id=batch_id,
            url=failure.url,
        )
    seen = [*result.seen_urls, *(failure.url for failure in given_up)]
    transaction.run("insert_seen_urls", urls=seen)
    transaction.run("save_feed", **asdict(result.feed), fetched_at=datetime.now(UTC))
    if result.outcome in ("failed", "gone"):
        log.warning("feed %s url=%s error=%r", result.outcome, result.feed.url, result.feed.last_error)
    return Counter(
        {
            "articles": len(new),
            "known": len(result.taken) - len(new),
            "quarantined": len(given_up),
            "failed": len(result.failures) - len(given_up),
            "feeds_failed": int(result.outcome in ("failed", "gone")),
        }
        | {f"discarded_{reason}": count for reason, count in result.discards_by_reason.items()}
    )


def _is_given_up(transaction: Transaction, url: str, is_final: bool, settings: Settings) -> bool:
    charged = transaction.one("charge_attempt", stage="fetch", item_key=url)
    if is_final or (charged and charged["attempt_count"] >= settings.max_attempts):
        transaction.run("clear_attempts", stage="fetch", item_key=url)
        return True
    return False
