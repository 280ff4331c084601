"""OPML, in which readers of feeds hand their lists on. The only home of listparser.

Country, language and interval stand as categories of an outline (/country/GBR,/language/en,/interval/600): other
programs take them for folders, and a list that was written here is read as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

CATEGORIES = {"country": "country", "language": "language", "interval": "interval_seconds"}
MAXIMUM_TITLE = 200


def read_outlines(body: bytes) -> list[dict[str, str]]:
    """Each feed of a list: url, title, and country, language and interval_seconds where it has them."""
    import listparser

    return [_outline(feed) for feed in listparser.parse(body).feeds if feed.get("url")]


def _outline(feed: Mapping[str, object]) -> dict[str, str]:
    values = {
        "url": "".join(str(feed["url"]).split()),
        "title": " ".join(str(feed.get("title") or "").split()),
    }
    values["title"] = values["title"][:MAXIMUM_TITLE]
    categories = feed.get("categories")
    for path in categories if isinstance(categories, list) else ():
        if len(path) == 2 and path[0] in CATEGORIES:
            values[CATEGORIES[path[0]]] = str(path[1])
    return values


def write_opml(rows: Sequence[Mapping[str, str]]) -> str:
    """A list as OPML 2.0; rows have url, source, country, language and interval_seconds."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["  <head><title>Feeds of Tocsin</title></head>", "  <body>"]
    for row in rows:
        paths = [f"/{name}/{row[column]}" for name, column in CATEGORIES.items() if row[column]]
        category = f" category={quoteattr(','.join(paths))}" if paths else ""
        name = quoteattr(row["source"])
        lines.append(
            f'    <outline type="rss" text={name} title={name} xmlUrl={quoteattr(row["url"])}{category}/>'
        )
    return "\n".join([*lines, "  </body>", "</opml>", ""])
