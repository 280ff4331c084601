"""Incidents: one happening, one candidate, however often an article tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.extract.article.incidents import incidents
from pipeline.model import Actor, Candidate, EventDate, Span
from tests.records import candidate


def actor(name: str, country: str | None = None, sector: str | None = None) -> Actor:
    return Actor(name=name, country=country, sector=sector, span=Span(start=0, end=len(name), text=name))


def at(start: int) -> Span:
    return Span(start=start, end=start + 3, text="hit")


def on(day: int) -> EventDate:
    return EventDate(value=date(2026, 11, day), precision="day", span=Span(start=90, end=93, text="day"))


ARMY = actor("Israeli army", "ISR", "MIL")
HIT = replace(candidate(), event_type="ASSAULT", mode=None, actor=ARMY, recipient=actor("Hamas", "PSE", "REB"), trigger=at(0))  # fmt: skip


def incidents_of(candidates: list[Candidate], chance: float = 0.2) -> list[Candidate]:
    """Incidents, where the reader thinks any two the same with one chance."""
    return incidents(candidates, lambda *_: chance)


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
        pytest.param({"actor": actor("Iran", "IRN")}, id="another land"),
        pytest.param({"is_background": True}, id="history"),
        pytest.param({"status": "denied"}, id="denied"),
    ],
)
def test_another_happening_stays_another(other):
    """What speaks against it is enough."""
    assert len(incidents_of([HIT, replace(HIT, trigger=at(50), **other)])) == 2


def test_two_days_are_two_happenings():
    """Where both are told."""
    first, second = (replace(HIT, trigger=at(day), event_date=on(day)) for day in (2, 9))

    assert len(incidents_of([first, second])) == 2


def test_a_later_telling_gives_what_the_surer_one_lacks():
    """The killer named in the third paragraph."""
    (one,) = incidents_of(
        [replace(HIT, actor=None, confidence=0.9), replace(HIT, trigger=at(50), confidence=0.4)]
    )

    assert (one.actor, one.confidence) == (ARMY, 0.9)


@pytest.mark.parametrize(("chance", "count"), [(0.0, 2), (1.0, 1)])
def test_the_reader_is_asked_last(chance, count):
    """Where nothing speaks against it, two attacks may still be two."""
    assert len(incidents_of([HIT, replace(HIT, trigger=at(50))], chance)) == count


@pytest.mark.parametrize(("chance", "count"), [(0.2, 2), (1.0, 1)])
def test_history_and_news_are_one_where_the_reader_is_sure(chance, count):
    """The surer telling says which of the two it is."""
    found = incidents_of([HIT, replace(HIT, trigger=at(50), confidence=0.1, is_background=True)], chance)

    assert len(found) == count
    assert not found[0].is_background


def test_close_by_the_reader_may_take_two_for_one_whatever_their_parties():
    """The surer telling has them right; far away they are two."""
    other = replace(HIT, trigger=at(50), confidence=0.1, recipient=actor("Iran", "IRN"))
    far = replace(other, trigger=at(5000))

    assert [len(incidents_of([HIT, one], 0.9)) for one in (other, far)] == [1, 2]


def test_two_bodies_of_many_lands_are_two():
    """NATO and the Security Council have no land in common."""
    nato, council = actor("NATO", "IGO", "MIL"), actor("UN Security Council", "IGO", "MIL")

    assert len(incidents_of([replace(HIT, actor=nato), replace(HIT, actor=council, trigger=at(5000))])) == 2
