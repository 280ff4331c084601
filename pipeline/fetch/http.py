"""Feeds and pages, politely: the web client of fetch, with robots.txt, crawl delays and what hosts.py keeps of each host."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from protego import Protego
from yarl import URL

from pipeline.config import Settings
from pipeline.fetch.hosts import Host, Hosts, OwnHosts
from pipeline.web.answer import Clock, Response, StatusError, host_name
from pipeline.web.client import PRODUCT, WebClient, machine_clock, open_web, user_agent
from pipeline.web.guard import Guard

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
ROBOTS_BYTES = 512_000  # RFC 9309, 2.5: at least 500 KiB must be read
# A site that wants more than this between two pages is asking not to be read by the hundred.
CRAWL_DELAY_CAP_SECONDS = 10.0
# Between two pages of one host that asks for no delay: ten a second are no burden, a hundred are.
PAUSE_SECONDS = 0.1
# Links that are noted as taken; beyond it the oldest are in the database by now.
MAXIMUM_LINKS = 100_000


class Client:
    """A polite client; made by `open_client`, one for all feeds of a run, lives in one event loop."""

    def __init__(self, settings: Settings, web: WebClient, hosts: Hosts, clock: Clock) -> None:
        self.settings = settings
        self.is_named = web.is_named
        self._web = web
        self._hosts = hosts
        self._clock = clock
        self._links: OrderedDict[str, int] = OrderedDict()

    def claim_link(self, link: str, feed_id: int) -> bool:
        """Whether a page may be read for this feed: another feed of this run may be reading it already."""
        is_mine = self._links.setdefault(link, feed_id) == feed_id
        while len(self._links) > MAXIMUM_LINKS:
            self._links.popitem(last=False)
        return is_mine

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
        async with self._using(self._web.check(url)) as host:
            with host.watching(partial(self._leave_alone, host)):
                return await self._get(
                    url, headers={"Accept": PAGE_TYPES}, limit=self.settings.max_page_bytes, is_page=True
                )

    async def post_form(self, url: str, body: bytes) -> int:
        """POST a form; gives the status.

        Raises:
            FetchError: The address is refused, or nobody answered.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = await self._web.post(url, body, headers=headers)
        return status

    async def may_fetch_page(self, url: str) -> bool:
        """Whether robots.txt of the page's host lets us read it; waits its crawl delay out.

        Raises:
            FetchError: robots.txt cannot be had for now, which means no for now (RFC 9309, 2.3.1.4).
        """
        target = self._web.check(url)
        async with self._using(target) as host:
            robots = await self._robots(host, str(target.origin()))
            delay = robots.crawl_delay(PRODUCT) or 0.0
            if not robots.can_fetch(str(target), PRODUCT) or delay > CRAWL_DELAY_CAP_SECONDS:
                return False
            await host.wait_for_turn(max(float(delay), PAUSE_SECONDS))
        return True

    @asynccontextmanager
    async def _using(self, target: URL) -> AsyncIterator[Host]:
        async with self._hosts.using(host_key(target)) as host:
            host.check(is_page=True)
            yield host

    def _leave_alone(self, host: Host, seconds: float, only_pages: bool) -> None:
        self._hosts.leave_alone(host, seconds, only_pages=only_pages)

    async def _robots(self, host: Host, origin: str) -> Protego:
        async with host.robots_lock:
            if kept := host.robots(origin, self._clock().timestamp()):
                return kept
            with host.watching(partial(self._leave_alone, host)):
                text = await self._robots_text(f"{origin}/robots.txt")
            self._hosts.keep_robots(host, origin, text)
            return host.keep_robots(origin, text, self._clock().timestamp())

    async def _robots_text(self, url: str) -> str:
        try:
            response = await self._get(
                url, headers={"Accept": "text/plain, */*;q=0.1"}, limit=ROBOTS_BYTES, is_page=True
            )
        except StatusError as error:
            if 400 <= error.status < 500 and error.status != 429:
                return ""
            raise
        return response.body.decode("utf-8", "replace")

    async def _get(self, url: str, *, headers: dict[str, str], limit: int, is_page: bool = False) -> Response:
        @asynccontextmanager
        async def place(target: URL) -> AsyncIterator[None]:
            async with (
                self._hosts.using(host_key(target)) as host,
                host.page_places if is_page else host.feed_places,
            ):
                # It may have been left alone while this one waited for its place.
                host.check(is_page=is_page)
                yield

        return await self._web.get(url, headers=headers, limit=limit, place=place)


def host_key(target: URL) -> str:
    """A host's name as the table of hosts has it (the function host_of in SQL)."""
    name = host_name(target)
    return f"[{name}]" if ":" in name else name


@asynccontextmanager
async def open_client(
    settings: Settings,
    *,
    guard: Guard | None = None,
    clock: Clock = machine_clock,
    hosts: Hosts | None = None,
) -> AsyncIterator[Client]:
    """A client with the settings' limits, closed at the end.

    Args:
        guard: Another one than what `allow_private_addresses` gives.
        clock: The time now, aware; a worker's own may be wrong.
        hosts: Those that may be asked; all where nobody shares them.

    Raises:
        ConfigError: `allow_private_addresses` cannot be read.
    """
    headers = {
        "User-Agent": user_agent(settings.publishers_contact),
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
        yield Client(settings, web, hosts or OwnHosts(), clock)
