"""Alert: the rules against events they have not seen; then what waits in the outbox, sent."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Sequence

from pipeline.alert.decide import match_of
from pipeline.alert.match import matches, why
from pipeline.alert.receivers import load_receivers
from pipeline.alert.records import AlertEvent, Match, Receiver, Rule
from pipeline.alert.rules import load_rules
from pipeline.config import Settings, load_settings
from pipeline.postgres.database import Database, Session, Transaction
from pipeline.stages.common import Counts, counted, database, quarantine
from pipeline.stages.deliver import deliver
from pipeline.stages.due import beat, tell_due
from pipeline.stages.raising import alert_event, quarantine_pair, raise_alerts

ALERT_AT_ONCE = 500


def alert(run_key: str = "", settings: Settings | None = None) -> Counts:
    """Hold the rules against events they have not seen, then send what is due."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    rules, receivers = _load_rules(home, settings)
    with home.session() as session:
        counts = ring(session, rules, receivers, settings)
    return counted("alert", run_key, started, counts)


def ring(
    session: Session, rules: Sequence[Rule], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str]:
    """Match what waits, tell what is due, deliver, and say last of all that we live; what came of it."""
    counts: Counter[str] = Counter({"events": 0, "alerts": 0, "sent": 0})

    def match_all() -> None:
        while matched := _match_some(session, rules, receivers, settings):
            counts.update(matched)

    match_all()
    counts.update(tell_due(session, rules, receivers, settings))
    counts.update(deliver(session, receivers, settings, meanwhile=match_all))
    # A watchman elsewhere rings when nothing comes any more, and not before all is done.
    beat(session, receivers, settings)
    return counts


def _load_rules(home: Database, settings: Settings) -> tuple[tuple[Rule, ...], dict[str, Receiver]]:
    receivers, bad_receivers = load_receivers(settings.receivers_path)
    rules, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    shown = [
        {"rule": rule.id, "title": rule.title, "severity": rule.severity, "status": rule.status,
         "definition": rule.model_dump(mode="json", by_alias=True, exclude_defaults=True,
                                       include={"match", "window", "group_by", "notify"})}
        for rule in rules
    ]  # fmt: skip
    with home.transaction() as transaction:
        transaction.run("save_rules", rules=json.dumps(shown))
        for problem in (*bad_receivers, *bad_rules):
            quarantine(
                transaction,
                "alert",
                re.split(r"(?::\d+)?: ", str(problem), maxsplit=1)[0],
                str(problem),
                None,
            )
    return rules, receivers


def _match_some(
    session: Session, rules: Sequence[Rule], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str] | None:
    with session.transaction() as transaction:
        transaction.all("lock_alert")
        events = [alert_event(row) for row in transaction.all("claim_pending_events", limit=ALERT_AT_ONCE)]
        if not events:
            return None
        met = [match for event in events for rule in rules if (match := _met(transaction, rule, event))]
        raised = raise_alerts(transaction, met, receivers, settings)
        transaction.run("delete_pending_events", event_ids=[event.id for event in events])
    return Counter({"events": len(events)}) + raised


def _met(transaction: Transaction, rule: Rule, event: AlertEvent) -> Match | None:
    try:
        return match_of(rule, event, why(rule, event)) if matches(rule, event) else None
    except Exception as error:  # noqa: BLE001  (the edge of one event and rule: the others are held against each other)
        quarantine_pair(transaction, rule, event, error)
        return None
