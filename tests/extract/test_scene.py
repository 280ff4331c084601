"""Scene: where and when an event stands that does not say so itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.extract import places
from pipeline.extract.scene import Scene, is_inferred
from pipeline.model import Actor, Candidate, EventDate, Place, Span

PUBLISHED_AT = datetime(2024, 5, 17, 12, tzinfo=UTC)
TEXT = "Clashes erupted in Sirte on Tuesday . Rebels killed ten ."


def event(place=None, event_type="ASSAULT", country="LBY", status="actual"):
    return Candidate(
        event_type=event_type, status=status, quad_class=4, score=None, frame_id="attack", place=place,
        trigger=Span(start=45, end=51, text="killed"), sentence=Span(start=38, end=57, text="Rebels killed ten ."),
        actor=Actor(name="Rebels", country=country, sector="REB", span=Span(start=38, end=44, text="Rebels")),
        recipient=None, event_date=EventDate(value=date(2024, 5, 17)),
    )  # fmt: skip


SIRTE = Place(name="Sirte", country="LBY", latitude=31.2, longitude=16.6, resolution="point")


@pytest.fixture
def doc(tree):
    return tree(
        """
        Clashes clash NNS NOUN 2 nsubj
        erupted erupt VBD VERB 0 ROOT
        in in IN ADP 4 case
        Sirte Sirte NNP PROPN 2 obl GPE
        on on IN ADP 6 case
        Tuesday Tuesday NNP PROPN 2 obl DATE
        . . . PUNCT 2 punct
        Rebels rebel NNS NOUN 9 nsubj
        killed kill VBD VERB 0 ROOT
        ten ten CD NUM 9 obj
        . . . PUNCT 9 punct
        """
    )


def settled(doc, candidate, dateline=None):
    scene = Scene(
        text=TEXT, docs=[doc], offsets=[0], published_at=PUBLISHED_AT, gazetteer=places.load_gazetteer(), dateline=dateline
    )  # fmt: skip
    return scene.settled([candidate], doc[8], 0)[0]


def test_place_and_day_come_from_the_sentence_before(doc):
    one = settled(doc, event())

    assert (one.place.name, one.place.span.text) == ("Sirte", "Sirte")
    assert (one.event_date.value, one.event_date.span.text) == (date(2024, 5, 14), "on Tuesday")


def test_what_came_from_another_sentence_is_inferred(doc):
    one = settled(doc, event())

    assert is_inferred(one.place.span, one)
    assert is_inferred(one.event_date.span, one)


def test_what_the_own_sentence_says_is_not_inferred():
    assert not is_inferred(Span(start=52, end=55, text="ten"), event())


def test_a_place_of_its_own_is_kept(doc):
    own = replace(SIRTE, name="Misrata")

    assert settled(doc, event(own)).place == own


def test_without_a_place_near_by_the_dateline_serves(tree):
    doc = tree("Rebels rebel NNS NOUN 2 nsubj\nkilled kill VBD VERB 0 ROOT\nten ten CD NUM 2 obj")
    scene = Scene(
        text="Rebels killed ten", docs=[doc], offsets=[0], published_at=PUBLISHED_AT,
        gazetteer=places.load_gazetteer(), dateline=SIRTE,
    )  # fmt: skip

    assert scene.settled([event()], doc[1], 0)[0].place == SIRTE


@pytest.mark.parametrize("lacks", [{"event_type": "ACCUSE"}, {"status": "denied"}, {"status": "planned"}])
def test_words_and_what_did_not_happen_have_no_scene(doc, lacks):
    one = settled(doc, event(**lacks), dateline=SIRTE)

    assert one.place is None
    assert one.event_date.is_publication_date


def test_a_scene_abroad_is_not_guessed(doc):
    assert settled(doc, event(country="IRQ")).place is None
