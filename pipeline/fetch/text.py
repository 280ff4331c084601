"""Plain text out of what publishers write: one kind of white space, no controls, paragraphs apart."""

from __future__ import annotations

import html
import re
import unicodedata

# Direction overrides let a title read differently from what it is; the rest is invisible.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")
_TAG = re.compile(r"<(?:!--.*?--|!\[CDATA\[|[/!?]?[A-Za-z][^<>]{0,2000})>", re.DOTALL)
_UNREAD_ELEMENT = re.compile(r"<(script|style|noscript|iframe)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|tr|table|section|article)\b[^<>]{0,2000}>", re.IGNORECASE
)
MAXIMUM_TITLE = 500


def one_line(text: str) -> str:
    """White space, line ends and controls become single spaces; composed (NFC)."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return " ".join("".join(" " if _is_control(character) else character for character in text).split())


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
    markup = _BLOCK.sub("\n", _UNREAD_ELEMENT.sub(" ", markup.replace("\n", " ").replace("\r", " ")))
    return paragraphs(html.unescape(_TAG.sub("", markup)))


def letter_count(text: str) -> int:
    """Letters of any script, without digits, signs and spaces."""
    return sum(character.isalpha() for character in text)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Zl", "Zp")
