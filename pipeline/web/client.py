"""One HTTP client: GET and POST with every limit, or a FetchError. The only module that opens sockets to the web.

Nothing here believes a server: not the address behind a name, nor the length it promises, nor what
its redirects lead to. Time, bytes on the wire, bytes after inflating and hops are limited.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from pipeline.errors import FetchError
from pipeline.web.addresses import read_named_hosts
from pipeline.web.answer import (
    Clock,
    NoAnswerError,
    Redirect,
    Response,
    cookie_header,
    host_name,
    parse_url,
    take,
)
from pipeline.web.guard import Guard

PRODUCT = "Tocsin"
MAXIMUM_REDIRECTS = 5


class WebClient:
    """A session with its limits; made by `open_web`, lives in one event loop."""

    def __init__(
        self, session: aiohttp.ClientSession, guard: Guard, *, timeout_seconds: float, clock: Clock
    ) -> None:
        self._clock = clock
        self._session = session
        self._guard = guard
        self._timeout_seconds = timeout_seconds

    def is_named(self, url: str) -> bool:
        """Whether a person let this URL's host through by name (`allow_private_addresses`)."""
        return self._guard.is_named(parse_url(url))

    def check(self, url: str) -> URL:
        """The address as it will be asked for.

        Raises:
            FetchError: It is none, or must not be asked for; final.
        """
        target = parse_url(url)
        self._guard.check_url(target)
        return target

    async def get(self, url: str, *, headers: Mapping[str, str], limit: int, place: Any = None) -> Response:
        """GET, following redirects; each hop is checked anew.

        Args:
            limit: Bytes of the answer, on the wire and inflated.
            place: address → async context manager that is held while its host is asked.

        Raises:
            FetchError: It cannot be had.
        """
        target, moved_to, is_permanent = parse_url(url), None, True
        # Some sites redirect to themselves until a cookie comes back; it lives for this one GET.
        cookies: dict[str, dict[str, str]] = {}
        for _ in range(MAXIMUM_REDIRECTS + 1):
            self._guard.check_url(target)
            sent = {**headers, **cookie_header(cookies.get(str(target.origin()), {}))}
            async with place(target) if place else _no_place():
                answer = await self._within_limits(
                    target, self._session.get(target, headers=sent, allow_redirects=False), sent, limit
                )
            if isinstance(answer, Redirect):
                cookies.setdefault(str(target.origin()), {}).update(answer.cookies)
                target = answer.target
                is_permanent = is_permanent and answer.is_permanent
                moved_to = str(target) if is_permanent else moved_to
                continue
            return Response(moved_to=moved_to, **answer)
        raise FetchError(f"more than {MAXIMUM_REDIRECTS} redirects from {url[:200]}")

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> tuple[int, str | None]:
        """POST once, following nothing; give the status and the Retry-After header. The answer is not read.

        Raises:
            FetchError: The address is refused (final), or nobody answered. No message shows more than the host.
        """
        try:
            target = parse_url(url)
        except FetchError:
            raise FetchError("the address cannot be read", is_final=True) from None
        self._guard.check_url(target)
        request = self._session.post(target, data=body, headers=dict(headers), allow_redirects=False)
        answer = await self._within_limits(target, request, None, 0)
        assert not isinstance(answer, Redirect)
        return answer["status"], answer["retry_after"]

    async def _within_limits(
        self, target: URL, request: Any, asked: Mapping[str, str] | None, limit: int
    ) -> dict[str, Any] | Redirect:
        host, seconds = host_name(target), self._timeout_seconds
        try:
            async with asyncio.timeout(seconds), request as answer:
                if asked is None:
                    return {"status": answer.status, "retry_after": answer.headers.get("Retry-After")}
                return await take(target, answer, asked, limit, self._clock)
        except FetchError:
            raise
        except TimeoutError as error:
            raise NoAnswerError(f"no complete answer from {host} within {seconds:g} s") from error
        except aiohttp.ClientConnectorDNSError as error:
            raise FetchError(f"no address is known for {host}") from error
        except aiohttp.ClientConnectorError as error:
            raise FetchError(f"cannot connect to {host}: {error.strerror or _reason(error)}") from error
        except (UnicodeError, aiohttp.InvalidURL) as error:
            raise FetchError(f"not an address to fetch: {host}: {_reason(error)}", is_final=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchError(f"{host}: {_reason(error)}") from error


def machine_clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_web(
    *,
    allowed: str,
    timeout_seconds: float,
    headers: Mapping[str, str] | None = None,
    guard: Guard | None = None,
    clock: Clock = machine_clock,
) -> AsyncIterator[WebClient]:
    """A client with its limits, closed at the end.

    Args:
        allowed: `Settings.allow_private_addresses`.
        timeout_seconds: For one hop, from connect to the last byte.
        headers: Sent with every request.
        guard: Another one than what `allowed` gives.
        clock: The time now, aware.

    Raises:
        ConfigError: `allowed` cannot be read.
    """
    guard = guard or Guard(read_named_hosts(allowed))

    def socket_for(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        guard.check_socket(str(address[0]), int(address[1]))
        return socket.socket(family=family, type=kind, proto=protocol)

    connector = aiohttp.TCPConnector(
        resolver=_Resolver(guard),
        socket_factory=socket_for,
        use_dns_cache=False,
        limit=100,
        limit_per_host=0,
        ssl=_certificates((os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))),
    )
    session = aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),  # `_within_limits` has one for all
        headers=headers,
    )
    async with session:
        yield WebClient(session, guard, timeout_seconds=timeout_seconds, clock=clock)


