"""Raise: matches in, alerts and what their receivers are told out, in the transaction of the matching."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pipeline.alert.decide import decide, notification_key
from pipeline.alert.message import compose, pack_message
from pipeline.alert.records import AlertEvent, EarlierAlert, Match, Reason, Receiver, Rule
from pipeline.config import Settings
from pipeline.errors import StoreBusyError
from pipeline.postgres.database import Transaction
from pipeline.stages.common import database_time, quarantine


def raise_alerts(
    transaction: Transaction, met: Sequence[Match], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str]:
    """Raise the alerts of matches that are new, and put into the outbox what is told."""
    earlier = _earlier_alerts(
        transaction,
        alert_keys=[match.alert_key for match in met],
        rules=[match.rule.id for match in met],
        group_keys=[match.group_key for match in met],
    )
    now = database_time(transaction)
    raised: list[EarlierAlert] = []
    for match in met:
        try:
            with transaction.part():
                reason = decide(match, [*earlier, *raised], now)
                made = _raise_alert(transaction, match, reason, now)
                if made is not None and made.reason.is_notified:
                    _put_into_outbox(transaction, match, made, receivers, settings)
        except StoreBusyError:
            raise
        except Exception as error:  # noqa: BLE001  (the edge of one alert: the others are raised)
            quarantine_pair(transaction, match.rule, match.event, error)
        else:
            raised += [made] if made is not None else []
    return Counter({"alerts": len(raised)})


def quarantine_pair(transaction: Transaction, rule: Rule, event: AlertEvent, error: Exception) -> None:
    """Note a rule and an event that could not be held against each other."""
    reason = f"rule {rule.id} could not be held against it: {type(error).__name__}: {error}"
    quarantine(transaction, "alert", f"event {event.id}", reason, event.event_key)


def _raise_alert(
    transaction: Transaction, match: Match, reason: Reason, now: datetime
) -> EarlierAlert | None:
    if reason in (Reason.KNOWN, Reason.RETIRED):
        return None
    alert = EarlierAlert(
        alert_key=match.alert_key,
        rule_id=match.rule.id,
        group_key=match.group_key,
        reason=reason,
        created_at=now,
    )
    row = transaction.one(
        "insert_alert",
        alert_key=alert.alert_key,
        rule=match.rule.id,
        severity=match.rule.severity,
        event_date=match.event.event_date,
        event_id=match.event.id,
        group_key=alert.group_key,
        reason=str(reason),
        why=match.why,
        created_at=now,
    )
    return alert if row else None


def _put_into_outbox(
    transaction: Transaction,
    match: Match,
    alert: EarlierAlert,
    receivers: dict[str, Receiver],
    settings: Settings,
) -> None:
    message = compose(match, created_at=alert.created_at, desk_url=settings.desk_url)
    for name in match.rule.notify:
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
