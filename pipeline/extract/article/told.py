"""Told: a reading in; whether the article tells it as news at all, and not as a plot, a joke or an error of its own, and whether it
only says what somebody is accused of, out."""

from __future__ import annotations

from dataclasses import replace

from pipeline.extract.article.relevance import is_retold
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar.allegations import allegation
from pipeline.extract.grammar.plots import is_in_plot
from pipeline.extract.language.parsed import piece_of


def is_told(reading: Reading) -> bool:
    """Whether a reading may be news, whoever takes part: the trained reader sees few plots and corrections, so rules say it."""
    piece = piece_of(reading.anchor)
    return not (is_in_plot(reading.anchor) or is_retold(reading.anchor.sent.text, piece.text))


# What makes an allegation hypothetical to the rooms below, which know no accuser.
_OPEN = frozenset({"", "doubted", "unreal-noun", "held", "accuse", "under", "reader"})


def as_alleged(reading: Reading) -> Reading:
    """A reading that is told as an accusation, with status `alleged` and the accuser as who reports it; others as they are."""
    if reading.status not in ("actual", "hypothetical") or reading.claim.cause not in _OPEN:
        return reading
    if reading.event_type == "ACCUSE":
        return reading
    found = allegation(reading.trigger[-1]) or allegation(reading.anchor)
    if found is None:
        return reading
    return replace(reading, claim=found.claim, speaker=reading.speaker or found.accuser)
