"""Which candidates are one event."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.model import Actor, EventDate
from pipeline.store.merge import event_key
from tests.records import candidate, span


def test_the_key_does_not_change_between_versions() -> None:
    """A key that moves would tell every event again: this one is pinned."""
    assert event_key(candidate()) == "30d945f4fbf1b13775fb7353003a8a5a8789ea0fc450cf24ff36c6ec76b01932"


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
