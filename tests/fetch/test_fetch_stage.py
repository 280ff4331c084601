"""The stage against a real database and servers that do what they like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest

from pipeline.config import Settings
from pipeline.errors import StoreError
from pipeline.postgres.database import Database
from pipeline.stages.common import database_time, open_batch
from pipeline.stages.feeds import load_list
from pipeline.stages.fetch import fetch
from pipeline.web import client


@pytest.fixture
def feeds(settings: Settings, web: Any, tmp_path: Any) -> Any:
    """Writes a list of feeds by their paths on `web`, and gives the settings that read it."""

    def write(*paths: str, **values: Any) -> Settings:
        lines = [f"{web.url}{path},Paper {number},IND,en,60" for number, path in enumerate(paths)]
        listed = tmp_path / "feeds.csv"
        listed.write_text("\n".join(["url,source,country,language,interval_seconds", *lines]))
        named = {"allow_private_addresses": f"127.0.0.1:{web.port}", "fetch_timeout_seconds": 5.0}
        return replace(settings, feeds_path=listed, **(named | values))

    return write


def rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with Database(settings.database_url).session() as session, session.connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def make_due(settings: Settings) -> None:
    with Database(settings.database_url).session() as session, session.transaction() as transaction:
        transaction.connection.cursor().execute(
            "UPDATE tocsin.feeds SET next_fetch_at = now() - interval '1 second'"
        )


def run(settings: Settings, key: str = "run") -> dict[str, int]:
    return fetch(open_batch(key, settings), settings)


CJK = quote("".join(chr(0x4E00 + number) for number in range(1500)))


@pytest.mark.parametrize(
    ("headers", "link"),
    [
        ({"Location": "http://xn--.example/"}, "/story"),
        ({"ETag": b'"\xe9\xff"'.decode("latin-1"), "Last-Modified": "kaputt \xe9"}, "/story"),
        ({}, "/" + CJK),
        ({"Location": "http://[::1]:99999999/"}, "/story"),
        ({"Content-Type": "text/xml; charset=\xff"}, "/story"),
    ],
    ids=[
        "host that cannot be decoded",
        "validators beyond ASCII",
        "link beyond an index row",
        "no port",
        "type",
    ],
)
def test_what_one_feed_does_is_its_own_affair(web, fetching, feeds, headers, link):
    """The others are visited; it is stored, or has a failure and a time to be tried again."""
    fetching.serve_story(link)
    bad = fetching.rss(fetching.item(fetching.title, web.url + unquote(link)))
    status = 302 if "Location" in headers else 200
    web.routes["/bad"] = fetching.reply(status, bad, **headers)
    web.routes["/good"] = fetching.reply(200, fetching.rss(fetching.serve_story("/other")))
    settings = feeds("/bad", "/good")

    counts = run(settings)

    found = dict(rows(settings, "SELECT url, coalesce(last_error, '') FROM tocsin.feeds"))
    due = rows(
        settings, "SELECT count(*) FROM tocsin.feeds WHERE next_fetch_at > now() AND fetched_at IS NOT NULL"
    )
    assert counts["feeds"] == 2
    assert counts["articles"] == (1 if status == 302 else 2)
    assert (found[f"{web.url}/good"], bool(found[f"{web.url}/bad"])) == ("", status == 302)
    assert due == [(2,)]


def test_what_cannot_be_stored_is_the_failure_of_its_feed(web, fetching, feeds):
    """In a fresh transaction, without the validators of what was lost, and the others are stored."""
    web.routes["/bad"] = fetching.reply(200, fetching.rss(fetching.serve_story("/poison")), ETag='"1"')
    web.routes["/good"] = fetching.reply(200, fetching.rss(fetching.serve_story("/story")))
    settings = feeds("/bad", "/good")
    with Database(settings.database_url).session() as session, session.transaction() as transaction:
        transaction.connection.cursor().execute(
            "ALTER TABLE tocsin.articles ADD CONSTRAINT no_poison CHECK (url NOT LIKE '%poison%')"
        )
    try:
        counts = run(settings)
        make_due(settings)
        run(settings)
    finally:
        with Database(settings.database_url).session() as session, session.transaction() as transaction:
            transaction.connection.cursor().execute("ALTER TABLE tocsin.articles DROP CONSTRAINT no_poison")

    ((error, count, etag),) = rows(
        settings, "SELECT last_error, failure_count, etag FROM tocsin.feeds WHERE url LIKE '%/bad'"
    )
    assert counts["articles"] == 1
    assert "no_poison" in error
    assert (count, etag) == (2, None)


def test_texts_that_postgres_refuses_are_stored_without_what_it_refuses(web, fetching, feeds):
    """NUL and half characters, raw and escaped."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "a\x00b",
                "url": f"{web.url}/story",
                "title": "Talks \x00 end \ud800 now",
                "summary": "\x00 \udfff",
            }
        ],
    }
    fetching.serve_story()
    web.routes["/feed"] = fetching.reply(200, json.dumps(feed))
    settings = feeds("/feed")

    assert run(settings)["articles"] == 1
    assert rows(settings, "SELECT title FROM tocsin.articles") == [("Talks end now",)]


