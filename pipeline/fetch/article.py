"""Articles: an entry and its page in, an article out, or the reason why there is none. The work is a child's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipeline.fetch import worker
from pipeline.fetch.records import Discard, TakenArticle
from pipeline.fetch.worker import ParserError
from pipeline.model import Article, Entry

# A page takes 5 ms; nested a thousandfold it took trafilatura two minutes.
SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Whose entry it is: the publisher, its country (ISO 3166 alpha-3), the feed, and the time of fetching."""

    source: str
    country: str | None = None
    feed_id: int | None
    fetched_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """An answer as it came: inflated bytes, where from after redirects, the type as sent.

    `is_trusted`: its host may name a canonical address of another site (`choose_canonical`).
    """

    body: bytes
    url: str = ""
    content_type: str = ""
    is_trusted: bool = False


def take_article(
    entry: Entry, page: Page | None, origin: Origin, *, is_part: bool = False
) -> TakenArticle | Discard:
    """Make an article of an entry and its page; see `article_text.make_article`.

    Args:
        page: None where it could not be had: then the feed's own text is all there is.
        is_part: The entry shares its page with others, so that the page's text is not its own.
    """
    about = {
        "entry": asdict(entry) | {"published_at": entry.published_at and entry.published_at.isoformat()},
        "origin": asdict(origin) | {"fetched_at": origin.fetched_at.isoformat()},
        "is_part": is_part,
        "page": asdict(page) | {"body": None} if page else None,
    }
    try:
        answer = worker.parse("article", about, page.body if page else b"", seconds=SECONDS)
    except ParserError:
        if page is None:
            raise
        # A page that kills its parser has no text; the feed's own may do.
        answer = worker.parse("article", about | {"page": None}, b"", seconds=SECONDS)
    if answer["discarded"]:
        return Discard(url=entry.url, reason=answer["discarded"])
    return TakenArticle(
        article=_article(answer["article"], origin),
        published_from=answer["published_from"],
        entry_url=answer["entry_url"],
    )


def _article(values: dict[str, Any], origin: Origin) -> Article:
    return Article(
        **values
        | {
            "published_at": datetime.fromisoformat(values["published_at"]),
            "fetched_at": origin.fetched_at,
            "text_flags": tuple(values["text_flags"]),
        }
    )
