"""Scene: where and when an article's events stand when their own clause says neither.

News text names place and day once and goes on telling. What happened on the ground and has none of
its own takes those of the sentences around it, else the place of the article's dateline. Such a span
lies outside the event's sentence: that is how a reader, `tocsin explain` and the merging tell what was
inferred from what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from spacy.tokens import Doc, Token

from pipeline.extract import dates, places
from pipeline.model import Candidate, EventDate, Place, Span

# Events that happen at one place; words spoken about them may come from anywhere.
GROUND = frozenset({"ASSAULT", "PROTEST", "COERCE"})


def is_inferred(span: Span | None, candidate: Candidate) -> bool:
    """Whether a place or date was taken from outside the sentence that reports the event."""
    return span is None or not candidate.sentence.holds(span)


@dataclass(slots=True)
class Scene:
    """What an article says of where and when it plays.

    Args:
        text: The article. docs: Its parsed pieces, in order. offsets: Where each begins in the text.
        dateline: Where the article was sent from.
    """

    text: str
    docs: Sequence[Doc]
    offsets: Sequence[int]
    published_at: datetime
    gazetteer: Any
    dateline: Place | None = None

    def settled(self, candidates: Sequence[Candidate], anchor: Token, piece: int) -> list[Candidate]:
        """Give the dyads of one actual event on the ground the place and date they lack."""
        if not candidates or candidates[0].event_type not in GROUND or candidates[0].status != "actual":
            return list(candidates)
        first = candidates[0]
        if first.event_date.is_publication_date:
            when = self._nearby_date(anchor, piece)
            candidates = [replace(one, event_date=when) for one in candidates] if when else candidates
        if first.place is None:
            candidates = [self._placed(one, anchor, piece) for one in candidates]
        return list(candidates)

    def _nearby_date(self, anchor: Token, piece: int) -> EventDate | None:
        found = dates.nearby_date(anchor, self.docs, piece, self.published_at)
        if found is None:
            return None
        when, index = found
        return replace(when, span=self._shifted(when.span, index))

    def _placed(self, candidate: Candidate, anchor: Token, piece: int) -> Candidate:
        countries = {side.country for side in (candidate.actor, candidate.recipient) if side and side.country}
        near = places.nearby_place(
            anchor, self.docs, piece, gazetteer=self.gazetteer, country_hints=tuple(sorted(countries))
        )
        told = replace(near[0], span=self._shifted(near[0].span, near[1])) if near else None
        for place in (told, self.dateline):
            # A scene in a country that neither party is of would be a guess.
            if place is not None and (not countries or place.country in countries):
                return replace(candidate, place=place)
        return candidate

    def _shifted(self, span: Span | None, index: int) -> Span | None:
        if span is None:
            return None
        start, end = span.start + self.offsets[index], span.end + self.offsets[index]
        return Span(start=start, end=end, text=self.text[start:end])
