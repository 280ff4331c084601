"""The list of feeds a person writes: a CSV of url, source, country, language, interval_seconds; or OPML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import ConfigError
from pipeline.fetch.opml import read_outlines, write_opml
from pipeline.fetch.records import FeedState
from pipeline.fetch.source_names import source_names

REQUIRED_COLUMNS = ("url", "source")
COLUMNS = ("url", "source", "country", "language", "interval_seconds")
DEFAULT_INTERVAL_SECONDS = 900
MINIMUM_INTERVAL_SECONDS = 30
MAXIMUM_INTERVAL_SECONDS = 7 * 86_400
MAXIMUM_URL_BYTES = 2_000  # a row of the index on it has at most 2,704


def read_feeds(path: Path) -> tuple[FeedState, ...]:
    """Read a list of feeds; each comes as a feed that was never visited.

    A file that begins with `<` is OPML. In a CSV, lines that start with `#` and empty lines are passed over;
    `country` is ISO 3166 alpha-3 or empty, `language` a tag such as `en` or empty, `interval_seconds` empty
    for one that finds itself.

    Raises:
        ConfigError: The file cannot be read, a column is unknown or missing, or a value is wrong; the
            message names the line.
    """
    try:
        body = path.read_bytes()
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            return _from_opml(path, body)
        lines = body.decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the list of feeds {path} cannot be read: {error}") from error
    # A quoted field may not run over lines here, so each row keeps its line number.
    numbered = [
        (number, line) for number, line in enumerate(lines, 1) if line.strip() and line.lstrip()[0] != "#"
    ]
    if not numbered:
        raise ConfigError(f"{path} is empty; its first line must be: {','.join(COLUMNS)}")
    header = _header(path, *numbered[0])
    feeds: dict[str, tuple[int, FeedState]] = {}
    for number, line in numbered[1:]:
        feed = _feed(f"{path}, line {number}", header, next(csv.reader([line])))
        if feed.url in feeds:
            raise ConfigError(f"{path}, line {number}: {feed.url} is on line {feeds[feed.url][0]} already")
        feeds[feed.url] = (number, feed)
    return tuple(feed for _, feed in feeds.values())


def write_feeds(feeds: Sequence[FeedState], kind: str) -> str:
    """The list as `csv` or `opml`; `read_feeds` reads the same feeds from it."""
    rows = [
        {name: str(getattr(feed, name) or "") for name in COLUMNS}
        | ({} if feed.is_interval_given else {"interval_seconds": ""})
        for feed in feeds
    ]
    if kind == "opml":
        return write_opml(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_feed(values: dict[str, str], *, where: str) -> FeedState:
    """One feed from its values by column, as a line of the list has them.

    Raises:
        ConfigError: A value is wrong; the message begins with `where`.
    """
    return _feed(where, list(values), list(values.values()))


def _from_opml(path: Path, body: bytes) -> tuple[FeedState, ...]:
    outlines = list({outline["url"]: outline for outline in read_outlines(body)}.values())
    if not outlines:
        raise ConfigError(f'{path} names no feed: OPML has them as <outline xmlUrl="…">')
    names = source_names([(outline["url"], outline.pop("title")) for outline in outlines])
    return tuple(
        read_feed(outline | {"source": name}, where=f"{path}, feed {number}")
        for number, (outline, name) in enumerate(zip(outlines, names, strict=True), 1)
    )


def _header(path: Path, number: int, line: str) -> list[str]:
    header = [name.strip() for name in next(csv.reader([line]))]
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if unknown or missing or len(set(header)) < len(header):
        wrong = (
            f"no column {unknown[0]!r}"
            if unknown
            else f"column {(missing or header)[0]!r} is missing or twice"
        )
        raise ConfigError(f"{path}, line {number}: {wrong}; the columns are: {', '.join(COLUMNS)}")
    return header


def _feed(where: str, header: list[str], cells: list[str]) -> FeedState:
    if len(cells) != len(header):
        raise ConfigError(f"{where}: {len(cells)} values for {len(header)} columns ({', '.join(header)})")
    row = dict.fromkeys(COLUMNS, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    if not row["source"]:
        raise ConfigError(f"{where}: source is empty; name the publisher of {row['url']!r}")
    if row["country"] and not re.fullmatch("[A-Z]{3}", row["country"]):
        raise ConfigError(
            f"{where}: country must be three capitals (ISO 3166 alpha-3), got {row['country']!r}"
        )
    if row["language"] and not re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]+)*", row["language"]):
        raise ConfigError(f"{where}: language must be a tag such as en, got {row['language']!r}")
    return FeedState(
        url=_url(where, row["url"]),
        source=row["source"],
        country=row["country"] or None,
        language=row["language"] or None,
        interval_seconds=_interval(where, row["interval_seconds"]),
        is_interval_given=bool(row["interval_seconds"]),
    )


def _url(where: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        is_good = False
    if not is_good:
        raise ConfigError(f"{where}: url must start with http:// or https:// and name a host, got {url!r}")
    if len(url.encode("utf-8", "replace")) > MAXIMUM_URL_BYTES:
        raise ConfigError(f"{where}: url must have at most {MAXIMUM_URL_BYTES} bytes, got {url[:60]!r}…")
    return url


def _interval(where: str, raw: str) -> int:
    if not raw:
        return DEFAULT_INTERVAL_SECONDS
    if not raw.isdecimal() or not MINIMUM_INTERVAL_SECONDS <= int(raw) <= MAXIMUM_INTERVAL_SECONDS:
        raise ConfigError(
            f"{where}: interval_seconds must be a whole number from {MINIMUM_INTERVAL_SECONDS} "
            f"to {MAXIMUM_INTERVAL_SECONDS}, got {raw!r}"
        )
    return int(raw)
