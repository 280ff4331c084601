"""Upkeep: what is done every night, and the watch that is kept all day."""

from __future__ import annotations

from pipeline.config import Settings, load_settings
from pipeline.stages.common import Counts, database, log

# A little above the limits that the analyst's role starts with (sql/views/99_grants.sql): who kept them is never ended.
ANALYST_STATEMENT_SECONDS = 330
ANALYST_TRANSACTION_SECONDS = 660


def upkeep(settings: Settings | None = None) -> Counts:
    """Give the analyst's role its rights and limits anew."""
    with database(settings or load_settings()).session() as session:
        session.retried(lambda transaction: transaction.all("keep_analyst_read_only"))
    return {}


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
