"""Politeness toward one host, and who may ask it: each host is one worker's at a time, on whatever machine.

    async with hosts.using("www.example.org") as host: ...

Spacing, crawl delay, robots.txt and how long the host is left alone go with it from worker to worker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Protocol

from protego import Protego

from pipeline.errors import FetchError
from pipeline.web.answer import NoAnswerError, StatusError

# Feeds and pages have places of their own: a feed does not wait behind pages that hang.
FEEDS_AT_ONCE = PAGES_AT_ONCE = 2
ROBOTS_SECONDS = 3_600.0
# A host that asked for patience, or let so many pages of several feeds hang in a row, is left alone for a while.
SILENT_PAGES = 6
LEFT_ALONE_SECONDS = 120.0
PATIENCE_SECONDS = 60.0
# What one host's pages may take of one run; the rest waits for the next.
PAGES_SECONDS = 240.0


class LeftAloneError(FetchError):
    """The host was not asked, for what it did before, or because another worker has it."""


class Host:
    """Places, the time of the next turn, robots.txt, and until when it is left alone. Times are `time.monotonic`'s."""

    def __init__(self, name: str, *, row: Mapping[str, Any] | None = None) -> None:
        now, row = time.monotonic(), row or {}
        self.name = name
        self.feed_places = asyncio.Semaphore(FEEDS_AT_ONCE)
        self.page_places = asyncio.Semaphore(PAGES_AT_ONCE)
        self.robots_lock = asyncio.Lock()
        self.next_turn = now + float(row.get("turn_seconds") or 0)
        self.left_alone_until = now + float(row.get("left_alone_seconds") or 0)
        self.pages_left_alone_until = now + float(row.get("pages_left_alone_seconds") or 0)
        self._turn = asyncio.Lock()
        self._silent_count = 0
        self._pages_end: float | None = None
        self._robots = {
            origin: (float(kept["read_at"]), str(kept["text"]))
            for origin, kept in (row.get("robots") or {}).items()
        }
        self._parsed: dict[str, tuple[float, Protego]] = {}

    @property
    def turn_seconds(self) -> float:
        """Seconds until the next page may be asked for; below 0 where it may be now."""
        return self.next_turn - time.monotonic()

    def check(self, *, is_page: bool) -> None:
        """Raises:
        LeftAloneError: It is left alone now; `retry_after_seconds` says for how long.
        """
        now = time.monotonic()
        until = max(self.left_alone_until, self.pages_left_alone_until if is_page else 0.0)
        if until > now:
            raise LeftAloneError(f"{self.name} is left alone for a while", retry_after_seconds=until - now)
        if is_page and self._pages_end is not None and now > self._pages_end:
            raise LeftAloneError(f"{self.name} had its time of this run")

    @contextmanager
    def watching(self, leave_alone: Callable[[float, bool], None]) -> Iterator[None]:
        """Notes how a request for a page ends, and leaves the host alone where that asks for it.

        Args:
            leave_alone: Told for how many seconds, and whether its pages alone are meant.
        """
        self._pages_end = self._pages_end or time.monotonic() + PAGES_SECONDS
        try:
            yield
        except NoAnswerError:
            self._silent_count += 1
            if self._silent_count >= SILENT_PAGES:
                self._silent_count = 0
                self.pages_left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
                leave_alone(LEFT_ALONE_SECONDS, True)
            raise
        except StatusError as error:
            if error.status == 429 or (error.status == 503 and error.retry_after_seconds):
                seconds = error.retry_after_seconds or PATIENCE_SECONDS
                self.left_alone_until = max(self.left_alone_until, time.monotonic() + seconds)
                leave_alone(seconds, False)
            raise
        else:
            self._silent_count = 0

    async def wait_for_turn(self, delay: float) -> None:
        """Wait until a page may be asked for; the next one `delay` seconds after it."""
        async with self._turn:
            await asyncio.sleep(max(0.0, self.turn_seconds))
            self.next_turn = time.monotonic() + delay

    def robots(self, origin: str, now: float) -> Protego | None:
        """Its robots.txt as read within the hour; None where it must be read. `now` in seconds since 1970."""
        if origin in self._parsed:
            read_at, parsed = self._parsed[origin]
            return parsed if now - read_at < ROBOTS_SECONDS else None
        if origin not in self._robots or now - self._robots[origin][0] > ROBOTS_SECONDS:
            return None
        return self.keep_robots(origin, self._robots[origin][1], self._robots[origin][0])

    def keep_robots(self, origin: str, text: str, now: float) -> Protego:
        """Parse and keep a robots.txt."""
        self._parsed[origin] = (now, Protego.parse(text))
        return self._parsed[origin][1]


class Hosts(Protocol):
    """Those that this worker may ask."""

    def using(self, name: str) -> AbstractAsyncContextManager[Host]:
        """A host that stays this worker's while it is used.

        Raises:
            LeftAloneError: Another worker has it.
        """
        ...

    def leave_alone(self, host: Host, seconds: float, *, only_pages: bool) -> None:
        """Tell all workers to leave a host (or its pages) alone for so many seconds."""
        ...

    def keep_robots(self, host: Host, origin: str, text: str) -> None:
        """Tell all workers what a robots.txt says."""
        ...


class OwnHosts:
    """All hosts, for one who shares them with nobody: a single look by hand, and tests."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}

    @asynccontextmanager
    async def using(self, name: str) -> AsyncIterator[Host]:
        yield self._hosts.setdefault(name, Host(name))

    def leave_alone(self, host: Host, seconds: float, *, only_pages: bool) -> None:
        """Nobody else is to be told."""

    def keep_robots(self, host: Host, origin: str, text: str) -> None:
        """Nobody else is to be told."""
