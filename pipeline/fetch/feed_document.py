"""Inside the child: bytes of a feed into plain data. The only home of feedparser."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from pipeline.fetch.bombs import bomb

# One entry's HTML; a longer one is cut, as no article is.
MAXIMUM_HTML = 1_000_000
MAXIMUM_TITLE_HTML = 5_000
# Longer than any that works; a link that is cut leads elsewhere.
MAXIMUM_LINK = 16_000
# RFC 4287, 4.2.7.2 lets a registered relation be written as an address too.
ALTERNATE = ("alternate", "http://www.iana.org/assignments/relation/alternate")
PAGE_TYPES = ("text/html", "application/xhtml+xml")
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
MAXIMUM_FEED_URLS = 10
_WIDE = (
    (b"<\0\0\0", "utf-32-le", 4),
    (b"\0\0\0<", "utf-32-be", 4),
    (b"<\0", "utf-16-le", 2),
    (b"\0<", "utf-16-be", 2),
)
NEWS_SITEMAP = "{http://www.google.com/schemas/sitemap-news/0.9}"
# feedparser's family of "bozo" remarks that a wrong charset or content type was put right.
UNHARMFUL = feedparser.ThingsNobodyCaresAboutButMe


def read_feed(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """Entries, title and problem, as `parse_feed` has them, in JSON's types; dates as raw text."""
    if not body.strip():
        return _problem("the answer is empty")
    body = _marked(body)
    if problem := bomb(body):
        return _problem(problem)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_json_feed(body, header)
    if re.search(rb"<(?:\w+:)?(urlset|sitemapindex)[\s>]", body[:2000]):
        return _read_sitemap(body, header)
    # A file object, never the bytes themselves: feedparser takes bytes for the name of a file first.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": header["content_type"], "content-location": header["url"]},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = [_entry(entry, header["url"]) for entry in parsed.entries[: header["max_entries"]]]
    if not parsed.version and not any(entry["url"] or entry["title"] for entry in entries):
        return _no_feed(body, header["url"])
    if not entries and parsed.bozo and not isinstance(parsed.bozo_exception, UNHARMFUL):
        return _problem(f"broken before its first entry: {_one_line(parsed.get('bozo_exception'))}")
    if not entries and re.search(rb"<(?:\w+:)?(?:item|entry)[\s>]", body):
        return _problem("it has entries, none of which can be read")
    return {
        "entries": entries,
        "title": _short(parsed.feed.get("title"), MAXIMUM_TITLE_HTML),
        "problem": None,
        **_of_itself(parsed.feed, header["url"]),
    }


