"""Actors on plain phrases: strings in, codes out."""

import pytest

from pipeline.extract.actors import code_phrase, load_lexicon

PHRASES = {
    "a country": ("Libya", "LBY", None),
    "people": ("Libyans", "LBY", None),
    "a possessor": ("Libya's interim government", "LBY", "GOV"),
    "of": ("the president of Kenya", "KEN", "GOV"),
    "in": ("police in Nairobi", "KEN", "COP"),
    "a town before its police": ("Kyiv police", "UKR", "COP"),
    "counted people": ("thousands of Egyptians", "EGY", "CVL"),
    "a former office": ("the former Peruvian president", "PER", "ELI"),
    "backed by another": ("Syrian-backed gunmen in Lebanon", "LBN", "UAF"),
}


@pytest.mark.parametrize(("phrase", "country", "sector"), PHRASES.values(), ids=PHRASES.keys())
def test_a_phrase_has_country_and_sector(phrase, country, sector):
    """Head, possessor, adjective and preposition say who it is."""
    code = code_phrase(phrase, load_lexicon())

    assert (code.country, code.sector) == (country, sector)


def test_an_unknown_actor_keeps_its_name_without_a_code():
    """Nothing is dropped and nothing is guessed."""
    code = code_phrase("Zorbel Quindrax", load_lexicon())

    assert (code.name, code.code) == ("Zorbel Quindrax", "")
