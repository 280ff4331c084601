"""The brake on wrong logins, in front of a stand-in for the API server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.local.brake import FORGET_SECONDS, PLACES, LoginBrake, delay_seconds


class Server:
    """Answers a login by its password; counts how many it looked at."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.looked_at = 0
        self.held: asyncio.Event | None = None
        self.brake = LoginBrake(self.app, clock=lambda: self.now, sleep=self.sleep)

    async def app(self, scope: Any, _receive: Any, send: Any) -> None:
        self.looked_at += 1
        await send({"type": "http.response.start", "status": 201 if scope["password"] == "right" else 401})

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.held is not None:
            await self.held.wait()

    async def ask(self, password: str, *, path: str = "/auth/token", method: str = "POST") -> int:
        answers: list[int] = []

        async def send(message: Any) -> None:
            answers.append(message["status"])

        scope = {"type": "http", "method": method, "path": path, "password": password}
        await self.brake(scope, None, send)  # type: ignore[arg-type]
        return answers[0]


@pytest.fixture
def server() -> Server:
    return Server()


def test_wrong_logins_are_answered_ever_later(server):
    """A person's first mistakes cost nothing."""

    async def guess() -> None:
        for _ in range(12):
            await server.ask("guess")

    asyncio.run(guess())

    assert server.slept == [0, 0, 0, 0, 0, 1, 2, 4, 8, 10, 10, 10]


def test_right_login_is_answered_at_once(server):
    """Also while somebody else guesses: nobody is locked out."""

    async def guess() -> int:
        for _ in range(12):
            await server.ask("guess")
        server.slept.clear()
        return await server.ask("right")

    assert (asyncio.run(guess()), server.slept) == (201, [])


def test_guesses_side_by_side_are_not_looked_at_side_by_side(server):
    """Else a thousand connections would be a thousand guesses a delay."""

    async def guess() -> int:
        server.held = asyncio.Event()
        asking = [asyncio.create_task(server.ask("guess")) for _ in range(100)]
        await asyncio.sleep(0.05)
        looked_at = server.looked_at
        server.held.set()
        await asyncio.gather(*asking)
        return looked_at

    assert asyncio.run(guess()) == PLACES


def test_failures_are_forgotten_in_time(server):
    """Yesterday's do not slow today's."""

    async def guess() -> None:
        for _ in range(8):
            await server.ask("guess")
        server.now += FORGET_SECONDS + 1
        await server.ask("guess")

    asyncio.run(guess())

    assert server.slept[-1] == 0


@pytest.mark.parametrize(("path", "method"), [("/api/v2/dags", "POST"), ("/auth/token", "GET")])
def test_what_is_no_login_is_passed_on(server, path, method):
    """A page that wants a login is no wrong login."""

    async def ask() -> None:
        for _ in range(9):
            await server.ask("guess", path=path, method=method)

    asyncio.run(ask())

    assert server.slept == []


def test_delay_never_overflows():
    """Whoever guesses for a year waits the longest delay."""
    assert delay_seconds(10**9) == 10
