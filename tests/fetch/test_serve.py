"""The feed of our own on loopback, read by the real way."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError, OperateError
from pipeline.fetch.http import open_client
from pipeline.fetch.records import FeedState, FetchResult
from pipeline.fetch.serve import SeedArticle, SeedServer, read_seed, serve_seed
from pipeline.fetch.visit import fetch_feed
from tests.fetch.conftest import Remembering

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PUBLISHED = datetime(2011, 10, 28, 9, 0, tzinfo=timezone(timedelta(hours=2)))
ADDRESS = "https://news.example.org/article/talks-idUS1"


def article(fetching, **values) -> SeedArticle:
    return SeedArticle(
        **{
            "name": "talks",
            "title": 'Norland & Sudmark "agree"',
            "source": "Morning Post",
            "text": "\n\n".join(fetching.story),
            "published_at": PUBLISHED,
            "url": ADDRESS,
        }
        | values
    )


def visit(base_url: str, memory: Remembering, **settings) -> FetchResult:
    async def once() -> FetchResult:
        named = {"allow_private_addresses": base_url.removeprefix("http://")} | settings
        async with open_client(Settings(**named)) as client:
            feed = FeedState(url=f"{base_url}/feed.xml", source="Morning Post")
            return await fetch_feed(feed, client=client, now=NOW, memory=memory)

    result = asyncio.run(once())
    memory.store(result)
    return result


def test_served_article_comes_back_as_it_was(fetching):
    """Text, title, first address and its own date, fifteen years ago."""
    with serve_seed([article(fetching)]) as base_url:
        result = visit(base_url, Remembering())

    (read,) = result.articles
    assert read.text == "\n\n".join(fetching.story)
    assert (read.title, read.url) == ('Norland & Sudmark "agree"', ADDRESS)
    assert (read.published_at, result.taken[0].published_from) == (PUBLISHED, "feed")


def test_serving_again_on_another_port_gives_no_second_article(fetching):
    """As its address is its first one."""
    memory = Remembering()
    for _ in range(2):
        with serve_seed([article(fetching)]) as base_url:
            result = visit(base_url, memory)

    assert result.articles == ()
    assert [discard.reason for discard in result.discards] == ["known"]


def test_article_without_a_first_address_keeps_its_place_on_the_server(fetching):
    """There is nothing else to call it."""
    with serve_seed([article(fetching, url="")]) as base_url:
        result = visit(base_url, Remembering())

    assert [read.url for read in result.articles] == [f"{base_url}/articles/talks.html"]


def test_server_is_not_read_unless_named(fetching):
    """Loopback is refused by default, ours too."""
    with serve_seed([article(fetching)]) as base_url:
        result = visit(base_url, Remembering(), allow_private_addresses="")

    assert result.outcome == "failed"
    assert "ALLOW_PRIVATE_ADDRESSES" in result.feed.last_error or "ports 80 and 443" in result.feed.last_error


def test_added_article_is_in_the_feed_at_once(fetching):
    """At the top, and a new version in place of the old."""
    server = SeedServer([article(fetching)])
    try:
        server.add(article(fetching, name="more", title="More", url=""))
        server.add(article(fetching, name="more", title="Still more", url=""))
        titles = [read.title for read in visit(server.base_url, Remembering()).articles]
    finally:
        server.close()

    assert titles == ["Still more", 'Norland & Sudmark "agree"']


def test_unchanged_feed_answers_304(fetching):
    """By its ETag."""
    with serve_seed([article(fetching)]) as base_url:
        etag = urllib.request.urlopen(f"{base_url}/feed.xml").headers["ETag"]
        request = urllib.request.Request(f"{base_url}/feed.xml", headers={"If-None-Match": etag})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)

    assert caught.value.code == 304


def test_nothing_but_feed_and_pages_is_served(fetching):
    """No file of the machine."""
    with serve_seed([article(fetching)]) as base_url, pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{base_url}/articles/../../etc/hostname")

    assert caught.value.code == 404


def test_reader_that_hangs_up_is_no_error(capfd):
    """Nothing is printed, and the next reader is served."""
    server = SeedServer()
    with socket.create_connection(("127.0.0.1", int(server.base_url.rsplit(":", 1)[1]))) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(b"GET /feed.xml HTTP/1.1\r\n")
    time.sleep(0.2)

    with urllib.request.urlopen(server.feed_url) as response:
        assert response.status == 200
    assert capfd.readouterr().err == ""
    server.close()


def test_taken_port_is_named():
    """With what to do left to the caller's settings."""
    with serve_seed([]) as base_url, pytest.raises(OperateError, match="cannot be served"):
        SeedServer(port=int(base_url.rpartition(":")[2]))


def test_files_are_read_with_their_metadata(tmp_path: Path):
    """Text beside JSON of the same name."""
    values = {
        "title": "Talks",
        "source": "Morning Post",
        "published_at": "2011-10-28T09:00:00+00:00",
        "url": ADDRESS,
    }
    (tmp_path / "talks.txt").write_text("Ministers met.")
    (tmp_path / "talks.json").write_text(json.dumps(values))

    seed = read_seed(tmp_path / "talks.txt")

    assert (seed.name, seed.title, seed.text, seed.url) == ("talks", "Talks", "Ministers met.", ADDRESS)
    assert seed.published_at == datetime(2011, 10, 28, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, "cannot be read"),
        ("no json", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"title": "Talks", "source": "Post"}', "lacks 'published_at'"),
        ('{"title": "Talks", "source": "Post", "published_at": "yesterday"}', "cannot be read"),
        ('{"title": "Talks", "source": "Post", "published_at": "2011-10-28T09:00:00"}', "time zone"),
    ],
    ids=["missing", "no JSON", "no object", "lacks a value", "no date", "no zone"],
)
def test_wrong_metadata_is_a_config_error(tmp_path: Path, metadata: str | None, message: str):
    """Which names the file."""
    (tmp_path / "talks.txt").write_text("Ministers met.")
    if metadata is not None:
        (tmp_path / "talks.json").write_text(metadata)

    with pytest.raises(ConfigError, match=message) as caught:
        read_seed(tmp_path / "talks.txt")

    assert "talks.json" in str(caught.value)
