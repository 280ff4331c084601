"""WebSub, with a hub of our own over loopback: subscribe, verify, signed delivery, renewal."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import threading
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from pipeline.config import Settings
from pipeline.postgres.database import Database
from pipeline.stages import websub
from pipeline.stages.common import open_batch
from pipeline.stages.fetch import fetch
from pipeline.stages.fetch_desk import Desk
from pipeline.stages.websub import is_signed


class Hub:
    """Notes what it is asked, and answers 202; the test does the rest."""

    def __init__(self) -> None:
        hub = self
        self.asked: list[dict[str, str]] = []
        self.was_asked = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hub.asked.append(
                    dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                )
                self.send_response(202)
                self.end_headers()
                hub.was_asked.set()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.close()


@pytest.fixture
def subscribed(settings: Settings, web: Any, fetching: Any, hub: Hub, tmp_path: Path) -> Settings:
    """Settings of a database that knows a feed with a hub, visited once."""
    (path := tmp_path / "feeds.csv").write_text(f"url,source\n{web.url}/feed,Paper\n")
    link = f'<{web.url}/feed>; rel="self", <http://127.0.0.1:{hub.port}/hub>; rel="hub"'
    web.routes["/feed"] = fetching.reply(200, fetching.rss(), Link=link)
    made = replace(
        settings,
        feeds_path=path,
        allow_private_addresses=f"127.0.0.1:{web.port},127.0.0.1:{hub.port}",
        websub_url="http://desk.example",
        websub_port=0,
    )
    fetch(open_batch("run", made), made)
    return made


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    home = Database(settings.database_url)
    with home.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def send(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(
        url, data=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def serving(settings: Settings, play: Callable[[str], Awaitable[Any]]) -> Any:
    """Let the endpoint run while `play` does what the hub would; gives what it gives."""

    async def both() -> Any:
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        with Desk(Database(settings.database_url)) as desk:
            task = asyncio.create_task(websub._run(desk, settings, ready.set_result, stop))
            try:
                return await play((await ready).removesuffix("/websub/"))
            finally:
                stop.set()
                await task

    return asyncio.run(both())


async def away(function: Callable[..., Any], *values: Any, **named: Any) -> Any:
    return await asyncio.to_thread(function, *values, **named)


async def verified(hub: Hub, base: str, **others: str) -> tuple[str, str, tuple[int, str]]:
    """Wait for the subscription and verify it; gives the callback here, the secret, and what was answered."""
    await away(hub.was_asked.wait, 20)
    form = hub.asked[-1]
    callback = base + urlsplit(form["hub.callback"]).path
    values = {
        "hub.mode": "subscribe",
        "hub.topic": form["hub.topic"],
        "hub.challenge": "sesame",
        "hub.lease_seconds": "7200",
    }
    answer = await away(send, f"{callback}?{urlencode(values | others)}")
    return callback, form["hub.secret"], answer


def signature(body: bytes, secret: str) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


async def eventually(settings: Settings, statement: str, wanted: Any) -> Any:
    """What a query gives in the end."""
    for _ in range(200):
        if (found := await away(query, settings, statement)) == wanted:
            break
        await asyncio.sleep(0.1)
    return found


def test_a_feed_with_a_hub_is_subscribed_to(hub, web, subscribed):
    """The hub is answered its challenge, and the subscription is active for as long as it says."""

    async def play(base: str) -> tuple[int, str]:
        return (await verified(hub, base))[2]

    assert serving(subscribed, play) == (200, "sesame")
    assert hub.asked[0]["hub.callback"].startswith("http://desk.example/websub/")
    assert hub.asked[0]["hub.topic"] == f"{web.url}/feed"
    assert query(
        subscribed,
        "SELECT state, round(extract(epoch FROM expires_at - now()) / 600) FROM tocsin.subscriptions",
    ) == [("active", 12)]


def test_what_nobody_asked_for_is_not_confirmed(hub, subscribed):
    """Another topic, another token, or no token at all."""

    async def play(base: str) -> list[int]:
        callback, _, (status, _) = await verified(hub, base, **{"hub.topic": "http://other.example/"})
        others = [
            await away(send, url)
            for url in (f"{base}/websub/abc?hub.mode=subscribe", f"{base}/", f"{callback}/..")
        ]
        return [status, *(status for status, _ in others)]

    assert serving(subscribed, play) == [404] * 4


def test_a_delivery_is_in_the_database_at_once(hub, fetching, subscribed):
    """The page is read too; the feed's own state stays."""
    body = fetching.rss(fetching.serve_story()).encode()
    before = query(subscribed, "SELECT next_fetch_at, etag, visit_count FROM tocsin.feeds")

    async def play(base: str) -> tuple[int, Any]:
        callback, secret, _ = await verified(hub, base)
        status, _ = await away(
            send, callback, body, X_Hub_Signature=signature(body, secret), Content_Type="application/rss+xml"
        )
        return status, await eventually(
            subscribed, "SELECT title, text_method FROM tocsin.articles", [(fetching.title, "trafilatura")]
        )

    assert serving(subscribed, play) == (202, [(fetching.title, "trafilatura")])
    assert query(subscribed, "SELECT next_fetch_at, etag, visit_count FROM tocsin.feeds") == before
    assert query(subscribed, "SELECT delivery_count FROM tocsin.subscriptions") == [(1,)]


