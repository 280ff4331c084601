"""Inside the child: bytes of a feed into plain data. The only home of feedparser."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

# One entry's HTML; a longer one is cut, as no article is.
MAXIMUM_HTML = 1_000_000
MAXIMUM_TITLE_HTML = 5_000
MAXIMUM_LINK = 4_000
# feedparser's family of "bozo" remarks that a wrong charset or content type was put right.
UNHARMFUL = feedparser.ThingsNobodyCaresAboutButMe


def read_feed(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """Entries, title and problem, as `parse_feed` has them, in JSON's types; dates as raw text."""
    if not body.strip():
        return _problem("the answer is empty")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_json_feed(body, header)
    # A file object, never the bytes themselves: feedparser takes bytes for the name of a file first.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": header["content_type"], "content-location": header["url"]},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = [_entry(entry, header["url"]) for entry in parsed.entries[: header["max_entries"]]]
    if not parsed.version and not any(entry["url"] or entry["title"] for entry in entries):
        return _problem(_what_it_is(body))
    if not entries and parsed.bozo and not isinstance(parsed.bozo_exception, UNHARMFUL):
        return _problem(f"broken before its first entry: {_one_line(parsed.get('bozo_exception'))}")
    return {
        "entries": entries,
        "title": _short(parsed.feed.get("title"), MAXIMUM_TITLE_HTML),
        "problem": None,
    }


def _entry(entry: Any, base: str) -> dict[str, Any]:
    contents = [str(content.get("value") or "") for content in entry.get("content", ())]
    return {
        "guid": _short(entry.get("id"), 2000) or None,
        "url": _link(entry, base),
        "title": _short(entry.get("title"), MAXIMUM_TITLE_HTML),
        "title_is_html": entry.get("title_detail", {}).get("type") != "text/plain",
        "summary_html": _short(entry.get("summary"), MAXIMUM_HTML),
        "content_html": _short(max(contents, key=len, default=""), MAXIMUM_HTML),
        "dates": [
            entry[name] for name in ("published", "updated", "created") if isinstance(entry.get(name), str)
        ],
        "language": _short((entry.get("title_detail") or {}).get("language"), 35) or None,
    }


def _link(entry: Any, base: str) -> str:
    alternates = [
        link.get("href") for link in entry.get("links", ()) if link.get("rel", "alternate") == "alternate"
    ]
    # A guid that is an address stands in for a missing link (RSS 2.0: isPermaLink).
    for candidate in (*alternates, entry.get("link"), entry.get("id")):
        if isinstance(candidate, str) and (
            url := _absolute(candidate, base, is_guid=candidate == entry.get("id"))
        ):
            return url
    return ""


def _absolute(link: str, base: str, *, is_guid: bool = False) -> str:
    link = "".join(link[:MAXIMUM_LINK].split())
    try:
        url = link if is_guid else urljoin(base, link)
        return url if link and urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else ""
    except ValueError:
        return ""


def _read_json_feed(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """JSON Feed 1 and 1.1 (jsonfeed.org): an object with a version of its own and a list of items."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        return _problem(f"broken JSON: {_one_line(error)}")
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/") or not isinstance(
        feed.get("items"), list
    ):
        return _problem("JSON, but no JSON Feed")
    items = [item for item in feed["items"] if isinstance(item, dict)][: header["max_entries"]]
    language = feed.get("language")
    return {
        "entries": [_json_entry(item, header["url"], language) for item in items],
        "title": _short(feed.get("title"), MAXIMUM_TITLE_HTML),
        "problem": None,
    }


def _json_entry(item: dict[str, Any], base: str, language: Any) -> dict[str, Any]:
    guid = _short(item.get("id"), 2000)
    url = _absolute(_short(item.get("url"), 4000), base) or _absolute(
        _short(item.get("external_url"), 4000), base
    )
    return {
        "guid": guid or None,
        "url": url or _absolute(guid, base, is_guid=True),
        "title": _short(item.get("title"), MAXIMUM_TITLE_HTML),
        "title_is_html": False,
        "summary_html": _short(item.get("summary"), MAXIMUM_HTML),
        "content_html": _short(item.get("content_html") or item.get("content_text"), MAXIMUM_HTML),
        "dates": [
            value for name in ("date_published", "date_modified") if isinstance(value := item.get(name), str)
        ],
        "language": _short(item.get("language") or language, 35) or None,
    }


def _what_it_is(body: bytes) -> str:
    start = body[:2000].lower()
    if b"<html" in start or b"<!doctype html" in start:
        return "an HTML page, not a feed"
    return "no feed in a known format"


def _problem(problem: str) -> dict[str, Any]:
    return {"entries": [], "title": "", "problem": problem}


def _short(value: Any, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else str(value)[:limit] if isinstance(value, int) else ""


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())[:200]
