"""Channels: a name in, the notifier that sends by it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import ConfigError

Clock = Callable[[], datetime]
# Returns None when the receiver has taken it, else raises NotifyError, temporary or final.
Notifier = Callable[[Notification, Message], None]
Factory = Callable[..., Notifier]


def _now() -> datetime:
    return datetime.now(UTC)


def _lazy(module: str) -> Callable[[], Any]:
    # smtplib, ssl and http.client are only paid for by who sends through them.
    return lambda: import_module(f"pipeline.alert.notifiers.{module}")


NOTIFIERS: dict[str, Callable[[], Any]] = {
    "log": _lazy("log"),
    "webhook": _lazy("webhook"),
    "email": _lazy("email"),
    "slack": _lazy("slack"),
    "feed": _lazy("feed"),
    "apprise": _lazy("by_apprise"),
    "heartbeat": _lazy("heartbeat"),
}

# Those that write the time, or sign it.
TIMED = frozenset({"log", "webhook", "slack", "heartbeat"})


def notifier(channel: str, settings: Settings, *, clock: Clock = _now) -> Notifier:
    """Make the notifier of a channel.

    Raises:
        ConfigError: There is no such channel.
    """
    factory: Factory = _module(channel).make_notifier
    return factory(settings, clock=clock) if channel in TIMED else factory(settings)


def check(receiver: Receiver, settings: Settings) -> None:
    """Go a receiver's way as far as it goes without telling it anything.

    Raises:
        NotifyError: What would hinder a notification now: a secret, an address, a log-in.
    """
    _module(receiver.channel).check(receiver, settings)


def _module(channel: str) -> Any:
    if channel not in NOTIFIERS:
        raise ConfigError(f"no channel {channel!r}; there are: {', '.join(sorted(NOTIFIERS))}")
    return NOTIFIERS[channel]()
