"""Alert: the rules against events they have not seen; then what waits in the outbox, sent."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from pipeline.alert.decide import alert_key, decide, group_key, notification_key
from pipeline.alert.match import matches, why
from pipeline.alert.message import compose, pack_message, unpack_message
from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.receivers import load_receivers
from pipeline.alert.records import AlertEvent, EarlierAlert, Notification, Reason, Receiver, Rule
from pipeline.alert.retry import next_attempt
from pipeline.alert.rules import load_rules
from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError, NotifyError, StoreBusyError
from pipeline.postgres.database import Database, Session, Transaction
from pipeline.stages.common import Counts, counted, database, database_time, log, quarantine

ALERT_AT_ONCE = 500


def alert(run_key: str = "", settings: Settings | None = None) -> Counts:
    """Hold the rules against events they have not seen, then send what is due."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    rules, receivers = _load_rules(home, settings)
    counts: Counter[str] = Counter({"events": 0, "alerts": 0, "sent": 0})
    with home.session() as session:
        while matched := _match_some(session, rules, receivers, settings):
            counts.update(matched)
        while sent := _send_one(session, receivers, settings):
            counts.update(sent)
    return counted("alert", run_key, started, counts)


def _load_rules(home: Database, settings: Settings) -> tuple[tuple[Rule, ...], dict[str, Receiver]]:
    receivers, bad_receivers = load_receivers(settings.receivers_path)
    rules, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    shown = [
        {"rule": rule.id, "title": rule.title, "severity": rule.severity, "status": rule.status,
         "definition": {"any": [asdict(branch) for branch in rule.any_branches],
                        "not": asdict(rule.not_branch) if rule.not_branch else None,
                        "group_by": rule.group_by, "notify": rule.notify}}
        for rule in rules
    ]  # fmt: skip
    with home.transaction() as transaction:
        transaction.run("save_rules", rules=json.dumps(shown))
        for problem in (*bad_receivers, *bad_rules):
            quarantine(transaction, "alert", str(problem).partition(": ")[0], str(problem), None)
    return rules, receivers


def _match_some(
    session: Session, rules: Sequence[Rule], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str] | None:
    with session.transaction() as transaction:
        transaction.all("lock_alert")
        events = [_alert_event(row) for row in transaction.all("claim_pending_events", limit=ALERT_AT_ONCE)]
        if not events:
            return None
        met = [(rule, event) for event in events for rule in rules if _is_met(transaction, rule, event)]
        earlier = _earlier_alerts(
            transaction,
            alert_keys=[alert_key(rule, event) for rule, event in met],
            rules=[rule.id for rule, _ in met],
            group_keys=[group_key(rule, event) for rule, event in met],
        )
        now = database_time(transaction)
        raised: list[EarlierAlert] = []
        for rule, event in met:
            try:
                with transaction.part():
                    reason = decide(rule, event, [*earlier, *raised], now)
                    made = _raise_alert(transaction, rule, event, reason, now)
                    if made is not None and made.reason.is_notified:
                        _put_into_outbox(transaction, rule, event, made, receivers, settings)
            except StoreBusyError:
                raise
            except Exception as error:  # noqa: BLE001  (the edge of one alert: the others are raised)
                _quarantine_pair(transaction, rule, event, error)
            else:
                raised += [made] if made is not None else []
        transaction.run("delete_pending_events", event_ids=[event.id for event in events])
    return Counter({"events": len(events), "alerts": len(raised)})


def _is_met(transaction: Transaction, rule: Rule, event: AlertEvent) -> bool:
    try:
        return matches(rule, event)
    except Exception as error:  # noqa: BLE001  (the edge of one event and rule: the others are held against each other)
        _quarantine_pair(transaction, rule, event, error)
        return False


def _quarantine_pair(transaction: Transaction, rule: Rule, event: AlertEvent, error: Exception) -> None:
    reason = f"rule {rule.id} could not be held against it: {type(error).__name__}: {error}"
    quarantine(transaction, "alert", f"event {event.id}", reason, event.event_key)


