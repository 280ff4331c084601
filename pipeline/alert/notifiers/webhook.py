"""Webhook: POST the message's JSON, signed by Standard Webhooks (www.standardwebhooks.com).

The URL may be a password in itself, so errors name the host alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.alert.receivers import is_webhook_url, read_secret_file
from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import ConfigError, FetchError, NotifyError
from pipeline.web.client import check_target, post_once
from pipeline.web.retry_after import parse_retry_after

TIMEOUT_SECONDS = 15.0
# How far a receiver lets the sender's clock be off, by the standard's advice.
TOLERANCE_SECONDS = 300
MAX_KEYS = 2
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64
_HEADERS = {"content-type": "application/json", "user-agent": "Tocsin", "connection": "close"}


def make_notifier(
    settings: Settings, *, clock: Callable[[], datetime], timeout_seconds: float = TIMEOUT_SECONDS
) -> Callable[[Notification, Message], None]:
    """Make the notifier; secrets are read anew at each sending, so that a rotation needs no restart."""

    def notify(notification: Notification, message: Message) -> None:
        keys = _keys(notification.receiver, settings)
        now = clock()
        headers = signed_headers(keys, notification.notification_key, now, message.payload)
        status, retry_after = _post(
            notification.receiver.url,
            message.payload,
            headers,
            settings.allow_private_addresses,
            timeout_seconds,
        )
        _check_status(urlsplit(notification.receiver.url).hostname or "", status, retry_after, now)

    return notify


def check(receiver: Receiver, settings: Settings) -> None:
    """Read the secrets, and see that the address is allowed and its host known.

    Raises:
        NotifyError: One of them would hinder a notification now.
    """
    _keys(receiver, settings)
    try:
        check_target(receiver.url, allowed=settings.allow_private_addresses)
    except FetchError as error:
        raise NotifyError(str(error), is_final=error.is_final) from None


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


def verify(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Say whether a body was signed with one of the keys within five minutes of now.

    What a receiver does; here for tests and for receivers written in Python.
    """
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    given = [one.encode() for one in headers.get("webhook-signature", "").split()]
    expected = [sign(key, webhook_id, int(timestamp), body).encode() for key in keys]
    return any([hmac.compare_digest(one, other) for one in given for other in expected])


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


def _post(
    url: str, body: bytes, headers: Mapping[str, str], allowed: str, timeout_seconds: float
) -> tuple[int, str | None]:
    """POST once, following nothing; give the status and the Retry-After header."""
    if not is_webhook_url(url):
        raise NotifyError("the receiver's address is no http(s) address", is_final=True)
    try:
        return post_once(
            url, body, headers={**_HEADERS, **headers}, allowed=allowed, timeout_seconds=timeout_seconds
        )
    except FetchError as error:
        # Cut from its causes, which may show the whole address.
        raise NotifyError(f"no notification was taken: {error}", is_final=error.is_final) from None
    except ConfigError as error:
        raise NotifyError(str(error)) from error


def _check_status(host: str, status: int, retry_after: str | None, now: datetime) -> None:
    if 200 <= status < 300:
        return
    if status == 410:
        raise NotifyError(f"{host} answered 410: the receiver is gone for good", is_gone=True)
    hint = (
        "; redirects are not followed, put the new address into the receivers' file" if status < 400 else ""
    )
    raise NotifyError(
        f"{host} answered {status}{hint}", retry_after_seconds=parse_retry_after(retry_after, now=now)
    )
