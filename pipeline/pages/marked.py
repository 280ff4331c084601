"""A telling in, its sentence out in pieces, each with the part it plays in the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The act first: where two spans cross, the one that stands earlier here is marked and the other is not.
PARTS = ("trigger", "actor", "recipient", "place", "date")


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some characters of a sentence; `part` is one of PARTS, or empty."""

    text: str
    part: str = ""


def pieces(telling: Mapping[str, Any]) -> tuple[Piece, ...]:
    """Cut a sentence at its spans.

    Args:
        telling: A row of analysis.tellings: sentence, sentence_start, and …_start, …_end of each part, in
            characters of the article; null where the text does not say it.
    """
    sentence: str = telling["sentence"] or ""
    taken: list[tuple[int, int, str]] = []
    for part in PARTS:
        start, end = telling.get(f"{part}_start"), telling.get(f"{part}_end")
        if start is None or end is None or telling.get("sentence_start") is None:
            continue
        start, end = start - telling["sentence_start"], end - telling["sentence_start"]
        # What is taken from another sentence lies outside of this one.
        is_inside = 0 <= start < end <= len(sentence)
        if is_inside and not any(start < other_end and other < end for other, other_end, _ in taken):
            taken.append((start, end, part))
    found: list[Piece] = []
    position = 0
    for start, end, part in sorted(taken):
        found.append(Piece(text=sentence[position:start]))
        found.append(Piece(text=sentence[start:end], part=part))
        position = end
    found.append(Piece(text=sentence[position:]))
    return tuple(piece for piece in found if piece.text)
