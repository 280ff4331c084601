"""What an analyst does on the pages: alerts, rules, quarantine, marks; and the story's page."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from pipeline.pages.marks import as_lines
from pipeline.pages.names import range_of
from tests.pages.planted import HOSTILE


def alert_ids(client: httpx.Client, query: str = "") -> list[str]:
    return re.findall(r'action="/alert/(\d+)/take"', client.get(f"/alerts{query}").text)


def test_an_alert_is_shown_with_its_event(client: httpx.Client) -> None:
    """Rule, sentence, why."""
    shown = client.get("/alerts").text

    assert "Strikes on ports &lt;b&gt;now&lt;/b&gt;" in shown
    assert "Russian drones" in shown
    assert "because matched branch 1 of 1" in shown


def test_an_alert_is_taken_and_closed(client: httpx.Client) -> None:
    """By whom and why is kept; a closed one leaves the list."""
    alert = alert_ids(client)[0]
    taken = client.post(f"/alert/{alert}/take", data={"comment": "calling the port", "lasts": "8h"})
    assert taken.status_code == 303
    shown = client.get("/alerts?state=acknowledged").text
    assert re.search(r"taken by analyst until [^:]+:\d\d UTC: calling the port", shown)
    client.post(f"/alert/{alert}/close", data={"comment": "done"})

    assert alert not in alert_ids(client)
    assert "closed by analyst: done" in client.get("/alerts?state=closed").text
    assert client.post(f"/alert/{alert}/take").status_code == 404


def test_a_silence_is_made_and_ended(client: httpx.Client) -> None:
    """With who, why and until when."""
    made = client.post(
        "/silences", data={"rule": "port-strikes", "country": "UKR", "lasts": "1d", "reason": "an exercise"}
    )
    assert made.status_code == 303
    shown = client.get("/alerts").text
    assert "rule port-strikes, country UKR: an exercise" in shown
    assert "— analyst, until" in shown
    client.post(re.search(r'action="(/silence/\d+/end)"', shown)[1])  # type: ignore[index]

    assert "an exercise" not in client.get("/alerts").text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/silences", {"lasts": "1d", "reason": "all of it"}),
        ("/silences", {"rule": "port-strikes", "lasts": "for ever", "reason": "x"}),
        ("/silences", {"rule": "port-strikes", "lasts": "1d", "reason": ""}),
        ("/alert/1/take", {"lasts": "soon"}),
        ("/alert/1/close", {"comment": "x" * 301}),
        ("/quarantine/release", {}),
        ("/quarantine/release", {"id": "all"}),
    ],
)
def test_what_is_unclear_is_refused(client: httpx.Client, path: str, data: dict[str, str]) -> None:
    """With what is allowed."""
    assert client.post(path, data=data).status_code == 400


def test_a_rule_shows_its_days_and_what_it_asks_for(client: httpx.Client) -> None:
    """As its file has it."""
    assert 'href="/rule/port-strikes"' in client.get("/rules").text
    shown = client.get("/rule/port-strikes").text

    assert "actor_country" in shown
    assert re.search(r"<title>[^<]+: \d+, told \d+</title>", shown)


def test_a_rule_is_tried_on_what_is_stored(client: httpx.Client) -> None:
    """How many it would have told, day by day; what its file is not, is not tried."""
    shown = client.get("/rule/port-strikes/backtest").text

    assert re.search(r"would have told <b>\d+</b> alerts of \d+ matches", shown)
    assert "Russian drones" in shown
    assert client.get("/rule/none/backtest").status_code == 404


def test_health_shows_what_waits(client: httpx.Client) -> None:
    """Each stage."""
    shown = client.get("/health").text

    for stage in ("fetch", "extract", "validate", "store", "alert"):
        assert f"<b>{stage}</b>" in shown


def test_the_ticked_go_back_to_their_stage(client: httpx.Client) -> None:
    """The others stay."""
    shown = client.get("/quarantine").text
    ids = re.findall(r'name="id" value="(\d+)"', shown)
    assert len(ids) == 3
    assert "&lt;script&gt;" in shown
    assert client.post("/quarantine/release", data={"id": ids[:2]}).status_code == 303

    assert re.findall(r'name="id" value="(\d+)"', client.get("/quarantine").text) == ids[2:]
    assert client.get("/quarantine", params={"stage": "fetch", "reason": "none such"}).status_code == 200


def test_a_story_shows_its_articles_and_events_once(client: httpx.Client) -> None:
    """The copy is said to be one, and one happening is one event."""
    link = re.search(r'href="(/story/\d+)">Odesa under fire', client.get("/?words=Russian").text)
    assert link
    shown = client.get(link[1]).text

    assert "Port of Odesa attacked" in shown
    assert "copy of Example Wire" in shown
    assert shown.count('<article class="event') == 1


def test_marks_are_counted_and_can_be_taken_along(client: httpx.Client) -> None:
    """By source and type, as annotation with offsets into the sentence."""
    event = re.search(r'href="(/event/\d+)"', client.get("/?words=Kenyan").text)[1]  # type: ignore[index]
    client.post(
        f"{event}/mark", data={"verdict": "wrong", "wrong_about": ["place", "date"], "note": HOSTILE[0]}
    )
    shown = client.get("/marks").text
    assert "protest</td>" in shown
    assert "place 1" in shown
    (line,) = client.get("/marks.jsonl").text.splitlines()
    mark = json.loads(line)
    client.post(f"{event}/mark", data={"verdict": "none"})

    assert (mark["is"], mark["wrong"], mark["reader"]) == ("wrong", ["date", "place"], "analyst")
    assert mark["sentence"][slice(*mark["trigger"])] == "marched"
    assert mark["sentence"][slice(*mark["actor"]["at"])] == "Kenyan teachers"
    assert mark["recipient"]["at"] is None


def test_no_marks_are_no_lines() -> None:
    """And no error."""
    assert as_lines([]) == ""


@pytest.mark.parametrize(
    ("right", "marked", "low", "high"),
    [(0, 0, 0.0, 1.0), (5, 5, 0.566, 1.0), (50, 100, 0.404, 0.596), (0, 10, 0.0, 0.278)],
)
def test_few_marks_say_little(right: int, marked: int, low: float, high: float) -> None:
    """Wilson's interval."""
    assert range_of(right, marked) == pytest.approx((low, high), abs=0.001)
