"""Lists of feeds in OPML."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.fetch.feeds_file import read_feeds, write_feeds
from pipeline.fetch.records import FeedState

OPML = """<?xml version="1.0"?>
<opml version="1.1"><head><title>Mine</title></head><body>
  <outline text="World">
    <outline text="Norland Post - World" type="rss" xmlUrl="https://feeds.norlandpost.com/world" htmlUrl="https://www.norlandpost.com/"/>
    <outline text="Norland Post - Sport &amp; Games" type="rss" xmlUrl="https://feeds.norlandpost.com/sport"/>
  </outline>
  <outline text="Alone" xmlUrl="https://alone.example.org/rss"/>
  <outline text="Alone again" xmlUrl="https://alone.example.org/rss"/>
  <outline text="One" xmlUrl="https://feeds.feedburner.com/one"/>
  <outline text="Two" xmlUrl="https://feeds.feedburner.com/two"/>
  <outline xmlUrl="https://a.nameless.net/1"/><outline xmlUrl="https://b.nameless.net/2"/>
</body></opml>
"""


def read(tmp_path: Path, text: str) -> dict[str, FeedState]:
    (path := tmp_path / "list").write_text(text, encoding="utf-8")
    return {feed.url: feed for feed in read_feeds(path)}


def test_feeds_of_all_folders_are_read(tmp_path: Path) -> None:
    """Each address once; their intervals find themselves."""
    feeds = read(tmp_path, OPML)

    assert len(feeds) == 7
    assert not any(feed.is_interval_given for feed in feeds.values())


def test_feeds_of_one_publisher_have_one_source(tmp_path: Path) -> None:
    """Two names would count as two independent sources; a service for many publishers is none of them."""
    sources = {url.removeprefix("https://"): feed.source for url, feed in read(tmp_path, OPML).items()}

    assert sources == {
        "feeds.norlandpost.com/world": "Norland Post",
        "feeds.norlandpost.com/sport": "Norland Post",
        "alone.example.org/rss": "Alone",
        "feeds.feedburner.com/one": "One",
        "feeds.feedburner.com/two": "Two",
        "a.nameless.net/1": "nameless.net",
        "b.nameless.net/2": "nameless.net",
    }


def test_two_sites_never_have_one_name(tmp_path: Path) -> None:
    """Both call theirs "News"."""
    outline = '<outline text="News" xmlUrl="https://{}.example/rss"/>'
    feeds = read(tmp_path, f"<opml><body>{outline.format('one')}{outline.format('two')}</body></opml>")

    assert sorted(feed.source for feed in feeds.values()) == ["one.example", "two.example"]


@pytest.mark.parametrize("kind", ["opml", "csv"])
def test_what_is_written_is_read_as_it_was(tmp_path: Path, kind: str) -> None:
    """Country, language and interval too, and signs that XML has a use for."""
    feeds = [
        FeedState(url="https://a.example/?x=1&y=2", source='"Post" & <Times>', country="IND", language="en-GB", interval_seconds=600),
        FeedState(url="https://b.example/é", source="Écho", is_interval_given=False),
    ]  # fmt: skip

    assert list(read(tmp_path, write_feeds(feeds, kind)).values()) == feeds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<opml/>", "names no feed"),
        ("<html><p>no list</p></html>", "names no feed"),
        ('<opml><body><outline xmlUrl="ftp://x.example/"/></body></opml>', "http"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body>&b;</body></opml>',
            "names no feed",
        ),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """By name."""
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)
