"""What goes into fetching one feed and what comes out.

    result = await fetch_feed(feed, client=client, now=now, memory=memory)

* `feed` (FeedState) is a row of the feeds table; `result.feed` is the same row as it must be written.
* Write `result.taken`, `result.seen`, `result.revisions` and `result.feed` in ONE transaction: the validators
  (etag, last_modified, body_sha256) vouch for what was stored with them.
* `memory` (Memory) answers what is known of entries, and which of this feed are to be tried again. It must
  know each `SeenEntry` ever written.
* An entry that could not be read is in `result.seen` as "waiting" with the entry itself, so that it is tried
  again whether the feed still shows it or not. One that was tried often enough is in `result.failures`.
* `result.postponed_count` entries were not tried at all (limit of articles in one visit).
  They come again at the next visit, because `result.feed` then carries no validators.
* `result.outcome` says how the visit went; on "failed", `result.feed.last_error` says why. "postponed": nobody was
  asked, as the host is left alone or another worker has it.

Times are aware, and all of them are Postgres' own, counted from `now`. URLs are canonical (url.py);
`FeedState.url` is the one to fetch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from pipeline.model import Article, Entry

DiscardReason = Literal[
    "known", "no_url", "no_title", "not_html", "not_article", "too_short", "not_english", "robots"
]
DISCARD_REASONS: tuple[DiscardReason, ...] = (
    "known",  # an article, a discarded entry or a final failure of an earlier visit, or twice in this one
    "no_url",  # no link we could fetch or tell it by
    "no_title",  # nor a text to make one of
    "not_html",  # the link leads to a PDF, a film, a picture, and the feed has no text of its own
    "not_article",  # the page tells something else than the entry: consent, log in; and the feed has no text
    "too_short",  # fewer than 50 letters on the page and in the feed
    "not_english",
    "robots",  # robots.txt keeps the page from us, and the feed has no text of its own
)

# What a later try may read: a page that was not ready, a consent page in the way, a server's bad day.
TRIED_AGAIN: tuple[DiscardReason, ...] = ("not_html", "not_article", "too_short")

PublishedFrom = Literal["feed", "page", "fetch"]
Outcome = Literal["fetched", "unchanged", "failed", "gone", "postponed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """One feed: where it is, whose it is, and what the last visit left behind.

    Args:
        interval_seconds: From one visit to the next while all is well: the most where `is_interval_given`, else
            where to begin.
        etag, last_modified: Opaque, exactly as the server sent them, quotes included.
        body_sha256: Hex, of the inflated body; the second net where validators churn.
        failure_count: Failed visits in a row.
        last_error: Of the last visit; None after a good one.
        next_fetch_at: None means due now, or never when not `is_active`.
        is_active: False only after 410 Gone.
        adapted_seconds, adapting_count: The interval that its own pace asks for, and visits in a row that asked for a
            longer (above 0) or shorter one; see pace.py.
        asked_seconds: What the feed or its server asks to be left alone for.
        moved_to: Where permanent redirects or the feed itself say it has moved; `moved_count` visits in a row.
        has_waiting: Entries of it are to be tried again.
    """

    id: int = 0
    url: str
    source: str
    country: str | None = None
    language: str | None = None
    interval_seconds: int = 900
    is_interval_given: bool = True
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    failure_count: int = 0
    last_error: str | None = None
    next_fetch_at: datetime | None = None
    is_active: bool = True
    moved_to: str | None = None
    moved_count: int = 0
    adapted_seconds: int | None = None
    adapting_count: int = 0
    asked_seconds: int = 0
    has_waiting: bool = False

    def __post_init__(self) -> None:
        if self.interval_seconds <= 0:
            raise ValueError(f"interval_seconds must be above 0, got {self.interval_seconds}")
        if self.failure_count < 0:
            raise ValueError(f"failure_count must not be below 0, got {self.failure_count}")
        if self.next_fetch_at is not None and self.next_fetch_at.tzinfo is None:
            raise ValueError(f"next_fetch_at must carry a time zone, got {self.next_fetch_at!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """A feed document. `problem` says in words why it is none; then there are no entries.

    Args:
        new_url: Where the feed says it has moved (itunes:new-feed-url).
        feed_urls: What an HTML page names as its feeds, in its order.
        ttl_seconds: For how long the feed says that asking again is in vain; 0 where it does not.
        hub_url, topic_url: Where one may subscribe to it (WebSub), and under which address.
    """

    entries: tuple[Entry, ...] = ()
    title: str = ""
    problem: str | None = None
    new_url: str | None = None
    feed_urls: tuple[str, ...] = ()
    ttl_seconds: int = 0
    hub_url: str | None = None
    topic_url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPage:
    """A page as it came, for reading it again: its address after redirects, type as sent, bytes compressed (zstandard)."""

    url: str
    content_type: str
    body_zstd: bytes
    byte_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenArticle:
    """An article and where it came from.

    Args:
        published_from: Whether the feed or the page named the time, or the time of fetching stands in.
        entry_url: Canonical form of the entry's link; differs from `article.url` where the page
            named another one, or where several entries share the link.
        page: What the text was taken from; None where the feed gave it.
    """

    article: Article
    published_from: PublishedFrom
    entry_url: str
    page: KeptPage | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Discard:
    """An entry that is no article of ours. `url` is the entry's link, "" where it has none."""

    url: str
    reason: DiscardReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An entry whose page could not be had: its canonical url, and whether asking again will not help.

    `is_tried` is False where nobody was asked, so that it is no try.
    """

    url: str
    title: str
    reason: str
    is_final: bool
    retry_after_seconds: float | None = None
    is_tried: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenEntry:
    """What is remembered of an entry that was looked at.

    Args:
        url: Canonical form of its link; several entries may share it.
        entry_key: Hash of link, guid and title.
        guid_key, title_key, text_key: Hashes; "" where the feed gave none or it tells nothing, title_key None
            where the title is not known.
        article_url: The article that tells it, if one does.
        outcome: article, known, waiting, failed, or why it is no article.
        next_try_at: When a waiting one is tried again.
        entry: What the feed gave, kept while it may be tried again.
    """

    url: str
    entry_key: str = ""
    guid_key: str = ""
    title_key: str | None = None
    text_key: str = ""
    article_url: str | None = None
    outcome: str = "known"
    try_count: int = 1
    next_try_at: datetime | None = None
    entry: Entry | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A later version of an article we have."""

    url: str
    title: str
    text: str
    published_at: datetime


