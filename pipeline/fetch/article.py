"""Articles: an entry and its page in, an article out, or the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any

from pipeline.fetch import worker
from pipeline.fetch.dates import parse_date, sane_date
from pipeline.fetch.records import Discard, DiscardReason, PublishedFrom, TakenArticle
from pipeline.fetch.text import html_text, letter_count, paragraphs, title_text
from pipeline.fetch.url import canonical_url, choose_canonical
from pipeline.model import Article, Entry

# A page takes 20 ms; nested a thousandfold it took trafilatura two minutes.
SECONDS = 10.0
# py3langid is right on 50 letters and guesses on fewer; a shorter text also tells no event.
MINIMUM_LETTERS = 50
# A feed that gives this much gives the article, not its teaser.
FULL_TEXT_LETTERS = 1_000
# Of the words a feed announces its page has a half or more; a consent page one in twenty.
MINIMUM_SHARED = 0.2
MINIMUM_ANNOUNCED = 3
MAXIMUM_TEXT = 500_000
LANGUAGE = "en"
HTML_TYPES = ("", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageText:
    """What a page gave: its text ("" where none was found), title, canonical link, day of publication."""

    text: str = ""
    title: str = ""
    canonical: str | None = None
    published_at: datetime | None = None


def take_article(
    entry: Entry,
    page: bytes | None,
    *,
    source: str,
    feed_id: int | None,
    fetched_at: datetime,
    page_url: str = "",
    content_type: str = "",
    is_trusted: bool = False,
) -> TakenArticle | Discard:
    """Make an article of an entry and its page.

    Args:
        page: Inflated bytes; None where it could not be had: then the feed's own text is all there is.
        page_url: Where the page came from after redirects; the entry's link if empty.
        content_type: Of the page, as sent.
        is_trusted: The page's host may name a canonical address of another site (`choose_canonical`).

    Returns:
        The article: text in paragraphs parted by empty lines, `published_at` from the feed if sane,
        else the page's (a day, taken as its beginning in UTC), else `fetched_at`. `text_method` is
        "trafilatura", "feed_content" or "feed_summary".
    """
    entry_url = canonical_url(entry.url)
    if not entry_url:
        return Discard(url=entry.url, reason="no_url")
    is_html = _type(content_type) in HTML_TYPES
    read = (
        _read(page, entry, page_url or entry.url, content_type, fetched_at)
        if page and is_html
        else PageText()
    )
    title = entry.title or title_text(read.title, is_html=False)
    from_feed = feed_text(entry)
    announced = f"{entry.title} {from_feed[0]}"
    is_other = letter_count(read.text) >= MINIMUM_LETTERS and not tells_same(announced, read.text)
    if is_other:
        read, page_url = PageText(), entry.url
    text, text_method = _best_text(from_feed, read)
    text = _without_headline(text, title)
    language = detect_language(text)
    if reason := _why_not(title, language, is_html=is_html or page is None, is_other=is_other):
        return Discard(url=entry.url, reason=reason)
    published_at, published_from = _published(entry, read, fetched_at)
    article = Article(
        url=choose_canonical(entry.url, page_url or entry.url, read.canonical, is_trusted=is_trusted),
        source=source,
        title=title,
        text=text,
        published_at=published_at,
        fetched_at=fetched_at,
        language=language,
        feed_id=feed_id,
        text_method=text_method,
    )
    return TakenArticle(article=article, published_from=published_from, entry_url=entry_url)


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


def tells_same(announced: str, text: str) -> bool:
    """Whether a page's text is about what the feed announced, by the words of four letters and more.

    Consent, log-in and error pages answer 200 and have a text; but no word of the headline. True where
    the feed announced too little to tell.
    """
    words = _long_words(announced[:2_000])
    return len(words) < MINIMUM_ANNOUNCED or len(words & _long_words(text)) >= len(words) * MINIMUM_SHARED


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))


def detect_language(text: str) -> str:
    """ISO 639-1 of the text's language; "" below 50 letters, where nobody can tell."""
    if letter_count(text) < MINIMUM_LETTERS:
        return ""
    import py3langid

    return str(py3langid.classify(text[:5_000])[0])


def _best_text(from_feed: tuple[str, str], read: PageText) -> tuple[str, str]:
    """The page's text, unless the feed has more of it than a page that shows only the beginning."""
    if letter_count(read.text) >= min(FULL_TEXT_LETTERS, letter_count(from_feed[0])):
        return (read.text, "trafilatura") if read.text else from_feed
    return from_feed


def _without_headline(text: str, title: str) -> str:
    """Pages repeat the title above the text; told twice it would be two sentences of the article."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and first.casefold() == title.casefold() else text


def _why_not(title: str, language: str, *, is_html: bool, is_other: bool) -> DiscardReason | None:
    if not title:
        return "no_title"
    if not language:
        return "not_article" if is_other else "too_short" if is_html else "not_html"
    return None if language == LANGUAGE else "not_english"


def _published(entry: Entry, read: PageText, fetched_at: datetime) -> tuple[datetime, PublishedFrom]:
    if from_feed := sane_date(entry.published_at, fetched_at=fetched_at):
        return from_feed, "feed"
    if from_page := sane_date(read.published_at, fetched_at=fetched_at):
        return from_page, "page"
    return fetched_at, "fetch"


def _read(page: bytes, entry: Entry, url: str, content_type: str, fetched_at: datetime) -> PageText:
    header = {
        "url": url,
        "charset": _charset(content_type),
        "wants_date": sane_date(entry.published_at, fetched_at=fetched_at) is None,
        "max_date": fetched_at.astimezone(UTC).strftime("%Y-%m-%d"),
    }
    try:
        answer: dict[str, Any] = worker.parse("page", header, page, seconds=SECONDS)
    except worker.ParserError:
        # A page that kills its parser has no text; the feed's own may do.
        return PageText()
    return PageText(
        text=paragraphs(answer["text"]),
        title=answer["title"],
        canonical=answer["canonical"],
        published_at=parse_date(answer["date"]),
    )


def _type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    return str(message.get_content_charset() or "")