def test_no_transaction_is_open_while_pages_are_fetched(web, fetching, feeds):
    """Nor a row locked: an idle publisher must not hold up anybody."""
    seen: list[tuple[Any, ...]] = []
    settings = feeds("/feed")

    def slow(handler: Any) -> None:
        time.sleep(0.3)
        seen.extend(
            rows(
                settings,
                "SELECT state, (SELECT count(*) FROM pg_locks AS held WHERE held.pid = activity.pid AND relation IS NOT NULL)"
                " FROM pg_stat_activity AS activity WHERE application_name = 'tocsin' AND pid <> pg_backend_pid()",
            )
        )
        fetching.reply(200, fetching.page(fetching.title, *fetching.story), Content_Type="text/html")(handler)

    web.routes["/story"] = slow
    web.routes["/feed"] = fetching.reply(200, fetching.rss(fetching.item(fetching.title, f"{web.url}/story")))

    assert run(settings)["articles"] == 1
    assert seen == [("idle", 0)]


def test_feed_that_another_worker_visits_is_left_to_it(web, fetching, feeds):
    """As long as that worker's session is there."""
    started, go_on = threading.Event(), threading.Event()

    def slow(handler: Any) -> None:
        started.set()
        go_on.wait(20)
        fetching.reply(200, fetching.rss(fetching.serve_story()))(handler)

    web.routes["/feed"] = slow
    settings = feeds("/feed")
    first: list[dict[str, int]] = []
    worker = threading.Thread(target=lambda: first.append(run(settings, "first")))
    worker.start()
    started.wait(20)
    second = run(settings, "second")
    go_on.set()
    worker.join()

    assert (second["feeds"], first[0]["articles"]) == (0, 1)
    assert len(web.asked("/feed")) == 1


def test_feeds_beyond_those_leased_at_once_are_each_visited_once(web, fetching, feeds, monkeypatch):
    """They are leased ahead of those who visit them."""
    monkeypatch.setattr("pipeline.stages.fetch.FEEDS_CLAIMED", 3)
    monkeypatch.setattr("pipeline.stages.fetch.FEEDS_AHEAD", 2)
    paths = [f"/feed/{number}" for number in range(11)]
    for path in paths:
        web.routes[path] = fetching.reply(200, fetching.rss())
    counts = run(feeds(*paths))

    assert counts["feeds"] == len(paths)
    assert sorted(path for path, _ in web.requests) == sorted(paths)


def test_feeds_of_one_host_take_turns_with_those_of_others(feeds):
    """Visits to one host wait for each other's pauses: side by side they would keep all others waiting."""
    settings = feeds()
    hosts = [f"10.0.0.{number}" for number in (1, 1, 1, 1, 2, 3)]
    lines = [f"http://{host}/{number},Paper,,en,900" for number, host in enumerate(hosts)]
    settings.feeds_path.write_text("\n".join(["url,source,country,language,interval_seconds", *lines]))
    home = Database(settings.database_url)
    load_list(home, settings.feeds_path)
    make_due(settings)
    with home.transaction() as transaction:
        due_at = database_time(transaction)
        claim = {"due_at": due_at, "is_all": False, "in_hand": [], "limit": 4, "lease_seconds": 60}
        claimed = transaction.all("claim_feeds", **claim)

    assert [row["host"] for row in claimed] == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"]