def _raise_alert(
    transaction: Transaction, rule: Rule, event: AlertEvent, reason: Reason, now: datetime
) -> EarlierAlert | None:
    if reason in (Reason.KNOWN, Reason.RETIRED):
        return None
    alert = EarlierAlert(
        alert_key=alert_key(rule, event),
        rule_id=rule.id,
        group_key=group_key(rule, event),
        reason=reason,
        created_at=now,
    )
    row = transaction.one(
        "insert_alert",
        alert_key=alert.alert_key,
        rule=rule.id,
        severity=rule.severity,
        event_date=event.event_date,
        event_id=event.id,
        group_key=alert.group_key,
        reason=str(reason),
        why=why(rule, event),
        created_at=now,
    )
    return alert if row else None


def _put_into_outbox(
    transaction: Transaction,
    rule: Rule,
    event: AlertEvent,
    alert: EarlierAlert,
    receivers: dict[str, Receiver],
    settings: Settings,
) -> None:
    message = compose(rule, event, created_at=alert.created_at, desk_url=settings.desk_url)
    for name in rule.notify:
        transaction.run(
            "insert_notification",
            notification_key=notification_key(alert.alert_key, name),
            alert_key=alert.alert_key,
            receiver=name,
            channel=receivers[name].channel,
            message=json.dumps(pack_message(message)),
        )


def _earlier_alerts(transaction: Transaction, **keys: list[str]) -> list[EarlierAlert]:
    rows = transaction.all("earlier_alerts", **keys)
    return [EarlierAlert(**(row | {"reason": Reason(row["reason"])})) for row in rows]


def _alert_event(row: dict[str, Any]) -> AlertEvent:
    known = {field.name for field in fields(AlertEvent)}
    return AlertEvent(
        **({name: row[name] for name in known & row.keys()} | {"contexts": tuple(row["contexts"])})
    )


def _send_one(session: Session, receivers: dict[str, Receiver], settings: Settings) -> Counter[str] | None:
    """Send one notification that is due. Killed after sending, it is sent again under the same key."""
    with session.transaction() as transaction:
        row = transaction.one("claim_notification")
        if row is None:
            return None
        attempt_count = row["attempt_count"] + 1
        state, again_at, failure = "sent", None, None
        try:
            _deliver(row, receivers, settings)
        except Exception as error:  # noqa: BLE001  (the edge of one notification: the others are sent)
            is_told = isinstance(error, (NotifyError, ConfigError))
            failure = str(error) if is_told else f"{type(error).__name__}: {error}"
            # A wrong setting is put right by somebody, so it is tried again like a receiver that is down.
            if not getattr(error, "is_final", False):
                retry_after = getattr(error, "retry_after_seconds", None)
                again_at = next_attempt(
                    attempt_count, row["claimed_at"], retry_after, row["notification_key"]
                )
            state = "pending" if again_at else "quarantined"
            log.warning("notification %s key=%s error=%r", state, row["notification_key"], failure)
            if state == "quarantined":
                quarantine(transaction, "alert", row["notification_key"], failure, row["receiver"])
        transaction.run(
            "finish_notification",
            notification_id=row["id"],
            attempt_count=attempt_count,
            state=state,
            next_attempt_at=again_at,
            last_error=failure,
        )
    return Counter({"sent" if state == "sent" else f"notifications_{state}": 1})


def _deliver(row: dict[str, Any], receivers: dict[str, Receiver], settings: Settings) -> None:
    receiver = receivers.get(row["receiver"])
    if receiver is None:
        raise ConfigError(f"no receiver {row['receiver']!r} in {settings.receivers_path}")
    notification = Notification(
        notification_key=row["notification_key"],
        alert_key=row["alert_key"],
        receiver=receiver,
        attempt_count=row["attempt_count"],
    )
    notifier(receiver.channel, settings, clock=lambda: row["claimed_at"])(
        notification, unpack_message(row["message"])
    )
