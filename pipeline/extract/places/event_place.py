"""Event place: a word that names an event in, the words that name its place out; None where the best link is doubtful.

Not any place the sentence names, but the one that hangs on the event: every place of the sentence
(`names`) is weighed by how it is linked to the event's word (`links`).
"""

from __future__ import annotations

from collections.abc import Collection

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.language.parsed import piece_of, sentence_bounds
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.lexicon.link_costs import Links, load_links
from pipeline.extract.places.finer import finer
from pipeline.extract.places.links import is_among, link_cost
from pipeline.extract.places.locate import locate
from pipeline.extract.places.names import LOCATIVE_PREPOSITIONS, place_spans
from pipeline.model import Place


def place_of(
    trigger: Token,
    *,
    gazetteer: Gazetteer,
    country_hints: Collection[str] = (),
    is_said: bool = False,
) -> Place | None:
    """Say where the event that this word names happened.

    Args:
        trigger: Verb or noun that names the event, in a parsed text.
        is_said: The event is somebody's words, which name other places than the one they were spoken at.
        country_hints: ISO 3166 alpha-3 codes of countries the text is about (its actors').

    Returns:
        The place with its span in the text; None where the text gives none, or one that cannot be told
        on the map.
    """
    span = event_place_span(trigger, is_said=is_said)
    if span is None:
        return None
    return locate(span, gazetteer=gazetteer, country_hints=country_hints)


def event_place_span(trigger: Token, *, is_said: bool = False) -> DocSpan | None:
    """The words that name the event's place, on the map or not; None when no place hangs on the event."""
    links = load_links()
    if _is_on_no_ground(trigger, links):
        return None
    first, behind = sentence_bounds(trigger)
    costs: list[tuple[float, DocSpan]] = []
    for span in place_spans(piece_of(trigger)):
        if span.start < first or span.end > behind or span.start <= trigger.i < span.end:
            continue
        if is_said and not _is_spoken_at(trigger, span):
            continue
        costs.append((link_cost(trigger, span, links), span))
    best = min(costs, key=lambda pair: pair[0], default=None)
    if best is None or best[0] > links.limit:
        return None
    return finer(_own(trigger, best, costs, links), costs, links)


def _is_spoken_at(trigger: Token, span: DocSpan) -> bool:
    """Whether the word of saying itself stands at the place: "said in Geneva", and not "called on Israel to leave Gaza"."""
    place = span.root
    return place.head == trigger and any(
        child.dep_ == labels.CASE and child.lower_ in LOCATIVE_PREPOSITIONS for child in place.children
    )


def _is_on_no_ground(trigger: Token, links: Links) -> bool:
    """Whether a verb has another sense by its object, in which nothing happens on a map: "captured the title"."""
    things = [child for child in trigger.children if child.dep_ == labels.OBJECT]
    if is_among(trigger, links.showing):
        return bool(things)
    return is_among(trigger, links.winning) and any(is_among(thing, links.won) for thing in things)


def _own(
    trigger: Token, best: tuple[float, DocSpan], costs: list[tuple[float, DocSpan]], links: Links
) -> tuple[float, DocSpan]:
    """What the event itself governs goes before what another event above it brings along."""
    if trigger.is_ancestor(best[1].root):
        return best
    own = [pair for pair in costs if pair[0] <= links.limit and trigger.is_ancestor(pair[1].root)]
    return min(own, key=lambda pair: pair[0], default=best)
