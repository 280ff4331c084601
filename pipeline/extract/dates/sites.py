"""Sites: the parsed pieces of an article in; every place that names a day, and what it may come to, out.

A day is named by an expression ("last Friday"), or by a happening that everybody knows the day of ("the annexation of Crimea").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.dates.expressions import Expression
from pipeline.extract.dates.link import YEARLESS, expressions
from pipeline.extract.dates.resolve import Resolved, a_year_before, resolve
from pipeline.extract.language.parsed import Parsed, first_sentences
from pipeline.extract.lexicon.happenings import load_happenings
from pipeline.extract.lexicon.words import word_set
from pipeline.model import Span

HAPPENING = "happening"
# What expressions of like kinds share, for weights.
GROUPS = {
    "iso": "full", "numeric": "full", "month_day": "full", "day_month": "full",
    "weekday": "weekday", "rel_weekday": "weekday", "weekday_rel": "weekday", "week_of_day": "weekday", "weekend": "weekday",
    "rel_month": "month", "rel_season": "month", "month_year": "month", "month_alone": "month", "season_year": "month",
    "year_alone": "year", "rel_unit": "unit", "ago": "ago", "within": "within", "named": "named", "day_rel": "counted",
    HAPPENING: HAPPENING,
}  # fmt: skip
# Kinds that a clause about what lies ahead has ahead.
_TURNED_AHEAD = YEARLESS | {"weekday", "rel_weekday", "weekend", "rel_unit", "named"}
_TELLING = word_set("dates.nearby.telling")
# By kind, the words that count from the day named before: "two days later", "that year", "the day before".
_COUNTED = {
    "ago": re.compile(r"\b(?:later|earlier|before|after|previously)\b", re.I),
    "rel_unit": re.compile(r"\b(?:same|that|following|previous)\b", re.I),
    "day_rel": re.compile(r"\bthe day\b", re.I),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A place of an article that names a day, week, month or year.

    Args:
        order: Its number among the sites of the article.
        piece, sentence: The number of its piece, and of its sentence among those of all pieces.
        start, end: Its words in the piece.
        group: What kind of expression it is (one of the values of GROUPS).
        is_said: The clause tells that something was said then.
        is_counted: It counts from the day named before it.
        days: What it may come to. ahead: the same where its clause tells what lies ahead.
    """

    order: int
    expression: Expression
    piece: int
    sentence: int
    start: int
    end: int
    span: Span
    group: str
    is_said: bool
    is_counted: bool
    days: tuple[Resolved, ...]
    ahead: tuple[Resolved, ...]


def sites_of(docs: Sequence[Parsed], published_at: datetime) -> tuple[Site, ...]:
    """The sites of an article's parsed pieces, in their order; `published_at` is what they are read against."""
    return tuple(
        Site(
            order=order,
            expression=expression,
            piece=piece,
            sentence=sentence,
            start=words.start,
            end=words.end,
            span=docs[piece].letters(expression.start, expression.end),
            group=GROUPS[expression.kind],
            is_said=_verb_over(words.root).lemma_.lower() in _TELLING,
            is_counted=_is_counted(expression),
            days=tuple(_days(expression, when, published_at)),
            ahead=_ahead(expression, when, published_at),
        )
        for order, (piece, sentence, expression, words, when) in enumerate(_named(docs, published_at))
    )


_Found = tuple[int, int, Expression, DocSpan, Resolved]


def _named(docs: Sequence[Parsed], published_at: datetime) -> Iterator[_Found]:
    """Piece, sentence, expression, words and plain meaning of each."""
    for piece, (doc, first) in enumerate(zip(docs, first_sentences(docs), strict=False)):
        dated = [(one, resolve(one.text, published_at)) for one in expressions(doc)]
        for expression, when in sorted(
            [*dated, *_happenings(doc, published_at.date())], key=lambda pair: pair[0].start
        ):
            words = doc.char_span(expression.start, expression.end, alignment_mode="expand")
            if when is not None and words is not None:
                yield piece, first + doc.sentence_at(words.start), expression, words, when


def _happenings(doc: Parsed, published: date) -> Iterator[tuple[Expression, Resolved]]:
    """Words of a piece that name what everybody knows the day of."""
    for one in load_happenings():
        if one.day <= published:
            for match in one.pattern.finditer(doc.text):
                start, end = match.span()
                yield (
                    Expression(start=start, end=end, text=match.group(), kind=HAPPENING),
                    (one.day, one.precision),
                )


def _days(expression: Expression, when: Resolved, published_at: datetime) -> Iterator[Resolved]:
    yield when
    if expression.kind in YEARLESS and when[0] > published_at.date():
        yield a_year_before(when)


def _ahead(expression: Expression, when: Resolved, published_at: datetime) -> tuple[Resolved, ...]:
    if expression.kind not in _TURNED_AHEAD:
        return (when,)
    return (resolve(expression.text, published_at, ahead=True) or when,)


def _is_counted(expression: Expression) -> bool:
    counted = _COUNTED.get(expression.kind)
    return counted is not None and counted.search(expression.text) is not None


def _verb_over(word: Token) -> Token:
    while word.head.i != word.i and word.pos_ not in ("VERB", "AUX"):
        word = word.head
    return word
