"""A brake on wrong logins at Airflow's API server, which has none of its own, and at the pages' own login.

A wrong login is answered late, and ever later; so many may wait at a time, and no more are looked at until
then. A right one is answered at once, for which it needs one of the places; nobody is locked out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

LOGIN = "/auth/token"
UNAUTHORIZED = 401
# So many wrong ones are a person's typing.
FREE_FAILURES = 5
LONGEST_SECONDS = 10.0
PLACES = 5
FORGET_SECONDS = 900.0

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]


def delay_seconds(failures: int) -> float:
    """How late the answer to a wrong login is, given how many there were, this one included: 0 0 0 0 0 1 2 4 8 10 10 …"""
    if failures <= FREE_FAILURES:
        return 0.0
    return min(LONGEST_SECONDS, 2.0 ** min(failures - FREE_FAILURES - 1, 10))


class LoginBrake:
    """An ASGI application in front of another."""

    def __init__(
        self,
        app: App,
        *,
        path: str = LOGIN,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self.app, self.path, self.clock, self.sleep = app, path, clock, sleep
        self.places = asyncio.Semaphore(PLACES)
        self.failures = 0
        self.failed_at = 0.0

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Pass everything on; hold back the answer to a wrong login."""
        is_login = scope["type"] == "http" and scope["method"] == "POST" and self.path in scope["path"]
        if not is_login:
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == UNAUTHORIZED:
                await self.sleep(self._failed())
            await send(message)

        async with self.places:
            await self.app(scope, receive, answer)

    def _failed(self) -> float:
        now = self.clock()
        if now - self.failed_at > FORGET_SECONDS:
            self.failures = 0
        self.failed_at = now
        self.failures += 1
        return delay_seconds(self.failures)
