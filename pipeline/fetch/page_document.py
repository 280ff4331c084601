"""Inside the child: the bytes of a page into text, title, dates and canonical address. Home of trafilatura.

Four ways to the text, the next one where the one before found too little or something else than the feed
announced: trafilatura; trafilatura on the page with its asides made plain blocks, as some sites put the
article into one; resiliparse; and the long paragraphs of all that resiliparse sees, where they tell what was announced.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import trafilatura

from pipeline.fetch.announced import MINIMUM_LETTERS, is_telling, letter_count, tells_same
from pipeline.fetch.page_dates import page_dates

MAXIMUM_TEXT = 500_000
# Resiliparse needs 90 s for 20,000 nested blocks; no article is nested like that.
MAXIMUM_DEPTH = 400
_LATIN_1 = ("", "iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# schema.org's word for a text that not everybody may read, and Open Graph's for the same.
_PAID = re.compile(
    r"isAccessibleForFree[\"']\s*:\s*[\"']?false|article:content_tier[\"'][^>]{0,40}(?:locked|metered)",
    re.IGNORECASE,
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


def read_page(body: bytes, header: dict[str, Any]) -> dict[str, Any]:
    """The main text ("" where none was found) and its method, the title, the canonical link and, if asked, dates."""
    markup = _decoded(body, header["charset"])
    tree = trafilatura.load_html(markup)
    if tree is None:
        return {"text": "", "method": "", "title": "", "canonical": None, "dates": [], "is_paid": False}
    answer: dict[str, Any] = {"title": _title(tree), "canonical": _canonical(tree), "dates": []}
    answer["is_paid"] = bool(_PAID.search(markup))
    if header["wants_date"]:
        answer["dates"] = page_dates(tree, markup, url=header["url"], max_date=header["max_date"])
    text, method = _part(tree, header["fragment"]), "fragment"
    if letter_count(text) < MINIMUM_LETTERS:
        text, method = _main_text(tree, markup, header)
    return {**answer, "text": text[:MAXIMUM_TEXT], "method": method if text else ""}


def _main_text(tree: Any, markup: str, header: dict[str, Any]) -> tuple[str, str]:
    """The first way that finds what was announced; where none does, the first that finds a text at all."""
    announced, first = header["announced"], ("", "")
    for method, is_guess, read in _ways(tree, markup):
        if is_guess and not is_telling(announced):
            break
        text = read()
        if letter_count(text) >= MINIMUM_LETTERS:
            if tells_same(announced, text):
                return text, method
            first = first if first[0] or is_guess else (text, method)
    return first


def _ways(tree: Any, markup: str) -> Iterator[tuple[str, bool, Callable[[], str]]]:
    """Method, whether it needs what was announced to be believed, and how to read."""
    yield "trafilatura", False, lambda: _by_trafilatura(tree)
    # trafilatura takes the tree apart; few pages need another.
    whole = trafilatura.load_html(markup)
    if whole is None or not _depth_is_usual(whole):
        return
    asides = list(whole.iter("aside"))
    for aside in asides:
        aside.tag = "div"
        aside.attrib.clear()
    if asides:
        yield "trafilatura", False, lambda: _by_trafilatura(whole)
    yield "resiliparse", False, lambda: _by_resiliparse(markup, main_content=True)
    yield "resiliparse", True, lambda: _long_paragraphs(_by_resiliparse(markup, main_content=False))


@cache
def _options() -> Any:
    from trafilatura.settings import Extractor

    # Made once: each reads a file of settings through.
    return Extractor(comments=False, tables=False, formatting=False)


def _by_trafilatura(tree: Any) -> str:
    return trafilatura.extract(tree, options=_options()) or ""


def _by_resiliparse(markup: str, *, main_content: bool) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    markup = re.sub(r"(?i)(</?)aside\b", r"\1div", markup)
    return str(
        extract_plain_text(
            markup,
            main_content=main_content,
            alt_texts=False,
            list_bullets=False,
            comments=False,
            post_meta=False,
        )
    )


def _long_paragraphs(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if letter_count(line) >= MINIMUM_LETTERS)


def _part(tree: Any, fragment: str) -> str:
    """The text of the element that a link's fragment names: a post of a live blog."""
    if not fragment:
        return ""
    for element in tree.iter():
        if isinstance(element.tag, str) and fragment in (element.get("id"), element.get("name")):
            return "\n".join(" ".join(piece.split()) for piece in element.itertext() if piece.strip())
    return ""


def _depth_is_usual(tree: Any) -> bool:
    depth = deepest = 0
    from lxml.etree import iterwalk

    for event, _ in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if deepest > MAXIMUM_DEPTH:
            return False
    return True


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
