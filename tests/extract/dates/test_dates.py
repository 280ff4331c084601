"""Dates against a publication on Friday, 21 October 2011."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
import spacy
from spacy.tokens import Doc

from pipeline.extract.dates.expressions import find
from pipeline.extract.dates.link import date_of
from pipeline.extract.dates.nearby import nearby_date
from pipeline.extract.dates.resolve import resolve
from pipeline.extract.language.parsed import Parsed

FRIDAY = datetime(2011, 10, 21, 12, tzinfo=UTC)
VOCAB = spacy.blank("en").vocab


@pytest.mark.parametrize(
    ("phrase", "value", "precision"),
    [
        ("on Friday", date(2011, 10, 21), "day"),
        ("Thursday", date(2011, 10, 20), "day"),
        ("late on Sunday", date(2011, 10, 16), "day"),
        ("Tuesday night", date(2011, 10, 18), "day"),
        ("last Friday", date(2011, 10, 14), "day"),
        ("next Monday", date(2011, 10, 24), "day"),
        ("Wednesday last week", date(2011, 10, 12), "day"),
        ("yesterday", date(2011, 10, 20), "day"),
        ("today", date(2011, 10, 21), "day"),
        ("tomorrow", date(2011, 10, 22), "day"),
        ("last night", date(2011, 10, 20), "day"),
        ("this morning", date(2011, 10, 21), "day"),
        ("the day before", date(2011, 10, 20), "day"),
        ("the day after tomorrow", date(2011, 10, 23), "day"),
        ("two days ago", date(2011, 10, 19), "day"),
        ("over the weekend", date(2011, 10, 15), "day"),
        ("October 23", date(2011, 10, 23), "day"),
        ("23 October", date(2011, 10, 23), "day"),
        ("October 3rd", date(2011, 10, 3), "day"),
        ("Oct. 3, 2011", date(2011, 10, 3), "day"),
        ("the 3rd of October, 2010", date(2010, 10, 3), "day"),
        ("December 30", date(2010, 12, 30), "day"),
        ("30 DECEMBER", date(2010, 12, 30), "day"),
        ("3 JAN 90", date(1990, 1, 3), "day"),
        ("2011-09-30", date(2011, 9, 30), "day"),
        ("10/3/2011", date(2011, 10, 3), "day"),
        ("25/12/2010", date(2010, 12, 25), "day"),
        ("a week ago", date(2011, 10, 10), "week"),
        ("two weeks earlier", date(2011, 10, 3), "week"),
        ("this week", date(2011, 10, 17), "week"),
        ("last week", date(2011, 10, 10), "week"),
        ("next week", date(2011, 10, 24), "week"),
        ("last month", date(2011, 9, 1), "month"),
        ("earlier this month", date(2011, 10, 1), "month"),
        ("three months ago", date(2011, 7, 1), "month"),
        ("in July", date(2011, 7, 1), "month"),
        ("in December", date(2010, 12, 1), "month"),
        ("last March", date(2011, 3, 1), "month"),
        ("in May 1998", date(1998, 5, 1), "month"),
        ("last summer", date(2011, 6, 1), "month"),
        ("since 1964", date(1964, 1, 1), "year"),
        ("in 2003", date(2003, 1, 1), "year"),
        ("last year", date(2010, 1, 1), "year"),
        ("two years ago", date(2009, 1, 1), "year"),
        ("a decade ago", date(2001, 1, 1), "year"),
    ],
)
def test_resolve_reads(phrase, value, precision):
    """Against the time of publication; week, month and year give their first day."""
    assert resolve(phrase, FRIDAY) == (value, precision)


@pytest.mark.parametrize(
    ("phrase", "value"),
    [
        ("on Monday", date(2011, 10, 24)),
        ("on Friday", date(2011, 10, 21)),
        ("in November", date(2011, 11, 1)),
        ("on March 2", date(2012, 3, 2)),
    ],
)
def test_what_lies_ahead_is_the_next_one(phrase, value):
    """What will be on Monday was not last Monday."""
    resolved = resolve(phrase, FRIDAY, ahead=True)

    assert resolved is not None
    assert resolved[0] == value


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "31 February",
        "may",
        "he may go",
        "sat down",
        "march through the town",
        "at least 2003 people",
        "12-year-old",
        "10.30",
        "second",
    ],
)
def test_what_is_no_date_gives_none(phrase):
    """Nor does a day that no calendar has."""
    assert resolve(phrase, FRIDAY) is None


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        (
            "The council met on Friday, two weeks after the vote of October 7.",
            ["Friday", "two weeks after", "October 7"],
        ),
        ("Police may march on; the sun sat low.", []),
        ("MEXICO CITY, 3 JAN 90 -- THE ARMY SAID YESTERDAY", ["3 JAN 90", "YESTERDAY"]),
        ("No date here at all.", []),
    ],
)
def test_find_marks_the_expressions(text, expressions):
    """In the order of the text, none over another."""
    assert [expression.text.removeprefix("on ") for expression in find(text)] == expressions


def test_marks_are_offsets_of_the_text():
    """Also where letters grow when made small."""
    text = "İstanbul’da: İki kişi öldü on Friday, 21 October 2011"

    for expression in find(text):
        assert text[expression.start : expression.end] == expression.text


def test_a_long_text_takes_linear_time():
    """Two megabytes of figures do not hang it."""
    short, long = ("12/3 may 5 " * n for n in (1_000, 10_000))
    began = time.process_time()
    find(short)
    between = time.process_time()
    find(long)
    after = time.process_time()

    assert after - between < 40 * (between - began) + 0.1


def sentence(*rows: str) -> Doc:
    """A parsed sentence from rows "word coarse relation head"."""
    words, pos, deps, heads = zip(*(row.split() for row in rows), strict=True)
    return Parsed(VOCAB, words=list(words), pos=list(pos), deps=list(deps), heads=[int(head) for head in heads],
               sent_starts=[number == 0 for number in range(len(words))])  # fmt: skip


def test_the_date_of_the_clause_is_the_events():
    """Each clause has its own."""
    doc = sentence("Troops NOUN nsubj 1", "entered VERB ROOT 1", "on ADP case 3", "Monday PROPN obl 1", "after SCONJ mark 7",
                   "talks NOUN nsubj 7", "had AUX aux 7", "failed VERB advcl 1", "in ADP case 9", "July PROPN obl 7")  # fmt: skip
    entered, failed = date_of(doc[1], FRIDAY), date_of(doc[7], FRIDAY)

    assert entered is not None
    assert failed is not None
    assert (entered.value, entered.precision) == (date(2011, 10, 17), "day")
    assert (failed.value, failed.precision) == (date(2011, 7, 1), "month")


def test_the_span_is_where_the_text_says_it():
    """So that the desk can see why."""
    doc = sentence("Troops NOUN nsubj 1", "entered VERB ROOT 1", "Monday PROPN obl:unmarked 1")
    found = date_of(doc[1], FRIDAY)

    assert found is not None
    assert found.span is not None
    assert doc.text[found.span.start : found.span.end] == "Monday"


def test_will_points_ahead():
    """The next Monday."""
    doc = sentence(
        "They PRON nsubj 2", "will AUX aux 2", "meet VERB ROOT 2", "on ADP case 4", "Monday PROPN obl 2"
    )
    found = date_of(doc[2], FRIDAY)

    assert found is not None
    assert found.value == date(2011, 10, 24)


def test_no_date_in_the_text_is_none():
    """The publication date is the caller's to fall back on."""
    doc = sentence("Troops NOUN nsubj 1", "entered VERB ROOT 1")

    assert date_of(doc[1], FRIDAY) is None


