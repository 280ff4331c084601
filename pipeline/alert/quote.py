"""Quote: a sentence and its spans in, its pieces with their roles out, cleaned and cut to what may be quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.alert.clean import visible

TRIGGER = "trigger"
MAX_TRIGGER = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Characters of a sentence, end exclusive, and what they are: trigger, actor, recipient, place or date."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of a quoted sentence, fit to be shown; the role is empty where it has none."""

    text: str
    role: str = ""


def quote(sentence: str, spans: Sequence[Span], limit: int) -> tuple[Piece, ...]:
    """Cut a sentence into pieces, together at most `limit` characters around its trigger.

    Spans that lie outside of it are passed over; where two overlap, the trigger and then the later one are shown.
    """
    cells = _cells(sentence, _roles(sentence, spans))
    kept = _window(cells, limit)
    return tuple(
        Piece(text="".join(shown for shown, _ in group), role=role)
        for role, group in groupby(kept, key=lambda cell: cell[1])
    )


def _roles(sentence: str, spans: Sequence[Span]) -> list[str]:
    roles = [""] * len(sentence)
    for span in sorted(spans, key=lambda span: span.role == TRIGGER):
        if 0 <= span.start < span.end <= len(sentence):
            roles[span.start : span.end] = [span.role] * (span.end - span.start)
    return roles


def _cells(sentence: str, roles: Sequence[str]) -> list[tuple[str, str]]:
    """Each character as it is shown, with its role; white space is one space, and none stands at the ends."""
    cells: list[tuple[str, str]] = []
    triggers = 0
    for character, role in zip(sentence, roles, strict=True):
        triggers += role == TRIGGER
        if triggers > MAX_TRIGGER and role == TRIGGER:
            continue
        if not character.isspace():
            cells.append((visible(character), role))
        elif cells and cells[-1][0] != " ":
            cells.append((" ", role))
    while cells and cells[-1][0] == " ":
        cells.pop()
    return cells


def _window(cells: list[tuple[str, str]], limit: int) -> list[tuple[str, str]]:
    """The cells around the trigger, or from the start where there is none, that fit the limit; … for what is left out."""
    if sum(len(shown) for shown, _ in cells) <= limit:
        return cells
    marked = [number for number, (_, role) in enumerate(cells) if role == TRIGGER]
    low, high = (marked[0], marked[-1] + 1) if marked else (0, 0)
    room = limit - 2 - sum(len(shown) for shown, _ in cells[low:high])
    while room > 0 and (low > 0 or high < len(cells)):
        took = 0
        if high < len(cells) and len(cells[high][0]) <= room:
            took = len(cells[high][0])
            room, high = room - took, high + 1
        if low > 0 and len(cells[low - 1][0]) <= room:
            took += len(cells[low - 1][0])
            room, low = room - len(cells[low - 1][0]), low - 1
        if not took:
            break
    before = [("…", "")] if low > 0 else []
    after = [("…", "")] if high < len(cells) else []
    return [*before, *cells[low:high], *after]
