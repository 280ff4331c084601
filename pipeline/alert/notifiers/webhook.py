"""Webhook: POST the message's JSON, signed by Standard Webhooks (www.standardwebhooks.com).

The URL may be a password in itself, so errors name the host alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pipeline.alert.notifiers.posting import TIMEOUT_SECONDS, check_address, post
from pipeline.alert.receivers import read_secret_file
from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import ConfigError, NotifyError

MAX_KEYS = 2
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64


def make_notifier(
    settings: Settings, *, clock: Callable[[], datetime], timeout_seconds: float = TIMEOUT_SECONDS
) -> Callable[[Notification, Message], None]:
    """Make the notifier; secrets are read anew at each sending, so that a rotation needs no restart."""

    def notify(notification: Notification, message: Message) -> None:
        keys = _keys(notification.receiver, settings)
        now = clock()
        headers = signed_headers(keys, notification.notification_key, now, message.payload)
        post(
            notification.receiver.url, message.payload,
            headers=headers, settings=settings, timeout_seconds=timeout_seconds, now=now,
        )  # fmt: skip

    return notify


def check(receiver: Receiver, settings: Settings) -> None:
    """Read the secrets, and see that the address is allowed and its host known.

    Raises:
        NotifyError: One of them would hinder a notification now.
    """
    _keys(receiver, settings)
    check_address(receiver.url, settings)


def signed_headers(keys: Sequence[bytes], webhook_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Give the three headers; with two keys there are two signatures, the newer key's first."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, webhook_id, timestamp, body) for key in keys),
    }


def sign(key: bytes, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Sign one sending: "v1," and the base64 of HMAC-SHA256 over id, timestamp and body."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def read_key(secret: str) -> bytes:
    """Read a secret: base64 with or without the `whsec_` in front.

    Raises:
        ConfigError: It is no base64, or not of 24 to 64 bytes; the message does not show it.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError("a webhook secret must be base64, with whsec_ in front or not") from None
    if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise ConfigError(
            f"a webhook secret must hold {MIN_KEY_BYTES} to {MAX_KEY_BYTES} bytes, got {len(key)}; "
            "make one with: openssl rand -base64 32"
        )
    return key


def _keys(receiver: Receiver, settings: Settings) -> list[bytes]:
    path = receiver.secret_file or settings.webhook_secret_file
    if not path:
        raise NotifyError(
            f"receiver {receiver.name!r} has no secret and nothing is sent unsigned; "
            "set secret_file of the receiver or TOCSIN_WEBHOOK_SECRET_FILE"
        )
    try:
        secrets = read_secret_file(Path(path), f"the secrets of receiver {receiver.name!r}")
        return [read_key(secret) for secret in secrets[:MAX_KEYS]]
    except ConfigError as error:
        # Temporary: the person who mends the file should find the notification still waiting.
        raise NotifyError(str(error)) from error
