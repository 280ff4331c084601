"""Inside the child: the bytes of a page into text, title, date and canonical address. Home of trafilatura."""

from __future__ import annotations

import codecs
import re
from typing import Any

import trafilatura
from htmldate import find_date

MAXIMUM_TEXT = 500_000
_LATIN_1 = ("", "iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


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


def _decoded(body: bytes, charset: str) -> str:
    """The first of these that fits: BOM, the header's charset, UTF-8, the page's own word, windows-1252.

    Servers say latin-1 out of habit, and anything is latin-1; so it is tried last, as browsers do, under
    the name of windows-1252, which is what it mostly is.
    """
    marks = [name for mark, name in _MARKS if body.startswith(mark)]
    named = _META_CHARSET.search(body[:4096])
    own = named[1].decode("ascii", "replace") if named else ""
    for candidate in (*marks, charset, "utf-8", own):
        if candidate.lower() in _LATIN_1:
            continue
        try:
            return body.decode(candidate)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("windows-1252", "replace")


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
