"""Telling: a reading in; what all its dyads share - sentence, trigger, speaker, place, date, counts, contexts - out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.extract.article.cast import Cast
from pipeline.extract.article.spans import head_of, sentence_span, trigger_span, words_span
from pipeline.extract.dates.link import date_of
from pipeline.extract.events.reading import Reading
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.contexts import contexts_of
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.lexicon.link_costs import load_links
from pipeline.extract.numbers.counts import counts_of
from pipeline.extract.places.event_place import event_place_span, place_of
from pipeline.model import Actor, Article, Count, EventDate, Place, Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Sentence, trigger, speaker, place, date, counts and contexts of one reading, the same for all its dyads."""

    sentence: Span
    trigger: Span
    speaker: Actor | None
    place: Place | None
    event_date: EventDate
    counts: tuple[Count, ...]
    contexts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Words of the text about one event, by its sentence and trigger: `tocsin code` prints them.

    Args:
        head: The verb among the trigger's words, else the noun that names the event.
        place: The place's words where it is not on the map, so that the event has none.
    """

    head: str
    place: str | None


def tell(
    reading: Reading, article: Article, cast: Cast, *, gazetteer: Gazetteer, country_hints: Collection[str]
) -> Telling:
    """Find what all dyads of one reading share."""
    sentence = sentence_span(reading.anchor)
    when = date_of(reading.anchor, article.published_at, status=reading.status)
    place = _place(reading, gazetteer, country_hints)
    if reading.bounds:
        own = words_span(piece_of(reading.anchor), *reading.bounds)
        when = when if when and when.span and own.holds(when.span) else None
        place = place if place and place.span and own.holds(place.span) else None
    return Telling(
        sentence=sentence,
        trigger=trigger_span(reading),
        speaker=cast.actor(reading.speaker) if reading.speaker is not None else None,
        place=place,
        event_date=when or EventDate(value=article.published_at.date(), precision="day", span=None),
        counts=counts_of(reading.anchor),
        contexts=contexts_of(sentence.text, reading.mode),
    )


def words_of(reading: Reading, telling: Telling) -> Said:
    """What the candidates of a telling have no field for."""
    words = event_place_span(reading.anchor, is_said=_is_said(reading)) if telling.place is None else None
    place = words_span(piece_of(words), words.start, words.end).text if words else None
    return Said(head=head_of(reading).text, place=place)


def _place(reading: Reading, gazetteer: Gazetteer, country_hints: Collection[str]) -> Place | None:
    for token in dict.fromkeys((reading.anchor, *reversed(reading.trigger))):
        found = place_of(token, gazetteer=gazetteer, country_hints=country_hints, is_said=_is_said(reading))
        if found is not None:
            return found
    return None


def _is_said(reading: Reading) -> bool:
    return reading.event_type in load_links().said
