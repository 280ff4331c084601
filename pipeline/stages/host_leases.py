"""The hosts that this worker of fetch has, leased in Postgres: no other worker, on whatever machine, asks them meanwhile.

A lease is void when the session that took it is gone, and at the latest when its time is over; so what a killed worker
had is free at once, and what a machine without power had after a minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import StoreError
from pipeline.fetch.hosts import Host, LeftAloneError
from pipeline.postgres.clean import as_json
from pipeline.stages.common import log
from pipeline.stages.fetch_desk import Desk

LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
# A host that nobody used for so long is given back; another worker may be waiting for it.
IDLE_SECONDS = 2.0
TICK_SECONDS = 1.0
# For a host that another worker has: mostly one page of it is wanted, after a redirect or as a feed's host is not its pages'.
BUSY_SECONDS, BUSY_PAUSE_SECONDS = 6.0, 0.5
BUSY_RETRY_SECONDS = 60.0


@dataclass(kw_only=True)
class _Held:
    host: Host
    session_number: int
    user_count: int = 0
    idle_since: float = field(default_factory=time.monotonic)


class HostLeases:
    """Open it with `async with`; see `fetch.hosts.Hosts`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._held: dict[str, _Held] = {}
        self._asked: dict[str, asyncio.Future[_Held | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> HostLeases:
        self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._keeper
        self._keeper.cancel()
        await asyncio.gather(self._keeper, *self._tasks, return_exceptions=True)
        await self._release(list(self._held))

    def granted(self, row: Mapping[str, Any]) -> None:
        """Note a host that was leased with a feed of it, and use it until `done`."""
        held = self._note(row)
        held.user_count += 1

    def done(self, name: str) -> None:
        """End what `granted` began."""
        if held := self._held.get(name):
            held.user_count -= 1
            held.idle_since = time.monotonic()

    @asynccontextmanager
    async def using(self, name: str) -> AsyncIterator[Host]:
        """A host that stays this worker's while it is used.

        Raises:
            LeftAloneError: Another worker has it, and did not give it back for some seconds.
        """
        held = self._held.get(name)
        if held is None or held.session_number != self._desk.session_number:
            held = await self._acquire(name)
        held.user_count += 1
        try:
            yield held.host
        finally:
            held.user_count -= 1
            held.idle_since = time.monotonic()

    def leave_alone(self, host: Host, seconds: float, *, only_pages: bool) -> None:
        """Tell all workers to leave a host (or its pages) alone for so many seconds."""
        reason = "its pages hang" if only_pages else "it asked for patience"
        log.warning("host left alone stage=fetch host=%s seconds=%.0f reason=%r", host.name, seconds, reason)
        self._write("leave_host_alone", host=host.name, seconds=seconds, only_pages=only_pages, reason=reason)

    def keep_robots(self, host: Host, origin: str, text: str) -> None:
        """Tell all workers what a robots.txt says."""
        self._write("keep_robots", host=host.name, origin=origin, text=text)

    def _write(self, query: str, **parameters: Any) -> None:
        async def write() -> None:
            await self._desk.call(lambda transaction: transaction.run(query, **parameters))

        self._tasks.add(task := asyncio.create_task(write()))
        task.add_done_callback(self._tasks.discard)

    def _note(self, row: Mapping[str, Any]) -> _Held:
        name, number = row["host"], self._desk.session_number
        held = self._held.get(name)
        if held is None:
            held = self._held[name] = _Held(host=Host(name, row=row), session_number=number)
        held.session_number = number
        return held

    async def _acquire(self, name: str) -> _Held:
        give_up_at = time.monotonic() + BUSY_SECONDS
        while True:
            if name not in self._asked:
                self._asked[name] = asyncio.get_running_loop().create_future()
                if len(self._asked) == 1:
                    self._tasks.add(task := asyncio.create_task(self._ask()))
                    task.add_done_callback(self._tasks.discard)
            if held := await asyncio.shield(self._asked[name]):
                return held
            if time.monotonic() > give_up_at:
                raise LeftAloneError(f"another worker reads {name}", retry_after_seconds=BUSY_RETRY_SECONDS)
            await asyncio.sleep(BUSY_PAUSE_SECONDS)

    async def _ask(self) -> None:
        """Ask for all hosts that are wanted now, in one statement."""
        await asyncio.sleep(0)
        asked, self._asked = self._asked, {}
        try:
            rows = await self._desk.call(
                lambda transaction: transaction.all(
                    "acquire_hosts", hosts=list(asked), lease_seconds=LEASE_SECONDS
                )
            )
        except StoreError as error:
            for future in asked.values():
                future.set_exception(error)
            return
        leased = {row["host"]: self._note(row) for row in rows}
        for name, future in asked.items():
            future.set_result(leased.get(name))

    async def _keep(self) -> None:
        renewed_at = time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                now = time.monotonic()
                idle = [
                    name
                    for name, held in self._held.items()
                    if not held.user_count and now - held.idle_since > IDLE_SECONDS
                ]
                await self._release(idle)
                if now - renewed_at > RENEW_SECONDS:
                    await self._renew()
                    renewed_at = now
            except StoreError as error:
                # Who visits or saves next says it too, and ends the run where it does not pass.
                log.warning("leases not kept stage=fetch error=%r", str(error)[:300])

    async def _release(self, names: Sequence[str]) -> None:
        given = [
            {"host": name, "turn_seconds": max(0.0, self._held.pop(name).host.turn_seconds)} for name in names
        ]
        if given:
            await self._desk.call(lambda transaction: transaction.run("release_hosts", hosts=as_json(given)))

    async def _renew(self) -> None:
        if not self._held:
            return
        names = list(self._held)
        rows = await self._desk.call(
            lambda transaction: transaction.all("renew_hosts", hosts=names, lease_seconds=LEASE_SECONDS)
        )
        kept = {row["host"] for row in rows}
        for name in names:
            if name in self._held and name not in kept:
                # Taken by another after a silence of ours: who uses it next asks for it anew.
                self._held[name].session_number = -1
