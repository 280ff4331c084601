"""Plain text out of what publishers write: one kind of white space, no controls, paragraphs apart."""

from __future__ import annotations

import html
import re
import unicodedata

# Direction overrides let a title read differently from what it is; the rest is invisible.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")
# A hostile feed chooses what these run on, so none may look further than to the next bracket.
_TAG = re.compile(r"<[/!?]?[A-Za-z][^<>]{0,2000}>|</?[A-Za-z]>|<!\[CDATA\[|\]\]>")
_UNREAD = re.compile(r"<(script|style|noscript|iframe|!--)", re.IGNORECASE)
_UNREAD_ENDS = {
    "!--": re.compile("-->"),
    **{
        name: re.compile(rf"</{name}[^<>]{{0,100}}>", re.IGNORECASE)
        for name in ("script", "style", "noscript", "iframe")
    },
}
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|tr|table|section|article)\b[^<>]{0,2000}>", re.IGNORECASE
)
MAXIMUM_TITLE = 500


def one_line(text: str) -> str:
    """White space, line ends and controls become single spaces; composed (NFC)."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return " ".join(_CONTROL.sub(" ", text).split())


def paragraphs(text: str) -> str:
    """Each line that is not empty becomes a paragraph; paragraphs are parted by one empty line."""
    lines = (one_line(line) for line in re.split(r"[\n\r\x0b\x0c\x85\u2028\u2029]+", text))
    return "\n\n".join(line for line in lines if line)


def title_text(title: str, *, is_html: bool) -> str:
    """A title as a reader sees it: no tags, no entities, one line, at most 500 characters."""
    if is_html:
        title = _TAG.sub("", title)
    # Twice: publishers escape titles that are escaped already ("AT&amp;amp;T").
    title = one_line(html.unescape(html.unescape(title)))
    return title if len(title) <= MAXIMUM_TITLE else title[: MAXIMUM_TITLE - 1].rstrip() + "…"


def html_text(markup: str) -> str:
    """The text of a feed's HTML fragment, blocks as paragraphs. Good for reading, not for a browser."""
    markup = _BLOCK.sub("\n", _without_unread(markup.replace("\n", " ").replace("\r", " ")))
    return paragraphs(html.unescape(_TAG.sub("", markup)))


def _without_unread(markup: str) -> str:
    """Drop scripts, styles and comments; one that does not end goes on to the end, as in a browser."""
    pieces, position = [], 0
    while match := _UNREAD.search(markup, position):
        pieces.append(markup[position : match.start()])
        end = _UNREAD_ENDS[match[1].lower()].search(markup, match.end())
        position = end.end() if end else len(markup)
    return " ".join([*pieces, markup[position:]])