def test_database_that_goes_away_while_feeds_are_leased_ends_the_run(web, fetching, feeds, monkeypatch):
    """With its error, and not by waiting for feeds that nobody leases."""
    monkeypatch.setattr("pipeline.stages.fetch.FEEDS_CLAIMED", 1)
    monkeypatch.setattr("pipeline.stages.fetch.FEEDS_AHEAD", 1)
    paths = [f"/feed/{number}" for number in range(200)]
    settings = feeds(*paths)

    def cut_off(handler: Any) -> None:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        rows(settings, end)
        fetching.reply(200, fetching.rss())(handler)

    for path in paths:
        web.routes[path] = cut_off
    with pytest.raises(StoreError):
        run(settings)


def test_what_a_killed_worker_held_is_free_at_once(web, fetching, feeds):
    """Its lease went with its session."""
    started = threading.Event()

    def hang(_handler: Any) -> None:
        started.set()
        time.sleep(30)

    web.routes["/feed"] = hang
    settings = feeds("/feed", fetch_timeout_seconds=30.0)
    environment = {
        "TOCSIN_HOME": str(settings.home),
        "TOCSIN_DATABASE_URL": settings.database_url,
        "TOCSIN_FEEDS_PATH": str(settings.feeds_path),
        "TOCSIN_ALLOW_PRIVATE_ADDRESSES": settings.allow_private_addresses,
        "PATH": os.environ["PATH"],
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "fetch"], env=environment, stderr=subprocess.DEVNULL
    )
    started.wait(30)
    process.kill()
    process.wait()
    fetching.serve_feed(fetching.serve_story())
    deadline = time.monotonic() + 10
    while not (counts := run(settings))["feeds"] and time.monotonic() < deadline:
        time.sleep(0.1)

    assert counts["articles"] == 1


def test_lease_that_ran_out_is_free(fetching, feeds):
    """Whatever became of its worker."""
    fetching.serve_feed(fetching.serve_story())
    settings = feeds("/feed")
    with Database(settings.database_url).session() as session:
        run(settings, "first")
        make_due(settings)
        with session.transaction() as transaction:
            now = database_time(transaction)
            transaction.all("claim_feeds", due_at=now, is_all=False, in_hand=[], limit=1, lease_seconds=60)
        while_held = run(settings, "second")
        with session.transaction() as transaction:
            transaction.connection.cursor().execute(
                "UPDATE tocsin.hosts SET lease_until = now() - interval '1 second'"
            )
        after = run(settings, "third")

    assert (while_held["feeds"], after["feeds"]) == (0, 1)


class DayAhead:
    """A machine whose clock is a day fast."""

    @staticmethod
    def now(zone: Any = None) -> Any:
        return datetime.now(zone) + timedelta(days=1)


def test_clock_of_the_worker_changes_nothing(web, fetching, feeds, monkeypatch):
    """Dueness, waits and times of fetching are Postgres' own."""
    monkeypatch.setattr(client, "datetime", DayAhead)
    monkeypatch.setattr("time.time", lambda: 0.0)
    later = fetching.item("Later", f"{web.url}/later")
    web.routes["/later"] = fetching.reply(500)
    fetching.serve_feed(fetching.serve_story(), later)
    settings = feeds("/feed")
    run(settings)

    assert (
        rows(
            settings,
            "SELECT abs(extract(epoch FROM fetched_at - now())) < 60 FROM tocsin.articles"
            " UNION ALL SELECT abs(extract(epoch FROM next_fetch_at - now())) < 120 FROM tocsin.feeds"
            " UNION ALL SELECT abs(extract(epoch FROM next_try_at - now())) < 60 FROM tocsin.seen_urls WHERE next_try_at IS NOT NULL",
        )
        == [(True,)] * 3
    )


