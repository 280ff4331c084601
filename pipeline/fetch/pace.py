"""How often a feed is visited, by what it brings: pure, from what the last visit found.

A feed that brings news is visited sooner, one that brings none later; twice in a row before anything changes, as one
busy hour is no pace. Between bounds, and never sooner than the feed or its server asks.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.fetch.records import FeedState

# Bounds where nobody gave an interval. Five minutes are soon enough for a newsroom's feed, which lists twenty entries;
# a feed that sleeps is still looked at six times a day.
SHORTEST_SECONDS, LONGEST_SECONDS = 300, 14_400
# An interval that somebody gave is the most; a feed that brings much may be visited this much sooner, to a minute.
GIVEN_SHARE, GIVEN_SHORTEST_SECONDS = 0.25, 60
# One more entry between two visits is news; so many are a reason to come sooner, lest they wait or fall off the end.
BRISK_ENTRIES = 3
BRISK_KNOWN_SHARE = 1 / 3
STEP = 1.5
VISITS_IN_A_ROW = 2
# Content servers state a year for what changes hourly; a feed may say no more than this.
MOST_ASKED_SECONDS = LONGEST_SECONDS


def interval(feed: FeedState) -> int:
    """Seconds from one visit of a feed to the next while all is well."""
    return max(feed.adapted_seconds or feed.interval_seconds, feed.asked_seconds)


def paced(feed: FeedState, *, shown_count: int, known_count: int, asked_seconds: int) -> FeedState:
    """The feed with the interval that a good visit asks for.

    Args:
        shown_count: Entries of a new document; 0 after a 304 or the same document.
        known_count: Those of them that brought nothing new.
        asked_seconds: What the feed (ttl) or its server (max-age) asks for; 0 for nothing.
    """
    vote = _vote(shown_count, known_count) if feed.adapted_seconds else 0
    count = feed.adapting_count + vote if vote * feed.adapting_count >= 0 else vote
    seconds = _within_bounds(feed, float(feed.adapted_seconds or feed.interval_seconds))
    if abs(count) >= VISITS_IN_A_ROW:
        seconds = _within_bounds(feed, seconds * STEP if count > 0 else seconds / STEP)
        count = 0
    return replace(
        feed,
        asked_seconds=min(asked_seconds, MOST_ASKED_SECONDS),
        adapted_seconds=round(seconds),
        adapting_count=count if vote else 0,
    )


def _vote(shown_count: int, known_count: int) -> int:
    """-1 for sooner, 1 for later, 0 for neither."""
    new_count = shown_count - known_count
    if not new_count:
        return 1
    return -1 if new_count >= BRISK_ENTRIES or known_count <= shown_count * BRISK_KNOWN_SHARE else 0


def _within_bounds(feed: FeedState, seconds: float) -> float:
    least, most = float(SHORTEST_SECONDS), float(LONGEST_SECONDS)
    if feed.is_interval_given:
        most = float(feed.interval_seconds)
        least = min(most, max(GIVEN_SHORTEST_SECONDS, most * GIVEN_SHARE))
    return min(max(seconds, least), most)
