"""One polite HTTP client: GET with every limit, or a FetchError. The only module that opens sockets.

Nothing here believes a server: not the address behind a name, nor the length it promises, nor what
its redirects lead to. Time, bytes on the wire, bytes after inflating and hops are limited.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from protego import Protego
from yarl import URL

from pipeline.addresses import read_named_hosts
from pipeline.config import Settings
from pipeline.errors import FetchError
from pipeline.fetch.guard import Guard
from pipeline.fetch.inflate import Inflater, inflate_undeclared, inflaters, too_large

PRODUCT = "Tocsin"
FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
MAXIMUM_REDIRECTS = 5
CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT_REDIRECTS = (301, 308)
CONNECTIONS_PER_HOST = 2
MAXIMUM_COOKIES = 20
RETRY_AFTER_CAP_SECONDS = 86_400.0
ROBOTS_BYTES = 512_000  # RFC 9309, 2.5: at least 500 KiB must be read
ROBOTS_SECONDS = 3_600.0
# A site that wants more than this between two pages is asking not to be read by the hundred.
CRAWL_DELAY_CAP_SECONDS = 10.0


class StatusError(FetchError):
    """The server answered, with a status that is no answer to us."""

    def __init__(
        self, message: str, *, status: int, is_final: bool = False, retry_after_seconds: float | None = None
    ):
        super().__init__(message, is_final=is_final, retry_after_seconds=retry_after_seconds)
        self.status = status


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A good answer: 200 with its body, or 304.

    Args:
        url: Where it came from in the end, after redirects.
        content_type: As sent, "" where none was.
        etag, last_modified: Opaque; None where not sent.
        body: Inflated; empty when `is_not_modified`.
        moved_to: Last address of an unbroken chain of permanent redirects from the first address.
    """

    status: int
    url: str
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body: bytes = field(default=b"", repr=False)
    is_not_modified: bool = False
    moved_to: str | None = None


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for (a number or an HTTP date); None where it says nothing readable.

    Never below 0 and at most a day.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:12]), RETRY_AFTER_CAP_SECONDS)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    return min(max((at - now).total_seconds(), 0.0), RETRY_AFTER_CAP_SECONDS)


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


