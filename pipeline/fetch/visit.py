"""One visit to one feed, from the conditional GET to new articles; see records.py for the contract."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from pipeline.errors import FetchError
from pipeline.fetch.article import has_full_text, take_article
from pipeline.fetch.feed import parse_feed
from pipeline.fetch.http import Client
from pipeline.fetch.records import Discard, Failure, FeedState, FetchResult, ParsedFeed, TakenArticle
from pipeline.fetch.schedule import next_fetch
from pipeline.fetch.url import canonical_url
from pipeline.fetch.worker import aside
from pipeline.model import Entry
from pipeline.web.client import Response, StatusError

log = logging.getLogger(__name__)

KnownUrls = Callable[[Sequence[str]], set[str]]

# Beyond it the rest is left for the next visit, so that one slow site does not hold up a run.
PAGES_SECONDS = 120.0
PAGES_AT_ONCE = 4
# An archive served as a feed; feeds begin with the newest.
MAXIMUM_ENTRIES = 5_000
# Some servers answer 304 although there is news: once a day, and at most at each 24th visit, we ask
# without conditions.
UNCONDITIONAL_SECONDS = 86_400
UNCONDITIONAL_EVERY = 24
# An entry's page that answers so will not come back under this address soon; the feed's text may do.
PAGE_REFUSED = (401, 402, 403, 404, 405, 406, 410, 451)


async def fetch_feed(feed: FeedState, *, client: Client, now: datetime, known_urls: KnownUrls) -> FetchResult:
    """Visit one feed and take its new articles.

    Args:
        client: From `http.open_client`; one for all feeds of a run, as it holds the limits per host.
        now: Start of the run, aware; `fetched_at` of the articles.
        known_urls: Which of the given canonical URLs need no further look. Called in this thread, at
            most twice.

    Returns:
        Never raises for what a server does: an unreachable feed is an outcome, not an error.
    """
    try:
        response = await _get(feed, client=client, now=now)
    except FetchError as error:
        return _failed(feed, error, now=now)
    sha256 = hashlib.sha256(response.body).hexdigest()
    if response.is_not_modified or (sha256 == feed.body_sha256):
        return FetchResult(
            feed=_unchanged(feed, response, now=now), outcome="unchanged", moved_to=response.moved_to
        )
    parse = partial(
        parse_feed,
        response.body,
        url=response.url,
        content_type=response.content_type,
        fetched_at=now,
        max_entries=MAXIMUM_ENTRIES,
    )
    parsed = await aside(parse)
    if parsed.problem:
        return _failed(feed, FetchError(f"{response.url[:200]}: {parsed.problem}"), now=now)
    return await _take(feed, response, sha256, parsed, client=client, now=now, known_urls=known_urls)


async def _get(feed: FeedState, *, client: Client, now: datetime) -> Response:
    is_unconditional = asks_unconditionally(feed, now=now)
    return await client.get_feed(
        feed.url,
        etag=None if is_unconditional else feed.etag,
        last_modified=None if is_unconditional else feed.last_modified,
    )


def asks_unconditionally(feed: FeedState, *, now: datetime) -> bool:
    """Whether it is this feed's turn to be asked without conditions; each feed has a turn of its own."""
    turn = int(now.timestamp() // feed.interval_seconds) + zlib.crc32(feed.url.encode())
    return turn % max(UNCONDITIONAL_EVERY, UNCONDITIONAL_SECONDS // feed.interval_seconds) == 0


def _failed(feed: FeedState, error: FetchError, *, now: datetime) -> FetchResult:
    # Only 410 ends a feed. A refused address may be a name server's bad day.
    is_gone = isinstance(error, StatusError) and error.status == 410
    failure_count = feed.failure_count + 1
    state = replace(
        feed,
        failure_count=failure_count,
        last_error=str(error)[:500],
        is_active=feed.is_active and not is_gone,
        next_fetch_at=next_fetch(
            now=now,
            interval_seconds=feed.interval_seconds,
            failure_count=failure_count,
            retry_after_seconds=error.retry_after_seconds,
            is_gone=is_gone,
        ),
    )
    return FetchResult(feed=state, outcome="gone" if is_gone else "failed")


def _unchanged(feed: FeedState, response: Response, *, now: datetime) -> FeedState:
    # A 304 may bring newer validators; where it brings none the old ones hold.
    return replace(
        _well(feed, now=now),
        etag=response.etag or feed.etag,
        last_modified=response.last_modified or feed.last_modified,
    )


def _well(feed: FeedState, *, now: datetime) -> FeedState:
    due = next_fetch(now=now, interval_seconds=feed.interval_seconds)
    return replace(feed, failure_count=0, last_error=None, is_active=True, next_fetch_at=due)


@dataclass(kw_only=True)
class _Basket:
    """What a visit gathers, before it becomes a FetchResult."""

    taken: list[TakenArticle] = field(default_factory=list)
    discards: list[Discard] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    seen_urls: list[str] = field(default_factory=list)
    postponed_count: int = 0


async def _take(
    feed: FeedState,
    response: Response,
    sha256: str,
    parsed: ParsedFeed,
    *,
    client: Client,
    now: datetime,
    known_urls: KnownUrls,
) -> FetchResult:
    basket = _Basket()
    new = _new_entries(parsed.entries, basket, known_urls)
    limit = client.settings.max_new_entries
    basket.postponed_count = max(0, len(new) - limit)
    await _take_pages(new[:limit], basket, feed, client=client, now=now)
    _drop_known_articles(basket, known_urls)
    is_complete = not basket.postponed_count and all(failure.is_final for failure in basket.failures)
    # Validators vouch for what is stored: with entries still to come, the next visit must see them.
    state = replace(
        _well(feed, now=now),
        etag=response.etag if is_complete else None,
        last_modified=response.last_modified if is_complete else None,
        body_sha256=sha256 if is_complete else None,
    )
    return FetchResult(
        feed=state,
        outcome="fetched",
        taken=tuple(basket.taken),
        discards=tuple(basket.discards),
        failures=tuple(basket.failures),
        seen_urls=tuple(dict.fromkeys(basket.seen_urls)),
        postponed_count=basket.postponed_count,
        entry_count=len(parsed.entries),
        moved_to=response.moved_to,
    )


def _new_entries(entries: Sequence[Entry], basket: _Basket, known_urls: KnownUrls) -> list[Entry]:
    """Entries with an address nobody knows yet, each address once."""
    by_url: dict[str, Entry] = {}
    for entry in entries:
        url = canonical_url(entry.url)
        if not url:
            basket.discards.append(Discard(url=entry.url, reason="no_url"))
        elif url in by_url:
            basket.discards.append(Discard(url=entry.url, reason="known"))
        else:
            by_url[url] = entry
    known = known_urls(tuple(by_url)) if by_url else set()
    basket.discards += [
        Discard(url=entry.url, reason="known") for url, entry in by_url.items() if url in known
    ]
    return [entry for url, entry in by_url.items() if url not in known]


async def _take_pages(
    entries: Sequence[Entry], basket: _Basket, feed: FeedState, *, client: Client, now: datetime
) -> None:
    deadline = time.monotonic() + PAGES_SECONDS
    places = asyncio.Semaphore(PAGES_AT_ONCE)

    async def one(entry: Entry) -> TakenArticle | Discard | Failure | None:
        async with places:
            if time.monotonic() > deadline:
                return None
            try:
                return await _take_entry(entry, feed, client=client, now=now)
            except Exception as error:
                # The edge of one entry: a defect of ours must not keep its neighbours from the desk.
                log.exception("entry broke stage=fetch feed=%d url=%r", feed.id, entry.url[:500])
                reason = f"{type(error).__name__}: {error}"
                return _failure(entry, reason, is_final=False)

    for entry, outcome in zip(entries, await asyncio.gather(*map(one, entries)), strict=True):
        _put(outcome, entry, basket)


def _put(outcome: TakenArticle | Discard | Failure | None, entry: Entry, basket: _Basket) -> None:
    if outcome is None:
        basket.postponed_count += 1
        return
    if isinstance(outcome, TakenArticle):
        basket.taken.append(outcome)
    elif isinstance(outcome, Discard):
        basket.discards.append(outcome)
    else:
        basket.failures.append(outcome)
        if not outcome.is_final:
            return
    basket.seen_urls.append(canonical_url(entry.url))


async def _take_entry(
    entry: Entry, feed: FeedState, *, client: Client, now: datetime
) -> TakenArticle | Discard | Failure:
    page: Response | None = None
    try:
        if not await client.may_fetch_page(entry.url):
            return _without_page(entry, feed, now=now, reason="robots")
        page = await client.get_page(entry.url)
    except FetchError as error:
        is_refused = error.is_final or (isinstance(error, StatusError) and error.status in PAGE_REFUSED)
        outcome = _without_page(entry, feed, now=now)
        if isinstance(outcome, TakenArticle) and (is_refused or has_full_text(entry)):
            return outcome
        return _failure(entry, str(error), is_final=error.is_final)
    take = partial(
        take_article,
        entry,
        page.body,
        source=feed.source,
        feed_id=feed.id or None,
        fetched_at=now,
        page_url=page.url,
        content_type=page.content_type,
        is_trusted=client.is_named(page.url),
    )
    return await aside(take)


def _failure(entry: Entry, reason: str, *, is_final: bool) -> Failure:
    return Failure(url=canonical_url(entry.url), title=entry.title, reason=reason[:500], is_final=is_final)


def _without_page(
    entry: Entry, feed: FeedState, *, now: datetime, reason: str = ""
) -> TakenArticle | Discard:
    outcome = take_article(entry, None, source=feed.source, feed_id=feed.id or None, fetched_at=now)
    is_short = isinstance(outcome, Discard) and outcome.reason == "too_short"
    return Discard(url=entry.url, reason="robots") if reason == "robots" and is_short else outcome


def _drop_known_articles(basket: _Basket, known_urls: KnownUrls) -> None:
    """Articles whose page named another address that is known, or that two entries share."""
    renamed = {taken.article.url for taken in basket.taken if _is_renamed(taken)}
    gone = known_urls(tuple(renamed)) if renamed else set()
    gone |= {taken.article.url for taken in basket.taken if not _is_renamed(taken)} & renamed
    kept: dict[str, TakenArticle] = {}
    for taken in basket.taken:
        url = taken.article.url
        if _is_renamed(taken) and (url in gone or url in kept):
            basket.discards.append(Discard(url=taken.entry_url, reason="known"))
        else:
            kept[url] = taken
    basket.taken = list(kept.values())


def _is_renamed(taken: TakenArticle) -> bool:
    return taken.article.url != taken.entry_url
