"""Text without political events stays quiet."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.extract.article.relevance import Side, is_political, subject

SENTENCES = [
    line
    for line in (Path(__file__).parents[1] / "cases" / "quiet_sentences.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if line and line[0] != "#"
]


@pytest.mark.slow
def test_under_five_percent_of_300_other_sentences_yield_an_event(code):
    loud = [sentence for sentence in SENTENCES if code(sentence)]

    assert len(SENTENCES) >= 300
    assert len(loud) < 0.05 * len(SENTENCES), loud


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("Liverpool beat Arsenal 3-1.", "sport"),
        ("A man died in a bus crash.", "accident"),
        ("He was held for shoplifting.", "petty"),
        ("Rebels beat the mayor.", ""),
        ("A bus crash after a bomb attack killed two.", ""),
        ("Eleven soldiers died when their truck overturned.", "accident"),
        ("Eleven people were killed in a fuel truck explosion.", "accident"),
        ("Gunmen set a fuel truck on fire and shot two drivers.", ""),
    ],
)
def test_subject_of_a_sentence_is_told_by_its_words(sentence, about):
    assert subject(sentence) == about


def test_police_against_fans_stays_political():
    police = Side(country="GBR", sector="COP", is_named=False, is_human=True)
    fans = Side(country=None, sector="CVL", is_named=False, is_human=True)

    assert is_political("ASSAULT", "beat", "Police beat fans after the quarter-final.", police, fans)


def test_a_storm_is_no_actor():
    storm = Side(country=None, sector=None, is_named=False, is_human=False)
    people = Side(country=None, sector="CVL", is_named=False, is_human=True)

    assert not is_political("ASSAULT", "kill", "The gale killed four people.", storm, people)


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("A magnitude 7 earthquake strikes the coast and kills 12 people.", "accident"),
        ("An air strike hits the town shaken by an earthquake, and rebels shell it.", ""),
        ("A bus plunges into a ravine, killing 20 people.", "accident"),
    ],
)
def test_forces_of_nature_make_no_strike(sentence, about):
    assert subject(sentence) == about