class _Host:
    """What politeness toward one host needs: places, the time of the next turn, its robots.txt."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(CONNECTIONS_PER_HOST)
        self.turn = asyncio.Lock()
        self.next_turn = 0.0
        self.robots_lock = asyncio.Lock()
        self.robots: dict[str, tuple[float, Protego]] = {}


class Client:
    """A session with its limits; made by `open_client`, lives in one event loop."""

    def __init__(self, settings: Settings, session: aiohttp.ClientSession, guard: Guard) -> None:
        self.settings = settings
        self._session = session
        self._guard = guard
        self._hosts: dict[str, _Host] = {}

    def is_named(self, url: str) -> bool:
        """Whether a person let this URL's host through by name (`allow_private_addresses`)."""
        return self._guard.is_named(_parse(url))

    async def get_feed(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """Fetch a feed document, on condition where validators of an earlier answer are given.

        Raises:
            FetchError: It cannot be had.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value} | {"Accept": FEED_TYPES}
        return await self._get(url, headers=headers, limit=self.settings.max_feed_bytes)

    async def get_page(self, url: str) -> Response:
        """Fetch an article's page. Ask `may_fetch_page` first.

        Raises:
            FetchError: It cannot be had.
        """
        return await self._get(url, headers={"Accept": PAGE_TYPES}, limit=self.settings.max_page_bytes)

    async def may_fetch_page(self, url: str) -> bool:
        """Whether robots.txt of the page's host lets us read it; waits its crawl delay out.

        Raises:
            FetchError: robots.txt cannot be had for now, which means no for now (RFC 9309, 2.3.1.4).
        """
        target = _parse(url)
        self._guard.check_url(target)
        robots = await self._robots(target)
        delay = robots.crawl_delay(PRODUCT) or 0.0
        if not robots.can_fetch(str(target), PRODUCT) or delay > CRAWL_DELAY_CAP_SECONDS:
            return False
        await self._wait_for_turn(self._host(target), float(delay))
        return True

    async def _robots(self, target: URL) -> Protego:
        origin = str(target.origin())
        host = self._host(target)
        async with host.robots_lock:
            read_at, robots = host.robots.get(origin, (0.0, None))
            if robots is None or time.monotonic() - read_at > ROBOTS_SECONDS:
                robots = Protego.parse(await self._robots_text(f"{origin}/robots.txt"))
                host.robots[origin] = (time.monotonic(), robots)
        return robots

    async def _robots_text(self, url: str) -> str:
        try:
            response = await self._get(url, headers={"Accept": "text/plain, */*;q=0.1"}, limit=ROBOTS_BYTES)
        except StatusError as error:
            if 400 <= error.status < 500 and error.status != 429:
                return ""
            raise
        return response.body.decode("utf-8", "replace")

    async def _wait_for_turn(self, host: _Host, delay: float) -> None:
        if not delay:
            return
        async with host.turn:
            await asyncio.sleep(max(0.0, host.next_turn - time.monotonic()))
            host.next_turn = time.monotonic() + delay

    async def _get(self, url: str, *, headers: dict[str, str], limit: int) -> Response:
        target, moved_to, is_permanent = _parse(url), None, True
        # Some sites redirect to themselves until a cookie comes back; it lives for this one GET.
        cookies: dict[str, dict[str, str]] = {}
        for _ in range(MAXIMUM_REDIRECTS + 1):
            # Each hop is checked anew; following them ourselves keeps it so.
            self._guard.check_url(target)
            sent = headers | _cookie_header(cookies.get(str(target.origin()), {}))
            answer = await self._hop(target, headers=sent, limit=limit)
            if isinstance(answer, _Redirect):
                cookies.setdefault(str(target.origin()), {}).update(answer.cookies)
                target = answer.target
                is_permanent = is_permanent and answer.is_permanent
                moved_to = str(target) if is_permanent else moved_to
                continue
            return Response(moved_to=moved_to, **answer)
        raise FetchError(f"more than {MAXIMUM_REDIRECTS} redirects from {url[:200]}")

    async def _hop(self, target: URL, *, headers: dict[str, str], limit: int) -> dict[str, Any] | _Redirect:
        seconds = self.settings.fetch_timeout_seconds
        async with self._host(target).places:
            try:
                async with asyncio.timeout(seconds):
                    return await self._exchange(target, headers=headers, limit=limit)
            except TimeoutError as error:
                raise FetchError(f"no complete answer from {target.host} within {seconds:g} s") from error
            except aiohttp.ClientConnectorDNSError as error:
                raise FetchError(f"no address is known for {target.host}") from error
            except aiohttp.ClientConnectorError as error:
                raise FetchError(f"cannot connect to {target.host}: {error.strerror or error}") from error
            except aiohttp.InvalidURL as error:
                raise FetchError(f"not an address to fetch: {_reason(error)}", is_final=True) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise FetchError(f"{target.host}: {_reason(error)}") from error

    async def _exchange(
        self, target: URL, *, headers: dict[str, str], limit: int
    ) -> dict[str, Any] | _Redirect:
        async with self._session.get(target, headers=headers, allow_redirects=False) as answer:
            if answer.status in REDIRECTS:
                return _redirect(target, answer)
            # A 304 nobody asked for is no answer: there is nothing it could be the same as.
            is_expected_304 = answer.status == 304 and bool(CONDITIONS & headers.keys())
            if answer.status != 200 and not is_expected_304:
                raise _status_error(target, answer)
            body = b"" if answer.status == 304 else await _read(answer, limit=limit)
            return {
                "status": answer.status,
                "url": str(target),
                "content_type": answer.headers.get("Content-Type", "")[:200],
                "etag": answer.headers.get("ETag"),
                "last_modified": answer.headers.get("Last-Modified"),
                "body": body,
                "is_not_modified": answer.status == 304,
            }

    def _host(self, target: URL) -> _Host:
        return self._hosts.setdefault((target.raw_host or "").lower(), _Host())


@asynccontextmanager
async def open_client(settings: Settings, *, guard: Guard | None = None) -> AsyncIterator[Client]:
    """A client with the settings' limits, closed at the end.

    Args:
        guard: Another one than what `allow_private_addresses` gives.

    Raises:
        ConfigError: `allow_private_addresses` cannot be read.
    """
    guard = guard or Guard(read_named_hosts(settings.allow_private_addresses))

    def socket_for(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        guard.check_socket(str(address[0]), int(address[1]))
        return socket.socket(family=family, type=kind, proto=protocol)

    connector = aiohttp.TCPConnector(
        resolver=_Resolver(guard), socket_factory=socket_for, use_dns_cache=False, limit=100, limit_per_host=0
    )
    session = aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=settings.fetch_timeout_seconds),
        headers={
            "User-Agent": user_agent(settings.contact),
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "en;q=1.0, *;q=0.5",
        },
    )
    async with session:
        yield Client(settings, session, guard)


def user_agent(contact: str) -> str:
    """Who we are and how to reach the operator; what cannot stand in a header is left out."""
    plain = "".join(character for character in contact if character.isascii() and character.isprintable())
    return f"{PRODUCT}/0.1 (news monitoring; {plain.replace('(', '').replace(')', '')[:200]})"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Redirect:
    target: URL
    is_permanent: bool
    cookies: dict[str, str]


def _redirect(target: URL, answer: aiohttp.ClientResponse) -> _Redirect:
    location = answer.headers.get("Location", "")
    if not location:
        raise FetchError(f"{target.host} answered {answer.status} and named no address to go to")
    return _Redirect(
        target=_join(target, location),
        is_permanent=answer.status in PERMANENT_REDIRECTS,
        cookies={name: cookie.coded_value for name, cookie in list(answer.cookies.items())[:MAXIMUM_COOKIES]},
    )


def _cookie_header(cookies: dict[str, str]) -> dict[str, str]:
    pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Cookie": pairs} if pairs and len(pairs) < 4000 and pairs.isprintable() else {}


def _join(target: URL, location: str) -> URL:
    try:
        return target.join(URL(location)).with_fragment(None)
    except (ValueError, TypeError) as error:
        raise FetchError(f"redirect to what is no address: {location[:200]!r}", is_final=True) from error


def _status_error(target: URL, answer: aiohttp.ClientResponse) -> StatusError:
    retry_after = answer.headers.get("Retry-After") if answer.status in (429, 503) else None
    return StatusError(
        f"{target.host} answered {answer.status}",
        status=answer.status,
        is_final=answer.status == 410,
        retry_after_seconds=parse_retry_after(retry_after, now=datetime.now().astimezone()),
    )


async def _read(answer: aiohttp.ClientResponse, *, limit: int) -> bytes:
    if (answer.content_length or 0) > limit:
        raise too_large(limit)
    layers = inflaters(answer.headers.get("Content-Encoding", ""), limit=limit)
    received, body = 0, bytearray()
    # Inflated as it comes, so that a bomb is noticed on its first kilobytes and not read to its end.
    async for piece in answer.content.iter_any():
        received += len(piece)
        body += _through(layers, piece)
        if max(received, len(body)) > limit:
            raise too_large(limit)
    for layer in layers:
        layer.finish()
    return inflate_undeclared(bytes(body), limit=limit)


def _through(layers: Sequence[Inflater], piece: bytes) -> bytes:
    for layer in layers:
        piece = layer.push(piece)
    return piece


def _parse(url: str) -> URL:
    # Backslashes and control characters are where parsers disagree about the host.
    if not url.isprintable() or "\\" in url or len(url) > 4000:
        raise FetchError(f"not an address to fetch: {url[:200]!r}", is_final=True)
    try:
        return URL(url.strip()).with_fragment(None)
    except (ValueError, TypeError) as error:
        raise FetchError(f"not an address to fetch: {url[:200]!r}", is_final=True) from error


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text or type(error).__name__
