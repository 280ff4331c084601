"""Fetch: the feeds that are due, and the articles of their new entries.

Feeds are leased in a short transaction, visited without one, and what they brought is saved in another.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.errors import FetchError
from pipeline.fetch.http import Client, open_client
from pipeline.fetch.records import FeedState, FetchResult
from pipeline.fetch.visit import failed_visit, fetch_feed
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Transaction
from pipeline.stages.common import About, Counts, counted, database, database_time, iso, log, quarantine
from pipeline.stages.feeds import load_list
from pipeline.stages.fetch_desk import Desk

FEEDS_AT_ONCE = 16
# No visit ends later: the feed and its redirects, its parser and its pages have limits that sum up to less.
VISIT_SECONDS = 600.0
# A visit may wait for its turn as long as one lasts.
LEASE_SECONDS = 2 * VISIT_SECONDS


def fetch(batch_id: int, settings: Settings | None = None) -> Counts:
    """Visit the feeds that are due; what each brought is saved at once, so a retry visits no other feed again."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    load_list(home, settings.feeds_path)
    with Desk(home) as desk:
        counts = asyncio.run(_visit_all(desk, batch_id, settings))
    return counted("fetch", batch_id, started, counts)


async def _visit_all(desk: Desk, batch_id: int, settings: Settings) -> Counts:
    due_at = await desk.call(database_time)
    saver = _Saver(desk=desk, batch_id=batch_id)
    leases = _Leases(desk=desk, due_at=due_at)
    async with open_client(settings, clock=desk.clock) as client:

        async def work() -> None:
            while claimed := await leases.next():
                await saver.save(claimed[0], await _visit(*claimed, client=client, desk=desk))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(FEEDS_AT_ONCE):
                    group.create_task(work())
        except ExceptionGroup as group_error:
            # One is told; the others say the same of the same database.
            raise group_error.exceptions[0] from None
    return {"feeds": leases.count, "articles": 0, **saver.counts}


@dataclass(kw_only=True)
class _Leases:
    """Feeds that were due when the run began, leased some at a time as workers ask for them."""

    desk: Desk
    due_at: datetime
    count: int = 0
    _is_done: bool = False
    _ready: deque[tuple[FeedState, datetime]] = field(default_factory=deque)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(self) -> tuple[FeedState, datetime] | None:
        """A feed and the time of its lease; None when no more are due."""
        async with self._turn:
            if not self._ready and not self._is_done:
                rows = await self.desk.call(
                    lambda transaction: transaction.all(
                        "claim_feeds", due_at=self.due_at, limit=FEEDS_AT_ONCE, lease_seconds=LEASE_SECONDS
                    )
                )
                self.count += len(rows)
                self._is_done = not rows
                self._ready.extend((_feed_state(row), row["claimed_at"]) for row in rows)
            return self._ready.popleft() if self._ready else None


def _feed_state(row: dict[str, Any]) -> FeedState:
    return FeedState(**{field.name: row[field.name] for field in fields(FeedState)})


async def _visit(feed: FeedState, now: datetime, *, client: Client, desk: Desk) -> FetchResult:
    try:
        async with asyncio.timeout(VISIT_SECONDS):
            return await fetch_feed(feed, client=client, now=now, memory=desk)
    except TimeoutError:
        return failed_visit(feed, FetchError(f"the visit took longer than {VISIT_SECONDS:g} s"), now=now)
    except Exception as error:  # noqa: BLE001  (logged and written down)
        # The edge of one feed: whatever it does, or makes a defect of ours do, the others are visited.
        log.exception("feed broke stage=fetch feed=%d url=%r", feed.id, feed.url[:500])
        return failed_visit(feed, FetchError(f"{type(error).__name__}: {error}"), now=now)


@dataclass(kw_only=True)
class _Saver:
    """Saves visits, all that wait in one transaction; where that is refused, each in its own."""

    desk: Desk
    batch_id: int
    counts: Counter[str] = field(default_factory=Counter)
    _waiting: list[tuple[FeedState, FetchResult]] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def save(self, feed: FeedState, result: FetchResult) -> None:
        """Save a visit, perhaps with others.

        Args:
            feed: As it was before the visit.

        Raises:
            StoreError: Not even that a visit failed can be written: the database is away.
        """
        self._waiting.append((feed, result))
        async with self._turn:
            visits, self._waiting = self._waiting, []
            try:
                await self._write([result for _, result in visits])
            except Exception:  # noqa: BLE001  (which visit it was, the second try says)
                for visit in visits:
                    await self._save_alone(*visit)

    async def _save_alone(self, feed: FeedState, result: FetchResult) -> None:
        try:
            await self._write([result])
        except Exception as error:  # noqa: BLE001  (the edge of one feed, as in `_visit`)
            # What it brought cannot be stored: that is its failure, written in a fresh transaction.
            log.warning("feed not stored stage=fetch feed=%d error=%r", feed.id, str(error)[:500])
            reason = FetchError(f"not stored: {type(error).__name__}: {' '.join(str(error).split())}")
            await self._write([failed_visit(feed, reason, now=self.desk.clock())])

    async def _write(self, results: Sequence[FetchResult]) -> None:
        if results:
            self.counts.update(
                await self.desk.call(lambda transaction: _save(transaction, results, self.batch_id))
            )


def _save(transaction: Transaction, results: Sequence[FetchResult], batch_id: int) -> Counter[str]:
    articles = [
        asdict(taken.article) | {"published_from": taken.published_from, "batch_id": batch_id, "id": None}
        for result in results
        for taken in result.taken
    ]
    new = transaction.all("insert_articles", articles=as_json(articles, default=iso)) if articles else []
    if revisions := [asdict(revision) for result in results for revision in result.revisions]:
        transaction.all("insert_revisions", revisions=as_json(revisions, default=iso))
    seen = [asdict(one) | {"feed_id": result.feed.id} for result in results for one in result.seen]
    if seen:
        transaction.run("save_seen", entries=as_json(seen, default=iso))
    if shown := sorted({key for result in results for key in result.shown_keys}):
        transaction.run("touch_seen", entry_keys=shown)
    for failure in (failure for result in results for failure in result.failures):
        quarantine(
            transaction,
            "fetch",
            failure.url,
            failure.reason,
            failure.title,
            About(batch_id=batch_id, url=failure.url),
        )
    transaction.run("save_feeds", feeds=as_json([_feed_row(result) for result in results], default=iso))
    return sum(map(_counted, results), Counter()) + Counter(articles=len(new), known=len(articles) - len(new))


def _feed_row(result: FetchResult) -> dict[str, Any]:
    return asdict(result.feed) | {
        "entry_count": result.shown_count,
        "known_count": result.known_count,
        "changed_count": int(result.outcome == "fetched"),
    }


def _counted(result: FetchResult) -> Counter[str]:
    is_failed = result.outcome in ("failed", "gone")
    if is_failed:
        log.warning("feed %s url=%s error=%r", result.outcome, result.feed.url, result.feed.last_error)
    return Counter(
        {
            "quarantined": len(result.failures),
            "waiting": result.waiting_count,
            "revisions": len(result.revisions),
            "feeds_failed": int(is_failed),
        }
        | {f"discarded_{reason}": count for reason, count in result.discards_by_reason.items()}
    )
