"""A server of many feeds and their pages on loopback, cheap enough not to be what is measured.

    python -m benchmarks.fetch.server --feeds 500 --entries 20 --hosts 50 --port 8790

Host h is 127.3.x.y, so that politeness per host works as it would outside. `/_tick?share=0.01` gives that share of the
feeds (every hundredth, say) an entry more. Made-up text of shuffled words: English enough for its language to be told.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

SENTENCE = (
    "ministers of two countries met on tuesday to talk about the fishing dispute between their coast guards"
)
PLACES = "Norland Sudmark Estmark Westria Galtia Hestland Ivoria Jarlsberg Kestria Lorvania Mardovia Pelaria".split()
GOODS = "wheat diesel copper timber fertiliser steel rice cement sugar cotton coffee barley".split()


def host_address(number: int) -> str:
    """The loopback address of a host."""
    return f"127.3.{number // 250}.{number % 250 + 1}"


def made_up_text(seed: int, paragraphs: int = 12) -> list[str]:
    """Sentences of shuffled words, different for each seed."""
    chance, words = random.Random(seed), SENTENCE.split()
    return [
        " ".join(
            [
                *chance.sample(words, len(words)),
                f"while {chance.choice(PLACES)} sold {chance.randrange(10_000)} tons of {chance.choice(GOODS)}",
                f"to {chance.choice(PLACES)} and {chance.choice(PLACES)}",
            ]
        ).capitalize()
        + "."
        for _ in range(paragraphs)
    ]


def title(number: int, entry: int) -> str:
    """Of an entry of a feed."""
    chance = random.Random(number * 1_000 + entry)
    return f"{chance.choice(PLACES)} and {chance.choice(PLACES)} talk about {chance.choice(GOODS)} {number} {entry}"


class World:
    """What there is to be read, made when it is asked for."""

    def __init__(self, *, feeds: int, entries: int, hosts: int, port: int) -> None:
        self.feeds, self.entries, self.hosts, self.port = feeds, entries, hosts, port
        self.extra = [0] * feeds
        self.requests = self.pages = 0

    def address(self, feed: int) -> str:
        return f"http://{host_address(feed % self.hosts)}:{self.port}"

    def tick(self, share: float) -> None:
        """Every so manieth feed has one more entry."""
        for number in range(0, self.feeds, max(1, round(1 / share))):
            self.extra[number] += 1

    def feed(self, number: int) -> bytes:
        base, newest = self.address(number), self.entries + self.extra[number]
        items = "".join(
            f"<item><title>{title(number, entry)}</title><link>{base}/story/{number}/{entry}</link>"
            f"<guid>{base}/story/{number}/{entry}</guid><pubDate>Sun, 22 Nov 2026 09:{entry % 60:02}:00 GMT</pubDate>"
            f"<description>&lt;p class='x'&gt;{made_up_text(number * 1_000 + entry, 1)[0]}&lt;/p&gt;</description></item>"
            for entry in range(newest - 1, newest - self.entries - 1, -1)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()

    def etag(self, number: int) -> str:
        return f'"{self.extra[number]}"'


@lru_cache(1000)
def page(number: int, entry: int) -> bytes:
    """An article's page, with the menu and the teasers that pages have."""
    text = "".join(f"<p>{part}</p>" for part in made_up_text(number * 1_000 + entry))
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(80))
    teasers = "".join(
        f'<div class="teaser"><a href="/story/{n}"><h3>{title(n, 1)}</h3></a></div>' for n in range(20)
    )
    return (
        f"<!doctype html><html><head><title>{title(number, entry)}</title><meta charset=utf-8></head><body>"
        f"<nav><ul>{menu}</ul></nav><main><article><h1>{title(number, entry)}</h1>{text}</article></main>"
        f"<aside>{teasers}</aside></body></html>"
    ).encode()


class Answering(asyncio.Protocol):
    """Just enough HTTP/1.1 for clients that pipeline nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head, self._waiting = self._waiting[:end], self._waiting[end + 4 :]
            self._transport.write(self._answer(head))  # type: ignore[attr-defined]

    def _answer(self, head: bytes) -> bytes:
        world = self._world
        world.requests += 1
        first, _, headers = head.partition(b"\r\n")
        path = first.split(b" ")[1].decode()
        kind, *numbers = path.strip("/").split("/")
        if kind == "feed":
            number = int(numbers[0])
            etag = world.etag(number)
            if f"if-none-match: {etag}".encode() in headers.lower():
                return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
            return _reply(world.feed(number), "application/rss+xml", f"ETag: {etag}\r\n")
        if kind == "story":
            world.pages += 1
            return _reply(page(int(numbers[0]), int(numbers[1])), "text/html")
        if kind.startswith("_tick"):
            world.tick(float(parse_qs(urlsplit(path).query)["share"][0]))
            return _reply(b"ok", "text/plain")
        if kind == "_counts":
            return _reply(f"{world.requests} {world.pages}".encode(), "text/plain")
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def _reply(body: bytes, kind: str, headers: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(world: World) -> None:
    """Listen on each host's address until killed."""
    loop = asyncio.get_running_loop()
    for number in range(world.hosts):
        await loop.create_server(lambda: Answering(world), host_address(number), world.port, backlog=512)
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name, default in (("feeds", 500), ("entries", 20), ("hosts", 50), ("port", 8790)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    asyncio.run(serve(World(**vars(options))))


if __name__ == "__main__":
    main()
