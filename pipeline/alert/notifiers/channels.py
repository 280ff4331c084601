"""Channels: a name in, the notifier that sends by it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module

from pipeline.alert.records import Message, Notification
from pipeline.config import Settings
from pipeline.errors import ConfigError

Clock = Callable[[], datetime]
# Returns None when the receiver has taken it, else raises NotifyError, temporary or final.
Notifier = Callable[[Notification, Message], None]
Factory = Callable[..., Notifier]


def _now() -> datetime:
    return datetime.now(UTC)


def _lazy(module: str) -> Callable[[], Factory]:
    # smtplib, ssl and http.client are only paid for by who sends through them.
    return lambda: import_module(f"pipeline.alert.notifiers.{module}").make_notifier


NOTIFIERS: dict[str, Callable[[], Factory]] = {
    "log": _lazy("log"),
    "webhook": _lazy("webhook"),
    "email": _lazy("email"),
}


def notifier(channel: str, settings: Settings, *, clock: Clock = _now) -> Notifier:
    """Make the notifier of a channel.

    Raises:
        ConfigError: There is no such channel.
    """
    factory = NOTIFIERS.get(channel)
    if factory is None:
        raise ConfigError(f"no channel {channel!r}; there are: {', '.join(sorted(NOTIFIERS))}")
    return factory()(settings, clock=clock)
