"""Named: the parsed pieces of an article in; every naming of a place, with how its words stand there, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Span as DocSpan

from pipeline.extract.language.parsed import Parsed, first_sentences
from pipeline.extract.lexicon.link_costs import load_links
from pipeline.extract.places.finer import SURE_PREPOSITIONS
from pipeline.extract.places.links import front_of, is_among
from pipeline.extract.places.names import place_spans
from pipeline.model import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """One place where an article names a place.

    Args:
        where: Its letters in the article. sentence: Which sentence of those that were parsed.
        is_said: It stands behind a preposition of place. is_held: It says whose a body is, or who people are: "officials in X".
    """

    span: DocSpan
    where: Span
    sentence: int
    is_said: bool
    is_held: bool


def namings_of(docs: Sequence[Parsed]) -> tuple[Naming, ...]:
    """All namings of places in an article, in the order of its words."""
    return tuple(_namings(docs))


def _namings(docs: Sequence[Parsed]) -> Iterator[Naming]:
    links = load_links()
    for doc, first in zip(docs, first_sentences(docs), strict=False):
        for span in place_spans(doc):
            front = front_of(span)
            yield Naming(
                span=span,
                where=doc.span(span.start, span.end),
                sentence=first + doc.sentence_at(span.start),
                is_said=front >= 0 and doc[front].lower_ in SURE_PREPOSITIONS,
                is_held=front > 0 and is_among(doc[front - 1], links.holding),
            )
