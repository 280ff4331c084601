"""Which candidates are one event."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.model import Actor, EventDate
from pipeline.postgres.rows import candidate_row
from pipeline.store.wording import event_key, handles, wording_from, wording_of
from tests.records import candidate, span


def test_the_key_does_not_change_between_versions() -> None:
    """A key that moves would tell every event again: this one is pinned."""
    assert event_key(candidate()) == "6ebf713460fd8036a114d8212567b71712bdc4ab62ea308afbb3bb34e7819210"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mode": None}, id="mode"),
        pytest.param({"confidence": 0.1}, id="confidence"),
        pytest.param({"contexts": ()}, id="contexts"),
        pytest.param({"frame_id": "other"}, id="frame"),
        pytest.param({"trigger": span("mission")}, id="trigger"),
    ],
)
def test_tellings_that_differ_in_detail_are_one_event(changes: dict) -> None:
    """Mode, confidence, contexts, frame and words may differ."""
    assert event_key(candidate(**changes)) == event_key(candidate())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"event_type": "ASSAULT"}, id="type"),
        pytest.param({"status": "actual"}, id="status"),
        pytest.param({"event_date": EventDate(value=date(2011, 11, 1))}, id="date"),
        pytest.param({"actor": None}, id="actor"),
        pytest.param({"recipient": None}, id="recipient"),
        pytest.param({"place": None}, id="place"),
    ],
)
def test_what_makes_an_event_one_is_in_the_key(changes: dict) -> None:
    """Type, status, date, actor, recipient and place tell events apart."""
    assert event_key(candidate(**changes)) != event_key(candidate())


def test_an_unknown_actor_goes_by_its_name_without_case() -> None:
    """A title in capitals is the same actor."""
    small = Actor(name="Acme Guard", country=None, sector=None, span=span("NATO"))

    assert event_key(candidate(actor=small)) == event_key(candidate(actor=replace(small, name="ACME  GUARD")))


@pytest.mark.parametrize("name", ["12 soldiers", "13 soldiers", "at least a dozen soldiers", "The soldiers"])
def test_numbers_and_fillers_are_no_part_of_a_name(name: str) -> None:
    """Papers count differently, and one leaves the count out."""
    soldiers = Actor(name="soldiers", country="MLI", sector="MIL", span=span("NATO"))

    assert event_key(candidate(recipient=replace(soldiers, name=name))) == event_key(
        candidate(recipient=soldiers)
    )


def test_a_wording_comes_back_from_its_row_as_it_was() -> None:
    """What is compared later is what the key was made of."""
    told = candidate()
    row = candidate_row(told) | {
        "event_date": told.event_date.value,
        "is_dated": told.event_date.span is not None,
    }

    assert wording_from(row) == wording_of(told)


def test_wordings_of_one_happening_share_a_handle() -> None:
    """By two of land, actor and recipient; who says less of it has fewer, and one land alone is none."""
    told = wording_of(candidate())
    landless = wording_of(candidate(place=None))
    alone = wording_of(candidate(actor=None, recipient=None))

    assert set(handles(told)) & set(handles(landless))
    assert handles(alone) == []
