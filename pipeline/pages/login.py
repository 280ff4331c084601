"""The pages' own login, where they stand alone: the users and passwords of the UI, a signed cookie, no state."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import HTTPException, Request

COOKIE = "tocsin_session"
LASTS = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Door:
    """Who may come in. Without repr, so that no secret lands in a log.

    Args:
        key: Signs cookies.
        passwords: Says the password of each user as it is now.
    """

    key: bytes
    passwords: Callable[[], Mapping[str, str]]


def is_right(door: Door, user: str, password: str) -> bool:
    """Say whether a user and password are right, in a time that tells nothing."""
    known = door.passwords().get(user)
    # Something is compared for an unknown user too.
    expected = known if known else secrets.token_urlsafe(18)
    return hmac.compare_digest(expected.encode(), password.encode()) and bool(known)


def issue(door: Door, user: str, now: datetime) -> str:
    """A cookie for a user who came in, good until LASTS is over or his password is another."""
    ends_at = int((now + LASTS).timestamp())
    return f"{user}|{ends_at}|{_signature(door, user, ends_at)}"


def user_of(door: Door, cookie: str, now: datetime) -> str | None:
    """The user whom a cookie was made for; None where it is none of ours or over."""
    user, _, rest = cookie.partition("|")
    end, _, signature = rest.partition("|")
    if not (end.isascii() and end.isdigit() and len(end) <= 12) or int(end) <= now.timestamp():
        return None
    if user not in door.passwords():
        return None
    is_ours = hmac.compare_digest(_signature(door, user, int(end)).encode(), signature.encode())
    return user if is_ours else None


def _signature(door: Door, user: str, ends_at: int) -> str:
    said = json.dumps([user, ends_at, door.passwords()[user]])
    return hmac.new(door.key, said.encode(), hashlib.sha256).hexdigest()


def guard(door: Door, clock: Callable[[], datetime]) -> Callable[..., Any]:
    """A dependency of FastAPI that lets in who has a good cookie."""

    def who(request: Request) -> str:
        user = user_of(door, request.cookies.get(COOKIE, ""), clock())
        if user is None:
            raise HTTPException(401, "log in first")
        return user

    return who
