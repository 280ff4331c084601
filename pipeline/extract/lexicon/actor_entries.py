"""Names as entries: one row of a lexicon, and the one way of turning text into tokens to look it up.

The lexicon and the phrase go through the same `tokenize`, so that "U.N.", "UN", "AL-QAEDA" and
"al Qaeda" meet.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from pipeline.extract.lexicon import files
from pipeline.plover import SECTORS, read_table

DATA = files.DATA / "actors"


def word_list(name: str) -> frozenset[str]:
    """A list of data/actors/words.csv."""
    return _word_lists()[name]


@lru_cache(maxsize=1)
def _word_lists() -> dict[str, frozenset[str]]:
    return {row["list"]: frozenset(row["words"].split("|")) for row in read_table(DATA / "words.csv")}


INTERNATIONAL: tuple[str, ...] = ("IGO", "NGO", "NGM", "MNC", "IMG", "ISM")
"""What stands in the country's place where an actor belongs to no single country (PLOVER's additions)."""
EXTRA_SECTORS: tuple[str, ...] = ("PRM", "PRE", "MUS", "CHR", "JEW", "HIN", "BUD")
"""Used by PLOVER's coders beside its main list: paramilitaries, states few recognise, faiths of plain believers."""
KNOWN_SECTORS: frozenset[str] = frozenset(SECTORS) | frozenset(EXTRA_SECTORS)
FIRST_DAY = date.min.toordinal()
LAST_DAY = date.max.toordinal()
POSSESSIVE = "'s"
QUALIFIER = "~"
"""Begins the key of a hyphenated token that names somebody else: "Syrian-backed", "pro-Russian"."""
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[-‐‑][^\W_]+)*"
    r"|[^\W_]+(?:(?:'(?![sS](?![^\W_]))|[-‐‑.&])[^\W_]+)*"
    r"|'[sS](?![^\W_])|'(?=\s|$)|[,;:()\[\]–—]"
)
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss",
                          "ə": "e", "ʻ": "", "ʼ": ""})  # fmt: skip
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "“": " ", "”": " ", '"': " "})
_TAILS = word_list("tails")
_HEADS = word_list("heads")


class Entry(NamedTuple):
    """One meaning of one name. `first` and `last` are the days (ordinals) between which the code holds.

    `kind` is one of country, demonym, seat, place, organisation, person, role. `strength` says how a
    role behaves as the head of a phrase (see data/actors/roles.csv). `organisation` is the code
    of the international body an IGO belongs to ("UNO", "EUR"); it stays empty for most.
    """

    id: str
    name: str
    country: str
    sector: str
    kind: str
    strength: str = ""
    first: int = FIRST_DAY
    last: int = LAST_DAY
    organisation: str = ""


class Word(NamedTuple):
    """A token: `key` to look up, `text` as it was written."""

    key: str
    text: str


def fold(text: str) -> str:
    """Lower case without accents or apostrophes."""
    if not text.isascii():
        text = "".join(
            mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark)
        )
        text = text.lower().translate(_LETTERS)
    return text.lower().replace("'", "")


def tokenize(text: str) -> list[Word]:
    """Split a phrase; hyphens part words, possessive marks and commas are tokens of their own."""
    words: list[Word] = []
    if not text.isascii() or "`" in text or '"' in text:
        text = text.translate(_QUOTES)
    for token in _TOKEN.findall(text):
        if token[0] == "'":
            words.append(Word(POSSESSIVE, token))
        elif "-" in token or "‐" in token or "‑" in token:
            words.extend(_split_hyphens(token))
        elif "." in token or "&" in token:
            words.append(Word(fold(token.replace(".", "").replace("&", "")), token))
        else:
            words.append(Word(fold(token), token))
    return words


def _split_hyphens(token: str) -> list[Word]:
    pieces = re.split("[-‐‑]", token)
    tail = pieces[-1].lower()
    if tail in _TAILS or (pieces[0].lower() in _HEADS and len(pieces) > 1):
        return [Word(QUALIFIER + fold(token.replace(".", "")), token)]
    return [Word(fold(piece.replace(".", "")), piece) for piece in pieces if piece]


def surface_key(surface: str) -> tuple[str, ...]:
    """The tokens of a lexicon name, without a leading article."""
    keys = tuple(word.key for word in tokenize(surface))
    return keys[1:] if len(keys) > 1 and keys[0] == "the" else keys
