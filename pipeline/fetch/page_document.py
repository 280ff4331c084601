"""Inside the child: the bytes of a page into text, title, date and canonical address. Home of trafilatura."""

from __future__ import annotations

from typing import Any

import trafilatura
from htmldate import find_date

MAXIMUM_TEXT = 500_000
_CHARSETS_WE_TRUST_LESS = ("", "iso-8859-1", "latin-1", "us-ascii")


def read_page(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """The main text ("" where none was found), the title, the canonical link and, if asked, the day."""
    tree = trafilatura.load_html(_decoded(body, header["charset"]))
    if tree is None:
        return {"text": "", "title": "", "canonical": None, "date": None}
    answer = {"title": _title(tree), "canonical": _canonical(tree), "date": None}
    if header["wants_date"]:
        answer["date"] = find_date(
            tree, url=header["url"], original_date=True, outputformat="%Y-%m-%d", max_date=header["max_date"]
        )
    text = trafilatura.extract(
        tree, url=header["url"], include_comments=False, include_tables=False, include_formatting=False
    )
    return {**answer, "text": (text or "")[:MAXIMUM_TEXT]}


def _decoded(body: bytes, charset: str) -> str | bytes:
    """By the header's charset if it fits; else the reader finds out by itself.

    Servers say latin-1 by default for pages that are UTF-8, and anything is latin-1; so that is no word.
    """
    if charset.lower() in _CHARSETS_WE_TRUST_LESS:
        return body
    try:
        return body.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return body


def _canonical(tree: Any) -> str | None:
    for link in tree.iterfind(".//link[@rel]"):
        if "canonical" in link.get("rel", "").lower().split() and link.get("href"):
            return str(link.get("href")).strip()[:4000]
    return None


def _title(tree: Any) -> str:
    for meta in tree.iterfind(".//meta[@property='og:title']"):
        if meta.get("content"):
            return str(meta.get("content"))[:5000]
    return str(tree.findtext(".//title") or "")[:5000]
