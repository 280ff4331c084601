"""Log: one line a notification, key=value."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime

from pipeline.alert.clean import clean
from pipeline.alert.records import Message, Notification
from pipeline.config import Settings

log = logging.getLogger(__name__)

MAX_VALUE = 2000


def make_notifier(
    settings: Settings, *, clock: Callable[[], datetime]
) -> Callable[[Notification, Message], None]:
    """Make the notifier that writes to the log; it needs no settings and cannot fail."""
    return notify


def notify(notification: Notification, message: Message) -> None:
    """Write one line. Values are JSON strings, so that none can forge a line or a key."""
    pairs = (
        ("receiver", notification.receiver.name),
        ("notification", notification.notification_key),
        *message.fields,
        ("subject", message.subject),
    )
    log.info("alert %s", " ".join(f"{name}={_value(value)}" for name, value in pairs))


def _value(value: str) -> str:
    plain = value.isascii() and value.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return value if plain else json.dumps(clean(value, MAX_VALUE), ensure_ascii=False)
