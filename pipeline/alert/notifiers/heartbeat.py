"""Heartbeat: tells a watchman elsewhere that Tocsin lives; when nothing comes any more, that one rings (a dead man's switch).

Any service will do that expects a POST every so many minutes. Nothing is sent but that we live.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.alert.notifiers.posting import TIMEOUT_SECONDS, check, post
from pipeline.alert.records import Message, Notification
from pipeline.config import Settings

__all__ = ["check", "make_notifier"]


def make_notifier(
    settings: Settings, *, clock: Callable[[], datetime], timeout_seconds: float = TIMEOUT_SECONDS
) -> Callable[[Notification, Message], None]:
    """Make the notifier; what the message says is not sent."""

    def notify(notification: Notification, _message: Message) -> None:
        post(
            notification.receiver.url, b'{"type":"heartbeat"}',
            headers={}, settings=settings, timeout_seconds=timeout_seconds, now=clock(),
        )  # fmt: skip

    return notify
