"""Words: a text in, its words as they are compared out; phrases are words in a row.

No pattern of a rule is ever compiled to a regular expression here: words are compared with words, so that no rule
can be slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# A regular expression of ours over the text, linear in its length; never one of the user's.
_WORD = re.compile(r"\w+(?:['.]\w+)*\*?")


def text_words(text: str) -> tuple[str, ...]:
    """Cut a text into words for comparison: compatibility forms and letter case folded.

    Hyphens part words, a possessive ending and the dots of initials go, so that `Libya` finds
    "Libya's", `no fly zone` "no-fly zone" and `UN` "U.N.". A trailing `*` stays with its word.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return tuple(_plain_word(word) for word in _WORD.findall(folded))


@lru_cache(maxsize=1024)
def phrase_words(phrase: str) -> tuple[str, ...]:
    """The words of a phrase of a rule, which is checked and cut right after."""
    return text_words(phrase)


def haystack(text: str | None) -> str:
    """Write the text's words with one space around each, so that a phrase is found as a substring."""
    return f" {' '.join(text_words((text or '').replace('*', ' ')))} "


def pieces_of(phrase: str) -> tuple[str, ...]:
    """Cut a phrase after each `*`: "air* strike" is (" air", " strike ")."""
    words = phrase_words(phrase)
    parts = f" {' '.join(words)} ".split("*") if words else []
    return tuple(part for part in parts if part.strip())


def pieces_occur(pieces: Sequence[str], text: str) -> bool:
    """Say whether the pieces of a phrase stand in a haystack, each after the end of the word that the last began."""
    # One look-up decides nearly always: a phrase has a second piece only after a `*` inside it.
    if not pieces or pieces[0] not in text:
        return False
    return len(pieces) == 1 or _pieces_follow(pieces, text)


def phrase_occurs(phrase: str, text: str) -> bool:
    """Say whether the words of the phrase stand in a row in the text; `word*` takes any ending."""
    return pieces_occur(pieces_of(phrase), haystack(text))


def _pieces_follow(pieces: Sequence[str], text: str) -> bool:
    at = text.find(pieces[0])
    while at >= 0:
        end = at + len(pieces[0])
        for piece in pieces[1:]:
            end = text.find(" ", end)
            if end < 0 or not text.startswith(piece, end):
                break
            end += len(piece)
        else:
            return True
        at = text.find(pieces[0], at + 1)
    return False


def _plain_word(word: str) -> str:
    word = word.removesuffix("'s")
    return word.replace(".", "") if max(map(len, word.split("."))) == 1 else word
