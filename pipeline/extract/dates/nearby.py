"""Nearby: an event without a date in, the day that the sentences around it tell of out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from spacy.tokens import Token

from pipeline.extract.dates.link import expressions
from pipeline.extract.dates.resolve import resolve
from pipeline.extract.grammar import labels
from pipeline.extract.language.parsed import Parsed, first_sentences
from pipeline.extract.lexicon.words import word_set
from pipeline.model import EventDate


def nearby_date(
    trigger: Token, docs: Sequence[Parsed], number: int, published_at: datetime
) -> EventDate | None:
    """The day that the sentences around an event tell of, when its own clause names none.

    A report says the day once and then what happened on it; so the nearest past day counts, up to three
    sentences before the event and one behind it, but not the day something was said or sent. On
    reports of terrorist acts it is right twice as often as the day of publication; it stays a guess,
    and the caller says that it was inferred.

    Args:
        docs: The paragraphs of the article, parsed, in order. number: Which of them holds the trigger.

    Returns:
        The date with its span; None when there is none.
    """
    first = first_sentences(docs)
    place = first[number] + docs[number].sentence_at(trigger.i)
    best: tuple[tuple[float, int], EventDate] | None = None
    for index, doc in enumerate(docs):
        at = first[index]
        if at - place > _SENTENCES_BEHIND:
            break
        if first[index + 1] >= place - _SENTENCES_BEFORE:
            for start, found in _told_days(doc, published_at, is_first=index == 0):
                sentence = at + doc.sentence_at(start)
                if -_SENTENCES_BEFORE <= sentence - place <= _SENTENCES_BEHIND:
                    rank = (
                        abs(sentence - place) + (0.5 if sentence > place else 0.0),
                        abs(start - trigger.i),
                    )
                    if best is None or rank < best[0]:
                        best = rank, found
    return best[1] if best else None


_SENTENCES_BEFORE = 3
_SENTENCES_BEHIND = 1
# Older days are history told beside the news.
_LONGEST_AGO = timedelta(days=400)
# The head of the first paragraph, where the dateline stands.
_DATELINE_CHARACTERS = 60
_TELLING = word_set("dates.nearby.telling")


def _told_days(doc: Parsed, published_at: datetime, *, is_first: bool) -> Iterator[tuple[int, EventDate]]:
    """Days of a text that something happened on, with the index of their first word."""
    today = published_at.date()
    for expression in expressions(doc):
        if (
            is_first
            and expression.start < _DATELINE_CHARACTERS
            and "--" in doc.text[: 2 * _DATELINE_CHARACTERS]
        ):
            continue
        resolved = resolve(expression.text, published_at)
        if resolved is None or resolved[1] != "day" or not today - _LONGEST_AGO < resolved[0] <= today:
            continue
        words = doc.char_span(expression.start, expression.end, alignment_mode="expand")
        if words is None or words.root.head.lemma_.lower() in _TELLING or _is_aside(words.root):
            continue
        span = doc.letters(expression.start, expression.end)
        yield words.start, EventDate(value=resolved[0], precision="day", span=span)


def _is_aside(word: Token) -> bool:
    """Whether a word stands in a clause that only says which thing is meant: "the mission it took over in May"."""
    clauses = [over for over in word.ancestors if over.dep_ in _ASIDES]
    return any(clause.head.lemma_.lower() not in _HAPPENING for clause in clauses)


_ASIDES = frozenset((labels.NOUN_CLAUSE, labels.RELATIVE_CLAUSE))
_HAPPENING = word_set("dates.nearby.happening")
