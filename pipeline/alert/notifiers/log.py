"""Log: one line a notification into a file, for people first and key=value after it.

    2026-11-29T12:00:00+00:00 [high] NATO RETREAT (withdraw) → Libya: Missions that end | tocsin explain 6 | alert=… …

The pairs go to the program's own log too. `tocsin up` shows the part for people in its terminal.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipeline.alert.clean import clean
from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import NotifyError

log = logging.getLogger(__name__)

MAX_VALUE = 2000


def make_notifier(
    settings: Settings, *, clock: Callable[[], datetime]
) -> Callable[[Notification, Message], None]:
    """Make the notifier that writes to the file of alerts under the home."""

    def notify(notification: Notification, message: Message) -> None:
        pairs = _pairs(notification, message)
        look_up = dict(message.fields).get("look_up", "")
        # A bar parts what is for people from the rest.
        told = clean(message.subject, MAX_VALUE).replace("|", "¦")
        at = clock().isoformat(timespec="seconds")
        _append(path_of(notification.receiver, settings), f"{at} {told} | {look_up} | {pairs}\n")
        log.info("alert %s", pairs)

    return notify


def check(receiver: Receiver, settings: Settings) -> None:
    """Open the file, without a word.

    Raises:
        NotifyError: It cannot be written.
    """
    _append(path_of(receiver, settings), "")


def path_of(receiver: Receiver, settings: Settings) -> Path:
    """The file of a receiver."""
    return Path(receiver.file) if receiver.file else settings.alerts_log


def _pairs(notification: Notification, message: Message) -> str:
    """Key=value. Values are JSON strings, so that none can forge a line or a key."""
    pairs = (
        ("receiver", notification.receiver.name),
        ("notification", notification.notification_key),
        *message.fields,
        ("subject", message.subject),
    )
    return " ".join(f"{name}={_value(value)}" for name, value in pairs)


def _append(path: Path, line: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One write at the end of the file: lines of several workers do not mix.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
    except OSError as error:
        raise NotifyError(f"the file of alerts {path} cannot be written: {error.strerror}") from error


def _value(value: str) -> str:
    plain = value.isascii() and value.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return value if plain else json.dumps(clean(value, MAX_VALUE), ensure_ascii=False)
