"""Store: accepted candidates in, events and mentions out, with a look of the rules owed to each."""

from __future__ import annotations

import time
from collections import Counter

from pipeline.config import Settings, load_settings
from pipeline.postgres.database import Session
from pipeline.postgres.rows import candidate_from
from pipeline.stages.common import Counts, counted, database
from pipeline.store.merge import mention_rows

STORE_AT_ONCE = 5_000


def store(batch_id: int, settings: Settings | None = None) -> Counts:
    """Merge accepted candidates into events and mentions, and owe the rules a look at each."""
    settings = settings or load_settings()
    started = time.monotonic()
    counts: Counter[str] = Counter({"events_new": 0, "events_changed": 0, "mentions": 0})
    with database(settings).session() as session:
        while stored := _store_some(session):
            counts.update(stored)
        with session.transaction() as transaction:
            counts["pending_alerts"] = (transaction.one("count_pending_alerts") or {})["event_count"]
            counts["articles_left"] = int((transaction.one("is_article_waiting") or {})["is_waiting"])
    return counted("store", batch_id, started, counts)


def _store_some(session: Session) -> Counter[str] | None:
    with session.transaction() as transaction:
        transaction.all("lock_store")
        claimed = transaction.all("claim_accepted", limit=STORE_AT_ONCE)
        if not claimed:
            return None
        rows = mention_rows((row["id"], row["article_id"], candidate_from(row)) for row in claimed)
        transaction.run("stage_mentions")
        columns = (
            "event_key", "event_date", "candidate_id", "article_id", "trigger_start", "trigger_end", "trigger_text",
        )  # fmt: skip
        transaction.copy("staged_mentions", columns, rows)
        transaction.all("ensure_months")
        transaction.run("mark_stored")
        events = transaction.all("upsert_events")
        mentions = transaction.all("insert_mentions")
        transaction.run("insert_pending_alerts")
    new = sum(event["revision"] == 1 for event in events)
    return Counter({"events_new": new, "events_changed": len(events) - new, "mentions": len(mentions)})
