"""A feed of our own on 127.0.0.1: texts from files as an RSS feed with article pages, for demonstrations.

    with serve_seed([Path("seeds/nato.txt")]) as base_url:
        feed_url = base_url + "/feed.xml"       # TOCSIN_ALLOW_PRIVATE_ADDRESSES=127.0.0.1:<port>

Beside each text lies its metadata in a file of the same name that ends in .json: an object with `title`,
`source`, `published_at` (ISO 8601 with a zone) and `url`, the address it first appeared at ("" for none).

The feed links to pages on this server; each page names `url` by rel=canonical. A site may not speak for
another one, so the reader believes that only of a host the operator let through by name, which a reader
of 127.0.0.1 needs anyway. The article so keeps its first address and its own date whatever the port,
and serving it twice gives no second article.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, OperateError

HOST = "127.0.0.1"
FEED_PATH = "/feed.xml"


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedArticle:
    """A text with its metadata; `name` is its place on the server, `url` its first address or ""."""

    name: str
    title: str
    source: str
    text: str
    published_at: datetime
    url: str = ""

    def __post_init__(self) -> None:
        if self.published_at.tzinfo is None:
            raise ValueError(f"published_at must carry a time zone, got {self.published_at!r}")


def read_seed(path: Path) -> SeedArticle:
    """Read a text and the metadata beside it.

    Raises:
        ConfigError: One of the two files cannot be read, or a value is missing or wrong.
    """
    beside = path.with_suffix(".json")
    try:
        text, values = path.read_text(encoding="utf-8"), json.loads(beside.read_text(encoding="utf-8"))
        return SeedArticle(
            name=path.stem,
            title=values["title"],
            source=values["source"],
            text=text,
            published_at=datetime.fromisoformat(values["published_at"]),
            url=values.get("url", ""),
        )
    except KeyError as error:
        raise ConfigError(
            f"{beside} lacks {error}; it needs title, source, published_at and, if known, url"
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"the seed article {path} or {beside} cannot be read: {error}") from error


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave a reader that hung up alone: it is no error of ours, and no text for the terminal."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class SeedServer:
    """Serves its articles until closed; more may be added while it runs."""

    def __init__(
        self,
        articles: Sequence[SeedArticle | Path] = (),
        *,
        host: str = HOST,
        port: int = 0,
        title: str = "Seed articles",
    ) -> None:
        self.host = host
        self.title = title
        self._articles: dict[str, SeedArticle] = {}
        for article in articles:
            self.add(article)
        try:
            self._server = _Server((host, port), _handler(self))
        except OSError as error:
            raise OperateError(f"port {port} of {host} cannot be served from: {error}") from error
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="seed-server", daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{self.host}:{self._server.server_address[1]}"

    @property
    def feed_url(self) -> str:
        return self.base_url + FEED_PATH

    def add(self, article: SeedArticle | Path) -> None:
        """Put an article at the top of the feed, or a new version of it in its place."""
        article = read_seed(article) if isinstance(article, Path) else article
        self._articles = {
            article.name: article,
            **{k: v for k, v in self._articles.items() if k != article.name},
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body of a path; None where nothing is."""
        if path == FEED_PATH:
            return "application/rss+xml; charset=utf-8", self._feed().encode()
        article = self._articles.get(path.removeprefix("/articles/").removesuffix(".html"))
        if article is None or path != _path(article):
            return None
        return "text/html; charset=utf-8", _page(article).encode()

    def _feed(self) -> str:
        items = "".join(_item(article, self.base_url) for article in self._articles.values())
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
            f"<title>{escape(self.title)}</title><link>{self.base_url}/</link>"
            f"<description>{escape(self.title)}</description>\n{items}</channel></rss>\n"
        )


@contextmanager
def serve_seed(articles: Sequence[SeedArticle | Path], *, port: int = 0) -> Iterator[str]:
    """Serve articles for as long as the block runs; gives the base URL, the feed lies at `/feed.xml`.

    Args:
        port: 0 takes a free one.

    Raises:
        ConfigError: A file cannot be read. OperateError: the port is taken.
    """
    server = SeedServer(articles, port=port)
    try:
        yield server.base_url
    finally:
        server.close()


def _path(article: SeedArticle) -> str:
    return f"/articles/{article.name}.html"


def _item(article: SeedArticle, base_url: str) -> str:
    link = escape(base_url + _path(article))
    summary = " ".join(article.text.split())[:300]
    return (
        f"<item><title>{escape(article.title)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{escape(article.name)}</guid>'
        f"<pubDate>{format_datetime(article.published_at)}</pubDate>"
        f"<source>{escape(article.source)}</source><description>{escape(escape(summary, quote=False))}</description></item>\n"
    )


def _page(article: SeedArticle) -> str:
    body = "".join(
        f"<p>{escape(' '.join(part.split()))}</p>\n" for part in article.text.split("\n\n") if part.strip()
    )
    canonical = f'<link rel="canonical" href="{escape(article.url)}">' if article.url else ""
    time = article.published_at.isoformat()
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(article.title)}</title>{canonical}\n'
        f'<meta property="article:published_time" content="{time}"></head>\n'
        f"<body><article><h1>{escape(article.title)}</h1>\n"
        f'<p class="byline">{escape(article.source)}, <time datetime="{time}">{time[:10]}</time></p>\n'
        f"{body}</article></body></html>\n"
    )


def _handler(seed_server: SeedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = seed_server.answer(self.path)
            if answer is None:
                self._send(404, {}, b"nothing here\n")
                return
            content_type, body = answer
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if self.headers.get("If-None-Match") == etag:
                self._send(304, {"ETag": etag}, b"")
                return
            self._send(200, {"ETag": etag, "Content-Type": content_type}, body)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are the reader's to log."""

    return Handler
