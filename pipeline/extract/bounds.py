"""Bounds: where the sentence of a word begins and ends.

spaCy's own `token.sent` walks the whole text at every call; asked for each place and date of each
event that was half the time of them all.
"""

from __future__ import annotations

from bisect import bisect_right

from spacy.tokens import Token


def sentence_bounds(token: Token) -> tuple[int, int]:
    """First word of the token's sentence and the first behind it, as indexes into its text."""
    doc = token.doc
    starts = doc.user_data.get("sentence_starts")
    if starts is None:
        starts = doc.user_data["sentence_starts"] = [sentence.start for sentence in doc.sents]
    number = bisect_right(starts, token.i)
    return starts[number - 1], starts[number] if number < len(starts) else len(doc)
