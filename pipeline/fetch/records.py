"""What goes into fetching one feed and what comes out.

    result = await fetch_feed(feed, client=client, now=now, known_urls=known_urls)

* `feed` (FeedState) is a row of the feeds table; `result.feed` is the same row as it must be written.
* `result.articles` are new. Write them, `result.seen_urls` and `result.feed` in ONE transaction: the
  validators (etag, last_modified, body_sha256) vouch for what was stored with them.
* `known_urls(urls) -> set` answers which of these URLs need no further look. It must know every
  `article.url` and every url of `seen_urls`: those are the canonical forms of entry links that are
  articles now (also under another URL, where the page named its canonical one), were discarded, or
  failed for good. Without them a page that is not English would be fetched at every visit.
* `result.failures` are entries whose page could not be had. Those not `is_final` come again at the next
  visit, because `result.feed` then carries no validators. Count them where rows lie; after
  `Settings.max_attempts` put them into quarantine and let `known_urls` know them.
* `result.postponed_count` entries were not tried at all (limit of articles or of time in one visit).
  They come again at the next visit and are nobody's failure.
* `result.outcome` says how the visit went; on "failed", `result.feed.last_error` says why.

Times are aware. URLs given to `known_urls`, in `seen_urls` and of failures are canonical (url.py), so
that each may be handed to `known_urls` as it is; `FeedState.url` is the one to fetch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.model import Article, Entry

DiscardReason = Literal[
    "known", "no_url", "no_title", "not_html", "not_article", "too_short", "not_english", "robots"
]
DISCARD_REASONS: tuple[DiscardReason, ...] = (
    "known",  # an article, a discarded entry or a final failure of an earlier visit, or twice in this one
    "no_url",  # no link we could fetch or tell it by
    "no_title",
    "not_html",  # the link leads to a PDF, a film, a picture, and the feed has no text of its own
    "not_article",  # the page tells something else than the entry: consent, log in; and the feed has no text
    "too_short",  # fewer than 50 letters on the page and in the feed
    "not_english",
    "robots",  # robots.txt keeps the page from us, and the feed has no text of its own
)

PublishedFrom = Literal["feed", "page", "fetch"]
Outcome = Literal["fetched", "unchanged", "failed", "gone"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """One feed: where it is, whose it is, and what the last visit left behind.

    Args:
        interval_seconds: From one visit to the next while all is well.
        etag, last_modified: Opaque, exactly as the server sent them, quotes included.
        body_sha256: Hex, of the inflated body; the second net where validators churn.
        failure_count: Failed visits in a row.
        last_error: Of the last visit; None after a good one.
        next_fetch_at: None means due now, or never when not `is_active`.
        is_active: False only after 410 Gone.
    """

    id: int = 0
    url: str
    source: str
    country: str | None = None
    language: str | None = None
    interval_seconds: int = 900
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    failure_count: int = 0
    last_error: str | None = None
    next_fetch_at: datetime | None = None
    is_active: bool = True

    def __post_init__(self) -> None:
        if self.interval_seconds <= 0:
            raise ValueError(f"interval_seconds must be above 0, got {self.interval_seconds}")
        if self.failure_count < 0:
            raise ValueError(f"failure_count must not be below 0, got {self.failure_count}")
        if self.next_fetch_at is not None and self.next_fetch_at.tzinfo is None:
            raise ValueError(f"next_fetch_at must carry a time zone, got {self.next_fetch_at!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """A feed document. `problem` says in words why it is none; then there are no entries."""

    entries: tuple[Entry, ...] = ()
    title: str = ""
    problem: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenArticle:
    """An article and where it came from.

    Args:
        published_from: Whether the feed or the page named the time, or the time of fetching stands in.
        entry_url: Canonical form of the entry's link; differs from `article.url` where the page
            named another one.
    """

    article: Article
    published_from: PublishedFrom
    entry_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Discard:
    """An entry that is no article of ours. `url` is the entry's link, "" where it has none."""

    url: str
    reason: DiscardReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An entry whose page could not be had: its canonical url, and whether asking again will not help."""

    url: str
    title: str
    reason: str
    is_final: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchResult:
    """One visit to one feed; see the top of this module.

    Args:
        moved_to: The address a permanent redirect (301, 308) leads to; to be believed by a person
            or after repetition, not at once.
        entry_count: Entries the document held, after the limit.
    """

    feed: FeedState
    outcome: Outcome
    taken: tuple[TakenArticle, ...] = ()
    discards: tuple[Discard, ...] = ()
    failures: tuple[Failure, ...] = ()
    seen_urls: tuple[str, ...] = ()
    postponed_count: int = 0
    entry_count: int = 0
    moved_to: str | None = None

    @property
    def articles(self) -> tuple[Article, ...]:
        """The new articles alone."""
        return tuple(taken.article for taken in self.taken)

    @property
    def discards_by_reason(self) -> dict[str, int]:
        """How many entries were discarded under each name."""
        return dict(Counter(discard.reason for discard in self.discards))
