"""A small HTTP endpoint for what others send us: one function answers all, within a limit of bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.errors import OperateError

BODY_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request: path without its query, the query's parameters, headers by small letters, and the body."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is answered, as plain text."""

    status: int
    text: str = ""


@asynccontextmanager
async def listening(
    host: str, port: int, answer: Callable[[Asked], Awaitable[Answer]], *, limit: int
) -> AsyncIterator[int]:
    """Answer requests until the end; gives the port.

    Args:
        port: 0 for any that is free.
        limit: Bytes of a body; a larger one is answered 413.

    Raises:
        OperateError: The port is in use.
    """

    async def handle(request: web.Request) -> web.Response:
        asked = Asked(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        given = await answer(asked)
        return web.Response(status=given.status, text=given.text)

    application = web.Application(client_max_size=limit)
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise OperateError(f"port {port} of {host} cannot be served from: {error.strerror}") from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
