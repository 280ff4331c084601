"""Fetch: the feeds that are due, and the articles of their new entries.

Hosts are leased with their due feeds in a short transaction, feeds are visited without one, and what many of them
brought is saved in another. Any number of these may run at once, on whatever machines: each host is one's at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.errors import FetchError
from pipeline.fetch.http import Client, open_client
from pipeline.fetch.records import FeedState, FetchResult
from pipeline.fetch.visit import failed_visit, fetch_feed
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Database
from pipeline.stages.common import Counts, counted, database, database_time, log
from pipeline.stages.feeds import load_list
from pipeline.stages.fetch_desk import Desk
from pipeline.stages.fetch_saver import Saver
from pipeline.stages.host_leases import LEASE_SECONDS, HostLeases

FEEDS_AT_ONCE = 48
# Feeds that are leased at once; what is left of them is few enough to be nobody's loss. The next are leased while so many
# of them still wait, so that nobody waits for Postgres.
FEEDS_CLAIMED = 200
FEEDS_AHEAD = 100
# No visit ends later: the feed and its redirects, its parser and its pages have limits that sum up to less.
VISIT_SECONDS = 400.0


Tell = Callable[[int, Counts], None]


def fetch(
    batch_id: int,
    settings: Settings | None = None,
    *,
    is_all: bool = False,
    tell: Tell = lambda _feeds, _counts: None,
) -> Counts:
    """Visit the feeds that are due; what each brought is saved at once, so a retry visits no other feed again.

    Args:
        is_all: Visit all active feeds, due or not, once.
        tell: Called after each visit with how many feeds were taken in hand, and the counts so far.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    load_list(home, settings.feeds_path)
    with Desk(home) as desk:
        counts = asyncio.run(_visit_all(desk, batch_id, settings, is_all=is_all, tell=tell))
    _note(home, batch_id, counts | {"milliseconds": round(1_000 * (time.monotonic() - started))})
    return counted("fetch", batch_id, started, counts)


def _note(home: Database, batch_id: int, counts: Counts) -> None:
    """Write the counts down, and say which publishers' pages give less than they used to."""
    with home.transaction() as transaction:
        transaction.run("keep_counts", batch_id=batch_id, stage="fetch", counts=as_json(counts))
        for row in transaction.all("broken_yields"):
            log.warning(
                "yield fell stage=fetch source=%r share=%s usual=%s entries=%d",
                row["source"], row["recent_share"], row["usual_share"], row["recent_count"],
            )  # fmt: skip


async def _visit_all(desk: Desk, batch_id: int, settings: Settings, *, is_all: bool, tell: Tell) -> Counts:
    due_at = await desk.call(database_time)
    saver = Saver(desk=desk, batch_id=batch_id)
    async with (
        HostLeases(desk) as leases,
        open_client(settings, clock=desk.clock, hosts=leases) as client,
    ):
        queue = _Queue(desk=desk, leases=leases, due_at=due_at, is_all=is_all, not_again=saver.lost)

        async def work() -> None:
            while claimed := await queue.next():
                feed, host = claimed
                result = await _visit(feed, client=client, desk=desk)
                await saver.put(feed, result, partial(queue.done, feed, host))
                tell(queue.count, saver.counts)

        async def visit_all() -> None:
            async with asyncio.TaskGroup() as visits:
                visits.create_task(queue.fill())
                for _ in range(FEEDS_AT_ONCE):
                    visits.create_task(work())
            await saver.close()

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(saver.run())
                group.create_task(visit_all())
        except ExceptionGroup as group_error:
            raise _first(group_error) from None
    return {"feeds": queue.count, "articles": 0, **saver.counts}


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """One is told; the others say the same of the same database."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


@dataclass(kw_only=True)
class _Queue:
    """Feeds that were due when the run began, leased with their hosts, some at a time as workers ask for them."""

    desk: Desk
    leases: HostLeases
    due_at: datetime
    is_all: bool
    # Those whose visit could not be noted, as their host was lost; they are not visited twice.
    not_again: set[int]
    count: int = 0
    _ready: asyncio.Queue[tuple[FeedState, str] | None] = field(
        default_factory=lambda: asyncio.Queue(FEEDS_AHEAD)
    )
    _in_hand: set[int] = field(default_factory=set)

    async def fill(self) -> None:
        """Lease feeds, ahead of those who visit them, until no more are due."""
        while rows := await self._claim():
            for row in rows:
                await self._ready.put((_feed_state(row), row["host"]))
        await self._ready.put(None)

    async def next(self) -> tuple[FeedState, str] | None:
        """A feed and its host; None when no more are due."""
        claimed = await self._ready.get()
        if claimed is None:
            # The next who asks is told so, too.
            await self._ready.put(None)
        return claimed

    def done(self, feed: FeedState, host: str) -> None:
        """Give a feed back, saved or not."""
        self._in_hand.discard(feed.id)
        self.leases.done(host)

    async def _claim(self) -> list[dict[str, Any]]:
        rows = await self.desk.call(
            lambda transaction: transaction.all(
                "claim_feeds",
                due_at=self.due_at,
                is_all=self.is_all,
                in_hand=[*self._in_hand, *self.not_again],
                limit=FEEDS_CLAIMED,
                lease_seconds=LEASE_SECONDS,
            )
        )
        self.count += len(rows)
        for row in rows:
            self.leases.granted(row)
            self._in_hand.add(row["id"])
        return rows


def _feed_state(row: dict[str, Any]) -> FeedState:
    return FeedState(**{field.name: row[field.name] for field in fields(FeedState)})


async def _visit(feed: FeedState, *, client: Client, desk: Desk) -> FetchResult:
    now = desk.clock()
    try:
        async with asyncio.timeout(VISIT_SECONDS):
            return await fetch_feed(feed, client=client, now=now, memory=desk)
    except TimeoutError:
        return failed_visit(feed, FetchError(f"the visit took longer than {VISIT_SECONDS:g} s"), now=now)
    except Exception as error:  # noqa: BLE001  (logged and written down)
        # The edge of one feed: whatever it does, or makes a defect of ours do, the others are visited.
        log.exception("feed broke stage=fetch feed=%d url=%r", feed.id, feed.url[:500])
        return failed_visit(feed, FetchError(f"{type(error).__name__}: {error}"), now=now)
