"""Scene: the place of what is told next, and of the dateline."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.extract import places
from pipeline.extract.scene import Scene, dateline_place
from pipeline.model import Actor, Candidate, EventDate, Place, Span


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BENGHAZI, Libya (Reuters) - Rebels fled.", "Benghazi"),
        ("KHARTOUM, March 16 (Xinhua) -- Talks began.", "Khartoum"),
        ("Rebels fled (again) - said he.", None),
        ("No dateline here.", None),
    ],
)
def test_dateline_names_a_place(text, name):
    place = dateline_place(text, places.load_gazetteer())

    assert (place and place.name) == name


def event(place=None, event_type="ASSAULT", country="LBY"):
    words = Span(start=0, end=6, text="Rebels")
    return Candidate(
        event_type=event_type, status="actual", quad_class=4, score=None, frame_id="attack", trigger=words, sentence=words, place=place,
        actor=Actor(name="Rebels", country=country, sector="REB", span=words), recipient=None, event_date=EventDate(value=date(2024, 5, 17)),
    )  # fmt: skip


SIRTE = Place(name="Sirte", country="LBY", latitude=31.2, longitude=16.6, resolution="point")


def test_next_sentence_stands_where_the_last_event_stood():
    scene = Scene(None)
    scene.placed(event(SIRTE), 0)

    assert scene.placed(event(), 1).place.name == "Sirte"


def test_a_scene_far_back_is_forgotten():
    scene = Scene(None)
    scene.placed(event(SIRTE), 0)

    assert scene.placed(event(), 9).place is None


def test_words_have_no_scene():
    scene = Scene(SIRTE)

    assert scene.placed(event(event_type="ACCUSE"), 0).place is None


def test_a_scene_abroad_is_not_guessed():
    assert Scene(SIRTE).placed(event(country="IRQ"), 0).place is None