@lru_cache(maxsize=4)
def _certificates(_named: tuple[str | None, ...]) -> ssl.SSLContext:
    """Whom to trust, by the variables that OpenSSL reads; kept, so that the system's certificates are read once a process.

    aiohttp makes its own at import, before anybody could have named another set.
    """
    return ssl.create_default_context()


def post_once(
    url: str, body: bytes, *, headers: Mapping[str, str], allowed: str, timeout_seconds: float
) -> tuple[int, str | None]:
    """POST from code that has no event loop; see `WebClient.post`."""

    async def once() -> tuple[int, str | None]:
        async with open_web(allowed=allowed, timeout_seconds=timeout_seconds) as web:
            return await web.post(url, body, headers=headers)

    return asyncio.run(once())


def check_target(url: str, *, allowed: str) -> None:
    """Say now what a POST to an address would be refused for; resolves its host and connects to nothing.

    Raises:
        FetchError: It is no address, not allowed, or its host has no address.
    """
    guard = Guard(read_named_hosts(allowed))
    target = parse_url(url)
    guard.check_url(target)
    host, port = host_name(target), target.port or 0
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"no address is known for {host}") from error
    guard.check_resolved(host, port, [str(info[4][0]) for info in infos])


def user_agent(contact: str) -> str:
    """Who we are and how to reach the operator, if that is known; what cannot stand in a header is left out."""
    plain = "".join(character for character in contact if character.isascii() and character.isprintable())
    plain = plain.replace("(", "").replace(")", "")[:200]
    # Crawlers write a page's address so, and servers look for it.
    told = f"+{plain}" if plain.startswith(("http://", "https://")) else plain
    return f"{PRODUCT}/0.1 (news monitoring{'; ' if told else ''}{told})"


class _Resolver(AbstractResolver):
    """Asks the system, and passes on only addresses the guard lets through."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        found = {str(info[4][0]): info[0] for info in infos}
        return [
            ResolveResult(hostname=host, host=address, port=port, family=found[address], proto=0, flags=0)
            for address in self._guard.check_resolved(host, port, list(found))
        ]

    async def close(self) -> None:
        return None


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _no_place() -> AbstractAsyncContextManager[None]:
    return _nothing()


def _reason(error: BaseException) -> str:
    text = " ".join(ascii(str(error))[1:-1].split())[:200]
    return text or type(error).__name__
