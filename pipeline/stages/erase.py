"""Erase: a name goes from every row of every table, and its tombstone keeps it from coming back."""

from __future__ import annotations

import html
import re

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Session, Transaction
from pipeline.stages.common import Counts, database, log

PAGES_AT_ONCE = 200


def erase(name: str, settings: Settings) -> Counts:
    """Erase a name of a person in one transaction; rows by table that bore it.

    Rows stay: an event goes on to count, with marks where the name was. Not reached are backups, messages that
    were sent, and the file of alerts told by log.

    Raises:
        ConfigError: The name is empty.
        StoreError: It is too short to be told from other words.
    """
    if not name.strip():
        raise ConfigError("no name to erase was given")
    with database(settings).session() as session:
        return _erase(session, name)


def erase_again(session: Session) -> Counts:
    """Erase what came back of the names that have a tombstone."""
    with session.transaction() as transaction:
        names = [row["name"] for row in transaction.all("names_to_erase")]
    return {"erased_names": sum(bool(_erase(session, name)) for name in names)}


def _erase(session: Session, name: str) -> Counts:
    with session.transaction() as transaction:
        # Store must not merge a telling into rows that are just being changed.
        transaction.all("lock_store")
        counts = {
            row["table_name"]: int(row["row_count"]) for row in transaction.all("erase_name", name=name)
        }
        if pages := _erase_pages(transaction, name):
            counts["article_pages"] = counts.get("article_pages", 0) + pages
    # The name itself is not written down once more.
    log.info("erased a name rows=%d tables=%s", sum(counts.values()), ",".join(counts))
    return counts


def _erase_pages(transaction: Transaction, name: str) -> int:
    """Delete the pages that have the name anywhere, beside the text as well; how many."""
    import zstandard

    pattern, after_id, found = _pattern(name), 0, []
    while rows := transaction.all("pages_behind", after_id=after_id, limit=PAGES_AT_ONCE):
        for row in rows:
            body = zstandard.decompress(bytes(row["body_zstd"]))
            if pattern.search(html.unescape(body.decode("utf-8", "replace"))) or pattern.search(
                body.decode("latin-1")
            ):
                found.append(row["article_id"])
        after_id = rows[-1]["article_id"]
    return transaction.run("delete_pages", article_ids=found)


def _pattern(name: str) -> re.Pattern[str]:
    """The name in any case, its words parted by up to three other signs."""
    words = [re.escape(word) for word in re.findall(r"[^\W_]+", name)]
    return re.compile(r"(?<![^\W_])" + r"(?:[\W_]{0,3}|%20)".join(words) + r"(?![^\W_])", re.IGNORECASE)
