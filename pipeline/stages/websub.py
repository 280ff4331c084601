"""WebSub: feeds whose hub delivers their news at once. Subscribe, verify, take signed deliveries, renew.

    GET  /websub/TOKEN?hub.mode=subscribe&hub.topic=…&hub.challenge=…&hub.lease_seconds=…    the hub asks whether we asked
    POST /websub/TOKEN                                                                       the hub delivers

A delivery is answered at once and read then; its articles are in the database seconds later. Feeds are visited as before,
so what a hub loses is found all the same. Source: https://www.w3.org/TR/websub/
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any
from urllib.parse import urlencode

from pipeline.config import Settings
from pipeline.errors import FetchError, StoreError
from pipeline.fetch.http import Client, open_client
from pipeline.fetch.records import FeedState
from pipeline.fetch.visit import take_pushed
from pipeline.stages.common import database, log, open_batch
from pipeline.stages.fetch_desk import Desk
from pipeline.stages.fetch_saver import Saver
from pipeline.stages.host_leases import HostLeases
from pipeline.web.listen import Answer, Asked, listening

PATH = "/websub/"
LEASE_SECONDS = 864_000
LONGEST_LEASE_SECONDS = 30 * 86_400
RENEW_EVERY_SECONDS = 30.0
SUBSCRIBED_AT_ONCE = 20
# Deliveries that wait to be read; a hub whose delivery is refused tries again.
MAXIMUM_WAITING = 200
READERS = 4
# SHA-1 is what old hubs sign with; forging an HMAC of it is not what broke it.
HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
NOT_KNOWN = Answer(status=404, text="no such subscription")


def websub(
    settings: Settings,
    *,
    when_ready: Callable[[str], None] = lambda _address: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve and subscribe until it is stopped.

    Args:
        when_ready: Told the address that is listened on.

    Raises:
        OperateError: The port is in use.
    """
    with Desk(database(settings)) as desk:
        asyncio.run(_run(desk, settings, when_ready, stop))


async def _run(
    desk: Desk, settings: Settings, when_ready: Callable[[str], None], stop: asyncio.Event | None
) -> None:
    await desk.call(lambda transaction: transaction.one("database_time"))
    async with (
        HostLeases(desk) as leases,
        open_client(settings, clock=desk.clock, hosts=leases) as client,
    ):
        endpoint = Endpoint(desk, client, settings)
        async with (
            listening(
                settings.websub_host, settings.websub_port, endpoint.answer, limit=settings.max_feed_bytes
            ) as port,
            asyncio.TaskGroup() as group,
        ):
            when_ready(f"http://{settings.websub_host}:{port}{PATH}")
            tasks = [group.create_task(endpoint.read()) for _ in range(READERS)]
            tasks.append(group.create_task(endpoint.subscribe()))
            await (stop or asyncio.Event()).wait()
            for task in tasks:
                task.cancel()


