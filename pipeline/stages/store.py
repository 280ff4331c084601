"""Store: accepted candidates in, events and mentions out, with a look of the rules owed to each."""

from __future__ import annotations

import json
import time
from collections import Counter

from pipeline.config import Settings, load_settings
from pipeline.errors import StoreBusyError, StoreError
from pipeline.postgres.database import Session, Transaction
from pipeline.postgres.rows import candidate_from
from pipeline.stages.common import About, Counts, counted, database, log, quarantine
from pipeline.store.merge import event_key

STORE_AT_ONCE = 5_000


def store(batch_id: int, settings: Settings | None = None) -> Counts:
    """Merge accepted candidates into events and mentions, and owe the rules a look at each.

    Raises:
        StoreBusyError: Others were in the way for longer than several tries last; nothing is half written.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    counts: Counter[str] = Counter({"events_new": 0, "events_changed": 0, "mentions": 0})
    with database(settings).session() as session:
        _give_keys(session)
        last_id: int | None = 0
        while last_id is not None:
            stored, last_id = _store_some(session, last_id)
            counts.update(stored)
        with session.transaction() as transaction:
            counts["pending_alerts"] = (transaction.one("count_pending_alerts") or {})["event_count"]
            counts["articles_left"] = int(transaction.one("first_waiting_article") is not None)
    if counts["waiting"]:
        log.warning(
            "candidates wait for an event that another session holds stage=store count=%d", counts["waiting"]
        )
    return counted("store", batch_id, started, counts)


def _give_keys(session: Session) -> None:
    """Give event keys to candidates that were coded by a version that wrote none."""

    def some(transaction: Transaction) -> int:
        rows = transaction.all("claim_without_key", limit=STORE_AT_ONCE)
        keys = [{"id": row["id"], "event_key": event_key(candidate_from(row))} for row in rows]
        if keys:
            transaction.run("save_event_keys", keys=json.dumps(keys))
        return len(keys)

    while session.retried(some):
        pass


def _store_some(
    session: Session, after_id: int, limit: int = STORE_AT_ONCE
) -> tuple[Counter[str], int | None]:
    """Store the candidates behind an id; what that gave, and the id to go on behind, or None at the end.

    Where Postgres refuses them, fewer are tried, until it is known which one it is; that one is quarantined.
    """

    def some(transaction: Transaction) -> tuple[Counter[str], int | None]:
        transaction.all("lock_store")
        transaction.run("make_staging")
        staged = transaction.one("stage_candidates", after_id=after_id, limit=limit)
        if not staged or not staged["candidate_count"]:
            return Counter(), None
        return _merged(transaction), int(staged["last_id"])

    try:
        return session.retried(some)
    except StoreBusyError:
        raise
    except StoreError as error:
        if session.connection.closed:
            raise
        if limit > 1:
            return _store_some(session, after_id, limit // 2)
        return _refuse_next(session, after_id, error)


def _refuse_next(session: Session, after_id: int, error: StoreError) -> tuple[Counter[str], int | None]:
    with session.transaction() as transaction:
        refused = transaction.one("refuse_next_candidate", after_id=after_id)
        if refused is None:
            raise error
        reason = f"not stored: {' '.join(str(error).split())}"
        about = About(candidate_id=refused["id"])
        quarantine(transaction, "store", str(refused["id"]), reason, refused["sentence"], about)
    return Counter({"quarantined": 1}), int(refused["id"])


def _merged(transaction: Transaction) -> Counter[str]:
    counts = merge_staged(transaction)
    transaction.run("insert_pending_alerts")
    transaction.run("mark_stored")
    return counts


def merge_staged(transaction: Transaction) -> Counter[str]:
    """Merge the staged candidates into events and mentions; the rules are owed no look at them by this alone."""
    transaction.run("analyze_staged_candidates")
    transaction.run("stage_events")
    waiting = transaction.run("leave_busy_events")
    transaction.run("stage_mentions")
    transaction.run("analyze_staged_events")
    transaction.run("stage_values")
    transaction.run("analyze_staged_values")
    new = transaction.run("insert_events")
    changed = transaction.run("revise_events") + transaction.run("recount_events")
    mentions = transaction.run("insert_mentions")
    return Counter({"events_new": new, "events_changed": changed, "mentions": mentions, "waiting": waiting})
