"""Upkeep: what is done every night, and the watch that is kept all day."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.postgres.database import Session, Transaction
from pipeline.stages.common import Counts, counted, database, log
from pipeline.stages.erase import erase_again

# What is dropped when its time is over: query, and the setting of how many days it is kept. The quarantine before the
# candidates, which are kept while they lie in it.
DROPS = (
    ("drop_texts", "keep_text_days"),
    ("drop_revisions", "keep_text_days"),
    ("drop_signatures", "keep_text_days"),
    ("drop_quarantine", "keep_quarantine_days"),
    ("drop_candidates", "keep_candidate_days"),
    ("drop_seen_urls", "keep_seen_url_days"),
    ("drop_pages", "keep_page_days"),
    ("drop_idle_hosts", "keep_seen_url_days"),
    ("drop_notifications", "keep_notification_days"),
    ("drop_batches", "keep_batch_days"),
)
DROP_AT_ONCE = 2_000  # rows a transaction: some tenths of a second, so that no stage waits for it
LONGEST_SECONDS = 1_200  # what is left then goes the next night

# A little above the limits that the analyst's role starts with (sql/views/99_grants.sql): who kept them is never ended.
ANALYST_STATEMENT_SECONDS = 330
ANALYST_TRANSACTION_SECONDS = 660


def upkeep(settings: Settings | None = None, *, at_once: int = DROP_AT_ONCE) -> Counts:
    """Drop what is older than the settings keep, write down how large the tables are, set the analyst's limits anew."""
    settings = settings or load_settings()
    started = time.monotonic()
    counts: Counter[str] = Counter()
    with database(settings).session() as session:
        session.retried(lambda transaction: transaction.all("keep_analyst_read_only"))
        session.retried(lambda transaction: transaction.run("delete_old_rule_hits"))
        for query, setting in DROPS:
            if keep_days := getattr(settings, setting):
                counts[query] = _drop(session, query, keep_days, at_once, ends_at=started + LONGEST_SECONDS)
        counts.update(erase_again(session))
        for query in ("add_up_tallies", "drop_empty_rollups", "measure_tables"):
            session.retried(partial(_run, query))
    return counted("upkeep", "", started, counts)


def _run(query: str, transaction: Transaction) -> int:
    return transaction.run(query)


def _drop(session: Session, query: str, keep_days: int, at_once: int, *, ends_at: float) -> int:
    dropped = 0
    while time.monotonic() < ends_at:
        some = session.retried(lambda transaction: transaction.run(query, keep_days=keep_days, limit=at_once))
        dropped += some
        if some < at_once:
            break
    return dropped


def table_sizes(settings: Settings) -> list[dict[str, Any]]:
    """How large each table is and how fast it grows: table_name, total_bytes, row_count, bytes_a_day (or None)."""
    with database(settings).transaction() as transaction:
        return transaction.all("report_sizes")


def watch(
    settings: Settings | None = None,
    *,
    statement_seconds: float = ANALYST_STATEMENT_SECONDS,
    transaction_seconds: float = ANALYST_TRANSACTION_SECONDS,
) -> Counts:
    """End what the analyst's role runs for too long; it may have set its own limits to nothing."""
    with database(settings or load_settings()).transaction() as transaction:
        ended = transaction.all(
            "end_overlong", statement_seconds=statement_seconds, transaction_seconds=transaction_seconds
        )
    for row in ended:
        log.warning("analyst %s stage=upkeep pid=%d seconds=%d", row["how"], row["pid"], row["seconds"])
    return {how: sum(row["how"] == how for row in ended) for how in ("cancelled", "disconnected")}
