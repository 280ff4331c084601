"""Scene: where and when an article's events stand when their own clause says neither.

News text names place and day once and goes on telling. What happened on the ground and has none of
its own takes those of the sentences around it, else the place of the article's dateline. Such a span
lies outside the event's sentence: that is how a reader, `tocsin explain` and the merging tell what was
inferred from what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spacy.tokens import Token

from pipeline.extract.dates.nearby import nearby_date
from pipeline.extract.language.parsed import Parsed
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.places.locate import lands_named
from pipeline.extract.places.nearby import nearby_place
from pipeline.extract.places.resolve import as_place
from pipeline.model import DONE, Candidate, Place, Span

# A place told behind an event is as good as one this much farther before it.
_BEHIND = 1.5
# Events that happen at one place; words spoken about them may come from anywhere.
GROUND = frozenset({"ASSAULT", "PROTEST", "COERCE"})


def is_inferred(span: Span | None, candidate: Candidate) -> bool:
    """Whether a place or date was taken from outside the sentence that reports the event."""
    return span is None or not candidate.sentence.holds(span)


@dataclass(slots=True)
class Scene:
    """What an article says of where and when it plays.

    Args:
        docs: The parsed pieces of the article, in order.
        dateline: Where the article was sent from.
    """

    docs: Sequence[Parsed]
    published_at: datetime
    gazetteer: Gazetteer
    dateline: Place | None = None
    _lands: Counter[str] | None = None

    def settled(
        self,
        candidates: Sequence[Candidate],
        anchor: Token,
        piece: int,
        placed: Sequence[Candidate] = (),
        *,
        is_dated: bool = True,
    ) -> list[Candidate]:
        """Give the dyads of one event on the ground that took place, or is said to have, the place and date they lack.

        Args:
            piece: The number of the piece that tells it. placed: All events of the article that name their place.
            is_dated: Whether they are to have a date; where the trained reader decides, it is chosen otherwise (article/days.py).
        """
        if not candidates or candidates[0].event_type not in GROUND or candidates[0].status not in DONE:
            return list(candidates)
        first = candidates[0]
        if is_dated and first.event_date.is_publication_date:
            when = nearby_date(anchor, self.docs, piece, self.published_at)
            candidates = [replace(one, event_date=when) for one in candidates] if when else candidates
        if first.place is None:
            candidates = [self._placed(one, anchor, piece, placed) for one in candidates]
        return list(candidates)

    def remembered(self, deeds: Sequence[Candidate], told: Sequence[Candidate]) -> list[Candidate]:
        """What of the deeds that others take for granted is news: those with a place or a day of their own.

        Where the article tells no attack otherwise, the deed is what it is about: it then stands in its victim's
        land, else in that of the dateline.
        """
        is_alone = not any(one.event_type == "ASSAULT" and one.status == "actual" for one in told)
        placed = [
            replace(one, place=self._home_of(one)) if is_alone and not one.place else one for one in deeds
        ]
        return [one for one in placed if one.place or not one.event_date.is_publication_date]

    def _home_of(self, deed: Candidate) -> Place | None:
        land = deed.recipient.country if deed.recipient else None
        return self._somewhere_in(land or self._land() or (self.dateline.country if self.dateline else None))

    def _placed(
        self, candidate: Candidate, anchor: Token, piece: int, placed: Sequence[Candidate]
    ) -> Candidate:
        """Where an event without a place of its own is to be thought: with what the text tells of its kind, else
        near by, else where the article was sent from, else somewhere in the land the article is about.

        A scene in a land that neither party is of, and that the article is not about, would be a guess.
        """
        countries = {side.country for side in (candidate.actor, candidate.recipient) if side and side.country}
        beside = nearby_place(
            anchor, self.docs, piece, gazetteer=self.gazetteer, country_hints=tuple(sorted(countries))
        )
        inferred = [self._told_with(candidate, placed), beside]
        if beside is not None and not is_inferred(beside.span, candidate):
            inferred.reverse()
        land = self._land()
        fits = countries | {land} if land and countries else countries
        for place in (*inferred, self.dateline):
            if place is not None and (not fits or place.country in fits):
                return replace(candidate, place=place)
        if land and (not countries or land in countries):
            return replace(candidate, place=self._somewhere_in(land))
        return candidate

    def _land(self) -> str | None:
        """The land that the article names most often, more than all others together."""
        if self._lands is None:
            self._lands = lands_named(self.docs, self.gazetteer)
        for land, count in self._lands.most_common(1):
            if count > 1 and 2 * count > self._lands.total():
                return land
        return None

    def _somewhere_in(self, country: str | None) -> Place | None:
        entry = self.gazetteer.country(country) if country else None
        return as_place(entry) if entry else None

    def _told_with(self, candidate: Candidate, placed: Sequence[Candidate]) -> Place | None:
        """The place of the nearest fact of that type that has one of its own, rather before than behind."""

        def away(one: Candidate) -> float:
            steps = candidate.trigger.start - one.trigger.start
            return steps if steps >= 0 else _BEHIND * -steps

        same = [one for one in placed if one.event_type == candidate.event_type and one.status == "actual"]
        finer = [one for one in same if one.place and one.place.resolution != "country"]
        nearest = min(finer or same, key=away, default=None)
        return nearest.place if nearest else None


def place_beside_actor(candidate: Candidate) -> Place | None:
    """Its place; none where the very words that name the actor were read as the place: "Washington said", which is nowhere."""
    place, actor = candidate.place, candidate.actor
    return None if place and actor and place.span == actor.span else place