def _marked(body: bytes) -> bytes:
    """UTF-16 and UTF-32 that say so nowhere, told by the zeros beside the first sign, as UTF-8."""
    for start, encoding, width in _WIDE:
        if body.startswith(start):
            try:
                text = body[: len(body) // width * width].decode(encoding)
            except UnicodeDecodeError:
                return body
            return re.sub(
                r"(<\?xml[^>]{0,200}?)\s+encoding\s*=\s*[\"'][^\"']*[\"']", r"\1", text, count=1
            ).encode()
    return body


def _of_itself(feed: Any, base: str) -> dict[str, Any]:
    """What a feed says of its address, its pace, and where one may subscribe to it."""

    def linked(relation: str) -> str | None:
        found = (link.get("href") for link in feed.get("links", ()) if link.get("rel") == relation)
        return _absolute(_short(next(found, ""), MAXIMUM_LINK), base) or None

    ttl = _short(feed.get("ttl"), 10).strip()
    return {
        "new_url": _absolute(_short(feed.get("itunes_new-feed-url"), MAXIMUM_LINK), base) or None,
        "ttl_seconds": 60 * int(ttl) if re.fullmatch(r"[0-9]{1,6}", ttl) else 0,
        "hub_url": linked("hub"),
        "topic_url": linked("self"),
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
    alternates = [link for link in entry.get("links", ()) if link.get("rel", "alternate") in ALTERNATE]
    # A guid that is an address stands in for a missing link (RSS 2.0: isPermaLink).
    links = (link.get("href") for link in sorted(alternates, key=_distance))
    for candidate in (*links, entry.get("link"), entry.get("id")):
        if isinstance(candidate, str) and (
            url := _absolute(candidate, base, is_guid=candidate == entry.get("id"))
        ):
            return url
    return ""


def _distance(link: Any) -> tuple[bool, bool]:
    """How far a link is from an English page; links of one distance keep their order."""
    language = str(link.get("hreflang") or "en").lower()
    is_page = str(link.get("type") or "text/html").partition(";")[0].strip().lower() in PAGE_TYPES
    return not is_page, not (language == "x-default" or language.startswith("en"))


def _absolute(link: str, base: str, *, is_guid: bool = False) -> str:
    link = "".join(link.split())
    try:
        url = link if is_guid else urljoin(base, link)
        parts = urlsplit(url)
        is_good = bool(link) and len(url) <= MAXIMUM_LINK and parts.scheme in ("http", "https")
        return url if is_good and parts.hostname else ""
    except ValueError:
        return ""


def _read_json_feed(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """JSON Feed 1 and 1.1 (jsonfeed.org): an object with a version of its own and a list of items."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        return _problem(f"broken JSON: {_one_line(error)}")
    # The version's address is spelt in many ways; a list of items with addresses or ids is what makes a feed.
    is_feed = "jsonfeed" in str(feed.get("version", "")) or any(
        isinstance(item, dict) and {"url", "id", "external_url"} & item.keys()
        for item in feed.get("items") or ()
    )
    if not is_feed or not isinstance(feed.get("items"), list):
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


def _read_sitemap(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """A Google news sitemap: addresses with title, language and time of publication."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(body, parser)
    if root is None or etree.QName(root).localname != "urlset":
        return _problem("a sitemap index; list the news sitemap it names")
    entries = [entry for url in root.iterfind("{*}url") if (entry := _sitemap_entry(url, header["url"]))]
    if not entries and root.find("{*}url") is not None:
        return _problem("a sitemap without news: its addresses have no titles and times")
    return {"entries": entries[: header["max_entries"]], "title": "", "problem": None}


def _sitemap_entry(url: Any, base: str) -> dict[str, Any] | None:
    def value(*path: str) -> str:
        return _short(url.findtext("/".join(path)), MAXIMUM_LINK).strip()

    news = f"{NEWS_SITEMAP}news"
    if url.find(news) is None:
        return None
    return {
        "guid": None,
        "url": _absolute(value("{*}loc"), base),
        "title": value(news, f"{NEWS_SITEMAP}title"),
        "title_is_html": False,
        "summary_html": "",
        "content_html": "",
        "dates": [value(news, f"{NEWS_SITEMAP}publication_date"), value("{*}lastmod")],
        "language": value(news, f"{NEWS_SITEMAP}publication", f"{NEWS_SITEMAP}language")[:35] or None,
    }


def _no_feed(body: bytes, base: str) -> dict[str, Any]:
    start = body[:2000].lower()
    if b"<html" not in start and b"<!doctype html" not in start:
        return _problem("no feed in a known format")
    urls = _feeds_of_page(body, base)
    named = f"; it names the feed {urls[0]}" if urls else " and it names none"
    return _problem(f"an HTML page, not a feed{named}") | {"feed_urls": urls}


def _feeds_of_page(body: bytes, base: str) -> list[str]:
    """What an HTML page names as its feeds: <link rel=alternate type=application/rss+xml>."""
    from lxml import html

    links = html.fromstring(body).iterfind(".//link[@href]")
    urls = [
        _absolute(str(link.get("href")), base)
        for link in links
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").partition(";")[0].strip().lower() in FEED_TYPES
    ]
    return [url for url in urls if url][:MAXIMUM_FEED_URLS]


def _problem(problem: str) -> dict[str, Any]:
    return {"entries": [], "title": "", "problem": problem}


def _short(value: Any, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else str(value)[:limit] if isinstance(value, int) else ""


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())[:200]
