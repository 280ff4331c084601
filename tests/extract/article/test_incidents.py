"""Incidents: one happening, one candidate, however often an article tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.extract.article.incidents import incidents
from pipeline.model import Actor, EventDate, Span
from tests.records import candidate


def actor(name: str, country: str | None = None, sector: str | None = None) -> Actor:
    return Actor(name=name, country=country, sector=sector, span=Span(start=0, end=len(name), text=name))


def at(start: int) -> Span:
    return Span(start=start, end=start + 3, text="hit")


def on(day: int) -> EventDate:
    return EventDate(value=date(2026, 11, day), precision="day", span=Span(start=90, end=93, text="day"))


ARMY = actor("Israeli army", "ISR", "MIL")
HIT = replace(candidate(), event_type="ASSAULT", mode=None, actor=ARMY, recipient=actor("Hamas", "PSE", "REB"), trigger=at(0))  # fmt: skip


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
    (one,) = incidents([HIT, replace(HIT, trigger=at(50), confidence=0.1, **again)])

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
    assert len(incidents([HIT, replace(HIT, trigger=at(50), **other)])) == 2


def test_two_days_are_two_happenings():
    """Where both are told."""
    first, second = (replace(HIT, trigger=at(day), event_date=on(day)) for day in (2, 9))

    assert len(incidents([first, second])) == 2


def test_a_later_telling_gives_what_the_surer_one_lacks():
    """The killer named in the third paragraph."""
    (one,) = incidents(
        [replace(HIT, actor=None, confidence=0.9), replace(HIT, trigger=at(50), confidence=0.4)]
    )

    assert (one.actor, one.confidence) == (ARMY, 0.9)
