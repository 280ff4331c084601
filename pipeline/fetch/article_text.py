"""Inside the child: an entry and the bytes of its page into an article, or the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from pipeline.fetch.announced import ANNOUNCED_CHARACTERS, MINIMUM_LETTERS, letter_count, tells_same
from pipeline.fetch.article import Origin, Page
from pipeline.fetch.dates import parse_date, sane_date
from pipeline.fetch.feed_text import FULL_TEXT_LETTERS, feed_text
from pipeline.fetch.records import Discard, DiscardReason, PublishedFrom, TakenArticle
from pipeline.fetch.text import paragraphs, title_text
from pipeline.fetch.url import canonical_url, choose_canonical
from pipeline.model import Article, Entry

# A title made of a text that has none.
TITLE_WORDS = 14
# A page's text of fewer letters may be the beginning of one; half the articles of agencies have three times as many.
SHORT_LETTERS = 600
LANGUAGE = "en"
# A paragraph or two tell the language as surely as the whole article.
LANGUAGE_CHARACTERS = 1_500
HTML_TYPES = ("", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageText:
    """What a page gave: its text ("" where none was found), title, canonical link, day of publication.

    `is_paid`: it says that its text is not for everybody.
    """

    text: str = ""
    method: str = ""
    title: str = ""
    canonical: str | None = None
    published_at: datetime | None = None
    is_paid: bool = False


def read_article(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """What `take_article` asks, in JSON's types."""
    entry, origin, page = header["entry"], header["origin"], header["page"]
    published_at = entry["published_at"] and datetime.fromisoformat(entry["published_at"])
    made = make_article(
        Entry(**entry | {"published_at": published_at}),
        Page(**page | {"body": body}) if page else None,
        Origin(**origin | {"fetched_at": datetime.fromisoformat(origin["fetched_at"])}),
        is_part=header["is_part"],
    )
    if isinstance(made, Discard):
        return {"discarded": made.reason}
    times = {name: getattr(made.article, name).isoformat() for name in ("published_at", "fetched_at")}
    return {
        "discarded": None,
        "article": asdict(made.article) | times,
        "published_from": made.published_from,
        "entry_url": made.entry_url,
    }


def make_article(
    entry: Entry, page: Page | None, origin: Origin, *, is_part: bool = False
) -> TakenArticle | Discard:
    """Make an article of an entry and its page.

    Args:
        page: None where it could not be had: then the feed's own text is all there is.
        is_part: The entry shares its page with others, so that the page's text is not its own.

    Returns:
        The article: text in paragraphs parted by empty lines, `published_at` from the feed if sane,
        else the page's (a day alone is taken as its beginning in UTC), else `fetched_at`. `text_method` is
        "trafilatura", "resiliparse", "fragment" (the element its link names), "feed_content" or "feed_summary";
        `text_flags` say what may be wrong with it: "paywall" (the page says that it is not for everybody), "other_page"
        (a consent or log-in page stood in its place), "short", "summary_only" (the feed's teaser is all there is).
    """
    entry_url = canonical_url(entry.url)
    if not entry_url:
        return Discard(url=entry.url, reason="no_url")
    is_html = page is None or _type(page.content_type) in HTML_TYPES
    from_feed = feed_text(entry)
    announced = f"{entry.title} {from_feed[0]}"
    fragment = urlsplit(entry.url).fragment[:200] if is_part else ""
    is_read = page and page.body and is_html
    read = _read(page, announced, fragment, entry, origin) if page and is_read else PageText()
    page_url = (page.url if page else "") or entry.url
    is_other = letter_count(read.text) >= MINIMUM_LETTERS and not tells_same(announced, read.text)
    if is_other:
        read, page_url = PageText(is_paid=read.is_paid), entry.url
    text, text_method = _best_text(from_feed, read, is_part=is_part)
    title = entry.title or title_text(read.title, is_html=False) or _first_words(text)
    text = _without_headline(text, title)
    language = detect_language(text)
    if reason := _why_not(title, language, is_html=is_html, is_other=is_other):
        return Discard(url=entry.url, reason=reason)
    published_at, published_from = _published(entry, read, origin.fetched_at)
    named = None if is_part else read.canonical
    article = Article(
        url=choose_canonical(entry.url, page_url, named, is_trusted=bool(page and page.is_trusted)),
        source=origin.source,
        title=title,
        text=text,
        published_at=published_at,
        fetched_at=origin.fetched_at,
        language=language,
        feed_id=origin.feed_id,
        text_method=text_method,
        text_flags=_flags(text, text_method, is_paid=read.is_paid, is_other=is_other),
    )
    return TakenArticle(article=article, published_from=published_from, entry_url=entry_url)


def detect_language(text: str) -> str:
    """ISO 639-1 of the text's language; "" below 50 letters, where nobody can tell."""
    if letter_count(text) < MINIMUM_LETTERS:
        return ""
    import py3langid

    return str(py3langid.classify(text[:LANGUAGE_CHARACTERS])[0])


def _best_text(from_feed: tuple[str, str], read: PageText, *, is_part: bool) -> tuple[str, str]:
    """The page's text, unless the feed has more of it than a page that shows only the beginning."""
    enough = MINIMUM_LETTERS if is_part else FULL_TEXT_LETTERS
    if is_part and letter_count(from_feed[0]) >= enough:
        return from_feed
    if letter_count(read.text) >= min(enough, letter_count(from_feed[0])):
        return (read.text, read.method) if read.text else from_feed
    return from_feed


def _first_words(text: str) -> str:
    """A title for a text that has none: its first sentence, or the beginning of it."""
    first = re.split(r"(?<=[.!?])\s|\n", text, maxsplit=1)[0].split()
    return " ".join(first[:TITLE_WORDS]) + ("…" if len(first) > TITLE_WORDS else "")


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
    if read.published_at:
        return read.published_at, "page"
    return fetched_at, "fetch"


def _flags(text: str, text_method: str, *, is_paid: bool, is_other: bool) -> tuple[str, ...]:
    letters, is_from_feed = letter_count(text), text_method.startswith("feed_")
    found = {
        "paywall": is_paid,
        "other_page": is_other,
        "short": not is_from_feed and letters < SHORT_LETTERS,
        "summary_only": is_from_feed and letters < FULL_TEXT_LETTERS,
    }
    return tuple(name for name, is_found in found.items() if is_found)


def _read(page: Page, announced: str, fragment: str, entry: Entry, origin: Origin) -> PageText:
    from pipeline.fetch.page_document import read_page

    header = {
        "url": page.url or entry.url,
        "charset": _charset(page.content_type),
        "announced": announced[:ANNOUNCED_CHARACTERS],
        "fragment": fragment,
        "wants_date": sane_date(entry.published_at, fetched_at=origin.fetched_at) is None,
        "max_date": origin.fetched_at.astimezone(UTC).strftime("%Y-%m-%d"),
    }
    answer = read_page(page.body, header)
    dates = (
        sane_date(parse_date(date, country=origin.country), fetched_at=origin.fetched_at)
        for date in answer["dates"]
    )
    return PageText(
        text=paragraphs(answer["text"]),
        method=answer["method"],
        title=answer["title"],
        canonical=answer["canonical"],
        published_at=next((date for date in dates if date), None),
        is_paid=answer["is_paid"],
    )


def _type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    return str(message.get_content_charset() or "")
