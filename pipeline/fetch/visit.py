"""One visit to one feed, from the conditional GET to new articles; see records.py for the contract."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pipeline.config import Settings
from pipeline.errors import FetchError
from pipeline.fetch.article import Origin, Page, take_article
from pipeline.fetch.entries import Choice, Outcome, Wanted, asked_urls, choose, elsewhere, settle
from pipeline.fetch.feed import parse_feed
from pipeline.fetch.feed_text import has_full_text, is_whole_in_feed
from pipeline.fetch.hosts import LeftAloneError
from pipeline.fetch.http import Client
from pipeline.fetch.identity import look_at
from pipeline.fetch.pace import interval, paced
from pipeline.fetch.records import (
    Discard,
    Failure,
    FeedState,
    FetchResult,
    KeptPage,
    Memory,
    ParsedFeed,
    TakenArticle,
)
from pipeline.fetch.schedule import next_fetch
from pipeline.fetch.url import address_of, canonical_url
from pipeline.fetch.worker import aside
from pipeline.model import Entry
from pipeline.web.answer import NoAnswerError, Response, StatusError

log = logging.getLogger(__name__)

# Beyond it the rest is left for the next visit, so that one slow site does not hold up a run.
PAGES_SECONDS = 120.0
PAGES_AT_ONCE = 4
# Time-outs in a row of a host's pages, after which a visit asks for no more of them.
SILENT_PAGES = 3
# An archive served as a feed; feeds begin with the newest.
MAXIMUM_ENTRIES = 5_000
PAGE_ZSTD_LEVEL = 6  # a fifth smaller than level 3 on pages, for half a millisecond more
# Some servers answer 304 although there is news: once a day, and at most at each 24th visit, we ask
# without conditions.
UNCONDITIONAL_SECONDS = 86_400
UNCONDITIONAL_EVERY = 24
# A move is believed when it was said twice in a row: some servers redirect for an hour and say "for good".
BELIEVED_MOVES = 2
POSTPONED_SECONDS = 30.0
_LINK = re.compile(r"<(https?://[^<>\s]{1,2000})>[^,<]*?;\s*rel=\"?(hub|self)\"?")
# An entry's page that answers so will not come back under this address soon; the feed's text may do.
PAGE_REFUSED = (401, 402, 403, 404, 405, 406, 410, 451)


async def fetch_feed(feed: FeedState, *, client: Client, now: datetime, memory: Memory) -> FetchResult:
    """Visit one feed and take its new articles.

    Args:
        client: From `http.open_client`; one for all feeds of a run, as it holds the limits per host.
        now: Start of the visit by Postgres' clock, aware; `fetched_at` of the articles.
        memory: What earlier visits stored.

    Returns:
        Never raises for what a server does: an unreachable feed is an outcome, not an error.
    """
    try:
        response = await _get(feed, client=client, now=now)
    except LeftAloneError as error:
        return postponed_visit(feed, error, now=now)
    except FetchError as error:
        return failed_visit(feed, error, now=now)
    sha256 = hashlib.sha256(response.body).hexdigest()
    is_unchanged = response.is_not_modified or (sha256 == feed.body_sha256)
    parsed = ParsedFeed() if is_unchanged else await _parse(feed, response, now=now)
    if parsed.feed_urls:
        # A page that names its feed stands in for it; nothing is remembered of the page itself.
        return await _visit_named(feed, parsed, client=client, now=now, memory=memory)
    if parsed.problem:
        return failed_visit(feed, FetchError(f"{response.url[:200]}: {parsed.problem}"), now=now)
    if is_unchanged:
        state = _unchanged(feed, response)
    else:
        state = _well(feed, etag=response.etag, last_modified=response.last_modified, body_sha256=sha256)
    state = _moved(state, parsed.new_url or response.moved_to, is_unchanged=is_unchanged)
    # A 304 has no document that could say it again.
    ttl_seconds = feed.asked_seconds if is_unchanged else parsed.ttl_seconds
    visit = _Visit(now=now, asked_seconds=max(ttl_seconds, response.max_age), is_unchanged=is_unchanged)
    if is_unchanged and not feed.has_waiting:
        state = _due(state, visit, shown_count=0, known_count=0)
        return FetchResult(feed=state, outcome="unchanged", moved_to=state.moved_to)
    result = await _take(state, parsed.entries, visit, client=client, memory=memory)
    hub_url, topic_url = _hub(parsed, response)
    return replace(result, hub_url=hub_url, topic_url=topic_url)


def _hub(parsed: ParsedFeed, response: Response) -> tuple[str | None, str | None]:
    """Where the feed may be subscribed to, and its address there: by its headers, else by its document."""
    linked = {relation: url for url, relation in _LINK.findall(response.links)}
    hub = linked.get("hub") or parsed.hub_url
    return (hub, linked.get("self") or parsed.topic_url or response.url) if hub else (None, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Visit:
    """When it began, what the feed asks for, and whether its document is the one of the visit before."""

    now: datetime
    asked_seconds: int = 0
    is_unchanged: bool = False


def _due(feed: FeedState, visit: _Visit, *, shown_count: int, known_count: int) -> FeedState:
    """The feed after a good visit, with the time of its next one."""
    feed = paced(feed, shown_count=shown_count, known_count=known_count, asked_seconds=visit.asked_seconds)
    return replace(feed, next_fetch_at=next_fetch(now=visit.now, interval_seconds=interval(feed)))


async def take_pushed(
    feed: FeedState, body: bytes, content_type: str, *, client: Client, now: datetime, memory: Memory
) -> FetchResult:
    """Take the new articles of a document that a hub delivered, whole or the news alone.

    Returns:
        What it brought; the feed's own state is as it was, as nobody visited it.
    """
    response = Response(status=200, url=feed.url, content_type=content_type[:200], body=body)
    parsed = await _parse(feed, response, now=now)
    if parsed.problem:
        log.warning("delivery not read feed=%d problem=%r", feed.id, parsed.problem)
        return FetchResult(feed=feed, outcome="failed")
    return await _take(feed, parsed.entries, _Visit(now=now), client=client, memory=memory)


async def _get(feed: FeedState, *, client: Client, now: datetime) -> Response:
    is_unconditional = asks_unconditionally(feed, now=now)
    etag, last_modified = (None, None) if is_unconditional else (feed.etag, feed.last_modified)
    if feed.moved_to and feed.moved_count >= BELIEVED_MOVES:
        return await client.get_feed(feed.moved_to, etag=etag, last_modified=last_modified)
    return await client.get_feed(feed.url, etag=etag, last_modified=last_modified)


async def _parse(feed: FeedState, response: Response, *, now: datetime) -> ParsedFeed:
    return await aside(
        partial(
            parse_feed,
            response.body,
            url=response.url,
            content_type=response.content_type,
            fetched_at=now,
            max_entries=MAXIMUM_ENTRIES,
            country=feed.country,
        )
    )


async def _visit_named(
    feed: FeedState, page: ParsedFeed, *, client: Client, now: datetime, memory: Memory
) -> FetchResult:
    """Read the first feed that an HTML page names, in the page's stead.

    The page is asked again each time: a feed that answers with the site's front page for a day must not become
    the site's main feed for ever.
    """
    try:
        response = await client.get_feed(page.feed_urls[0])
    except FetchError as error:
        return failed_visit(feed, FetchError(f"{page.problem}, which fails: {error}"), now=now)
    parsed = await _parse(feed, response, now=now)
    if parsed.problem:
        return failed_visit(feed, FetchError(f"{page.problem}, which is none: {parsed.problem}"), now=now)
    state = _well(feed, moved_to=response.url, moved_count=1)
    visit = _Visit(now=now, asked_seconds=max(parsed.ttl_seconds, response.max_age))
    return await _take(state, parsed.entries, visit, client=client, memory=memory)


def _moved(feed: FeedState, moved_to: str | None, *, is_unchanged: bool) -> FeedState:
    """Count what the feed says of its address; what is believed already stays, unless the feed says more."""
    if feed.moved_to and feed.moved_count >= BELIEVED_MOVES and moved_to in (None, feed.moved_to):
        return feed
    if moved_to in (None, feed.url):
        # A 304 has no document that could say it again.
        return feed if is_unchanged or not feed.moved_to else replace(feed, moved_to=None, moved_count=0)
    is_secured = moved_to == feed.url.replace("http://", "https://", 1)
    count = BELIEVED_MOVES if is_secured else feed.moved_count + 1 if moved_to == feed.moved_to else 1
    return replace(feed, moved_to=moved_to, moved_count=count)


def asks_unconditionally(feed: FeedState, *, now: datetime) -> bool:
    """Whether it is this feed's turn to be asked without conditions; each feed has a turn of its own."""
    turn = int(now.timestamp() // feed.interval_seconds) + zlib.crc32(feed.url.encode())
    return turn % max(UNCONDITIONAL_EVERY, UNCONDITIONAL_SECONDS // feed.interval_seconds) == 0


def postponed_visit(feed: FeedState, error: LeftAloneError, *, now: datetime) -> FetchResult:
    """The outcome where nobody was asked: no failure of the feed, which is due again when its host may be asked."""
    due = now + timedelta(seconds=max(error.retry_after_seconds or 0.0, POSTPONED_SECONDS))
    return FetchResult(feed=replace(feed, next_fetch_at=due), outcome="postponed")


def failed_visit(feed: FeedState, error: FetchError, *, now: datetime) -> FetchResult:
    """The outcome of a visit that came to nothing, with the time of the next one."""
    # Only 410 ends a feed. A refused address may be a name server's bad day.
    is_gone = isinstance(error, StatusError) and error.status == 410
    failure_count = feed.failure_count + 1
    state = replace(
        feed,
        failure_count=failure_count,
        last_error=str(error)[:500],
        is_active=feed.is_active and not is_gone,
        # Where a move led to nothing the old address is asked again.
        moved_to=None,
        moved_count=0,
        next_fetch_at=next_fetch(
            now=now,
            interval_seconds=interval(feed),
            failure_count=failure_count,
            retry_after_seconds=error.retry_after_seconds,
            is_gone=is_gone,
        ),
    )
    return FetchResult(feed=state, outcome="gone" if is_gone else "failed")


def _unchanged(feed: FeedState, response: Response) -> FeedState:
    # A 304 may bring newer validators; where it brings none the old ones hold.
    return _well(
        feed,
        etag=response.etag or feed.etag,
        last_modified=response.last_modified or feed.last_modified,
    )


def _well(feed: FeedState, **changes: Any) -> FeedState:
    return replace(feed, failure_count=0, last_error=None, is_active=True, **changes)


async def _take(
    feed: FeedState, entries: Sequence[Entry], visit: _Visit, *, client: Client, memory: Memory
) -> FetchResult:
    now, limit = visit.now, client.settings.max_new_entries
    choice = await _choose(feed, entries, now=now, memory=memory)
    new_count = min(len(entries), sum(not want.try_count for want in choice.wanted))
    # A link that two feeds of a run show is read once; the second finds it known at its next visit.
    mine = [want for want in choice.wanted if client.claim_link(address_of(want.look.url), feed.id)]
    others = [elsewhere(want, now=now) for want in choice.wanted if want not in mine]
    outcomes = await _read_pages(mine[:limit], feed, client=client, now=now)
    texts = await memory.texts(urls) if (urls := asked_urls(outcomes)) else {}
    settled = settle(outcomes, texts, now=now, max_tries=client.settings.max_attempts)
    postponed_count = max(0, len(mine) - limit)
    if postponed_count:
        # Validators vouch for what is stored: with entries still to come, the next visit must see them.
        feed = replace(feed, etag=None, last_modified=None, body_sha256=None)
    known_count = len(entries) - new_count
    return FetchResult(
        feed=_due(feed, visit, shown_count=len(entries), known_count=known_count),
        outcome="unchanged" if visit.is_unchanged else "fetched",
        taken=tuple(settled.taken.values()),
        discards=(*choice.discards, *settled.discards),
        failures=tuple(settled.failures),
        seen=(*choice.seen, *others, *settled.seen),
        shown_keys=choice.shown_keys,
        revisions=tuple(settled.revisions),
        waiting_count=choice.waiting_count + len(others) + settled.waiting_count,
        shown_count=len(entries),
        known_count=known_count,
        postponed_count=postponed_count,
        moved_to=feed.moved_to,
    )


async def _choose(feed: FeedState, entries: Sequence[Entry], *, now: datetime, memory: Memory) -> Choice:
    looks = [look_at(entry) for entry in entries]
    waiting = await memory.waiting(feed.id) if feed.has_waiting else []
    links = [look.url for look in looks] + [one.url for one in waiting]
    urls = list(dict.fromkeys(filter(None, links)))
    seen = await memory.seen(urls) if urls else []
    return choose(looks, seen, waiting, now=now)


async def _read_pages(
    wanted: Sequence[Wanted], feed: FeedState, *, client: Client, now: datetime
) -> list[tuple[Wanted, Outcome | None]]:
    deadline = time.monotonic() + PAGES_SECONDS
    places, turns = asyncio.Semaphore(PAGES_AT_ONCE), _Turns()
    origin = Origin(source=feed.source, country=feed.country, feed_id=feed.id or None, fetched_at=now)

    async def one(want: Wanted) -> Outcome | None:
        async with places:
            if time.monotonic() > deadline:
                return None
            try:
                return await _read_entry(want, origin, turns, client=client)
            except Exception as error:
                # The edge of one entry: a defect of ours must not keep its neighbours from the desk.
                log.exception("entry broke stage=fetch feed=%d url=%r", feed.id, want.look.entry.url[:500])
                return _failure(want.look.entry, FetchError(f"{type(error).__name__}: {error}"))

    return list(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))


@dataclass(kw_only=True)
class _Turns:
    """One page of a host at a time for one visit, so that others have a place too; no more once some hung in a row."""

    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _silent: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        host = canonical_url(url).partition("://")[2].partition("/")[0]
        async with self._locks[host]:
            if self._silent[host] >= SILENT_PAGES:
                raise LeftAloneError(f"pages of {host} hang")
            try:
                yield
            except NoAnswerError:
                self._silent[host] += 1
                raise
            self._silent[host] = 0


async def _read_entry(want: Wanted, origin: Origin, turns: _Turns, *, client: Client) -> Outcome:
    entry = want.look.entry
    take = partial(take_article, entry, origin=origin, is_part=want.is_part)
    if want.is_part and is_whole_in_feed(entry):
        return await aside(partial(take, page=None))
    try:
        async with turns.turn(entry.url):
            may_fetch = await client.may_fetch_page(entry.url)
            response = await client.get_page(entry.url) if may_fetch else None
        if response is None:
            outcome = await aside(partial(take, page=None))
            is_short = isinstance(outcome, Discard) and outcome.reason == "too_short"
            return Discard(url=entry.url, reason="robots") if is_short else outcome
    except FetchError as error:
        if isinstance(error, LeftAloneError) and not has_full_text(entry):
            return _failure(entry, error)
        is_refused = error.is_final or (isinstance(error, StatusError) and error.status in PAGE_REFUSED)
        if is_refused or has_full_text(entry):
            outcome = await aside(partial(take, page=None))
            if isinstance(outcome, TakenArticle):
                return outcome
        return _failure(entry, error)
    page = Page(
        body=response.body,
        url=response.url,
        content_type=response.content_type,
        is_trusted=client.is_named(response.url),
    )
    return await aside(partial(_take_and_keep, take, page, client.settings))


def _take_and_keep(take: Callable[..., Outcome], page: Page, settings: Settings) -> Outcome:
    """The article with its page as it came, where the settings say that it is kept."""
    outcome = take(page=page)
    if settings.keep_pages != "on" or not isinstance(outcome, TakenArticle):
        return outcome
    if outcome.article.text_method.startswith("feed_"):
        return outcome
    import zstandard

    kept = KeptPage(
        url=page.url,
        content_type=page.content_type,
        body_zstd=zstandard.compress(page.body, PAGE_ZSTD_LEVEL),
        byte_count=len(page.body),
    )
    return replace(outcome, page=kept)


def _failure(entry: Entry, error: FetchError) -> Failure:
    return Failure(
        url=canonical_url(entry.url),
        title=entry.title,
        reason=str(error)[:500],
        is_final=error.is_final,
        retry_after_seconds=error.retry_after_seconds,
        is_tried=not isinstance(error, LeftAloneError),
    )
