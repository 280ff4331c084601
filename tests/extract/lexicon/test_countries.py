"""Countries: every one is known by name, people and seat, and in what is said of its offices, arms and streets."""

from __future__ import annotations

import pytest

from pipeline.extract.actors.code import code_phrase
from pipeline.extract.lexicon.actor_entries import DATA
from pipeline.extract.lexicon.actor_lexicon import load_lexicon
from pipeline.plover import read_table

# What stands in braces comes from data/actors/countries.csv; a sector of None leaves it open.
FORMS = {
    "{name}": None,
    "{name}'s government": "GOV",
    "the {people} government": "GOV",
    "{name}'s foreign minister": "GOV",
    "the president of {name}": "GOV",
    "ambassador of {name} to the United Nations": "GOV",
    "acting {people} defense minister": "GOV",
    "former {people} prime minister": "ELI",
    "{people} ex-president": "ELI",
    "the {people} army": "MIL",
    "{people} troops": "MIL",
    "{people} warplanes": "MIL",
    "soldiers from {name}": "MIL",
    "{people} police": "COP",
    "{people} intelligence agency": "SPY",
    "{people} parliament": "LEG",
    "the {people} Supreme Court": "JUD",
    "{people} rebels": "REB",
    "a {people} company": "BUS",
    "{people} workers": "LAB",
    "{people} farmers": "AGR",
    "{people} students": "EDU",
    "{people} journalists": "JRN",
    "{people} refugees": "REF",
    "{people} bishops": "REL",
    "{people} doctors": "MED",
    "{people} citizens": "CVL",
    "protesters in {name}": "CVL",
    "{name}'s ruling party": "PTY",
}
COUNTRIES = read_table(DATA / "countries.csv")
# A coalition led by the Saudis is Yemen's war, known by that name as an international force.
LED_BY_NAME = frozenset({"SAU"})


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


def test_there_are_all_countries():
    assert len({row["code"] for row in COUNTRIES}) >= 195


@pytest.mark.parametrize(("form", "sector"), FORMS.items(), ids=FORMS.keys())
def test_form_is_read_for_every_country(lexicon, form, sector):
    wrong = []
    for row in COUNTRIES:
        people = row["demonyms"].split("|")[0]
        code = code_phrase(form.format(name=row["name"], people=people), lexicon)
        if code.country != row["code"] or (sector and code.sector != sector):
            wrong.append((row["name"], code.code))

    assert wrong == []


def test_seat_alone_is_the_government(lexicon):
    seats = [
        (row["seats"].split("|")[0], row["code"])
        for row in COUNTRIES
        if row["seats"] and row["code"] != "NLD"
    ]

    assert [seat for seat, code in seats if code_phrase(seat, lexicon).code != code + "GOV"] == []


def test_coalition_belongs_to_whoever_leads_it(lexicon):
    """Also where the people's name has two or three words: "Papua New Guinean-led"."""
    wrong = [
        row["name"]
        for row in COUNTRIES
        if row["code"] not in LED_BY_NAME
        and code_phrase(f"{row['demonyms'].split('|')[0]}-led coalition", lexicon).country != row["code"]
    ]

    assert wrong == []


@pytest.mark.parametrize("word", ["team", "the founder", "a co-founder", "the board"])
def test_word_for_any_kind_of_body_is_no_government(lexicon, word):
    assert code_phrase(word, lexicon).sector is None
