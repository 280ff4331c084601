"""Told: a reading in; whether the article tells it as news at all, and not as a plot, a joke or an error of its own, out."""

from __future__ import annotations

from pipeline.extract.article.relevance import is_retold
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar.plots import is_in_plot
from pipeline.extract.language.parsed import piece_of


def is_told(reading: Reading) -> bool:
    """Whether a reading may be news, whoever takes part: the trained reader sees few plots and corrections, so rules say it."""
    piece = piece_of(reading.anchor)
    return not (is_in_plot(reading.anchor) or is_retold(reading.anchor.sent.text, piece.text))
