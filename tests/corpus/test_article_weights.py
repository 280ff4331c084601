"""Weights of an article's choices: what is right by the hand coding, and what is fitted to it. Examples are made up."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from corpus.load import Article
from model.scripts.article_fits import Asked, fit_choice, fit_pairs, names_of, shares_of, with_weights
from model.scripts.article_right import (
    Event,
    event_of_day,
    event_of_place,
    events_of,
    fared,
    right_days,
    right_places,
    told,
)
from model.scripts.article_tellings import Read, Telling, happenings, settled
from pipeline.extract.article.same_event import features_of
from pipeline.extract.dates.choice import Option as DayOption
from pipeline.extract.places.choice import Option as PlaceOption
from pipeline.model import Candidate, Place, Span
from tests.records import PUBLISHED, candidate, span

PRINT = PUBLISHED.date()
LIBYA = {"text": "Libya", "country": "LBY", "sector": ""}
NATO = {"text": "NATO", "country": "", "sector": "IGO"}
END = span("end")


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "tier": "core", "types": frozenset(("RETREAT",)), "spans": ((END.start, END.end),),
        "parties": {"actor": [NATO], "recipient": [LIBYA]}, "day": PRINT, "precision": "day",
        "place_country": "LBY", "place_text": "Libya", "place_at": None,
    }  # fmt: skip
    return Event(**(values | changes))


def on(day: date, precision: Any = "day") -> DayOption:
    return DayOption(when=(day, precision), span=None, features={})


LONG_PAST = DayOption(when=None, span=None, features={})


def place(name: str, country: str, *namings: Span) -> PlaceOption:
    where = Place(name=name, country=country, latitude=0.0, longitude=0.0, resolution="point")
    return PlaceOption(place=where, namings=namings, features={})


NOWHERE = PlaceOption(place=None, namings=(), features={})


def test_a_telling_tells_the_event_at_its_words_of_which_most_parties_are_right():
    """And what lies by no event the one of which all are."""
    other = event(parties={"actor": [LIBYA], "recipient": [LIBYA]})

    assert told(candidate(), [other, event()]) == {1}
    assert told(candidate(), [event(spans=((900, 905),)), replace(other, spans=((900, 905),))]) == {0}
    assert told(candidate(event_type="ASSAULT"), [event()]) == frozenset()


def test_the_day_is_asked_of_the_nearest_event_with_a_party_right():
    """One at its very words before one near by."""
    near = event(spans=((END.end + 60, END.end + 65),))

    assert event_of_day(candidate(), [near, event()]) == event()
    assert event_of_day(candidate(), [near]) == near
    assert event_of_day(candidate(), [event(spans=((900, 905),))]) is None


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        pytest.param({}, (False, False, True, False), id="that of print"),
        pytest.param({"day": date(2011, 10, 24)}, (True, False, False, False), id="the very day"),
        pytest.param({"day": date(2011, 10, 23)}, (False, True, False, False), id="the month that holds it"),
        pytest.param({"day": date(1999, 1, 1)}, (False, False, False, True), id="long past"),
        pytest.param({"day": None}, (False, False, True, False), id="no day"),
        pytest.param({"day": None, "tier": "background"}, (False, False, False, True), id="history"),
    ],
)
def test_the_right_days_are_the_finest_that_hold_it(changes, right):
    """A day that is named beats the month it lies in."""
    options = [on(date(2011, 10, 24)), on(date(2011, 10, 1), "month"), on(PRINT), LONG_PAST]

    assert right_days(event(**changes), options, PRINT) == right


def test_a_day_that_nothing_comes_to_is_not_learnt_from():
    """Nothing named, neither of print nor long past."""
    assert right_days(event(day=date(2011, 10, 18)), [on(PRINT), LONG_PAST], PRINT) is None


def test_the_right_places_are_those_named_or_else_all_in_the_land():
    """None where no place is told."""
    options = [NOWHERE, place("Sirte", "LBY"), place("Tripoli", "LBY"), place("Brussels", "BEL")]

    assert right_places(event(place_text="the port of Sirte"), options) == (False, True, False, False)
    assert right_places(event(), options) == (False, True, True, False)
    assert right_places(event(place_country="MLI"), options) == (True, False, False, False)
    assert right_places(event(place_country=None, place_text=""), options) == (True, False, False, False)


def test_the_place_is_asked_of_the_nearest_event_of_its_type():
    """Whoever is named; what stands far away is none."""
    assert event_of_place(candidate(), [event(parties={"actor": [], "recipient": []})]) is not None
    assert event_of_place(candidate(), [event(types=frozenset(("AID",)))]) is None


def test_events_come_with_the_words_of_the_text(tmp_path):
    """Another answer that is as good stands beside the first."""
    text = Article(id="a", title="Mali: attack", date="2026-11-02", text="Rebels hit the port.", part="coded")
    party = {"at": [0, 6], "country": "", "sector": "REB"}
    row = {
        "tier": "core", "type": "ASSAULT", "or_type": "THREATEN", "trigger": [7, 10], "also": [["title", 6, 12]], "actor": [party],
        "recipient": None, "place": {"at": ["title", 0, 4], "country": "MLI"}, "date": "2026-11-01",
    }  # fmt: skip
    lines = [json.dumps({"id": "a", "reading": reading, "events": [row]}) for reading in (1, 2)]
    (tmp_path / "events.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))

    ((one,),) = events_of({"a": text}, tmp_path).values()

    assert one.types == {"ASSAULT", "THREATEN"}
    assert (one.spans, one.place_text, one.place_at) == (((7, 10),), "Mali", None)
    assert [party["text"] for party in one.parties["actor"]] == ["Rebels"]


def test_a_choice_learns_what_is_right_and_keeps_what_is_given():
    """The second of two options is right nine times of ten; an option that is never right costs."""
    asked = [
        Asked(({}, {"second": 1.0}, {"third": 1.0}), (number == 0, number > 0, False)) for number in range(10)
    ]

    found = fit_choice(asked, names_of(asked), 0.01)

    assert found["second"] == pytest.approx(np.log(9), abs=0.1)
    assert found["third"] < -2
    assert fit_choice(asked, names_of(asked), 0.01, {"third": 1.5})["third"] == 1.5


def test_a_strong_hold_keeps_weights_small():
    """And a feature that is seen too seldom gets none."""
    asked = [Asked(({}, {"second": 1.0}), (False, True))] * 3

    assert 0 < fit_choice(asked, ["second"], 100)["second"] < 0.05
    assert names_of(asked, least=4) == []


def test_pairs_learn_what_speaks_for_one():
    """What is given is not fitted again; a telling's pairs weigh as much as another's."""
    features, is_one = np.array([[1.0], [1.0], [0.0], [0.0]]), np.array([1.0, 1.0, 0.0, 1.0])

    weights, bias = fit_pairs(features, is_one, np.ones(4), 0.1, np.zeros(4))
    beside, _ = fit_pairs(features, is_one, np.ones(4), 0.1, 4 * features[:, 0])

    assert weights[0] > 1 > bias
    assert beside[0] < weights[0] - 1
    assert shares_of([(0, 1), (0, 2), (1, 2)]) == [0.5, 0.5, 0.5]
    assert shares_of([(0, 1), (2, 3)]) == [1.0, 1.0]


def test_weights_are_put_where_they_stood():
    """Comments and other tables stay, what has no weight goes, what is new comes last in its table."""
    text = "# Source.\n[bars]\nland = 0.5\n\n[weights]\n# Here.\nhere = 1.00\ngone = 2.00\n\n# Next.\n[other]\nhere = 3\n"

    assert with_weights(text, "weights", {"new": 0.123, "here": -0.456}, 2) == (
        "# Source.\n[bars]\nland = 0.5\n\n[weights]\n# Here.\nhere = -0.46\nnew = 0.12\n\n# Next.\n[other]\nhere = 3\n"
    )


NAMES = (*features_of(candidate(), candidate(), 0.5), "many", "between", "dyad")
AGAIN = candidate(trigger=span("mission"))


def read(*tellings: Candidate) -> Read:
    days = (replace(on(PRINT), features={"print": 1.0}), replace(LONG_PAST, features={"unknown": 1.0}))
    return Read(
        id="a",
        published_at=PUBLISHED,
        tellings=tuple(
            Telling(candidate=one, told=None, background=0.1, days=days, places=(NOWHERE,))
            for one in tellings
        ),
        alike=np.full((len(tellings),) * 2, 0.5, dtype=np.float32),
    )


def test_tellings_are_joined_by_the_weights_that_are_given():
    """Two of one kind are a pair; the weights, not those shipped, say whether they are one."""
    article = settled(read(candidate(), AGAIN, candidate(event_type="AID")), NAMES)
    nothing = np.zeros(len(NAMES))

    assert [kind.pairs for kind in article.kinds] == [[(0, 1)], []]
    assert [one.place for one in article.candidates] == [None, None, None]
    assert len(happenings(article, nothing, 3.0, 0.5)) == 2
    assert len(happenings(article, nothing, -3.0, 0.5)) == 3


def test_an_event_told_twice_is_a_repeat_and_no_second_one_kept():
    """Counted as the scorer does."""
    counted = fared([candidate(confidence=0.9), replace(AGAIN, confidence=0.9)], [event(), event(types=frozenset(("AID",)))])  # fmt: skip

    assert counted["rows"] == counted["news"] == counted["core"] == 2
    assert counted["repeats"] == counted["kept"] == counted["core told"] == 1
