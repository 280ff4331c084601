"""Incidents: one happening, one candidate, however often an article tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from pipeline.extract.article.incidents import incidents
from pipeline.extract.article.same_event import relation, scores
from pipeline.extract.reader.heads import Floats
from pipeline.model import Actor, Candidate, Count, EventDate, Span
from tests.records import candidate


def actor(name: str, country: str | None = None, sector: str | None = None) -> Actor:
    return Actor(name=name, country=country, sector=sector, span=Span(start=0, end=len(name), text=name))


def at(start: int) -> Span:
    return Span(start=start, end=start + 3, text="hit")


def on(day: int) -> EventDate:
    return EventDate(value=date(2026, 11, day), precision="day", span=Span(start=90, end=93, text="day"))


ARMY = actor("Israeli army", "ISR", "MIL")
HIT = replace(candidate(), event_type="ASSAULT", mode=None, actor=ARMY, recipient=actor("Hamas", "PSE", "REB"), trigger=at(0))  # fmt: skip


IRAN = actor("Iran", "IRN")
PLACE = HIT.place
assert PLACE is not None


def elsewhere(start: int) -> Span:
    """A sentence of its own."""
    return Span(start=start, end=start + 100, text="hit " * 25)


def dead(number: int) -> tuple[Count, ...]:
    return (Count(kind="killed", lower=number, upper=number, span=at(0)),)


def score(first: Candidate, second: Candidate) -> float:
    """How likely two are one where nothing else is told."""
    return scores([first, second], np.full((2, 2), 0.2, dtype=np.float32))[0][1]


def incidents_of(candidates: list[Candidate], chance: float = 0.2) -> list[Candidate]:
    """Incidents, where the reader thinks any two the same with one chance."""
    return incidents(candidates, lambda some: np.full((len(some), len(some)), chance, dtype=np.float32))


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"actor": None}, id="nobody named"),
        pytest.param({"actor": actor("Israel", "ISR")}, id="its land"),
        pytest.param({"recipient": actor("Palestinians", "PSE", "CVL")}, id="others of the land"),
        pytest.param({"event_date": HIT.event_date}, id="no day"),
    ],
)
def test_told_again_it_is_the_same(again):
    """And the other telling is a mention of it."""
    (one,) = incidents_of([HIT, replace(HIT, trigger=at(50), confidence=0.1, **again)])

    assert one.actor == ARMY
    assert one.mentions == (at(50),)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"event_type": "ACCUSE"}, id="another type"),
        pytest.param({"status": "denied"}, id="denied"),
        pytest.param({"status": "actual"}, id="done already, not to come"),
        pytest.param({"actor": IRAN, "recipient": actor("Syria", "SYR")}, id="between other lands"),
        pytest.param(
            {"actor": IRAN, "is_background": True, "event_date": on(9)},
            id="of old, on another day, by another",
        ),
    ],
)
def test_another_happening_stays_another(other):
    """Where enough speaks against it."""
    first = replace(HIT, sentence=elsewhere(0), event_date=on(2))

    assert (
        len(incidents_of([first, replace(first, trigger=at(3000), sentence=elsewhere(3000), **other)])) == 2
    )


def test_a_later_telling_gives_what_the_surer_one_lacks():
    """The killer named in the third paragraph."""
    (one,) = incidents_of(
        [replace(HIT, actor=None, confidence=0.9), replace(HIT, trigger=at(50), confidence=0.4)]
    )

    assert (one.actor, one.confidence) == (ARMY, 0.9)


@pytest.mark.parametrize(("chance", "count"), [(0.0, 2), (1.0, 1)])
def test_the_reader_is_asked_too(chance, count):
    """Where all else leaves it open."""
    first = replace(HIT, sentence=elsewhere(0))
    other = replace(HIT, trigger=at(1500), sentence=elsewhere(1500), actor=IRAN, is_background=True)

    assert len(incidents_of([first, other], chance)) == count


def test_a_telling_is_held_against_all_that_a_happening_has():
    """One like telling does not draw it in among unlike ones."""
    first, *others, odd = (
        replace(HIT, trigger=at(start), sentence=elsewhere(start)) for start in (0, 200, 400, 3000)
    )
    odd = replace(odd, actor=IRAN, recipient=actor("Syria", "SYR"), confidence=0.5)

    def alike(some: Sequence[Candidate]) -> Floats:
        """The odd one is like the first alone."""
        chances = np.ones((len(some), len(some)), dtype=np.float32)
        chances[-1, 1:] = chances[1:, -1] = 0
        return chances

    assert len(incidents([first, odd], lambda _: np.ones((2, 2), dtype=np.float32))) == 1
    assert len(incidents([first, *others, odd], alike)) == 2


@pytest.mark.parametrize(
    ("first", "other", "is_likelier"),
    [
        pytest.param({"is_lead": True}, {}, True, id="the lead tells it"),
        pytest.param({}, {"trigger": at(300), "sentence": elsewhere(300)}, True, id="close by"),
        pytest.param({}, {"actor": IRAN}, False, id="another actor"),
        pytest.param({}, {"recipient": IRAN}, False, id="another recipient"),
        pytest.param({}, {"event_date": on(9)}, False, id="another day"),
        pytest.param({}, {"place": replace(PLACE, name="Beirut", country="LBN")}, False, id="another land"),
        pytest.param({}, {"counts": dead(9)}, False, id="another number"),
        pytest.param({}, {"is_background": True}, False, id="history"),
    ],
)
def test_what_speaks_for_and_against(first, other, is_likelier):
    """Each by itself."""
    one = replace(HIT, event_date=on(2), place=PLACE, counts=dead(3), sentence=elsewhere(0))
    two = replace(one, trigger=at(3000), sentence=elsewhere(3000))

    assert (score(replace(one, **first), replace(two, **other)) > score(one, two)) == is_likelier


def test_where_an_article_is_full_of_the_like_each_may_be_another():
    """Two blows between the same sides are likelier one than the first two of twenty."""
    blows = [replace(HIT, trigger=at(start), sentence=elsewhere(start)) for start in range(0, 4000, 200)]

    assert score(*blows[:2]) > scores(blows, np.full((20, 20), 0.2, dtype=np.float32))[0][1]


@pytest.mark.parametrize(
    ("again", "told"),
    [
        pytest.param(None, "unknown", id="nobody"),
        pytest.param(actor("the Israeli army", "ISR", "MIL"), "same", id="one name"),
        pytest.param(actor("Israel", "ISR"), "akin", id="its land"),
        pytest.param(actor("soldiers", None, "MIL"), "akin", id="its kind"),
        pytest.param(IRAN, "apart", id="another land"),
        pytest.param(actor("villagers", None, "CVL"), "apart", id="another kind"),
    ],
)
def test_what_two_parties_are_to_each_other(again, told):
    """By name, land and kind, either way round."""
    assert relation(ARMY, again) == relation(again, ARMY) == told


def test_two_bodies_of_many_lands_are_two():
    """NATO and the Security Council have no land in common."""
    nato, council = actor("NATO", "IGO", "MIL"), actor("UN Security Council", "IGO", "MIL")

    assert relation(nato, council) == "apart"
    assert relation(council, actor("Security Council", "IGO")) == "same"