class Endpoint:
    """What is answered to hubs, and what is asked of them; lives in one event loop."""

    def __init__(self, desk: Desk, client: Client, settings: Settings) -> None:
        self._desk = desk
        self._client = client
        self._settings = settings
        self._deliveries: asyncio.Queue[tuple[FeedState, bytes, str]] = asyncio.Queue(MAXIMUM_WAITING)

    async def answer(self, asked: Asked) -> Answer:
        """Answer a hub, or whoever says that he is one."""
        token = asked.path.removeprefix(PATH)
        if not asked.path.startswith(PATH) or not token.isalnum():
            return NOT_KNOWN
        if asked.method == "GET":
            return await self._verify(token, asked.query)
        if asked.method == "POST":
            return await self._take(token, asked)
        return Answer(status=405)

    async def _verify(self, token: str, query: Mapping[str, str]) -> Answer:
        mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
        if mode == "denied":
            reason = f"the hub denied: {query.get('hub.reason', 'no reason given')[:300]}"
            rows = await self._all("deny_subscription", token=token, reason=reason)
            return Answer(status=200) if rows else NOT_KNOWN
        if mode == "unsubscribe":
            # We ask for no end; where nobody wants the feed any more it may come all the same.
            is_wanted = bool(await self._all("subscribed_feed", token=token))
            return NOT_KNOWN if is_wanted else Answer(status=200, text=query.get("hub.challenge", ""))
        if mode != "subscribe":
            return Answer(status=400, text="hub.mode must be subscribe, unsubscribe or denied")
        stated = query.get("hub.lease_seconds", "")
        seconds = (
            int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 10 else LEASE_SECONDS
        )
        rows = await self._all(
            "verify_subscription", token=token, topic=topic, lease_seconds=min(seconds, LONGEST_LEASE_SECONDS)
        )
        if not rows:
            return NOT_KNOWN
        log.info(
            "subscribed stage=fetch feed=%d topic=%r seconds=%d", rows[0]["feed_id"], topic[:300], seconds
        )
        return Answer(status=200, text=query.get("hub.challenge", ""))

    async def _take(self, token: str, asked: Asked) -> Answer:
        rows = await self._all("subscribed_feed", token=token)
        if not rows:
            # Gone for good: the hub may forget us.
            return Answer(status=410, text="no such subscription")
        if not is_signed(asked.body, asked.headers.get("x-hub-signature", ""), rows[0]["secret"]):
            # The recommendation's word (8.): answer as if it were right, so that a forger learns nothing, and pass over it.
            log.warning("delivery not signed stage=fetch feed=%d", rows[0]["id"])
            return Answer(status=202)
        feed = FeedState(**{field.name: rows[0][field.name] for field in fields(FeedState)})
        try:
            self._deliveries.put_nowait((feed, asked.body, asked.headers.get("content-type", "")))
        except asyncio.QueueFull:
            return Answer(status=503, text="busy; deliver again")
        await self._all("note_delivery", token=token)
        return Answer(status=202)

    async def read(self) -> None:
        """Read deliveries for ever, one after the other."""
        while True:
            feed, body, content_type = await self._deliveries.get()
            try:
                await self._read(feed, body, content_type)
            except Exception:  # noqa: BLE001  (logged; the others are read)
                # The edge of one delivery; the feed's next visit finds what it brought.
                log.exception("delivery broke stage=fetch feed=%d", feed.id)

    async def _read(self, feed: FeedState, body: bytes, content_type: str) -> None:
        now = self._desk.clock()
        result = await take_pushed(feed, body, content_type, client=self._client, now=now, memory=self._desk)
        run_key = f"websub {now:%Y-%m-%dT%H}"
        batch_id = await asyncio.get_running_loop().run_in_executor(
            None, partial(open_batch, run_key, self._settings)
        )
        saver = Saver(desk=self._desk, batch_id=batch_id, keeps_state=False)
        await saver.save([(feed, result)])
        log.info(
            "delivered feed=%d %s",
            feed.id,
            " ".join(f"{name}={count}" for name, count in saver.counts.items() if count),
        )

    async def subscribe(self) -> None:
        """Ask hubs for what is wanted or about to end, now and then, for ever."""
        while True:
            try:
                rows = await self._all("take_subscriptions", limit=SUBSCRIBED_AT_ONCE)
                for row in rows:
                    await self._ask(row)
            except StoreError as error:
                log.warning("no subscriptions asked for: %s", error)
                rows = []
            if len(rows) < SUBSCRIBED_AT_ONCE:
                await asyncio.sleep(RENEW_EVERY_SECONDS)

    async def _ask(self, row: dict[str, Any]) -> None:
        form = {
            "hub.mode": "subscribe",
            "hub.topic": row["topic_url"],
            "hub.callback": f"{self._settings.websub_url.rstrip('/')}{PATH}{row['token']}",
            "hub.secret": row["secret"],
            "hub.lease_seconds": str(LEASE_SECONDS),
        }
        try:
            status = await self._client.post_form(row["hub_url"], urlencode(form).encode())
            error = None if 200 <= status < 300 else f"the hub answered {status}"
        except FetchError as failed:
            error = str(failed)[:500]
        if error:
            log.warning(
                "not subscribed stage=fetch feed=%d hub=%r error=%r",
                row["feed_id"],
                row["hub_url"][:300],
                error,
            )
        await self._all("note_subscription_asked", feed_id=row["feed_id"], error=error)

    async def _all(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        return await self._desk.call(lambda transaction: transaction.all(query, **parameters))


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether a body bears its signature: "sha256=HEX", or another hash of `HASHES`."""
    name, _, stated = signature.partition("=")
    made = HASHES.get(name.strip().lower())
    if made is None:
        return False
    expected = hmac.new(secret.encode(), body, made).hexdigest()
    return hmac.compare_digest(expected.encode(), stated.strip().lower().encode("utf-8", "replace"))
