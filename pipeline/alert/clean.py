"""Make foreign text safe to show: no control characters, nothing that turns the reading direction."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

# They reorder what is read (CVE-2021-42574) or hide; joiners stay, Arabic and Persian need them.
_HIDDEN = frozenset("\u061c\u200b\u200e\u200f\u2060\ufeff\u00ad") | frozenset(
    chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
)
_CLOSED_CATEGORIES = frozenset(("Cc", "Cs", "Zl", "Zp"))
_SPACES = str.maketrans("\t\n\r", "   ")
MAX_URL = 2000


def clean(text: str | None, limit: int) -> str:
    """Give the text on one line, hidden characters shown as escapes, cut to `limit` characters."""
    shown = (text or "").translate(_SPACES)[: limit * 2]
    # Of ASCII nothing but what is not printable hides: most texts need no look at each character.
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(map(visible, shown))
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def visible(character: str) -> str:
    """Give a character as it may be shown: itself, or an escape such as \\u202e."""
    if character in _HIDDEN or unicodedata.category(character) in _CLOSED_CATEGORIES:
        point = ord(character)
        return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
    return character


def safe_link(url: str) -> str:
    """Give an http(s) address in plain ASCII that may be put into a link; "" if it is none.

    Refused: other schemes, no host, user names (they disguise the host), control characters,
    backslashes and quotation marks, over 2,000 characters.
    """
    if set(url) & set(" \\\"'<>`{}|^") or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    netloc = host if port is None else f"{host}:{port}"
    path, query, fragment = (quote(part, safe="/%:=&?~#+!$,;@()*[]-._") for part in parts[2:5])
    link = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return link if len(link) <= MAX_URL else ""
