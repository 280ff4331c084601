"""What an entry tells by itself, without its page."""

from __future__ import annotations

from pipeline.fetch.announced import MINIMUM_LETTERS, letter_count
from pipeline.fetch.text import html_text
from pipeline.model import Entry

# A feed that gives this much gives the article, not its teaser.
FULL_TEXT_LETTERS = 1_000
MAXIMUM_TEXT = 500_000


def is_whole_in_feed(entry: Entry) -> bool:
    """Whether an entry that shares its page has a text of its own, so that the page need not be read."""
    return letter_count(feed_text(entry)[0]) >= MINIMUM_LETTERS


def feed_text(entry: Entry) -> tuple[str, str]:
    """The longer of the entry's content and summary as plain text, and which it was."""
    content, summary = html_text(entry.content_html), html_text(entry.summary_html)
    longer = (
        (content, "feed_content") if len(content) >= len(summary) and content else (summary, "feed_summary")
    )
    return longer[0][:MAXIMUM_TEXT], longer[1]


def has_full_text(entry: Entry) -> bool:
    """Whether the feed itself carries the article, so that a page that cannot be had is no loss."""
    return letter_count(feed_text(entry)[0]) >= FULL_TEXT_LETTERS
