"""Choice: which of the places of an article is an event's, and when none is. Trees are made by hand, so that no model matters."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.extract.language.parsed import Parsed
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.places.choice import Asked, Option, Whereabouts, chances, load_settings
from pipeline.extract.places.locate import locate
from pipeline.extract.places.named import namings_of
from pipeline.extract.places.names import place_spans
from pipeline.model import Actor, Place, Span

GAZETTEER = load_gazetteer()
KILLED = 8


@pytest.fixture
def doc(tree):
    """Two sentences: the town stands in the first, the deed in the second."""
    return tree(
        """
        Clashes clash NNS NOUN 2 nsubj
        erupted erupt VBD VERB 0 ROOT
        in in IN ADP 4 case
        Sirte Sirte NNP PROPN 2 obl GPE
        on on IN ADP 6 case
        Tuesday Tuesday NNP PROPN 2 obl DATE
        . . . PUNCT 2 punct
        rebels rebel NNS NOUN 9 nsubj
        killed kill VBD VERB 0 ROOT
        ten ten CD NUM 9 obj
        in in IN ADP 12 case
        Libya Libya NNP PROPN 9 obl GPE
        . . . PUNCT 9 punct
        """
    )


def asked(doc: Parsed, **others: Any) -> Asked:
    word = doc[KILLED]
    known: dict[str, Any] = {
        "event_type": "ASSAULT", "has_mode": False, "background": 0.0, "anchor": word, "sentence": 1, "start": word.idx,
        "parties": (None, None), "told": None, "inferred": None,
    }  # fmt: skip
    return Asked(**(known | others))


def whereabouts(doc: Parsed) -> Whereabouts:
    return Whereabouts(docs=[doc], gazetteer=GAZETTEER)


def place(name: str, country: str, resolution: Any = "point") -> Place:
    return Place(name=name, country=country, latitude=0.0, longitude=0.0, resolution=resolution)


def test_every_naming_knows_its_sentence_and_whether_something_is_said_to_be_there(doc):
    """Counted over the pieces of the article."""
    named = namings_of([doc, doc])

    assert [(one.where.text, one.sentence, one.is_said) for one in named] == [
        ("Sirte", 0, True),
        ("Libya", 1, True),
        ("Sirte", 2, True),
        ("Libya", 3, True),
    ]


def test_that_there_is_no_place_is_an_option_too(doc):
    """And each place is one, however often it is named."""
    options = Whereabouts(docs=[doc, doc], gazetteer=GAZETTEER).options(asked(doc))

    assert [one.place.name if one.place else None for one in options] == [None, "Sirte", "Libya"]
    assert sum(chances(options)) == pytest.approx(1)


def test_the_place_of_an_attack_is_given(doc):
    """As it stands nearest to the event."""
    found = whereabouts(doc).place_of(asked(doc, told=locate(place_spans(doc)[1], gazetteer=GAZETTEER)))

    assert found is not None
    assert found.country == "LBY"


def test_words_have_no_place_because_they_speak_of_one(doc):
    """Whoever condemns what was done somewhere may sit anywhere."""
    assert whereabouts(doc).place_of(asked(doc, event_type="ACCUSE")) is None


def test_the_land_of_a_party_speaks_for_the_land_of_whom_it_was_done_to(doc):
    """More than for that of the doer."""

    def chance(role: int) -> float:
        span = Span(start=doc[7].idx, end=doc[7].idx + 6, text="rebels")
        side = Actor(name="rebels", country="LBY", sector="REB", span=span)
        options = whereabouts(doc).options(asked(doc, parties=(side, None) if role == 0 else (None, side)))
        return 1 - chances(options)[0]

    assert chance(1) > chance(0)


def decided(doc: Parsed, *likely: tuple[Place | None, float]) -> Place | None:
    options = [Option(place=one, namings=(), features={}) for one, _ in likely]
    return whereabouts(doc).decided(options, [chance for _, chance in likely], (None, None), 0)


def test_a_doubtful_place_is_not_given(doc):
    """Below the bar nothing is said."""
    bar = load_settings()["bars"]["land"]

    assert decided(doc, (None, 1 - bar + 0.01), (place("Sirte", "LBY"), bar - 0.01)) is None


def test_of_two_doubtful_towns_of_one_land_the_land_is_given(doc):
    """It is sure, and they are not."""
    found = decided(doc, (None, 0.1), (place("Sirte", "LBY"), 0.45), (place("Misrata", "LBY"), 0.45))

    assert found is not None
    assert (found.name, found.country, found.resolution, found.span) == ("Libya", "LBY", "country", None)


def test_a_likely_town_is_given_as_finely_as_it_is_told(doc):
    """Not its land, which is named too."""
    found = decided(doc, (None, 0.05), (place("Sirte", "LBY"), 0.8), (place("Libya", "LBY", "country"), 0.15))

    assert found is not None
    assert found.name == "Sirte"
