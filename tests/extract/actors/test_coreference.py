"""Coreference by rule, on trees made by hand."""

from __future__ import annotations

import pytest

from pipeline.extract.actors.coreference import Mentions

REPORTED = """
    NATO NATO NNP PROPN 2 nsubj ORG
    said say VBD VERB 0 ROOT
    it it PRP PRON 5 nsubj
    had have VBD AUX 5 aux
    left leave VBN VERB 2 ccomp
"""


@pytest.fixture
def reported(tree):
    doc = tree(REPORTED)
    mentions = Mentions()
    mentions.add(doc, 0, 0, len(doc))
    return doc, mentions


def test_it_is_the_subject_of_the_clause_above(reported):
    doc, mentions = reported

    assert mentions.resolve(doc[2], 0).text == "NATO"


def test_we_is_the_speaker(tree, reported):
    doc = tree("We we PRP PRON 2 nsubj\nleft leave VBD VERB 0 ROOT")

    assert reported[1].resolve(doc[0], 1, speaker=reported[0][0]).text == "NATO"


def test_a_name_speaks_for_itself(reported):
    doc, mentions = reported

    assert mentions.resolve(doc[0], 0) is None


def test_us_the_country_is_no_pronoun(tree, reported):
    doc = tree("US US NNP PROPN 2 nsubj GPE\nleft leave VBD VERB 0 ROOT")

    assert reported[1].resolve(doc[0], 1, speaker=reported[0][0]) is None


def test_he_is_the_last_person_who_was_a_subject(tree):
    first = tree(
        "Ali Ali NNP PROPN 2 nsubj PERSON\nmet meet VBD VERB 0 ROOT\nOmar Omar NNP PROPN 2 obj PERSON"
    )
    second = tree("He he PRP PRON 2 nsubj\nleft leave VBD VERB 0 ROOT")
    mentions = Mentions()
    mentions.add(first, 0, 0, 3)

    assert mentions.resolve(second[0], 1).text == "Ali"


def test_the_alliance_is_the_organisation_named_before(tree, reported):
    doc = tree("the the DT DET 2 det\nalliance alliance NN NOUN 3 nsubj\nleft leave VBD VERB 0 ROOT")

    assert reported[1].resolve(doc[1], 1).text == "NATO"


def test_a_role_noun_with_its_own_name_is_not_resolved(tree, reported):
    doc = tree(
        "the the DT DET 3 det\nWestern Western JJ ADJ 3 amod\nalliance alliance NN NOUN 4 nsubj\nleft leave VBD VERB 0 ROOT"
    )

    assert reported[1].resolve(doc[2], 1) is None


def test_nobody_fits_means_nobody(tree):
    doc = tree("He he PRP PRON 2 nsubj\nleft leave VBD VERB 0 ROOT")

    assert Mentions().resolve(doc[0], 0) is None


def test_a_pronoun_is_not_the_noun_it_belongs_to(tree, reported):
    """NATO said a boat it seized had sunk: the boat did not seize itself."""
    doc = tree("""
        NATO NATO NNP PROPN 2 nsubj ORG
        said say VBD VERB 0 ROOT
        a a DT DET 4 det
        boat boat NN NOUN 7 nsubj
        it it PRP PRON 6 nsubj
        seized seize VBD VERB 4 acl:relcl
        sank sink VBD VERB 2 ccomp
    """)

    assert reported[1].resolve(doc[4], 1).text == "NATO"
