"""Two sentences of our own, as the reader sees them: what training and the shipped network are held against each other on."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.extract.reader.pieces import Pieces
from pipeline.extract.reader.window import Named, RuleReading, Sentence, Window, windows_of

DAY = date(2026, 11, 2)
TITLE = "Rebels attack police in the north"


def sentence(text: str, pos: str, deps: str, heads: list[int], **more: Any) -> Sentence:
    words = tuple(text.split())
    return Sentence(
        words=words, pos=tuple(pos.split()), deps=tuple(deps.split()), heads=tuple(heads), entities=("",) * len(words), **more
    )  # fmt: skip


def party(head: int, *, country: bool = False, sector: bool = False) -> Named:
    return Named(head=head, words=(head,), has_country=country, has_sector=sector)


ATTACK = sentence(
    "Rebels attacked police in Mopti on Monday .", "NOUN VERB NOUN ADP PROPN ADP PROPN PUNCT",
    "nsubj ROOT obj case obl case obl punct", [1, 1, 1, 4, 1, 6, 1, 1],
    named=(party(0, sector=True), party(2, sector=True), party(4, country=True)),
    readings=(
        RuleReading(event_type="ASSAULT", status="actual", anchor=1, trigger=(1,), parties=(frozenset({0}), frozenset({2}))),
    ),
)  # fmt: skip
REPLY = sentence(
    "The minister condemned it .", "DET NOUN VERB PRON PUNCT", "det nsubj ROOT obj punct", [1, 2, 2, 2, 2],
    named=(party(1, sector=True),),
)  # fmt: skip


def example_window(pieces: Pieces) -> Window:
    """Both sentences, behind day and title."""
    (one,) = windows_of(TITLE, DAY, [ATTACK, REPLY], pieces)
    return one