def test_three_incidents_on_one_page_are_three_articles(web, fetching, feeds):
    """And still three when they come again."""
    incidents = [
        fetching.item(f"Incident {number}", f"{web.url}/status", guid=f"inc-{number}", summary=text)
        for number, text in enumerate(fetching.story)
    ]
    web.routes["/status"] = fetching.reply(
        200, fetching.page("Status", *fetching.story), Content_Type="text/html"
    )
    fetching.serve_feed(*incidents)
    settings = feeds("/feed")
    first = run(settings)
    make_due(settings)
    fetching.serve_feed(
        *incidents[:2],
        fetching.item("Talks", f"{web.url}/status", guid="inc-9", summary=" ".join(fetching.story)),
    )
    second = run(settings, "second")

    assert (first["articles"], second["articles"]) == (3, 1)
    assert second["discarded_known"] == 2


def test_released_entry_is_tried_again(web, fetching, feeds):
    """Out of quarantine, even when the feed no longer shows it."""
    web.routes["/gone"] = fetching.reply(410)
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/gone"))
    settings = feeds("/feed")
    first = run(settings)
    fetching.serve_story("/gone")
    fetching.serve_feed()
    with Database(settings.database_url).transaction() as transaction:
        ids = [row["id"] for row in transaction.all("list_quarantine", limit=5)]
        transaction.all("release_quarantined", ids=ids)
    make_due(settings)
    second = run(settings, "second")

    assert (first["quarantined"], second["articles"]) == (1, 1)


def test_link_of_two_feeds_is_read_once(web, fetching, feeds):
    """By the one that came first; the other knows it at its next visit, and waits for nothing then."""
    story = fetching.serve_story()
    for path in ("/one", "/two"):
        web.routes[path] = fetching.reply(200, fetching.rss(story), ETag='"1"')
    settings = feeds("/one", "/two")
    first = run(settings)
    make_due(settings)
    run(settings, "second")

    assert (first["articles"], len(web.asked("/story"))) == (1, 1)
    assert rows(settings, "SELECT DISTINCT outcome, next_try_at IS NULL FROM tocsin.seen_urls") == [
        ("article", True)
    ]


def test_variants_of_a_link_are_one_article(web, fetching, feeds):
    """In one feed, in another and at a later visit; `?p=1` and `?id=3` are two."""
    page = fetching.page(fetching.title, *fetching.story)
    for path in ("/news/story", "/news/story/", "/news/story;jsessionid=0A1B"):
        web.routes[path] = fetching.reply(200, page, Content_Type="text/html")
    links = [
        "/news/story?a=1&b=2",
        "/news/story?b=2&a=1",
        "/news/story/?a=1&b=2",
        "/news/story?ref=rss&a=1&b=2",
    ]
    later = "/news/story;jsessionid=0A1B?a=1&b=2"
    web.routes["/one"] = fetching.reply(
        200, fetching.rss(*[fetching.item(fetching.title, web.url + link) for link in links])
    )
    web.routes["/two"] = fetching.reply(200, fetching.rss(fetching.item(fetching.title, web.url + links[2])))
    ids = {
        "/a": "Wheat prices rise in the whole of Norland",
        "/b": "Coast guards of Sudmark are on strike again",
    }
    for (path, title), query in zip(ids.items(), ("?p=1", "?id=3"), strict=True):
        web.routes[path] = fetching.reply(
            200, fetching.page(title, f"{title}. " * 5), Content_Type="text/html"
        )
        links.append(path + query)
    web.routes["/three"] = fetching.reply(
        200,
        fetching.rss(*[fetching.item(title, f"{web.url}{link}") for title, link in zip(ids.values(), links[-2:], strict=True)]),
    )  # fmt: skip
    settings = feeds("/one", "/two", "/three")
    first = run(settings)
    make_due(settings)
    web.routes["/two"] = fetching.reply(200, fetching.rss(fetching.item(fetching.title, web.url + later)))
    second = run(settings, "second")

    assert (first["articles"], second["articles"]) == (3, 0)
    assert len([path for path, _ in web.requests if path.startswith("/news/story")]) == 1
