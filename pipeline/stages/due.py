"""Due: what the clock brings: acknowledgements that expire, escalation, alerts that are over, and the heartbeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.records import Match, Message, Notification, Receiver, Rule
from pipeline.alert.telling import Telling
from pipeline.config import Settings
from pipeline.errors import NotifyError
from pipeline.postgres.database import Row, Session, Transaction
from pipeline.stages.common import database_time, log
from pipeline.stages.outbox import Outbox, Told, told_of
from pipeline.stages.raising import alert_event

CLOSE_AFTER_DAYS = 14


def tell_due(
    session: Session, rules: Mapping[str, Rule], receivers: Mapping[str, Receiver], settings: Settings
) -> Counter[str]:
    """Put into the outbox what became due, and close what is over; how many of each."""
    with session.transaction() as transaction:
        transaction.all("lock_alert")
        now = database_time(transaction)
        closed = transaction.run("close_stale_alerts", days=CLOSE_AFTER_DAYS)
        tellings = [
            told for row in transaction.all("alerts_due")
            for told in _due(transaction, row, rules.get(row["rule"]), now)
        ]  # fmt: skip
        Outbox(transaction, receivers, settings, now).put(tellings)
    return +Counter({"alerts_closed": closed, "alerts_due": len(tellings)})


def _due(transaction: Transaction, row: Row, rule: Rule | None, now: datetime) -> list[Told]:
    if row["state"] == "acknowledged":
        return _reopened(transaction, row, rule, now)
    steps = rule.escalate if rule and rule.status == "active" else ()
    step = row["escalation_step"]
    later = steps[step + 1].after_minutes if step + 1 < len(steps) else None
    at = row["raised_at"] + timedelta(minutes=later) if later is not None else None
    transaction.run("escalate_alert", alert_id=row["alert_id"], step=step + 1, escalates_at=at)
    if rule is None or step >= len(steps):
        return []
    note = f"Nobody took this alert, raised {row['raised_at']:%Y-%m-%d %H:%M} UTC."
    telling = Telling(kind="escalation", alert_id=row["alert_id"], note=note)
    about = ("escalation", str(step), row["raised_at"].isoformat())
    match = _match(row, rule)
    return [told_of(match, telling, about=about, alert_key=row["alert_key"], receivers=steps[step].notify)]


def _reopened(transaction: Transaction, row: Row, rule: Rule | None, now: datetime) -> list[Told]:
    first = rule.escalate[0].after_minutes if rule and rule.escalate else None
    at = now + timedelta(minutes=first) if first is not None else None
    transaction.run("reopen_alert", alert_id=row["alert_id"], escalates_at=at)
    if rule is None or rule.status != "active":
        return []
    note = f"{row['acknowledged_by']} took this alert, and the time of that is over."
    telling = Telling(kind="reminder", alert_id=row["alert_id"], note=note)
    about = ("reminder", row["acknowledged_until"].isoformat())
    return [told_of(_match(row, rule), telling, about=about, alert_key=row["alert_key"])]


def _match(row: Row, rule: Rule) -> Match:
    return Match(
        rule=rule, event=alert_event(row), alert_key=row["alert_key"], group_key=row["group_key"], why=row["why"]
    )  # fmt: skip


def beat(session: Session, receivers: Mapping[str, Receiver], settings: Settings) -> int:
    """Tell each heartbeat that is due that Tocsin lives; how many took it. One that did not is asked next time."""
    hearts = {name: receiver for name, receiver in receivers.items() if receiver.channel == "heartbeat"}
    if not hearts:
        return 0
    with session.transaction() as transaction:
        now = database_time(transaction)
        told = {
            row["receiver"]: row["sent_at"] for row in transaction.all("heartbeats", receivers=sorted(hearts))
        }
    taken = [
        name for name, receiver in hearts.items()
        if _is_due(told.get(name), receiver, now) and _tell(receiver, settings, now)
    ]  # fmt: skip
    with session.transaction() as transaction:
        for name in taken:
            transaction.run("receiver_took", receiver=name, resumes_at=None)
    return len(taken)


def _is_due(told_at: datetime | None, receiver: Receiver, now: datetime) -> bool:
    return told_at is None or told_at + timedelta(minutes=receiver.every_minutes) <= now


def _tell(receiver: Receiver, settings: Settings, now: datetime) -> bool:
    message = Message(subject="", text="", html="", payload=b"", fields=(), created_at=now)
    notification = Notification(notification_key="", alert_key="", receiver=receiver)
    try:
        notifier(receiver.channel, settings, clock=lambda: now)(notification, message)
    except NotifyError as error:
        log.warning("heartbeat not taken receiver=%s error=%r", receiver.name, str(error))
        return False
    return True
