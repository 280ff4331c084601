"""Days of whole articles with the trained reader, on sentences of our own."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.config import Settings
from pipeline.extract.code_command import article_of
from pipeline.extract.coder import Coder, load_coder
from pipeline.model import Candidate


@pytest.fixture(scope="module")
def trained() -> Coder:
    return load_coder(Settings(reader="on"))


def told(trained: Coder, text: str, event_type: str) -> list[Candidate]:
    """What a text printed on Saturday 19 October 2024 tells of one type."""
    row = {"id": "x", "text": text, "title": "", "date": "2024-10-19"}
    return [one for one in trained.code(article_of(row)) if one.event_type == event_type]


@pytest.mark.parametrize(
    ("second", "event_type"),
    [
        ("The army of Rwanda withdrew its troops from the town.", "RETREAT"),
        ("Jordan delivered food to the Palestinians there.", "AID"),
    ],
)
def test_what_follows_a_dated_sentence_has_its_day(trained, second, event_type):
    """The day is told once, and what happened on it goes on, attack or not."""
    text = f"Rebels attacked the town of Goma on 11 October. {second}"

    days = {one.event_date.value for one in told(trained, text, event_type)}

    assert days == {date(2024, 10, 11)}


def test_a_war_that_everybody_knows_is_dated_by_its_beginning(trained):
    """Nothing in the sentence says when, and nobody needs it said."""
    text = "Thousands of soldiers have been killed in Russia's war in Ukraine."

    rows = told(trained, text, "ASSAULT")
    # Whether "killed" and "war" are one row or two is near the bar, and another processor rounds otherwise.
    (war,) = (one for one in rows if "war" in {one.trigger.text, *(telling.text for telling in one.mentions)})

    assert (war.event_date.value, war.event_date.precision) == (date(2022, 2, 1), "month")
    assert war.is_background


def test_a_day_of_print_stays_where_none_is_told(trained):
    """Beside history in the next sentence."""
    text = "France condemned the coup in Niger. The army had also seized power there in 2010."

    days = {one.event_date.value for one in told(trained, text, "ACCUSE")}

    assert days == {date(2024, 10, 19)}


def test_all_tellings_of_one_happening_speak_for_its_day(trained):
    """The row has the day that a later telling names, and no second row."""
    text = (
        "Gunmen of Boko Haram killed twelve villagers in Nigeria. Boko Haram gunmen killed the villagers in Borno "
        "on Wednesday, police said."
    )

    days = [one.event_date.value for one in told(trained, text, "ASSAULT")]

    assert days == [date(2024, 10, 16)]
