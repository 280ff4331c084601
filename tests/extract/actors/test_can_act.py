"""Nouns that do nothing: plain phrases in, yes or no out."""

import pytest
import spacy

from pipeline.extract.actors.can_act import may_act
from pipeline.extract.language.parsed import Parsed

THINGS = [
    "seven months",
    "the mission",
    "a meeting",
    "the resolution",
    "months of fighting",
    "the April election",
    "rising prices",
    "the earthquake",
    "the agreement between the two sides",
]
ACTORS = [
    "NATO's mission",
    "a government decree",
    "a U.N. resolution",
    "residents",
    "members of the alliance",
    "the war crimes court",
    "parts of Kashmir",
    "Theresa May",
    "refugees fleeing the war",
    "Zorbel Quindrax",
]


@pytest.mark.parametrize("phrase", THINGS)
def test_a_bare_thing_does_not_act(phrase):
    """Times, amounts, happenings and papers have no deeds of their own."""
    assert not may_act(phrase)


@pytest.mark.parametrize("phrase", ACTORS)
def test_somebody_or_what_belongs_to_somebody_acts(phrase):
    """A decree stands for its government, and an unknown noun is given the benefit of the doubt."""
    assert may_act(phrase)


def test_in_a_tree_the_root_decides():
    """Of "the vote of parliament" the vote is the head, whatever stands last."""
    doc = Parsed(
        spacy.blank("en").vocab,
        words=["the", "storm", "of", "protesters"],
        heads=[1, 1, 3, 1],
        deps=["det", "ROOT", "case", "nmod"],
    )

    assert not may_act(doc[0:4])
    assert may_act(doc[3:4])


def test_an_entity_of_time_does_not_act():
    """What the tagger calls a date is no actor, whatever the word."""
    doc = Parsed(spacy.blank("en").vocab, words=["Nowruz"], heads=[0], deps=["ROOT"], ents=["B-DATE"])

    assert not may_act(doc[0:1])
