"""Nearby: an event without a place in, the place that the sentences around it were about out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.language.parsed import Parsed, first_sentences, once_a_piece
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.lexicon.link_costs import load_links
from pipeline.extract.places.finer import SURE_PREPOSITIONS
from pipeline.extract.places.links import bearing_cost, front_of, is_among, level_of
from pipeline.extract.places.locate import locate
from pipeline.extract.places.names import place_spans
from pipeline.model import Place


def nearby_place(
    trigger: Token,
    docs: Sequence[Parsed],
    number: int,
    *,
    gazetteer: Gazetteer,
    country_hints: Collection[str] = (),
) -> Place | None:
    """The place that the sentences around an event were about, when its own clause names none.

    A report names the town once and then tells what happened there; so the nearest phrase like "in X"
    counts, up to three sentences before the event and one behind it. It is a guess from the text around:
    half of these are right (on reports of terrorist acts), so the caller says that it was inferred.

    Args:
        docs: The paragraphs of the article, parsed, in order. number: Which of them holds the trigger.

    Returns:
        The place with its span; None when there is none.
    """
    first = first_sentences(docs)
    place = first[number] + docs[number].sentence_at(trigger.i)
    ranked: list[tuple[float, int, int, int, DocSpan]] = []
    for index, doc in enumerate(docs):
        at = first[index]
        if at - place > _SENTENCES_BEHIND:
            break
        if first[index + 1] >= place - _SENTENCES_BEFORE:
            for span in _said_places(doc):
                steps = at + doc.sentence_at(span.start) - place
                if -_SENTENCES_BEFORE <= steps <= _SENTENCES_BEHIND:
                    rank = abs(steps) + (0.5 if steps > 0 else 0.0)
                    ranked.append((rank, abs(span.start - trigger.i), index, span.start, span))
    ranked.sort(key=lambda item: item[:4])
    for *_, span in ranked:
        located = locate(span, gazetteer=gazetteer, country_hints=country_hints)
        if located:
            return located
    return None


_SENTENCES_BEFORE = 3
_SENTENCES_BEHIND = 1


@once_a_piece
def _said_places(doc: Parsed) -> tuple[DocSpan, ...]:
    """Places finer than a country behind a preposition of place: where something is, not whose it is."""
    links = load_links()
    return tuple(
        span
        for span in place_spans(doc)
        if (front := front_of(span)) >= 0 and doc[front].lower_ in SURE_PREPOSITIONS
        if not (front and is_among(doc[front - 1], links.holding)) and level_of(span.text) != "country"
        if bearing_cost(span, links) < links.distance
    )
