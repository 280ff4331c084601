"""The broker that spreads tasks over workers: does it answer?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.errors import OperateError

TIMEOUT_SECONDS = 3


def check_broker(url: str) -> None:
    """Connect once, as the workers will.

    Raises:
        OperateError: It does not answer, refuses us, or the address is none; the message shows no password.
    """
    from kombu.connection import Connection
    from kombu.exceptions import KombuError

    shown = url.rpartition("@")[2] if "@" in url else url
    try:
        connect: Callable[..., Any] = Connection  # without types
        with connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
    except (KombuError, OSError, ValueError, KeyError, ImportError) as error:
        raise OperateError(
            f"the broker {shown} does not answer ({_reason(error)}): start it, or name another by --celery"
        ) from error


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:150] or type(error).__name__
