"""Posting: one POST to an address that a person named, with every limit; its answer is taken or told.

The address may be a password in itself, so errors name the host alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from pipeline.alert.receivers import is_webhook_url
from pipeline.alert.records import Receiver
from pipeline.config import Settings
from pipeline.errors import ConfigError, FetchError, NotifyError
from pipeline.web.client import check_target, post_once
from pipeline.web.retry_after import parse_retry_after

TIMEOUT_SECONDS = 15.0
_HEADERS = {"content-type": "application/json", "user-agent": "Tocsin", "connection": "close"}


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    settings: Settings,
    timeout_seconds: float,
    now: datetime,
) -> None:
    """POST once, following nothing; nothing comes back when it was taken.

    Raises:
        NotifyError: It was not; final where asking again will not help, gone where the answer was 410.
    """
    if not is_webhook_url(url):
        raise NotifyError("the receiver's address is no http(s) address", is_final=True)
    try:
        status, retry_after = post_once(
            url, body, headers={**_HEADERS, **headers}, allowed=settings.allow_private_addresses,
            timeout_seconds=timeout_seconds,
        )  # fmt: skip
    except FetchError as error:
        # Cut from its causes, which may show the whole address.
        raise NotifyError(f"no notification was taken: {error}", is_final=error.is_final) from None
    except ConfigError as error:
        raise NotifyError(str(error)) from error
    _check_status(urlsplit(url).hostname or "", status, retry_after, now)


def check(receiver: Receiver, settings: Settings) -> None:
    """See that a receiver's address is allowed and its host known.

    Raises:
        NotifyError: It is not.
    """
    check_address(receiver.url, settings)


def check_address(url: str, settings: Settings) -> None:
    """See that an address is allowed and its host known.

    Raises:
        NotifyError: It is not.
    """
    try:
        check_target(url, allowed=settings.allow_private_addresses)
    except FetchError as error:
        raise NotifyError(str(error), is_final=error.is_final) from None


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
