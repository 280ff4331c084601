"""The texts of articles, taken anew from the pages that were kept: after the way to them was mended."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import zstandard

from pipeline.config import Settings
from pipeline.fetch.article import Origin, Page, take_article
from pipeline.fetch.records import TakenArticle
from pipeline.fetch.worker import WORKERS, ParserError
from pipeline.model import Entry
from pipeline.postgres.clean import as_json
from pipeline.stages.common import Counts, counted, database, iso, log

PAGES_AT_ONCE = 100


def reread(settings: Settings, *, source: str | None = None) -> Counts:
    """Read kept pages again; a text that is another now is a new revision of its article.

    Args:
        source: Of this publisher alone.

    Returns:
        How many pages were read, and how many gave another text.
    """
    started = time.monotonic()
    after_id, read_count, changed_count = 0, 0, 0
    with database(settings).session() as session, ThreadPoolExecutor(WORKERS) as threads:
        while True:
            with session.transaction() as transaction:
                rows = transaction.all("kept_pages", after_id=after_id, source=source, limit=PAGES_AT_ONCE)
            if not rows:
                break
            after_id, read_count = rows[-1]["article_id"], read_count + len(rows)
            changed = [one for one in threads.map(_changed, rows) if one]
            changed_count += len(changed)
            if changed:
                with session.transaction() as transaction:
                    transaction.all("insert_revisions", revisions=as_json(changed, default=iso))
    return counted("reread", "", started, {"pages": read_count, "revisions": changed_count})


def _changed(row: dict[str, Any]) -> dict[str, Any] | None:
    """The new version of an article, as a row of its revisions; None where its page gives what we have."""
    entry = Entry(guid=None, url=row["article_url"], title=row["title"], published_at=row["published_at"])
    origin = Origin(source=row["source"], feed_id=row["feed_id"], fetched_at=row["fetched_at"])
    body = zstandard.decompress(bytes(row["body_zstd"]))
    page = Page(body=body, url=row["url"], content_type=row["content_type"])
    try:
        taken = take_article(entry, page, origin)
    except ParserError as error:
        log.warning("page not read stage=reread article=%d error=%r", row["article_id"], str(error)[:300])
        return None
    if not isinstance(taken, TakenArticle) or taken.article.text_method.startswith("feed_"):
        return None
    if taken.article.text == row["newest_text"]:
        return None
    return {
        "url": row["article_url"],
        "title": row["newest_title"],
        "text": taken.article.text,
        "published_at": row["published_at"],
    }
