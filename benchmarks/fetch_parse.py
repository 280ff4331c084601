"""How fast feeds are read, against the plain way, side by side in one run over loopback.

    python -m benchmarks.fetch_parse [--feeds 20] [--entries 10]

The plain way is what a first script does: urllib, feedparser with its defaults, trafilatura, one after
the other in one process, without limits. Prints seconds and ratios; the machine's load goes into both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline.config import Settings
from pipeline.fetch.feed import parse_feed
from pipeline.fetch.http import open_client
from pipeline.fetch.records import FeedState, FetchResult, SeenEntry
from pipeline.fetch.visit import fetch_feed

SENTENCE = (
    "ministers of two countries met on tuesday to talk about the fishing dispute between their coast guards"
)
NOW = datetime.now(UTC)


def made_up_text(seed: int, paragraphs: int = 12) -> list[str]:
    """Sentences of shuffled words: English enough for its language to be told, different for each seed."""
    chance, words = random.Random(seed), SENTENCE.split()
    return [
        " ".join([*chance.sample(words, len(words)), "and", "the", "end"]).capitalize() + "."
        for _ in range(paragraphs)
    ]


def summary(seed: int) -> str:
    """Escaped HTML, as most feeds have it."""
    return (
        "".join(f"&lt;p class='x'&gt;{part}&lt;/p&gt;" for part in made_up_text(seed, 3))
        + "&lt;img src='/a.png'&gt;"
    )


def feed_body(base: str, number: int, entries: int) -> bytes:
    items = "".join(
        f"<item><title>Ministers met about dispute {number} {entry}</title><link>{base}/story/{number}/{entry}</link>"
        f"<pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate><description>{summary(entry)}</description></item>"
        for entry in range(entries)
    )
    return f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()


def page_body(number: int, entry: int) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in made_up_text(number * 1000 + entry))
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(80))
    return (
        f"<html><head><title>Ministers met</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>Ministers met about dispute {number} {entry}</h1>{text}</article></body></html>"
    ).encode()


@contextmanager
def served(feeds: int, entries: int) -> Iterator[list[str]]:
    """Each feed on a loopback address of its own, as politeness is per host."""
    servers = []
    for number in range(feeds):
        servers.append(ThreadingHTTPServer((f"127.3.0.{number + 1}", 0), handler(number, entries)))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
    try:
        yield [f"http://127.3.0.{number}:{server.server_port}" for number, server in enumerate(servers, 1)]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def handler(number: int, entries: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = 200, b""
            if self.path == "/feed":
                body = feed_body(f"http://{self.headers['Host']}", number, entries)
                status = 304 if self.headers.get("If-None-Match") == '"1"' else 200
            elif self.path.startswith("/story/"):
                body = page_body(number, int(self.path.rpartition("/")[2]))
            else:
                status = 404
            self.send_response(status)
            self.send_header("ETag", '"1"')
            self.send_header(
                "Content-Type", "text/html" if self.path.startswith("/story/") else "application/rss+xml"
            )
            self.send_header("Content-Length", "0" if status != 200 else str(len(body)))
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


class Known:
    """Links that need no further look; the rest of a memory is empty."""

    def __init__(self, links: set[str]) -> None:
        self._links = links

    async def seen(self, urls: Sequence[str]) -> list[SeenEntry]:
        return [SeenEntry(url=url) for url in urls if url in self._links]

    async def texts(self, _urls: Sequence[str]) -> dict[str, tuple[str, str]]:
        return {}

    async def waiting(self, _feed_id: int) -> list[SeenEntry]:
        return []


def ours(states: list[FeedState], known: set[str]) -> list[FetchResult]:
    async def go() -> list[FetchResult]:
        async with open_client(Settings(allow_private_addresses="127.3.0.0/16")) as client:
            places = asyncio.Semaphore(20)

            async def one(state: FeedState) -> FetchResult:
                async with places:
                    return await fetch_feed(state, client=client, now=NOW, memory=Known(known))

            return list(await asyncio.gather(*map(one, states)))

    return asyncio.run(go())


def plain(addresses: list[str]) -> int:
    import feedparser
    import trafilatura

    count = 0
    for address in addresses:
        feed = feedparser.parse(urllib.request.urlopen(f"{address}/feed").read())
        for entry in feed.entries:
            page = urllib.request.urlopen(entry.link).read()
            count += bool(trafilatura.extract(page))
    return count


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = function()
    return time.perf_counter() - started, result


def parse_ours(body: bytes) -> int:
    return len(
        parse_feed(
            body, url="https://example.org/", content_type="", fetched_at=NOW, max_entries=10_000
        ).entries
    )


def parse_plain(body: bytes) -> int:
    import feedparser

    return len(feedparser.parse(body).entries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--feeds", type=int, default=20)
    parser.add_argument("--entries", type=int, default=10)
    options = parser.parse_args()
    with served(options.feeds, options.entries) as addresses:
        states = [
            FeedState(url=f"{address}/feed", source="Post", etag='"0"', interval_seconds=10**9)
            for address in addresses
        ]
        ours(states[:1], set())  # starts the children and their imports
        plain_seconds, plain_count = timed(lambda: plain(addresses))
        first_seconds, first = timed(lambda: ours(states, set()))
        second_seconds, second = timed(lambda: ours([result.feed for result in first], set()))
    articles = sum(len(result.articles) for result in first)
    unchanged = sum(result.outcome == "unchanged" for result in second)
    body = feed_body("https://example.org", 0, 1000)
    parse_plain_seconds, _ = timed(lambda: parse_plain(body))
    parse_ours_seconds, _ = timed(lambda: parse_ours(body))
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {options.feeds} feeds of {options.entries} entries"
    )
    print(f"plain way     {plain_seconds:7.2f} s  {plain_count / plain_seconds:7.1f} articles/s")
    print(
        f"first visit   {first_seconds:7.2f} s  {articles / first_seconds:7.1f} articles/s  {plain_seconds / first_seconds:6.2f} times the plain way"
    )
    print(
        f"second visit  {second_seconds:7.2f} s  {options.feeds / second_seconds:7.1f} feeds/s ({unchanged} unchanged)  {plain_seconds / second_seconds:6.0f} times the plain way"
    )
    print(
        f"parsing 1,000 entries: ours in a child {parse_ours_seconds:.2f} s, feedparser's defaults {parse_plain_seconds:.2f} s, ratio {parse_plain_seconds / parse_ours_seconds:.2f}"
    )
    print(f"memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
