"""Which wordings are one happening: what speaks for it, what against it, and that doubt is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.store.incidents import AGAINST, affinity, happenings
from pipeline.store.wording import Party, Wording, settings

REBELS = Party(words="hamra rebels", is_proper=True, country="SYR", sector="REB")
SOLDIERS = Party(words="soldiers", is_proper=False, country="SYR", sector="MIL")
RAID = Wording(
    event_type="ASSAULT", status="actual", day=date(2026, 11, 2), precision="day", is_dated=True,
    actor=REBELS, recipient=SOLDIERS,
    place_country="SYR", place_admin1="Idlib", place_id="172349", place_latitude=35.81, place_longitude=36.61,
    place_resolution="point",
)  # fmt: skip
NEXT_DAY = RAID.day + timedelta(days=1)
BAR = settings()["bar"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"actor": replace(REBELS, words="rebels", is_proper=False)}, id="less of the name"),
        pytest.param(
            {"actor": replace(REBELS, words="insurgents", is_proper=False)}, id="another word, one code"
        ),
        pytest.param({"actor": None}, id="nobody named"),
        pytest.param({"recipient": replace(SOLDIERS, words="troops")}, id="another word for them"),
        pytest.param(
            {"recipient": replace(SOLDIERS, words="government", sector="GOV")}, id="an arm of the state"
        ),
        pytest.param({"is_dated": False, "day": NEXT_DAY}, id="the day of print"),
        pytest.param(
            {"place_resolution": "country", "place_id": "1", "place_admin1": None}, id="the land only"
        ),
        pytest.param({"place_id": "9", "place_latitude": 35.9}, id="a village near by"),
        pytest.param({"place_country": None, "place_id": None, "place_resolution": None}, id="no place"),
    ],
)
def test_one_happening_in_other_words(changes: dict) -> None:
    """Whatever the wording of names, places and days."""
    other = replace(RAID, **changes)

    assert affinity(RAID, other) == affinity(other, RAID) >= BAR


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"event_type": "COERCE"}, id="type"),
        pytest.param({"status": "denied"}, id="status"),
        pytest.param({"day": NEXT_DAY}, id="another day, said"),
        pytest.param(
            {"is_dated": False, "day": RAID.day - timedelta(days=1)}, id="printed before it happened"
        ),
        pytest.param({"precision": "month"}, id="a month"),
        pytest.param({"place_id": "9", "place_latitude": 36.9}, id="a town far off"),
        pytest.param({"place_country": "IRQ"}, id="another land"),
        pytest.param({"actor": replace(REBELS, country="IRQ")}, id="rebels of another land"),
        pytest.param({"recipient": replace(SOLDIERS, sector="CVL")}, id="civilians"),
    ],
)
def test_two_happenings_of_one_kind(changes: dict) -> None:
    """What contradicts weighs more than anything else."""
    assert affinity(RAID, replace(RAID, **changes)) == AGAINST


def test_an_unknown_actor_in_one_land_is_no_identity() -> None:
    """Nobody named, and no town."""
    vague = replace(
        RAID, actor=None, recipient=Party(words="people", is_proper=False, country=None, sector="CVL"),
        place_resolution="country", place_id="1", place_admin1=None,
    )  # fmt: skip

    assert affinity(vague, replace(vague, recipient=None)) < BAR


def test_two_who_say_something_of_one_kind_are_two_events() -> None:
    """A president and his minister both accuse."""
    president = Party(words="vera tanaka", is_proper=True, country="SYR", sector="GOV")
    said = replace(RAID, event_type="ACCUSE", actor=president)

    assert affinity(said, replace(said, actor=replace(president, words="omar haddad"))) == AGAINST


def test_who_meets_whom_is_the_same_either_way() -> None:
    """The parties of a meeting may change places."""
    one, other = Party(words="aldria", is_proper=True, country=None, sector=None), REBELS
    met = replace(RAID, event_type="CONSULT", actor=one, recipient=other)

    assert affinity(met, replace(met, actor=other, recipient=one)) == affinity(met, met)


def test_who_fits_two_happenings_equally_stays_alone() -> None:
    """Two towns on one day, and a telling without a town."""
    far = replace(RAID, place_id="9", place_latitude=36.9)
    vague = replace(RAID, place_resolution="country", place_id="1", place_admin1=None)

    assert happenings({"a": RAID, "b": far, "c": vague}) == [["a"], ["b"], ["c"]]
    assert happenings({"a": RAID, "c": vague}) == [["a", "c"]]


def test_the_order_makes_no_difference() -> None:
    """Whatever comes first."""
    wordings = {
        "a": RAID,
        "b": replace(RAID, actor=None),
        "c": replace(RAID, place_id="9", place_latitude=36.9),
        "d": replace(RAID, recipient=replace(SOLDIERS, words="troops")),
        "e": replace(RAID, place_country=None, place_id=None, place_resolution=None),
    }
    found = set()
    for seed in range(10):
        keys = list(wordings)
        random.Random(seed).shuffle(keys)
        found.add(str(happenings({key: wordings[key] for key in keys})))

    assert len(found) == 1
