"""Chosen: candidates with the places that rules found or inferred in; the same with those that all of the article makes likely, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Token

from pipeline.extract.language.parsed import Parsed, first_sentences
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.places.choice import Asked, Whereabouts
from pipeline.extract.reader.decide import Decision
from pipeline.model import Candidate


@dataclass(frozen=True, slots=True)
class Decided:
    """A telling as the trained reader decides it, before place and day are chosen.

    Args:
        told: As its sentence tells it. settled: The same, with what the scene gives.
        anchor: The word that names its event, in the piece of this number.
    """

    told: Candidate
    anchor: Token
    piece: int
    settled: Candidate
    decision: Decision


def with_places(
    decided: Sequence[Decided], docs: Sequence[Parsed], gazetteer: Gazetteer
) -> Iterator[Candidate]:
    """Give each telling, as the scene has it, its likeliest place."""
    where = Whereabouts(docs=docs, gazetteer=gazetteer)
    for one, asked in zip(decided, asked_of(decided, docs), strict=True):
        yield replace(one.settled, place=where.place_of(asked))


def asked_of(decided: Sequence[Decided], docs: Sequence[Parsed]) -> Iterator[Asked]:
    """What is asked of each telling's place."""
    first = first_sentences(docs)
    for one in decided:
        yield Asked(
            event_type=one.told.event_type,
            has_mode=one.told.mode is not None,
            background=one.decision.background,
            anchor=one.anchor,
            sentence=first[one.piece] + docs[one.piece].sentence_at(one.anchor.i),
            start=one.told.trigger.start,
            parties=(one.told.actor, one.told.recipient),
            told=one.told.place,
            inferred=one.settled.place,
        )
