"""Chosen: candidates with the places that rules found or inferred in; the same with those that all of the article makes likely, out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from spacy.tokens import Token

from pipeline.extract.language.parsed import Parsed, piece_of
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.places.choice import Asked, Whereabouts
from pipeline.model import Candidate

# A candidate with the word that names its event, and the number of the piece that tells it.
Told = tuple[Candidate, Token, int]


def with_places(
    told: Sequence[Told],
    settled: Sequence[Candidate],
    docs: Sequence[Parsed],
    gazetteer: Gazetteer,
    background: Callable[[Candidate], float],
) -> Iterator[Candidate]:
    """Give each telling its likeliest place.

    Args:
        settled: The same candidates, with what the scene gives them. background: How likely one is history.
    """
    where = Whereabouts(docs=docs, gazetteer=gazetteer)
    before = list(accumulate((len(doc.sentence_starts) for doc in docs), initial=0))
    for (candidate, anchor, piece), one in zip(told, settled, strict=True):
        inside = bisect_right(piece_of(anchor).sentence_starts, anchor.i) - 1
        asked = Asked(
            event_type=candidate.event_type,
            has_mode=candidate.mode is not None,
            background=background(candidate),
            anchor=anchor,
            sentence=before[piece] + inside,
            start=candidate.trigger.start,
            parties=(candidate.actor, candidate.recipient),
            told=candidate.place,
            inferred=one.place,
        )
        yield replace(one, place=where.place_of(asked))