def test_a_delivery_that_is_not_signed_is_passed_over(hub, fetching, subscribed):
    """And the one after it is read."""
    forged = fetching.rss(
        fetching.serve_story("/forged", title="A forged piece of news from nowhere")
    ).encode()
    body = fetching.rss(fetching.serve_story()).encode()

    async def play(base: str) -> Any:
        callback, secret, _ = await verified(hub, base)
        for made in ("", "sha256=00", signature(forged, "other"), "md5=00"):
            await away(send, callback, forged, X_Hub_Signature=made)
        await away(send, callback, body, X_Hub_Signature=signature(body, secret))
        return await eventually(subscribed, "SELECT title FROM tocsin.articles", [(fetching.title,)])

    assert serving(subscribed, play) == [(fetching.title,)]


def test_a_hub_at_a_closed_address_is_not_asked(canary, subscribed):
    """What a feed names is a stranger's word."""
    query(
        subscribed,
        f"UPDATE tocsin.subscriptions SET hub_url = 'http://127.0.0.66:{canary.port}/hub'",  # noqa: S608
    )

    async def play(_base: str) -> Any:
        return await eventually(subscribed, "SELECT failure_count FROM tocsin.subscriptions", [(1,)])

    assert serving(subscribed, play) == [(1,)]
    assert canary.requests == []


def test_a_subscription_is_renewed_before_it_ends(hub, subscribed):
    """And a denied one says why."""
    serving(subscribed, lambda base: verified(hub, base))
    query(
        subscribed,
        "UPDATE tocsin.subscriptions SET asked_at = now() - interval '9 days', expires_at = now() + interval '20 hours'",
    )
    hub.was_asked.clear()

    async def play(base: str) -> int:
        return (await verified(hub, base, **{"hub.mode": "denied", "hub.reason": "too many"}))[2][0]

    assert serving(subscribed, play) == 200
    assert len(hub.asked) == 2
    assert query(subscribed, "SELECT state, last_error FROM tocsin.subscriptions") == [
        ("denied", "the hub denied: too many")
    ]


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha384", "sha512", "SHA256"])
def test_signature_by_any_hash_of_the_recommendation(name):
    """Old hubs have SHA-1."""
    stated = hmac.new(b"secret", b"body", getattr(hashlib, name.lower())).hexdigest()

    assert is_signed(b"body", f"{name}={stated}", "secret")
    assert not is_signed(b"body!", f"{name}={stated}", "secret")
