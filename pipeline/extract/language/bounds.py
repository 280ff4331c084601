"""Bounds: where the sentence of a word begins and ends, the names and the letters of a text; each found once.

`once` does the same for whatever else is asked of a word again and again.

spaCy's own `token.sent`, `doc.ents` and `doc.text` walk the whole text at every call; asked for each
place, date and actor of each event that was half the time of them all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from spacy.tokens import Doc, Span, Token

Found = TypeVar("Found")


def once(find: Callable[[Token], Found]) -> Callable[[Token], Found]:
    """Let a function of one token answer from memory when asked again, for as long as the token's text lives.

    For what follows from a finished tree alone. All askers share what is found: it is to be read, not changed.
    """
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def remembered(token: Token) -> Found:
        memory = token.doc.user_data
        known: dict[int, Found]
        try:
            known = memory[name]
        except KeyError:
            known = memory[name] = {}
        number = token.i
        try:
            return known[number]
        except KeyError:
            made = known[number] = find(token)
            return made

    return remembered


def sentence_starts(doc: Doc) -> list[int]:
    """Indexes of the first words of a text's sentences; found once a text."""
    starts = doc.user_data.get("sentence_starts")
    if starts is None:
        starts = doc.user_data["sentence_starts"] = [sentence.start for sentence in doc.sents]
    return starts


def sentence_bounds(token: Token) -> tuple[int, int]:
    """First word of the token's sentence and the first behind it, as indexes into its text."""
    starts = sentence_starts(token.doc)
    number = bisect_right(starts, token.i)
    return starts[number - 1], starts[number] if number < len(starts) else len(token.doc)


def entities(doc: Doc) -> tuple[Span, ...]:
    """The named entities of a text."""
    known = doc.user_data.get("entities")
    if known is None:
        known = doc.user_data["entities"] = tuple(doc.ents)
    return known


def text_of(doc: Doc) -> str:
    """The letters of a text."""
    known = doc.user_data.get("text")
    if known is None:
        known = doc.user_data["text"] = doc.text
    return known
