"""Politeness toward hosts: the web client of fetch, with robots.txt, crawl delays and two connections a host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from protego import Protego
from yarl import URL

from pipeline.config import Settings
from pipeline.errors import FetchError
from pipeline.web.answer import Clock, NoAnswerError, Response, StatusError, host_name
from pipeline.web.client import PRODUCT, WebClient, machine_clock, open_web, user_agent
from pipeline.web.guard import Guard

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
CONNECTIONS_PER_HOST = 2
ROBOTS_BYTES = 512_000  # RFC 9309, 2.5: at least 500 KiB must be read
ROBOTS_SECONDS = 3_600.0
# A site that wants more than this between two pages is asking not to be read by the hundred.
CRAWL_DELAY_CAP_SECONDS = 10.0
# Between two pages of one host that asks for no delay: ten a second are no burden, a hundred are.
PAUSE_SECONDS = 0.1
# A host that asked for patience, or let so many pages hang in a row, is left alone for a while.
SILENT_PAGES = 3
LEFT_ALONE_SECONDS = 600.0
PATIENCE_SECONDS = 60.0


class LeftAloneError(FetchError):
    """The host was not asked, for what it did to pages before this one."""


class _Host:
    """What politeness toward one host needs: places, the time of the next turn, its robots.txt."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(CONNECTIONS_PER_HOST)
        self.turn = asyncio.Lock()
        self.next_turn = 0.0
        self.robots_lock = asyncio.Lock()
        self.robots: dict[str, tuple[float, Protego]] = {}
        self.silent_count = 0
        self.left_alone_until = 0.0

    def check(self, name: str) -> None:
        """Raises:
        LeftAloneError: It is left alone now.
        """
        seconds = self.left_alone_until - time.monotonic()
        if seconds > 0:
            raise LeftAloneError(f"{name} is left alone for a while", retry_after_seconds=seconds)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Notes how a request ends, and leaves the host alone where that asks for it."""
        try:
            yield
        except NoAnswerError:
            self.silent_count += 1
            if self.silent_count >= SILENT_PAGES:
                self._leave_alone(LEFT_ALONE_SECONDS)
            raise
        except StatusError as error:
            if error.status == 429 or (error.status == 503 and error.retry_after_seconds):
                self._leave_alone(error.retry_after_seconds or PATIENCE_SECONDS)
            raise

    def _leave_alone(self, seconds: float) -> None:
        self.silent_count = 0
        self.left_alone_until = max(self.left_alone_until, time.monotonic() + seconds)


class Client:
    """A polite client; made by `open_client`, one for all feeds of a run, lives in one event loop."""

    def __init__(self, settings: Settings, web: WebClient) -> None:
        self.settings = settings
        self.is_named = web.is_named
        self._web = web
        self._hosts: dict[str, _Host] = {}
        self._links: dict[str, int] = {}

    def claim_link(self, link: str, feed_id: int) -> bool:
        """Whether a page may be read for this feed: another feed of this run may be reading it already."""
        return self._links.setdefault(link, feed_id) == feed_id

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
            FetchError: It cannot be had. LeftAloneError: nobody was asked.
        """
        name = host_name(self._web.check(url))
        host = self._host(name)
        host.check(name)
        with host.watching():
            response = await self._get(
                url, headers={"Accept": PAGE_TYPES}, limit=self.settings.max_page_bytes, page_of=host
            )
        host.silent_count = 0
        return response

    async def may_fetch_page(self, url: str) -> bool:
        """Whether robots.txt of the page's host lets us read it; waits its crawl delay out.

        Raises:
            FetchError: robots.txt cannot be had for now, which means no for now (RFC 9309, 2.3.1.4).
        """
        target = self._web.check(url)
        host = self._host(host_name(target))
        host.check(host_name(target))
        with host.watching():
            robots = await self._robots(target)
        delay = robots.crawl_delay(PRODUCT) or 0.0
        if not robots.can_fetch(str(target), PRODUCT) or delay > CRAWL_DELAY_CAP_SECONDS:
            return False
        await self._wait_for_turn(host, max(float(delay), PAUSE_SECONDS))
        return True

    async def _robots(self, target: URL) -> Protego:
        origin = str(target.origin())
        host = self._host(host_name(target))
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
        async with host.turn:
            await asyncio.sleep(max(0.0, host.next_turn - time.monotonic()))
            host.next_turn = time.monotonic() + delay

    async def _get(
        self, url: str, *, headers: dict[str, str], limit: int, page_of: _Host | None = None
    ) -> Response:
        @asynccontextmanager
        async def place(host: str) -> AsyncIterator[None]:
            async with self._host(host).places:
                # It may have been left alone while this one waited for its place.
                if page_of:
                    page_of.check(host)
                yield

        return await self._web.get(url, headers=headers, limit=limit, place=place)

    def _host(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())


@asynccontextmanager
async def open_client(
    settings: Settings, *, guard: Guard | None = None, clock: Clock = machine_clock
) -> AsyncIterator[Client]:
    """A client with the settings' limits, closed at the end.

    Args:
        guard: Another one than what `allow_private_addresses` gives.
        clock: The time now, aware; a worker's own may be wrong.

    Raises:
        ConfigError: `allow_private_addresses` cannot be read.
    """
    headers = {
        "User-Agent": user_agent(settings.contact),
        "Accept-Encoding": "gzip, deflate",
        "Accept-Language": "en;q=1.0, *;q=0.5",
    }
    async with open_web(
        allowed=settings.allow_private_addresses,
        timeout_seconds=settings.fetch_timeout_seconds,
        headers=headers,
        guard=guard,
        clock=clock,
    ) as web:
        yield Client(settings, web)
