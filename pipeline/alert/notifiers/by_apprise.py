"""Apprise: whatever the library apprise reaches (Telegram, Signal, ntfy, Matrix, SMS …), by one address of its kind.

One address a receiver: with several, apprise sends again to those that took it. The address is a password in itself
and the library's own messages may show it, so nothing of them is passed on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import NotifyError

# What would act on this machine, or reach it by another way than the guarded one.
REFUSED = frozenset(
    ("dbus", "kde", "qt", "gio", "glib", "gnome", "macosx", "windows", "syslog", "file", "python")
)

LOG_ADDRESSES = ("apprise", "urllib3", "requests")


def make_notifier(_settings: Settings) -> Callable[[Notification, Message], None]:
    """Make the notifier."""

    def notify(notification: Notification, message: Message) -> None:
        receiver = notification.receiver
        # Its answer may be None or a false value that is no False: only what is true was sent.
        if not bool(_opened(receiver).notify(title=message.subject, body=message.text, body_format="text")):
            raise NotifyError(f"apprise did not deliver to receiver {receiver.name!r}")

    return notify


def check(receiver: Receiver, _settings: Settings) -> None:
    """See that apprise knows the address.

    Raises:
        NotifyError: It does not.
    """
    _opened(receiver)


def _opened(receiver: Receiver) -> Any:
    import apprise

    for library in LOG_ADDRESSES:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    service = apprise.Apprise(asset=apprise.AppriseAsset(plugin_paths=[], async_mode=False))
    scheme = receiver.url.partition(":")[0].lower()
    if scheme in REFUSED or not service.add(receiver.url) or len(service) != 1:
        raise NotifyError(
            f"apprise does not take the address of receiver {receiver.name!r}; one address is needed"
        )
    return service
