"""Link: a word that names an event and the time of publication in, the day of that event out."""

from __future__ import annotations

import calendar
import re
from datetime import datetime

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.dates.expressions import Expression, find
from pipeline.extract.dates.resolve import Resolved, resolve
from pipeline.extract.language.parsed import Parsed, once_a_piece, piece_of, sentence_bounds
from pipeline.extract.lexicon.words import word_set
from pipeline.model import EventDate

# What a date is linked by, and how doubtful that is; as in places, set by hand.
_CLIMB = {"conj": 0.5, "xcomp": 0.3, "advcl": 0.8, "acl": 0.6, "acl:relcl": 0.7, "nsubj": 0.5, "nsubj:pass": 0.6,
          "obj": 0.5, "obl": 0.6, "nmod": 0.8, "compound": 0.4, "amod": 0.5, "ccomp": 2.2, "parataxis": 2.4}  # fmt: skip
_DESCEND = {"obl": 0.0, "obl:unmarked": 0.0, "nmod:unmarked": 0.2, "nmod": 0.4, "advmod": 0.0, "nmod:poss": 0.4,
            "obj": 0.5, "compound": 0.3, "conj": 0.9, "xcomp": 0.3, "advcl": 1.4, "acl": 2.7, "acl:relcl": 2.7,
            "ccomp": 2.7, "nsubj": 0.8, "nsubj:pass": 0.6, "obl:agent": 0.8, "appos": 1.0, "parataxis": 2.2}  # fmt: skip
_OTHER_STEP = 1.0
_LIMIT = 2.6
_SPAN_WORDS = word_set("dates.link.span_words")
_FUTURE = frozenset(("will", "shall", "'ll", "’ll", "would"))


def date_of(trigger: Token, published_at: datetime, *, status: str = "") -> EventDate | None:
    """Say when the event that this word names happened.

    Args:
        trigger: Verb or noun that names the event, in a parsed text.
        published_at: When the text was published.
        status: What the text claims of it. What is done has no day to come, what is planned no "last
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
        if low <= expression.start < high and (cost := _link_cost(trigger, expression)) <= _LIMIT
    ]
    ahead = bool(linked) and is_ahead(trigger)
    for _, expression in sorted(linked, key=lambda pair: pair[0]):
        resolved = _resolve_for(trigger, expression, published_at, ahead)
        if resolved is None:
            return None
        if status == "actual" and resolved[0] > published_at.date():
            continue
        if status == "planned" and _POINTS_BACK.search(expression.text):
            continue
        span = piece_of(trigger).letters(expression.start, expression.end)
        return EventDate(value=resolved[0], precision=resolved[1], span=span)
    return None


_POINTS_BACK = re.compile(r"\b(?:ago|last|past|previous|earlier|yesterday)\b", re.I)


def _resolve_for(
    trigger: Token, expression: Expression, published_at: datetime, ahead: bool
) -> Resolved | None:
    resolved = resolve(expression.text, published_at, ahead=ahead)
    if resolved is None or ahead or resolved[0] <= published_at.date():
        return resolved
    if expression.kind in _YEARLESS and _is_past(trigger):
        return _a_year_before(resolved)
    return resolved


# Kinds of expression that may lack the year.
_YEARLESS = frozenset(("month_day", "day_month", "month_alone"))


def _a_year_before(resolved: Resolved) -> Resolved:
    day, precision = resolved
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last)), precision


def _is_past(trigger: Token) -> bool:
    """Whether the word tells of what has happened: a past tense, or a participle with "was" or "has"."""
    auxiliaries = {child.lower_ for child in trigger.children if child.dep_ in ("aux", "aux:pass")}
    return trigger.tag_ == "VBD" or (trigger.tag_ == "VBN" and bool(auxiliaries & _PAST))


_PAST = word_set("dates.link.past")


def is_ahead(trigger: Token) -> bool:
    """Whether the tense of the event's clause points ahead: "will meet", "is to visit", "plans to"."""
    for token in (trigger, *list(trigger.ancestors)[:2]):
        for child in token.children:
            if child.dep_ in ("aux", "aux:pass") and child.lower_ in _FUTURE:
                return True
        if token.dep_ in ("xcomp", "ccomp") and token.head.lemma_ in _PLANS and token.head.tag_ != "VBD":
            return True
        if token.dep_ in ("ccomp", "parataxis", "acl:relcl", "advcl"):
            break
    return False


_PLANS = word_set("dates.link.plans")


@once_a_piece
def expressions(piece: Parsed) -> tuple[Expression, ...]:
    """The date expressions of a piece."""
    return find(piece.text)


def _link_cost(trigger: Token, expression: Expression) -> float:
    span = trigger.doc.char_span(expression.start, expression.end, alignment_mode="expand")
    if span is None or span.start <= trigger.i < span.end:
        return 99.0
    over = {token.i: number for number, token in enumerate((trigger, *trigger.ancestors))}
    cost, step, depth = 0.0, span.root, 0
    while step.i not in over and step.head.i != step.i:
        cost += _DESCEND.get(step.dep_, _OTHER_STEP)
        step = step.head
        depth += 1
    token = trigger
    while token.i != step.i and token.head.i != token.i:
        cost += _CLIMB.get(token.dep_, _OTHER_STEP)
        token = token.head
    cost = min(cost, _by_order(trigger, span))
    return cost + 0.02 * abs(span.start - trigger.i) + _kind_cost(expression)


def _by_order(trigger: Token, words: DocSpan) -> float:
    """A date in the event's clause, by the order of words: no other verb between, and none before it has it."""
    start, end = words.start, words.end
    low, high = (trigger.i + 1, start) if start > trigger.i else (end, trigger.i)
    if high - low > 25:
        return 99.0
    owner = words.root.head
    if end <= trigger.i and owner.pos_ == "VERB" and owner.i < start and not owner.is_ancestor(trigger):
        return 99.0
    for token in trigger.doc[low:high]:
        if token.pos_ == "VERB" or token.lower_ in _CLAUSE_WORDS:
            return 99.0
    return 0.9


_CLAUSE_WORDS = word_set("dates.link.clause_words")


def _kind_cost(expression: Expression) -> float:
    """ "since 1964", "until May": when it began or ends, not when it happened."""
    first = expression.text.split(" ", 1)[0].lower()
    return 0.8 if first in _SPAN_WORDS else 0.0
