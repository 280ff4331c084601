"""Presupposed: who condemns a killing says that there was one."""

from __future__ import annotations

import pytest

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
    events = coder.code_docs(article(doc.text), [(doc, 0)])
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
    ],
)
def test_deeds_are_told_through_the_model(code, text, count):
    deeds = [one for one in code(text) if one.event_type == "ASSAULT" and one.status == "actual"]

    assert len(deeds) == count
