"""Choice: chances of days, joined and read."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.errors import ConfigError
from pipeline.extract.dates.choice import Likely, day_of, load_weights, past_chance, pooled
from pipeline.extract.lexicon.happenings import load_happenings
from pipeline.model import Span

PRINTED = date(2024, 10, 19)
WORDS = Span(start=3, end=11, text="in March")
MARCH = (date(2024, 3, 1), "month")


def likely(when, chance, span=None):
    return Likely(when=when, chance=chance, span=span)


def test_the_likeliest_day_comes_with_the_words_that_name_it():
    choice = likely(MARCH, 0.6, WORDS), likely((PRINTED, "day"), 0.4)

    when = day_of(choice, PRINTED)

    assert (when.value, when.precision, when.span) == (*MARCH, WORDS)


def test_long_past_without_a_day_is_told_on_the_day_of_print():
    when = day_of((likely(None, 1.0),), PRINTED)

    assert (when.value, when.span) == (PRINTED, None)


def test_what_is_older_than_a_fortnight_is_past():
    choice = (
        likely(None, 0.2),
        likely(MARCH, 0.3, WORDS),
        likely((date(2024, 10, 5), "day"), 0.4, WORDS),
        likely((date(2024, 10, 4), "day"), 0.1, WORDS),
    )

    assert past_chance(choice, PRINTED) == pytest.approx(0.6)


def test_tellings_of_one_event_are_weighed_alike():
    surely = likely(MARCH, 0.9, WORDS), likely((PRINTED, "day"), 0.1)
    hardly = likely(MARCH, 0.4, WORDS), likely((PRINTED, "day"), 0.6)

    chances = {one.when: one.chance for one in pooled([surely, hardly])}

    assert chances == {MARCH: pytest.approx(0.65), (PRINTED, "day"): pytest.approx(0.35)}


def test_weights_are_read_from_their_file():
    assert load_weights()["weights"]["print"] > 0


def test_a_happening_without_a_day_is_refused(tmp_path):
    path = tmp_path / "happenings.csv"
    path.write_text("words,day,precision\nlong march,1934,year\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"happenings.csv: .*long march"):
        load_happenings(path)


def test_every_happening_is_found_by_its_own_words():
    """And in whole words alone."""
    found = {one.day for one in load_happenings() if one.pattern.search("the annexation of Crimea")}

    assert found == {date(2014, 3, 18)}
    assert not any(one.pattern.search("Postwar in Ukrainefield") for one in load_happenings())
