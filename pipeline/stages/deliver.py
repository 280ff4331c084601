"""Deliver: what waits in the outbox and is due, sent to its receivers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.alert.message import unpack_message
from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.records import Notification, Receiver
from pipeline.alert.retry import next_attempt
from pipeline.config import Settings
from pipeline.errors import ConfigError, NotifyError
from pipeline.postgres.database import Session
from pipeline.stages.common import log, quarantine


def deliver(session: Session, receivers: dict[str, Receiver], settings: Settings) -> Counter[str]:
    """Send what is due; how many were sent, wait for their next attempt, or were given up."""
    counts: Counter[str] = Counter()
    while sent := _send_one(session, receivers, settings):
        counts.update(sent)
    return counts


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