def test_the_day_of_the_sentences_around_serves_when_the_clause_has_none():
    """The day is named once; its paragraph comes with it."""
    first = sentence("Rebels NOUN nsubj 1", "came VERB ROOT 1", "on ADP case 3", "Wednesday PROPN obl 1")
    second = sentence("Ten NUM nsubj:pass 2", "were AUX aux:pass 2", "killed VERB ROOT 2")
    found = nearby_date(second[2], [first, second], 1, FRIDAY)

    assert found is not None
    assert found.value == date(2011, 10, 19)


def test_the_day_it_was_said_does_not_serve():
    """What was said on Thursday may have happened before."""
    first = Parsed(VOCAB, words=["Police", "said", "Thursday"], lemmas=["police", "say", "Thursday"], pos=["NOUN", "VERB", "PROPN"],
                deps=["nsubj", "ROOT", "obl"], heads=[1, 1, 1], sent_starts=[True, False, False])  # fmt: skip
    second = sentence("Ten NUM nsubj:pass 2", "were AUX aux:pass 2", "killed VERB ROOT 2")

    assert nearby_date(second[2], [first, second], 1, FRIDAY) is None


def test_hours_ago_are_today():
    """The last twelve hours are no week."""
    assert resolve("in the last 12 hours", FRIDAY) == (date(2011, 10, 21), "day")


