"""Spans: tokens of a piece in, spans of the article out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spacy.tokens import Doc, Token

from pipeline.extract.events.reading import Reading
from pipeline.model import EventDate, Span


def span_of(doc: Doc, start: int, end: int, text: str, offset: int) -> Span:
    piece = doc[start:end]
    while len(piece) > 1 and (piece[-1].is_space or piece[-1].is_punct or piece[-1].text in ("'s", "'")):
        piece = piece[:-1]
    left, right = piece.start_char + offset, piece.end_char + offset
    return Span(start=left, end=right, text=text[left:right])


def trigger_span(reading: Reading, text: str, offset: int) -> Span:
    """The trigger's words when they stand close together, else the word that anchors the event."""
    first, last = min(reading.trigger, key=lambda t: t.i), max(reading.trigger, key=lambda t: t.i)
    if last.i - first.i > 4:
        first = last = reading.trigger[0]
    return span_of(first.doc, first.i, last.i + 1, text, offset)


def head_of(reading: Reading) -> Token:
    words = sorted(reading.trigger, key=lambda token: token.i)
    return next((token for token in words if token.pos_ == "VERB"), reading.anchor)


def sentence_span(token: Token, text: str, offset: int) -> Span:
    sentence = token.sent
    left, right = sentence.start_char + offset, sentence.end_char + offset
    while right > left and text[right - 1].isspace():
        right -= 1
    while left < right and text[left].isspace():
        left += 1
    return Span(start=left, end=right, text=text[left:right])


def shift(span: Span, text: str, offset: int) -> Span:
    return Span(
        start=span.start + offset, end=span.end + offset, text=text[span.start + offset : span.end + offset]
    )


def shift_place(place: Any, text: str, offset: int) -> Any:
    found = getattr(place, "place", place)
    if found is None:
        return None
    return replace(found, span=shift(found.span, text, offset)) if found.span is not None else found


def shift_date(when: EventDate | None, text: str, offset: int) -> EventDate | None:
    if when is None or when.span is None:
        return None
    return replace(when, span=shift(when.span, text, offset))
