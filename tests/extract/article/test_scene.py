"""Scene: where and when an event stands that does not say so itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.extract.article.scene import Scene, is_inferred, place_beside_actor
from pipeline.extract.lexicon.gazetteer import load_gazetteer
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
        docs=[doc], published_at=PUBLISHED_AT, gazetteer=load_gazetteer(), dateline=dateline
    )  # fmt: skip
    return scene.settled([candidate], doc[8], 0)[0]


def test_words_that_name_the_actor_are_no_place():
    """ "Washington bombed …" was said of who did it; the same name elsewhere in the sentence is a place all the same."""
    elsewhere = replace(SIRTE, span=Span(start=20, end=25, text="Sirte"))
    one = event(place=replace(SIRTE, span=Span(start=38, end=44, text="Rebels")))

    assert place_beside_actor(one) is None
    assert place_beside_actor(replace(one, place=elsewhere)) == elsewhere


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
        docs=[doc], published_at=PUBLISHED_AT,
        gazetteer=load_gazetteer(), dateline=SIRTE,
    )  # fmt: skip

    assert scene.settled([event()], doc[1], 0)[0].place == SIRTE


@pytest.mark.parametrize("lacks", [{"event_type": "ACCUSE"}, {"status": "denied"}, {"status": "planned"}])
def test_words_and_what_did_not_happen_have_no_scene(doc, lacks):
    one = settled(doc, event(**lacks), dateline=SIRTE)

    assert one.place is None
    assert one.event_date.is_publication_date


def test_a_scene_abroad_is_not_guessed(doc):
    assert settled(doc, event(country="IRQ")).place is None


def lone(
    tree,
    rows="Rebels rebel NNS NOUN 2 nsubj\nkilled kill VBD VERB 0 ROOT\nten ten CD NUM 2 obj",
    dateline=None,
):
    """A scene whose text names no place near by."""
    doc = tree(rows)
    return Scene(
        docs=[doc], published_at=PUBLISHED_AT,
        gazetteer=load_gazetteer(), dateline=dateline,
    )  # fmt: skip


MISRATA = replace(SIRTE, name="Misrata", span=Span(start=2, end=9, text="Misrata"))


def test_an_attack_stands_where_the_nearest_other_is_told_to(tree):
    """Before the town the article was sent from; rather before than behind, and rather in a town than in a land."""
    scene = lone(tree, dateline=SIRTE)
    before = replace(event(MISRATA), trigger=Span(start=2, end=9, text="shelled"))
    behind = replace(event(replace(SIRTE, name="Tripoli")), trigger=Span(start=90, end=96, text="bombed"))
    vague = replace(
        event(replace(SIRTE, name="Libya", resolution="country")), trigger=Span(start=40, end=44, text="shot")
    )

    (one,) = scene.settled([event()], scene.docs[0][1], 0, (behind, before, vague))

    assert one.place == MISRATA


def test_a_place_in_the_own_sentence_goes_before_that_of_another_attack(doc):
    own = replace(event(), sentence=Span(start=0, end=57, text=TEXT))
    scene = Scene(docs=[doc], published_at=PUBLISHED_AT, gazetteer=load_gazetteer())

    assert scene.settled([own], doc[8], 0, (event(MISRATA),))[0].place.name == "Sirte"


@pytest.mark.parametrize("other", [{"event_type": "PROTEST"}, {"status": "planned"}])
def test_only_facts_of_the_same_type_lend_their_place(tree, other):
    scene = lone(tree)

    assert scene.settled([event()], scene.docs[0][1], 0, (event(MISRATA, **other),))[0].place is None


LIBYANS = """
    Libyan libyan JJ ADJ 2 amod NORP
    police police NNS NOUN 3 nsubj
    said say VBD VERB 0 ROOT
    Libyan libyan JJ ADJ 5 amod NORP
    rebels rebel NNS NOUN 6 nsubj
    fled flee VBD VERB 3 ccomp
"""


def test_a_guest_is_attacked_where_the_article_plays(tree):
    """An American in an article on Libya; an Iraqi in one on no land in particular."""
    scene = lone(tree, LIBYANS, dateline=SIRTE)
    assert scene.settled([event(country="USA")], scene.docs[0][1], 0)[0].place == SIRTE

    nowhere = lone(tree, dateline=SIRTE)
    assert nowhere.settled([event(country="IRQ")], nowhere.docs[0][1], 0)[0].place is None


def test_without_town_and_dateline_an_attack_stands_in_the_land_of_the_article(tree):
    scene = lone(tree, LIBYANS)
    (one,) = scene.settled([event()], scene.docs[0][1], 0)

    assert (one.place.country, one.place.resolution, one.place.span) == ("LBY", "country", None)
    assert is_inferred(one.place.span, one)


def deed(**changes):
    return replace(event(), actor=None, recipient=event().actor, **changes)


def test_a_deed_taken_for_granted_stands_in_its_victims_land_where_nothing_else_is_told(tree):
    scene = lone(tree)

    (one,) = scene.remembered([deed()], [])
    assert (one.place.country, one.place.resolution) == ("LBY", "country")
    assert scene.remembered([deed()], [event(status="denied")]) == [one]
    assert scene.remembered([deed()], [event()]) == []


def test_a_deed_with_a_place_of_its_own_is_told_beside_others(tree):
    assert lone(tree).remembered([deed(place=SIRTE)], [event()]) == [deed(place=SIRTE)]
