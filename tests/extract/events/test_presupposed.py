"""Presupposed: who condemns a killing, or is suspected of one, says that there was one."""

from __future__ import annotations

import pytest

from pipeline.extract.article.home import find_dateline
from pipeline.extract.language.parsed import Piece
from tests.extract.conftest import article

CONDEMNED = """
    Paris Paris NNP PROPN 2 nsubj GPE
    condemned condemn VBD VERB 0 ROOT
    {det} {det} DT DET 4 det
    killing killing NN NOUN 2 obj
    of of IN ADP 7 case
    two two CD NUM 7 nummod
    nurses nurse NNS NOUN 4 nmod
    in in IN ADP 9 case
    {where} {where} NNP PROPN {above} {how} GPE
"""


def told(coder, tree, *, det="the", where="Goma", above=4, how="nmod"):
    doc = tree(CONDEMNED.format(det=det, where=where, above=above, how=how))
    events = coder.code_docs(article(doc.text), [doc])
    return [one for one in events if one.event_type == "ASSAULT"]


def test_a_deed_condemned_is_told_with_its_own_place(coder, tree):
    (deed,) = told(coder, tree)

    assert (deed.actor, deed.recipient.name, deed.place.name) == (None, "two nurses", "Goma")
    assert deed.status_reason == "taken for granted by 'condemned'"


def test_the_place_of_the_judgement_is_not_that_of_the_deed(coder, tree):
    assert told(coder, tree, where="Geneva", above=2, how="obl") == []


def test_any_deed_is_no_deed(coder, tree):
    assert told(coder, tree, det="any") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Police are investigating the murder of three miners near Johannesburg.", 1),
        ("The mayor did not condemn the killing of three miners near Johannesburg.", 1),
        ("The mayor condemned the alleged killing of three miners near Johannesburg.", 0),
        ("The mayor planned the killing of three miners near Johannesburg.", 0),
        ("A suspect in the murder of Mayor Juan Perez in Lima was arrested.", 1),
        ("The lawyer of the three murdered nuns spoke in Lima.", 0),
        ("Rumours of the murder of Mayor Juan Perez in Lima spread on Friday.", 0),
        ("In the event of the assassination of President Juan Perez the army takes over.", 0),
        ("Rebels plotted the assassination of President Juan Perez in Lima.", 0),
        ("The murder of Mayor Juan Perez in Lima would plunge Peru into war.", 0),
        ("The murder of Mayor Juan Perez in Lima did not take place.", 0),
    ],
)
def test_deeds_are_told_through_the_model(code, text, count):
    deeds = [one for one in code(text) if one.event_type == "ASSAULT" and one.status == "actual"]

    assert len(deeds) == count


SPOKEN_OF = """
    Judges judge NNS NOUN 2 nsubj
    {verb} {lemma} VBD VERB 0 ROOT
    suspects suspect NNS NOUN 2 obj
    in in IN ADP 6 case
    the the DT DET 6 det
    {noun} {noun} NN NOUN 3 nmod
    of of IN ADP 9 case
    two two CD NUM 9 nummod
    nurses nurse NNS NOUN 6 nmod
    in in IN ADP 11 case
    Goma Goma NNP PROPN 6 nmod GPE
"""


@pytest.mark.parametrize(
    ("verb", "lemma", "noun", "count"),
    [
        ("questioned", "question", "murder", 1),
        ("questioned", "question", "kidnapping", 1),
        ("questioned", "question", "plot", 0),
    ],
)
def test_a_killing_spoken_of_with_its_victim_is_told(coder, tree, verb, lemma, noun, count):
    doc = tree(SPOKEN_OF.format(verb=verb, lemma=lemma, noun=noun))
    deeds = [one for one in coder.code_docs(article(doc.text), [doc]) if one.event_type == "ASSAULT"]

    assert [(one.recipient.name, one.place.name) for one in deeds] == [("two nurses", "Goma")] * count


MURDERED = """
    The the DT DET 3 det
    {word} {lemma} VBN VERB 3 amod
    {victim} priest NNS NOUN 4 nsubj
    came come VBD VERB 0 ROOT
    from from IN ADP 6 case
    Peru Peru NNP PROPN 4 obl GPE
"""


@pytest.mark.parametrize(
    ("word", "lemma", "count"), [("murdered", "murder", 1), ("kidnapped", "kidnap", 1), ("tired", "tire", 0)]
)
def test_what_befell_somebody_is_told_by_an_adjective(coder, tree, word, lemma, count):
    """ "The murdered priests": told in the land of the article where it tells no attack otherwise."""
    doc = tree(MURDERED.format(word=word, lemma=lemma, victim="priests"))
    text = article("LIMA, May 3 (Reuters) - " + doc.text)
    dateline = find_dateline(text.text, coder.gazetteer)
    doc.piece = Piece(doc.text, offset=24, article=text.text, dateline=dateline)
    deeds = [one for one in coder.code_docs(text, [doc]) if one.event_type == "ASSAULT"]

    assert [(one.recipient.sector, one.place.country) for one in deeds] == [("REL", "PER")] * count
