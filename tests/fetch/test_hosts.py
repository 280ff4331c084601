"""One worker a host, and what hosts ask for is kept by all workers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.fetch.hosts import Host, LeftAloneError
from pipeline.fetch.http import open_client
from pipeline.postgres.database import Database
from pipeline.stages import host_leases
from pipeline.stages.common import open_batch
from pipeline.stages.fetch import fetch
from pipeline.stages.fetch_desk import Desk
from pipeline.stages.host_leases import HostLeases


@pytest.fixture
def others(web: Any) -> Iterator[Any]:
    """A second host of the same kind."""
    made = type(web)("127.0.0.2")
    yield made
    made.close()


@pytest.fixture
def listed(settings: Settings, web: Any, others: Any, tmp_path: Path) -> Any:
    """Writes a list of feeds by their addresses, and gives the settings that read it."""

    def write(*urls: str, **values: Any) -> Settings:
        lines = [f"{url},Paper {number},,en,60" for number, url in enumerate(urls)]
        (path := tmp_path / "feeds.csv").write_text(
            "\n".join(["url,source,country,language,interval_seconds", *lines])
        )
        allowed = f"127.0.0.1:{web.port},127.0.0.2:{others.port}"
        return replace(
            settings,
            **{"feeds_path": path, "allow_private_addresses": allowed, "fetch_timeout_seconds": 5.0} | values,
        )

    return write


def run(settings: Settings, key: str = "run") -> dict[str, int]:
    return fetch(open_batch(key, settings), settings)


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    database = Database(settings.database_url)
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def make_due(settings: Settings) -> None:
    query(settings, "UPDATE tocsin.feeds SET next_fetch_at = now() - interval '1 second'")
    query(
        settings,
        "UPDATE tocsin.seen_urls SET next_try_at = now() - interval '1 second' WHERE next_try_at IS NOT NULL",
    )


def test_two_workers_never_have_one_host(settings: Settings):
    """One of the two is told that it must wait, and gets the host when the other is done."""

    async def both() -> tuple[bool, bool]:
        with Desk(Database(settings.database_url)) as one, Desk(Database(settings.database_url)) as two:
            async with HostLeases(one) as ours, HostLeases(two) as theirs:
                async with ours.using("a.example"):
                    with pytest.raises(LeftAloneError, match="another worker"):
                        async with theirs.using("a.example"):
                            pass
                    async with theirs.using("b.example"):
                        beside = True
                await asyncio.sleep(host_leases.IDLE_SECONDS + 2 * host_leases.TICK_SECONDS)
                async with theirs.using("a.example"):
                    return beside, True

    assert asyncio.run(both()) == (True, True)


def test_crawl_delay_goes_with_the_host(settings: Settings):
    """From the worker that gives it back to the one that takes it."""

    async def one_after_the_other() -> float:
        with Desk(Database(settings.database_url)) as one:
            async with HostLeases(one) as ours, ours.using("a.example") as host:
                await host.wait_for_turn(30.0)
        with Desk(Database(settings.database_url)) as two:
            async with HostLeases(two) as theirs, theirs.using("a.example") as host:
                return host.turn_seconds

    assert 20.0 < asyncio.run(one_after_the_other()) < 30.0


def test_a_page_on_another_workers_host_waits(web, others, fetching, listed):
    """Its entry is kept, no try is charged, and the next visit reads it."""
    page = fetching.page(fetching.title, *fetching.story)
    others.routes["/story"] = fetching.reply(200, page, Content_Type="text/html")
    web.routes["/feed"] = fetching.reply(
        200, fetching.rss(fetching.item(fetching.title, f"{others.url}/story"))
    )
    settings = listed(f"{web.url}/feed")

    async def hold() -> dict[str, int]:
        with Desk(Database(settings.database_url)) as desk:
            async with HostLeases(desk) as leases, leases.using("127.0.0.2"):
                return await asyncio.get_running_loop().run_in_executor(None, run, settings)

    while_held = asyncio.run(hold())
    make_due(settings)
    after = run(settings, "second")

    assert (while_held["articles"], while_held["waiting"], after["articles"]) == (0, 1, 1)
    assert len([path for path, _ in others.requests if path == "/story"]) == 1


def test_two_workers_visit_each_feed_once(web, others, fetching, listed):
    """Of two hosts with ten feeds each; and no article is there twice."""
    urls = []
    for number in range(20):
        server = (web, others)[number % 2]
        server.routes[f"/story{number}"] = fetching.reply(
            200, fetching.page(f"Talks {number}", *fetching.story), Content_Type="text/html"
        )
        item = fetching.item(f"Talks {number}", f"{server.url}/story{number}")
        server.routes[f"/feed{number}"] = fetching.reply(200, fetching.rss(item))
        urls.append(f"{server.url}/feed{number}")
    settings = listed(*urls)
    batch_id = open_batch("run", settings)
    fetch(batch_id, replace(settings, feeds_path=Path(_empty(settings))))
    found: list[dict[str, int]] = []
    workers = [threading.Thread(target=lambda: found.append(fetch(batch_id, settings))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    asked = [path for server in (web, others) for path, _ in server.requests if path != "/robots.txt"]
    assert sum(counts["feeds"] for counts in found) == 20
    assert sorted(asked) == sorted(set(asked))
    assert query(settings, "SELECT count(*) FROM tocsin.articles") == [(20,)]


def _empty(settings: Settings) -> str:
    path = settings.feeds_path.with_name("none.csv")
    path.write_text("url,source\n")
    return str(path)


def test_a_429_on_a_page_stops_the_host(web, fetching, listed):
    """For all workers, until the time it asked for; its other pages and feeds are not asked for meanwhile."""
    stories = [
        fetching.item(f"Talks {number} of the ministers", f"{web.url}/story{number}") for number in range(30)
    ]
    for number in range(30):
        web.routes[f"/story{number}"] = fetching.reply(429, Retry_After="120")
    web.routes["/feed"] = fetching.reply(200, fetching.rss(*stories))
    settings = listed(f"{web.url}/feed")
    first = run(settings)
    make_due(settings)
    second = run(settings, "second")

    assert len([path for path, _ in web.requests if path.startswith("/story")]) <= 2
    assert (first["waiting"], second["feeds"]) == (30, 0)
    assert query(
        settings,
        "SELECT left_alone_until > now() + interval '100 s' FROM tocsin.hosts WHERE host = '127.0.0.1'",
    ) == [(True,)]


@pytest.mark.slow
def test_pages_that_hang_do_not_hold_up_a_feed_of_their_host(web, fetching):
    """Feeds have places of their own."""
    go_on = threading.Event()
    web.routes["/hang"] = lambda _handler: go_on.wait(20)
    fetching.serve_feed()

    async def look() -> tuple[int, list[bool]]:
        async with open_client(fetching.settings(fetch_timeout_seconds=20.0)) as client:
            pages = [asyncio.create_task(client.get_page(f"{web.url}/hang")) for _ in range(4)]
            response = await client.get_feed(f"{web.url}/feed")
            are_done = [page.done() for page in pages]
            go_on.set()
            await asyncio.gather(*pages, return_exceptions=True)
            return response.status, are_done

    assert asyncio.run(look()) == (200, [False] * 4)


def test_pages_that_hang_are_given_up(web, fetching, listed):
    """After some time-outs a visit asks for no more of them; a page that another feed of the host shows is read."""
    links = [f"/hang{number}" for number in range(12)]
    web.routes |= dict.fromkeys(links, lambda _handler: time.sleep(2.0))
    web.routes["/feed"] = fetching.reply(
        200, fetching.rss(*[fetching.item(link, web.url + link) for link in links])
    )
    web.routes["/good"] = fetching.reply(200, fetching.rss(fetching.serve_story()))
    settings = listed(f"{web.url}/feed", f"{web.url}/good", fetch_timeout_seconds=1.0)
    counts = run(settings)

    assert (counts["waiting"], counts["articles"]) == (12, 1)
    assert len([path for path, _ in web.requests if path.startswith("/hang")]) == 3


def test_a_host_whose_pages_all_hang_is_left_alone(web, fetching, listed):
    """Its pages, by all workers; its feeds are read."""
    for number in range(3):
        links = [f"/hang{number}-{entry}" for entry in range(4)]
        web.routes |= dict.fromkeys(links, lambda _handler: time.sleep(2.0))
        items = [fetching.item(link, web.url + link) for link in links]
        web.routes[f"/feed{number}"] = fetching.reply(200, fetching.rss(*items))
    settings = listed(*[f"{web.url}/feed{number}" for number in range(3)], fetch_timeout_seconds=1.0)
    first = run(settings)
    make_due(settings)
    web.requests.clear()
    second = run(settings, "second")

    assert (first["waiting"], second["feeds"]) == (12, 3)
    assert not [path for path, _ in web.requests if path.startswith("/hang")]
    assert query(
        settings,
        "SELECT left_alone_until IS NULL, pages_left_alone_until > now() FROM tocsin.hosts WHERE host = '127.0.0.1'",
    ) == [(True, True)]


def test_robots_are_read_once_for_all_runs(web, fetching, listed):
    """Within the hour."""
    web.routes["/robots.txt"] = fetching.reply(200, "User-agent: *\nDisallow: /closed")
    fetching.serve_feed(fetching.serve_story("/one"))
    settings = listed(f"{web.url}/feed")
    run(settings)
    make_due(settings)
    closed = fetching.item("Closed", f"{web.url}/closed/1")
    fetching.serve_feed(fetching.serve_story("/two", title="Another story of the day"), closed)
    second = run(settings, "second")

    assert len(web.asked("/robots.txt")) == 1
    assert (second["articles"], second["discarded_robots"]) == (1, 1)


def test_unchanged_feeds_share_a_transaction(web, fetching, listed):
    """A 304 costs a row of a statement, no transaction of its own."""
    web.routes |= {f"/feed{number}": fetching.reply(304, ETag='"1"') for number in range(40)}
    settings = listed(*[f"{web.url}/feed{number}" for number in range(40)])
    run(replace(settings, feeds_path=Path(_empty(settings))))
    query(settings, "UPDATE tocsin.feeds SET etag = '\"1\"'")
    (before,) = query(
        settings, "SELECT count(DISTINCT xmin::text) FROM tocsin.feeds WHERE fetched_at IS NOT NULL"
    )[0]
    counts = run(settings)
    (transactions,) = query(settings, "SELECT count(DISTINCT xmin::text) FROM tocsin.feeds")[0]

    assert (before, counts["feeds"]) == (0, 40)
    assert transactions <= 10


def test_host_says_how_long_it_is_left_alone():
    """So that a feed is due again then, and not before."""
    host = Host("a.example", row={"left_alone_seconds": 90})

    with pytest.raises(LeftAloneError) as caught:
        host.check(is_page=False)

    assert 80 < (caught.value.retry_after_seconds or 0) <= 90
