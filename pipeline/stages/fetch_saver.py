"""What visits to feeds brought, into the database: many visits a transaction, and a bad one alone."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import FetchError
from pipeline.fetch.records import FeedState, FetchResult
from pipeline.fetch.visit import failed_visit
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Transaction
from pipeline.stages.common import About, iso, log, quarantine
from pipeline.stages.fetch_desk import Desk

PAGES_AT_ONCE = 100  # a statement: some megabytes


# What many visits brought is written at once: so many of them, or as many as this time brings, or with so many articles.
VISITS_AT_ONCE = 200
GATHER_SECONDS = 0.1
ARTICLES_AT_ONCE = 500

Visit = tuple[FeedState, FetchResult]
# A visit, and what to do once it is saved.
_Put = tuple[Visit, Callable[[], None]]


@dataclass(kw_only=True)
class Saver:
    """Saves visits, all that wait in one transaction; where that is refused, each in its own."""

    desk: Desk
    batch_id: int
    # False for what a hub delivered: nobody visited the feed.
    keeps_state: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    # Feeds whose host another worker has by now, so that their state was not kept.
    lost: set[int] = field(default_factory=set)
    _waiting: asyncio.Queue[_Put | None] = field(default_factory=lambda: asyncio.Queue(2 * VISITS_AT_ONCE))

    async def put(self, feed: FeedState, result: FetchResult, when_saved: Callable[[], None]) -> None:
        """Hand a visit over to `run`; waits where too many wait already.

        Args:
            feed: As it was before the visit.
        """
        await self._waiting.put(((feed, result), when_saved))

    async def close(self) -> None:
        """Let `run` end once all is saved; nothing more is put."""
        await self._waiting.put(None)

    async def run(self) -> None:
        """Save what is put, until it is closed.

        Raises:
            StoreError: Not even that a visit failed can be written: the database is away.
        """
        is_open = True
        while is_open:
            first = await self._waiting.get()
            if first is None:
                return
            gathered, is_open = await self._gathered(first)
            await self.save([visit for visit, _ in gathered])
            for _, when_saved in gathered:
                when_saved()

    async def _gathered(self, first: _Put) -> tuple[list[_Put], bool]:
        """As many as one statement takes, or as a moment brings; and whether more may come."""
        gathered, article_count = [first], len(first[0][1].taken)
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                while len(gathered) < VISITS_AT_ONCE and article_count < ARTICLES_AT_ONCE:
                    other = await self._waiting.get()
                    if other is None:
                        return gathered, False
                    gathered.append(other)
                    article_count += len(other[0][1].taken)
        return gathered, True

    async def save(self, visits: Sequence[Visit]) -> None:
        """Save visits now.

        Raises:
            StoreError: As `run`.
        """
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
            counts, kept = await self.desk.call(
                lambda transaction: _save(transaction, results, self.batch_id, keeps_state=self.keeps_state)
            )
            self.counts.update(counts)
            self.lost.update({result.feed.id for result in results} - kept)


def _save(
    transaction: Transaction, results: Sequence[FetchResult], batch_id: int, *, keeps_state: bool
) -> tuple[Counter[str], set[int]]:
    """Counts by outcome, and the feeds whose state was kept."""
    articles = [
        asdict(taken.article) | {"published_from": taken.published_from, "batch_id": batch_id, "id": None}
        for result in results
        for taken in result.taken
    ]
    new = transaction.all("insert_articles", articles=as_json(articles, default=iso)) if articles else []
    _keep_pages(transaction, results)
    if revisions := [asdict(revision) for result in results for revision in result.revisions]:
        transaction.all("insert_revisions", revisions=as_json(revisions, default=iso))
    seen = [asdict(one) | {"feed_id": result.feed.id} for result in results for one in result.seen]
    if seen:
        transaction.run("save_seen", entries=as_json(seen, default=iso))
    if shown := sorted({key for result in results for key in result.shown_keys}):
        transaction.run("touch_seen", entry_keys=shown)
    for failure in (failure for result in results for failure in result.failures):
        about = About(batch_id=batch_id, url=failure.url)
        quarantine(transaction, "fetch", failure.url, failure.reason, failure.title, about)
    kept = {result.feed.id for result in results}
    if keeps_state:
        rows = transaction.all(
            "save_feeds", feeds=as_json([_feed_row(result) for result in results], default=iso)
        )
        kept = {row["id"] for row in rows}
    hubs = [
        {"feed_id": result.feed.id, "hub_url": result.hub_url, "topic_url": result.topic_url}
        for result in results
        if result.hub_url
    ]
    if hubs:
        transaction.run("note_hubs", hubs=as_json(hubs))
    if told := sum(map(_outcomes, results), Counter()):
        rows = [
            {"source": source, "outcome": name, "entry_count": count}
            for (source, name), count in told.items()
        ]
        transaction.run("count_outcomes", outcomes=as_json(rows))
    counts = sum(map(_counted, results), Counter()) + Counter(
        articles=len(new), known=len(articles) - len(new)
    )
    return counts, kept


def _keep_pages(transaction: Transaction, results: Sequence[FetchResult]) -> None:
    taken = [one for result in results for one in result.taken if one.page]
    for start in range(0, len(taken), PAGES_AT_ONCE):
        pages = [
            {
                "article_url": one.article.url,
                "url": one.page.url,
                "content_type": one.page.content_type,
                "body": b64encode(one.page.body_zstd).decode(),
                "byte_count": one.page.byte_count,
            }
            for one in taken[start : start + PAGES_AT_ONCE]
            if one.page
        ]
        transaction.run("keep_pages", pages=as_json(pages))


def _outcomes(result: FetchResult) -> Counter[tuple[str, str]]:
    """What came of the entries that were looked at, by publisher."""
    names = [_yield(one.article.text_flags, one.article.text_method) for one in result.taken]
    names += [one.reason for one in result.discards if one.reason != "known"]
    names += ["failed"] * len(result.failures)
    names += ["waiting"] * sum(one.outcome == "waiting" for one in result.seen)
    return Counter((result.feed.source, name) for name in names)


def _yield(flags: Sequence[str], method: str) -> str:
    for flag, name in (("other_page", "other_page"), ("paywall", "paywall"), ("summary_only", "summary")):
        if flag in flags:
            return name
    return "feed" if method.startswith("feed_") else "page"


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
            "feeds_unchanged": int(result.outcome == "unchanged"),
            "feeds_postponed": int(result.outcome == "postponed"),
        }
        | {f"discarded_{reason}": count for reason, count in result.discards_by_reason.items()}
    )