def test_what_was_done_on_a_coming_day_was_done_a_year_ago():
    """A past tense settles which 3 November is meant; without one it may be an appointment."""
    words, deps, heads = (
        ["He", "was", "killed", "on", "November", "3"],
        ["nsubj:pass", "aux:pass", "ROOT", "case", "obl", "nummod"],
        [2, 2, 2, 4, 2, 4],
    )
    doc = Parsed(
        VOCAB,
        words=words,
        tags=["PRP", "VBD", "VBN", "IN", "NNP", "CD"],
        deps=deps,
        heads=heads,
        sent_starts=[True] + [False] * 5,
    )
    found = date_of(doc[2], FRIDAY)

    assert found is not None
    assert found.value == date(2010, 11, 3)
    assert resolve("November 3", FRIDAY) == (date(2011, 11, 3), "day")


def test_a_date_below_another_verb_is_that_verbs():
    """ "Approved a resolution ending in May": the approval has no date."""
    doc = sentence("They PRON nsubj 1", "approved VERB ROOT 1", "a DET det 3", "resolution NOUN obj 1", "ending VERB acl 3",
                   "in ADP case 6", "May PROPN obl 4")  # fmt: skip

    assert date_of(doc[1], FRIDAY) is None
    assert date_of(doc[4], FRIDAY) is not None


def test_a_date_that_a_verb_before_it_has_is_not_lent_to_the_verb_behind():
    """ "A decision reached a week ago to end it": the end was not a week ago."""
    doc = sentence("decision NOUN ROOT 0", "reached VERB acl 0", "a DET det 3", "week NOUN obl:unmarked 4", "ago ADV advmod 1",
                   "to PART mark 6", "end VERB advcl 1", "it PRON obj 6")  # fmt: skip
    reached = date_of(doc[1], FRIDAY)

    assert reached is not None
    assert date_of(doc[6], FRIDAY, status="planned") is None


def test_what_was_done_has_no_day_to_come():
    """The next nearest expression is asked."""
    doc = sentence("They PRON nsubj 1", "approved VERB ROOT 1", "it PRON obj 1", "for ADP case 5", "next ADJ amod 5",
                   "Monday PROPN obl 1", "on ADP case 7", "Thursday PROPN obl 1")  # fmt: skip
    approved = date_of(doc[1], FRIDAY, status="actual")

    assert approved is not None
    assert approved.value == date(2011, 10, 20)


@pytest.mark.parametrize("head", ["mission", "attack"], ids=["an aside", "a happening"])
def test_only_a_happening_lends_the_day_of_its_relative_clause(head):
    """ "The mission it took over on Wednesday" says nothing of the day of what comes next."""
    first = Parsed(VOCAB, words=["The", head, "that", "began", "on", "Wednesday"], lemmas=["the", head, "that", "begin", "on", "Wednesday"],
                pos=["DET", "NOUN", "PRON", "VERB", "ADP", "PROPN"], deps=["det", "ROOT", "nsubj", "acl:relcl", "case", "obl"],
                heads=[1, 1, 3, 1, 5, 3], sent_starts=[True] + [False] * 5)  # fmt: skip
    second = sentence("Ten NUM nsubj:pass 2", "were AUX aux:pass 2", "killed VERB ROOT 2")

    assert (nearby_date(second[2], [first, second], 1, FRIDAY) is not None) == (head == "attack")
