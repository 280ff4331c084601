"""The list of feeds a person writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import ROOT
from pipeline.errors import ConfigError
from pipeline.fetch.feeds_file import read_feeds

HEADER = "url,source,country,language,interval_seconds"
GOOD = "https://example.org/rss,Morning Post,GBR,en,600"


def feeds(folder: Path, *lines: str) -> tuple:
    path = folder / "feeds.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_feeds(path)


def test_row_becomes_a_feed_never_visited(tmp_path: Path) -> None:
    """Comments and empty lines are passed over."""
    (feed,) = feeds(tmp_path, "# ours", "", HEADER, "  # world", GOOD)

    assert (feed.url, feed.source, feed.country, feed.language) == (
        "https://example.org/rss",
        "Morning Post",
        "GBR",
        "en",
    )
    assert (feed.interval_seconds, feed.etag, feed.failure_count, feed.next_fetch_at) == (600, None, 0, None)


def test_columns_may_be_left_empty_or_out(tmp_path: Path) -> None:
    """Only url and source must be there."""
    (feed,) = feeds(tmp_path, "source,url", '"Post, Morning",https://example.org/rss')

    assert (feed.source, feed.country, feed.language, feed.interval_seconds) == (
        "Post, Morning",
        None,
        None,
        900,
    )


def test_shipped_list_is_good() -> None:
    """Some fifteen feeds of as many publishers."""
    shipped = read_feeds(ROOT / "seeds" / "feeds.csv")

    assert len(shipped) >= 15
    assert all(feed.url.startswith("https://") and feed.interval_seconds >= 300 for feed in shipped)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER, GOOD, "https://example.org/rss,Again,,,"], "line 3: https://example.org/rss is on line 2 already"),
        ([HEADER, "example.org/rss,Post,,,"], "line 2: url must start with http"),
        ([HEADER, "file:///etc/passwd,Post,,,"], "line 2: url must start with http"),
        ([HEADER, "https://,Post,,,"], "line 2: url must start with http"),
        ([HEADER, f"https://example.org/{'新' * 800},Post,,,"], "line 2: url must have at most 2000 bytes"),
        ([HEADER, "https://example.org/rss,,,,"], "line 2: source is empty"),
        ([HEADER, "https://example.org/rss,Post,UK,,"], "line 2: country must be three capitals"),
        ([HEADER, "https://example.org/rss,Post,,english please,"], "line 2: language must be a tag"),
        ([HEADER, "https://example.org/rss,Post,,,often"], "line 2: interval_seconds must be a whole number from 30"),
        ([HEADER, "https://example.org/rss,Post,,,1"], "line 2: interval_seconds must be a whole number from 30"),
        (["# one", HEADER, "", "https://example.org/rss,Post"], "line 4: 2 values for 5 columns"),
        (["url,source,outlet", GOOD], "line 1: no column 'outlet'"),
        (["url,country", GOOD], "line 1: column 'source' is missing"),
        (["# nothing"], "is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_wrong_line_is_named(tmp_path: Path, lines: list[str], message: str) -> None:
    """With its number, what is wrong, and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        feeds(tmp_path, *lines)

    assert message in str(caught.value)


def test_missing_file_is_a_config_error(tmp_path: Path) -> None:
    """Which names the file."""
    with pytest.raises(ConfigError, match=r"none\.csv cannot be read"):
        read_feeds(tmp_path / "none.csv")
