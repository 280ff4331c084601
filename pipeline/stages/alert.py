"""Alert: the rules against events they have not seen; then what waits in the outbox, sent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from pipeline.alert.records import Receiver
from pipeline.alert.rule import Rule
from pipeline.config import Settings, load_settings
from pipeline.postgres.database import Session
from pipeline.stages.common import Counts, counted, database
from pipeline.stages.deliver import deliver
from pipeline.stages.due import beat, tell_due
from pipeline.stages.matching import matched
from pipeline.stages.raising import alert_event, raise_alerts
from pipeline.stages.rulebook import sync_rules
from pipeline.stages.windows import silent, windowed

ALERT_AT_ONCE = 3_000


def alert(run_key: str = "", settings: Settings | None = None) -> Counts:
    """Hold the rules against events they have not seen, then send what is due."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    rules, receivers = sync_rules(home, settings)
    with home.session() as session:
        counts = ring(session, rules, receivers, settings)
    return counted("alert", run_key, started, counts)


def ring(
    session: Session, rules: Mapping[str, Rule], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str]:
    """Match what waits, tell what is due, deliver, and say last of all that we live; what came of it."""
    counts: Counter[str] = Counter({"events": 0, "alerts": 0, "sent": 0})

    def match_all() -> None:
        while matched := _match_some(session, rules, receivers, settings):
            counts.update(matched)

    match_all()
    with session.transaction() as transaction:
        transaction.all("lock_alert")
        counts.update(raise_alerts(transaction, silent(transaction, rules), receivers, settings))
    counts.update(tell_due(session, rules, receivers, settings))
    counts.update(deliver(session, receivers, settings, meanwhile=match_all))
    # A watchman elsewhere rings when nothing comes any more, and not before all is done.
    beat(session, receivers, settings)
    return counts


def _match_some(
    session: Session, rules: Mapping[str, Rule], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str] | None:
    with session.transaction() as transaction:
        transaction.all("lock_alert")
        events = [alert_event(row) for row in transaction.all("claim_pending_events", limit=ALERT_AT_ONCE)]
        if not events:
            return None
        met = windowed(transaction, matched(transaction, rules, events))
        raised = raise_alerts(transaction, met, receivers, settings)
        transaction.run("delete_pending_events", event_ids=[event.id for event in events])
    return Counter({"events": len(events)}) + raised
