"""`tocsin feeds` on a real database and a web server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError, FetchError
from pipeline.feed_report import feed_details, feed_table
from pipeline.report import console
from pipeline.stages.common import database, open_batch
from pipeline.stages.feeds import (
    add_feed,
    export_feeds,
    import_feeds,
    list_feeds,
    load_list,
    pause_feeds,
    resume_feeds,
    show_feed,
)
from pipeline.stages.fetch import fetch

HEAD = "url,source,country,language,interval_seconds\n"


@pytest.fixture
def desk(settings: Settings, web: Any, tmp_path: Path) -> Settings:
    """Settings with an empty list of feeds."""
    (path := tmp_path / "feeds.csv").write_text(HEAD)
    return replace(settings, feeds_path=path, allow_private_addresses=f"127.0.0.1:{web.port}")


@pytest.fixture
def run(desk: Settings) -> Callable[[], dict[str, int]]:
    return lambda: fetch(open_batch("run", desk), desk)


def values(url: str, **others: str) -> dict[str, str]:
    return {"url": url, "source": "", "country": "", "language": "", "interval_seconds": "", **others}


def text_of(shown: Any) -> str:
    with (screen := console()).capture() as captured:
        screen.print(shown)
    return captured.get()


def test_a_feed_is_added_under_its_own_name_and_visited(web, fetching, desk, run):
    """It need stand in no list."""
    fetching.serve_feed(fetching.serve_story())

    feed, entry_count = add_feed(values(f"{web.url}/feed"), desk)

    assert (feed.source, entry_count) == ("Morning Post", 1)
    assert run()["articles"] == 1
    assert [row["state"] for row in list_feeds(desk)] == ["well"]


def test_a_page_leads_to_its_feed(web, fetching, desk):
    """As a browser would find it."""
    fetching.serve_feed(fetching.serve_story())
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    web.routes["/"] = fetching.reply(200, fetching.page("Front", "news", head=link), Content_Type="text/html")

    feed, _ = add_feed(values(f"{web.url}/", source="Post", country="IND", interval_seconds="60"), desk)

    assert (feed.url, feed.source, feed.country, feed.interval_seconds) == (
        f"{web.url}/feed",
        "Post",
        "IND",
        60,
    )


def test_what_is_no_feed_is_added_unchecked_alone(web, fetching, desk):
    """Nobody else says whether it will be one."""
    web.routes["/x"] = fetching.reply(200, "no feed at all")

    with pytest.raises(FetchError, match="no feed in a known format"):
        add_feed(values(f"{web.url}/x"), desk)
    add_feed(values(f"{web.url}/x", source="Post"), desk, is_checked=False)

    assert [row["url"] for row in list_feeds(desk)] == [f"{web.url}/x"]


def test_a_feed_that_was_added_survives_the_list(desk):
    """The list speaks for what it listed alone."""
    add_feed(values("https://added.example/rss", source="A"), desk, is_checked=False)
    desk.feeds_path.write_text(f"{HEAD}https://listed.example/rss,B,,,\n")
    load_list(database(desk), desk.feeds_path)
    desk.feeds_path.write_text(HEAD)
    load_list(database(desk), desk.feeds_path)

    assert [row["source"] for row in list_feeds(desk)] == ["A"]
    assert list_feeds(desk, ["unlisted"]) == []
    assert show_feed("https://listed.example/rss", desk)[0]["state"] == "unlisted"


def test_a_paused_feed_rests_until_it_is_resumed(web, fetching, desk, run):
    """And is visited at once then."""
    fetching.serve_feed(fetching.serve_story())
    add_feed(values(f"{web.url}/feed"), desk)
    (paused,) = pause_feeds([f"{web.url}/feed"], desk)

    rested = run()["feeds"]
    state = list_feeds(desk)[0]["state"]
    resume_feeds([str(paused["id"])], desk)

    assert (rested, state) == (0, "paused")
    assert run()["feeds"] == 1


def test_a_feed_that_said_gone_is_resumed_by_hand_alone(web, fetching, desk, run):
    """410 is the publisher's last word, not the operator's."""
    web.routes["/feed"] = fetching.reply(410)
    add_feed(values(f"{web.url}/feed", source="Post"), desk, is_checked=False)
    run()
    gone, asked = list_feeds(desk)[0]["state"], run()["feeds"]
    resume_feeds([f"{web.url}/feed"], desk)
    fetching.serve_feed(fetching.serve_story())
    run()

    assert (gone, asked) == ("gone", 0)
    assert list_feeds(desk)[0]["state"] == "well"


def test_unknown_feeds_change_nothing(desk):
    """All or none."""
    add_feed(values("https://a.example/rss", source="A"), desk, is_checked=False)

    with pytest.raises(ConfigError, match="no feed 'x'"):
        pause_feeds(["https://a.example/rss", "x"], desk)

    assert [row["state"] for row in list_feeds(desk)] == ["new"]


@pytest.mark.parametrize("kind", ["opml", "csv"])
def test_what_is_exported_is_imported(desk, tmp_path, kind):
    """Into another installation, or this one again."""
    add_feed(values("https://a.example/?x=1&y=2", source="A & B", country="IND"), desk, is_checked=False)
    add_feed(values("https://b.example/rss", source="B", interval_seconds="90"), desk, is_checked=False)
    (path := tmp_path / f"out.{kind}").write_text(export_feeds(kind, desk))

    assert import_feeds(path, desk) == (0, 2)
    assert export_feeds(kind, desk) == path.read_text()


def test_importing_changes_no_feed_that_is_there(desk, tmp_path):
    """A list in OPML knows less of it than the person who added it."""
    add_feed(
        values("https://a.example/rss", source="A", country="IND", interval_seconds="90"),
        desk,
        is_checked=False,
    )
    (path := tmp_path / "x.opml").write_text(
        '<opml><body><outline text="B" xmlUrl="https://a.example/rss"/></body></opml>'
    )
    before = export_feeds("csv", desk)

    assert import_feeds(path, desk) == (0, 1)
    assert export_feeds("csv", desk) == before


def test_how_a_feed_fares_is_shown(web, fetching, desk, run):
    """Share known, articles and lag of the week; failures and why."""
    published_at = fetching.now
    fetching.serve_feed(fetching.serve_story(published_at=published_at))
    web.routes["/bad"] = fetching.reply(500)
    add_feed(values(f"{web.url}/feed"), desk)
    add_feed(values(f"{web.url}/bad", source="Bad"), desk, is_checked=False)
    run()

    bad, good = list_feeds(desk)
    shown, articles = show_feed(str(good["id"]), desk)
    assert (good["known_share"], good["week_article_count"], good["week_page_share"]) == (0, 1, 1)
    assert (bad["state"], bad["failure_count"], bad["succeeded_at"]) == ("failing", 1, None)
    assert "answered 500" in text_of(feed_table([bad, good]))
    assert fetching.title in text_of(feed_details(shown, articles))
