"""A hand-written web server on loopback that can misbehave, and what the tests of fetch share."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.fetch.entries import article_entry
from pipeline.fetch.http import open_client
from pipeline.fetch.records import FeedState, FetchResult, SeenEntry
from pipeline.fetch.visit import asks_unconditionally, fetch_feed

Route = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """Answers each path by a function; notes every request. What has no route is 404."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        web = self
        self.host = host
        self.routes: dict[str, Route] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with web._lock:
                    web.requests.append((self.path, dict(self.headers.items())))
                    web.at_once += 1
                    web.most_at_once = max(web.most_at_once, web.at_once)
                try:
                    web.routes.get(self.path.partition("?")[0], reply(404))(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    with web._lock:
                        web.at_once -= 1

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def asked(self, path: str) -> list[dict[str, str]]:
        """Headers of each request for a path."""
        return [headers for asked, headers in self.requests if asked == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def reply(status: int = 200, body: bytes | str = b"", **headers: str) -> Route:
    """A plain answer; header names are written with _ for -."""
    payload = body.encode() if isinstance(body, str) else body

    def route(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            handler.send_header("Content-Length", str(len(payload)))
        handler.end_headers()
        handler.wfile.write(payload if status not in (204, 304) else b"")

    return route


def drip(body: bytes, *, seconds: float) -> Route:
    """A byte at a time."""

    def route(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        for byte in body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(seconds)

    return route


def endless(piece: bytes, **headers: str) -> Route:
    """The same piece for ever, in chunks."""

    def route(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    return route


def rss(*items: str, title: str = "Morning Post") -> str:
    """An RSS document of ready-made items."""
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'


def item(
    title: str, link: str, *, published_at: datetime | None = None, summary: str = "", guid: str = ""
) -> str:
    """An RSS item."""
    told = f'<guid isPermaLink="false">{escape(guid)}</guid>' if guid else ""
    date = f"<pubDate>{format_datetime(published_at)}</pubDate>" if published_at else ""
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link>{told}{date}"
        f"<description>{escape(summary)}</description></item>"
    )


def page(title: str, *paragraphs: str, head: str = "") -> str:
    """An article's page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>"


# Of one's own making; long enough to be told apart from the page around it.
STORY = (
    "Ministers of Norland and Sudmark met in Port Amsel on Tuesday to talk about the fishing dispute that has "
    "kept their coast guards busy since the spring.",
    "The two governments agreed to withdraw their patrol boats from the disputed waters by the end of the month, "
    "a spokeswoman for the foreign ministry said after the meeting.",
    "Fishermen in the harbour welcomed the decision, although many of them said that they would believe it only "
    "when the last grey ship had left the bay.",
)
TITLE = "Norland and Sudmark agree to withdraw patrol boats"


class Remembering:
    """What was stored, as the database would know it; a person may put known links into `known`."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.articles: dict[str, tuple[str, str]] = {}
        self.entries: dict[str, SeenEntry] = {}
        self.now: datetime

    async def seen(self, urls: Sequence[str]) -> list[SeenEntry]:
        entries = [entry for entry in self.entries.values() if entry.url in urls]
        told = {entry.article_url for entry in entries}
        articles = [
            article_entry(url, self.articles[url][0])
            for url in urls
            if url in self.articles and url not in told
        ]
        return entries + articles + [SeenEntry(url=url) for url in urls if url in self.known]

    async def texts(self, urls: Sequence[str]) -> dict[str, tuple[str, str]]:
        return {url: self.articles[url] for url in urls if url in self.articles}

    async def waiting(self, _feed_id: int) -> list[SeenEntry]:
        return [
            entry for entry in self.entries.values() if entry.next_try_at and entry.next_try_at <= self.now
        ]

    def store(self, result: FetchResult) -> None:
        for article in result.articles:
            self.articles.setdefault(article.url, (article.title, article.text))
        for revision in result.revisions:
            self.articles[revision.url] = (revision.title, revision.text)
        self.entries |= {entry.entry_key: entry for entry in result.seen}

    @property
    def has_waiting(self) -> bool:
        return any(entry.next_try_at and entry.next_try_at <= self.now for entry in self.entries.values())


class Fetching:
    """What a test needs to visit a feed of `web` as the pipeline would."""

    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    story = STORY
    title = TITLE
    reply = staticmethod(reply)
    drip = staticmethod(drip)
    endless = staticmethod(endless)
    rss = staticmethod(rss)
    item = staticmethod(item)
    page = staticmethod(page)

    def __init__(self, web: Web) -> None:
        self.web = web
        self.memory = Remembering()

    def settings(self, **values: Any) -> Settings:
        return Settings(
            **{"allow_private_addresses": f"127.0.0.1:{self.web.port}", "fetch_timeout_seconds": 5.0} | values
        )

    def feed(self, **values: Any) -> FeedState:
        """A feed at /feed whose turn to be asked without conditions is not now."""
        feed = FeedState(**{"url": f"{self.web.url}/feed", "source": "Morning Post", "id": 7} | values)
        while asks_unconditionally(feed, now=self.now):
            feed = FeedState(**{"url": f"{feed.url}?", "source": "Morning Post", "id": 7} | values)
        return feed

    def visit(self, feed: FeedState | None = None, **settings: Any) -> FetchResult:
        """Visit once; what came of it is remembered, as if it had been stored."""

        self.memory.now = self.now
        feed = replace(feed or self.feed(), has_waiting=self.memory.has_waiting)

        async def once() -> FetchResult:
            async with open_client(self.settings(**settings)) as client:
                return await fetch_feed(feed, client=client, now=self.now, memory=self.memory)

        result = asyncio.run(once())
        self.memory.store(result)
        return result

    def serve_story(
        self, path: str = "/story", title: str = TITLE, head: str = "", **item_values: Any
    ) -> str:
        """Put a page at a path; gives the feed's item for it."""
        self.web.routes[path] = reply(
            200, page(title, *STORY, head=head), Content_Type="text/html; charset=utf-8"
        )
        return item(title, self.web.url + path, **item_values)

    def serve_feed(self, *items: str, **headers: str) -> None:
        self.web.routes["/feed"] = reply(200, rss(*items), Content_Type="application/rss+xml", **headers)


@pytest.fixture
def web() -> Iterator[Web]:
    """A server on 127.0.0.1."""
    server = Web()
    yield server
    server.close()


@pytest.fixture
def canary() -> Iterator[Web]:
    """A server on another loopback address that nobody may reach."""
    server = Web("127.0.0.66")
    yield server
    server.close()


@pytest.fixture
def fetching(web: Web) -> Fetching:
    return Fetching(web)


@pytest.fixture
def closed_port() -> int:
    """A port of 127.0.0.1 where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
