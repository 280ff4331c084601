"""Store: accepted candidates in, events and mentions out, with a look of the rules owed to each."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.config import Settings, load_settings
from pipeline.errors import StoreBusyError, StoreError
from pipeline.postgres.database import Session, Transaction
from pipeline.postgres.rows import candidate_from
from pipeline.stages.common import About, Counts, counted, database, log, quarantine
from pipeline.stages.incidents import settle
from pipeline.store.wording import found_by, handles, wording_from

STORE_AT_ONCE = 5_000
MERGE_AT_ONCE = 500


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
            stored, last_id = _store_some(session, last_id, STORE_AT_ONCE)
            counts.update(stored)
        counts.update(_merge_anew(session))
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
        keys = [{"id": row["id"], **found_by(candidate_from(row))} for row in rows]
        if keys:
            transaction.run("save_event_keys", keys=json.dumps(keys))
        return len(keys)

    def handles_of_some(transaction: Transaction) -> int:
        rows = transaction.all("claim_without_handles", limit=STORE_AT_ONCE)
        given = [{"id": row["id"], "handles": handles(wording_from(row))} for row in rows]
        if given:
            transaction.run("save_handles", wordings=json.dumps(given))
        return len(given)

    while session.retried(some) or session.retried(handles_of_some):
        pass


def _store_some(session: Session, after_id: int, limit: int) -> tuple[Counter[str], int | None]:
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


def merge_staged(transaction: Transaction, reasons: Mapping[int, str] | None = None) -> Counter[str]:
    """Merge the staged candidates into events and mentions; the rules are owed no look at them by this alone.

    Args:
        reasons: Ids of events whose tellings changed otherwise, each with why.
    """
    return _merge(transaction, reasons or {}, ())[0]


def _merge(
    transaction: Transaction, reasons: Mapping[int, str], wordings: Sequence[int]
) -> tuple[Counter[str], set[int]]:
    """Merge the staged candidates, and look anew at events with a reason, which these wordings tell.

    Returns:
        What came of it, and the events that must wait, since another session holds one that they belong to.
    """
    transaction.run("analyze_staged_candidates")
    transaction.run("stage_wordings")
    waiting = transaction.run("leave_busy_events")
    transaction.run("insert_wordings")
    transaction.run("analyze_staged_wordings")
    settled = settle(transaction, wordings)
    transaction.run("stage_mentions")
    further: dict[int, str | None] = dict.fromkeys(settled.touched) | dict(reasons)
    transaction.run(
        "stage_events",
        further=json.dumps([{"event_id": event, "reason": reason} for event, reason in further.items()]),
        fresh=json.dumps([{"event_id": event} for event in settled.fresh]),
    )
    transaction.run("analyze_staged_events")
    transaction.run("stage_values")
    transaction.run("analyze_staged_values")
    new = transaction.run("insert_events")
    changed = transaction.run("revise_events") + transaction.run("recount_events")
    successors = [{"event_id": event, "superseded_by": heir} for event, heir in settled.successors.items()]
    ended = transaction.run("end_events", successors=json.dumps(successors))
    mentions = transaction.run("insert_mentions")
    transaction.run("redate_mentions", moved_ids=sorted(settled.touched))
    transaction.run("redate_pending_alerts")
    transaction.run("save_event_revisions")
    counts = {"events_new": new, "events_changed": changed, "events_ended": ended, "mentions": mentions}
    return Counter(counts | {"waiting": waiting}), settled.postponed


def _merge_anew(session: Session) -> Counter[str]:
    """Look anew at the events whose tellings changed by something else than a new one."""

    waiting: set[int] = set()

    def some(transaction: Transaction) -> Counter[str] | None:
        transaction.all("lock_store")
        claimed = transaction.all("claim_merges", limit=MERGE_AT_ONCE, but=sorted(waiting))
        if not claimed:
            return None
        ids = [row["event_id"] for row in claimed]
        transaction.run("withdraw_mentions", event_ids=ids)
        transaction.run("drop_wordings", event_ids=ids)
        wordings = [row["id"] for row in transaction.all("wordings_of_events", event_ids=ids)]
        transaction.run("make_staging")
        reasons = {row["event_id"]: row["reason"] for row in claimed}
        counts, postponed = _merge(transaction, reasons, wordings)
        transaction.run("insert_pending_alerts")
        transaction.run("forget_merges", event_ids=sorted(set(ids) - postponed))
        waiting.update(ids)
        return counts

    counts: Counter[str] = Counter()
    while made := session.retried(some):
        counts.update(made)
    return counts