class Memory(Protocol):
    """What was stored by earlier visits."""

    async def seen(self, urls: Sequence[str]) -> list[SeenEntry]:
        """Entries with these canonical links; an article at one of them is an entry without a guid."""
        ...

    async def texts(self, urls: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Title and text of the articles at these URLs, each in its newest version."""
        ...

    async def waiting(self, feed_id: int) -> list[SeenEntry]:
        """Entries of a feed that are to be tried again now, with their `entry`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchResult:
    """One visit to one feed; see the top of this module.

    Args:
        waiting_count: Entries that will be tried again.
        shown_count, known_count: Entries of a new document, and those of them that brought nothing new.
        moved_to: The address a permanent redirect (301, 308) or the feed itself leads to.
        hub_url, topic_url: Where one may subscribe to it (WebSub), and under which address.
    """

    feed: FeedState
    outcome: Outcome
    taken: tuple[TakenArticle, ...] = ()
    discards: tuple[Discard, ...] = ()
    failures: tuple[Failure, ...] = ()
    seen: tuple[SeenEntry, ...] = ()
    shown_keys: tuple[str, ...] = ()
    revisions: tuple[Revision, ...] = ()
    waiting_count: int = 0
    shown_count: int = 0
    known_count: int = 0
    postponed_count: int = 0
    moved_to: str | None = None
    hub_url: str | None = None
    topic_url: str | None = None

    @property
    def articles(self) -> tuple[Article, ...]:
        """The new articles alone."""
        return tuple(taken.article for taken in self.taken)

    @property
    def discards_by_reason(self) -> dict[str, int]:
        """How many entries were discarded under each name."""
        return dict(Counter(discard.reason for discard in self.discards))
