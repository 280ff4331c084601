"""The database as the event loop of fetch sees it: one session in a thread of its own, a short transaction a call.

No transaction is open while anything is fetched. The session stays open between calls, for its presence is what
keeps the leases of this worker: when it is gone, so are they.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pipeline.fetch.entries import article_entry
from pipeline.fetch.records import SeenEntry
from pipeline.model import Entry
from pipeline.postgres.database import Database, Session, Transaction
from pipeline.stages.common import database_time

Result = TypeVar("Result")

WAITING_AT_ONCE = 100


class Desk:
    """Open it with `with`; its calls may come from many tasks and are worked off one by one."""

    def __init__(self, home: Database) -> None:
        self._home = home
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fetch-desk")
        self._stack = ExitStack()
        self._session: Session | None = None
        self._started_at: datetime | None = None
        self._started = 0.0
        self.session_number = 0

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._stack.close).result()
        self._thread.shutdown()

    async def call(self, work: Callable[[Transaction], Result]) -> Result:
        """Do work in a transaction of its own, beside the event loop.

        Raises:
            StoreError: Postgres refused it or is away; the next call connects anew.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    def clock(self) -> datetime:
        """Postgres' clock, carried on from the first call; the machine's own may be a day wrong."""
        assert self._started_at, "the clock is known after the first call"
        return self._started_at + timedelta(seconds=time.monotonic() - self._started)

    async def seen(self, urls: Sequence[str]) -> list[SeenEntry]:
        """Entries with these canonical links; an article at one of them is an entry without a guid."""

        def look(transaction: Transaction) -> list[SeenEntry]:
            entries = [_seen_entry(row) for row in transaction.all("seen_entries", urls=list(urls))]
            # An entry of that link says more than the article it became.
            told = {entry.article_url for entry in entries if entry.article_url == entry.url}
            articles = transaction.all("article_titles", urls=[url for url in urls if url not in told])
            return entries + [article_entry(row["url"], row["title"]) for row in articles]

        return await self.call(look)

    async def texts(self, urls: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Title and text of the articles at these URLs, each in its newest version."""
        rows = await self.call(lambda transaction: transaction.all("article_texts", urls=list(urls)))
        return {row["url"]: (row["title"], row["text"]) for row in rows}

    async def waiting(self, feed_id: int) -> list[SeenEntry]:
        """Entries of a feed that are to be tried again now."""
        rows = await self.call(
            lambda transaction: transaction.all("waiting_entries", feed_id=feed_id, limit=WAITING_AT_ONCE)
        )
        return [_seen_entry(row) for row in rows]

    def _do(self, work: Callable[[Transaction], Result]) -> Result:
        if self._session is None or self._session.connection.closed:
            self._stack.close()
            self._session = self._stack.enter_context(self._home.session())
            # What was leased by the one before is not this one's.
            self.session_number += 1
        with self._session.transaction() as transaction:
            if self._started_at is None:
                self._started_at = database_time(transaction)
                self._started = time.monotonic()
            return work(transaction)


def _seen_entry(row: dict[str, Any]) -> SeenEntry:
    return SeenEntry(**(row | {"entry": _entry(row["entry"]) if row.get("entry") else None}))


def _entry(row: dict[str, Any]) -> Entry:
    published_at = row["published_at"] and datetime.fromisoformat(row["published_at"])
    return Entry(**(row | {"published_at": published_at}))
