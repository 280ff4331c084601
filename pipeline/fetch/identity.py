"""Which entry is which: guid, link and title or text must agree before two entries are one.

A link alone tells too little: status pages show each incident under one address, live blogs each post under a
fragment of it. A guid alone tells too little: some feeds make a new one at every visit, some give all entries
the same. What is doubtful is looked at again, by its page, and its text decides.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pipeline.fetch.records import SeenEntry
from pipeline.fetch.text import html_text
from pipeline.fetch.url import canonical_url
from pipeline.model import Entry

Verdict = Literal["known", "waiting", "again", "changed", "new"]

# Shingles of words that two texts of one piece share, of the shorter one: a correction changes a few, a
# story that grows keeps what it had; two pieces of one page share its furniture alone.
SAME_PIECE = 0.5
SHINGLE_WORDS = 4
# Looks at a link that brought nothing new; a title that changes at every visit is read no more after that.
VAIN_LOOKS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """An entry with what tells it from others; fields as in SeenEntry."""

    entry: Entry
    url: str
    entry_key: str
    guid_key: str
    title_key: str
    text_key: str


def look_at(entry: Entry) -> Look:
    """What tells an entry from others; `url` is "" where it has no link we could tell it by."""
    url = canonical_url(entry.url)
    guid = _telling_guid(entry, url)
    keys = {"guid_key": _key(guid), "title_key": title_key(entry.title)}
    text = " ".join(_words(html_text(entry.content_html or entry.summary_html)))
    return Look(
        entry=entry, url=url, entry_key=_key("\n".join((url, *keys.values()))), text_key=_key(text), **keys
    )


def title_key(title: str) -> str:
    """Hash of a title's words; "" without any."""
    return _key(" ".join(_words(title)))


def part_url(look: Look) -> str:
    """An address of its own for an entry that shares its link: the link with its fragment, or one we make."""
    fragment = "".join(urlsplit(look.entry.url).fragment.split())
    if re.fullmatch(r"[\w.:~-]{3,200}", fragment):
        return f"{look.url}#{fragment}"
    return f"{look.url}#entry-{(look.guid_key or look.title_key or look.text_key or look.entry_key)[:16]}"


def judge(look: Look, seen: Sequence[SeenEntry], now: datetime) -> tuple[Verdict, SeenEntry | None]:
    """Say what to do with an entry, and by which earlier one.

    Args:
        seen: What is remembered of entries with the same link.

    Returns:
        known; waiting (to be tried later) or again (now); changed: probably known, but its page must be read; new.
    """
    told = [other for other in seen if is_same(look, other)]
    if known := next((other for other in told if other.article_url), None):
        return "known", known
    if waiting := next((other for other in told if other.outcome == "waiting"), None):
        is_due = waiting.next_try_at is None or waiting.next_try_at <= now
        return ("again" if is_due else "waiting"), waiting
    if told:
        return "known", told[0]
    if sum(other.outcome == "known" and bool(other.title_key) for other in seen) >= VAIN_LOOKS:
        return "known", seen[0]
    changed = next((other for other in seen if not _guids_differ(look, other)), None)
    return ("changed" if changed else "new"), changed


def is_same(look: Look | SeenEntry, other: Look | SeenEntry) -> bool:
    """Whether two entries with one link are one, by what the feed says of them alone."""
    if other.title_key is None or look.title_key is None:
        return True
    if look.title_key != other.title_key:
        return False
    texts_differ = bool(look.text_key and other.text_key) and look.text_key != other.text_key
    return not (texts_differ and (_guids_differ(look, other) or not look.title_key))


def is_other(look: Look | SeenEntry, other: Look | SeenEntry) -> bool:
    """Whether two entries with one link are surely two: guid differs, and title or text too."""
    return _guids_differ(look, other) and not is_same(look, other)


def shared_words(text: str, other: str) -> float:
    """The share of the shorter text's shingles that the other one has; 0 where one has none."""
    ours, theirs = _shingles(text), _shingles(other)
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter else 0.0


def is_same_piece(text: str, other: str) -> bool:
    """Whether two texts are versions of one piece."""
    return text == other or shared_words(text, other) >= SAME_PIECE


def _guids_differ(look: Look | SeenEntry, other: Look | SeenEntry) -> bool:
    return bool(look.guid_key and other.guid_key) and look.guid_key != other.guid_key


def _telling_guid(entry: Entry, url: str) -> str:
    """The guid where it tells more than the link; a fragment of the link stands in for it.

    Without its scheme, as sites that moved to https renamed all guids; without a number behind the link
    itself, by which some publishers count their changes (…/c4gl2#3).
    """
    guid = (entry.guid or "").strip()
    if canonical_url(guid) == url:
        guid = ""
    fragment = urlsplit(guid or entry.guid or entry.url).fragment or urlsplit(entry.url).fragment
    if not guid:
        guid = "" if re.fullmatch(r"\d{0,3}", fragment) else fragment
    return re.sub(r"^https?://(www\.)?", "", guid)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    size = min(SHINGLE_WORDS, len(words))
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)} if size else set()


def _key(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest() if value else ""
