"""Spans: a reading in; the spans of its sentence, its trigger and its words out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.events.reading import Reading
from pipeline.extract.language.parsed import Parsed, piece_of, sentence_bounds
from pipeline.model import Span


def words_span(piece: Parsed, start: int, end: int) -> Span:
    """The span of tokens start..end without marks, blanks and a possessive behind."""
    while end - start > 1 and (
        piece[end - 1].is_space or piece[end - 1].is_punct or piece[end - 1].text in ("'s", "'")
    ):
        end -= 1
    return piece.span(start, end)


def trigger_span(reading: Reading) -> Span:
    """The trigger's words when they stand close together, else the word that anchors the event."""
    first, last = min(reading.trigger, key=lambda t: t.i), max(reading.trigger, key=lambda t: t.i)
    if last.i - first.i > 4:
        first = last = reading.trigger[0]
    return words_span(piece_of(first), first.i, last.i + 1)


def head_of(reading: Reading) -> Token:
    """The verb among the trigger's words, else the word that anchors the event."""
    words = sorted(reading.trigger, key=lambda token: token.i)
    return next((token for token in words if token.pos_ == "VERB"), reading.anchor)


def sentence_span(token: Token) -> Span:
    """The sentence of a word, without blanks around it."""
    whole = piece_of(token).span(*sentence_bounds(token))
    text = whole.text.strip()
    start = whole.start + len(whole.text) - len(whole.text.lstrip())
    return Span(start=start, end=start + len(text), text=text)
