"""Link: a word that names an event and the time of publication in, the day of that event out; costs in dates/links.toml."""

from __future__ import annotations

import re
from datetime import datetime

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.dates.expressions import Expression, find
from pipeline.extract.dates.resolve import Resolved, a_year_before, resolve
from pipeline.extract.grammar.distance import distance, way_between
from pipeline.extract.grammar.tense import has_happened, lies_ahead
from pipeline.extract.language.parsed import Parsed, once_a_piece, piece_of, sentence_bounds
from pipeline.extract.lexicon.link_costs import load_date_links
from pipeline.extract.lexicon.words import word_set
from pipeline.model import DONE, EventDate

_SPAN_WORDS = word_set("dates.link.span_words")
UNLINKED = 99.0
# More words than these part a date from its event, whatever they are.
_WORDS_BETWEEN = 25


def date_of(trigger: Token, published_at: datetime, *, status: str = "") -> EventDate | None:
    """Say when the event that this word names happened.

    Args:
        trigger: Verb or noun that names the event, in a parsed text.
        published_at: When the text was published.
        status: What the text claims of it. What is done, or said to be, has no day to come, what is planned no "last
            week": such an expression is another event's, and the next nearest is asked.

    Returns:
        The date with its span in the text; None where the text links none to the event, and the
        publication date is then the caller's to fall back on.
    """
    first, behind = sentence_bounds(trigger)
    low = trigger.doc[first].idx
    high = trigger.doc[behind - 1].idx + len(trigger.doc[behind - 1])
    linked = [
        (cost, expression)
        for expression in expressions(piece_of(trigger))
        if low <= expression.start < high
        and (cost := link_cost(trigger, expression)) <= load_date_links().limit
    ]
    ahead = bool(linked) and lies_ahead(trigger)
    for _, expression in sorted(linked, key=lambda pair: pair[0]):
        resolved = _resolve_for(trigger, expression, published_at, ahead)
        if resolved is None:
            return None
        if status in DONE and resolved[0] > published_at.date():
            continue
        if status == "planned" and POINTS_BACK.search(expression.text):
            continue
        span = piece_of(trigger).letters(expression.start, expression.end)
        return EventDate(value=resolved[0], precision=resolved[1], span=span)
    return None


POINTS_BACK = re.compile(r"\b(?:ago|last|past|previous|earlier|yesterday)\b", re.I)


def _resolve_for(
    trigger: Token, expression: Expression, published_at: datetime, ahead: bool
) -> Resolved | None:
    resolved = resolve(expression.text, published_at, ahead=ahead)
    if resolved is None or ahead or resolved[0] <= published_at.date():
        return resolved
    if expression.kind in YEARLESS and has_happened(trigger):
        return a_year_before(resolved)
    return resolved


# Kinds of expression that may lack the year.
YEARLESS = frozenset(("month_day", "day_month", "month_alone"))


@once_a_piece
def expressions(piece: Parsed) -> tuple[Expression, ...]:
    """The date expressions of a piece."""
    return find(piece.text)


def link_cost(trigger: Token, expression: Expression) -> float:
    """What it costs to take a date of the same sentence for that of a word's event; UNLINKED where the word is part of it."""
    span = trigger.doc.char_span(expression.start, expression.end, alignment_mode="expand")
    if span is None or span.start <= trigger.i < span.end:
        return UNLINKED
    if _is_of_antecedent(trigger, span):
        return 0.0
    links = load_date_links()
    by_tree = distance(way_between(trigger, span.root), links.climb, links.descend)
    cost = min(by_tree, links.order if is_in_clause(trigger, span) else UNLINKED)
    return cost + links.far * abs(span.start - trigger.i) + (links.begins if _begins(expression) else 0.0)


def _is_of_antecedent(trigger: Token, words: DocSpan) -> bool:
    """ "The attacks of 11 September 2001, in which … killed": the day right before the clause is that of what it tells of."""
    for child in trigger.children:
        if child.lower_ != "which" or child.i == 0 or child.nbor(-1).lower_ not in ("in", "during", "at"):
            continue
        before = child.i - 2
        if before >= 0 and trigger.doc[before].text == ",":
            before -= 1
        return words.end == before + 1 and words.start <= before
    return False


def is_in_clause(trigger: Token, words: DocSpan) -> bool:
    """Whether a date is in the event's clause by the order of words: no other verb between, and none before it has it."""
    start, end = words.start, words.end
    low, high = (trigger.i + 1, start) if start > trigger.i else (end, trigger.i)
    if high - low > _WORDS_BETWEEN:
        return False
    owner = words.root.head
    if end <= trigger.i and owner.pos_ == "VERB" and owner.i < start and not owner.is_ancestor(trigger):
        return False
    return not any(token.pos_ == "VERB" or token.lower_ in _CLAUSE_WORDS for token in trigger.doc[low:high])


_CLAUSE_WORDS = word_set("dates.link.clause_words")


def _begins(expression: Expression) -> bool:
    """ "since 1964", "until May": when it began or ends, not when it happened."""
    return expression.text.split(" ", 1)[0].lower() in _SPAN_WORDS
