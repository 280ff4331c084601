"""Alleged: what somebody is accused of is no fact; a fact that one side alone tells keeps who says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.extract.article.reporter import reported_by, takes_side
from pipeline.extract.code_command import event_row
from pipeline.model import Actor, Span

CASES = [
    tuple(part.strip() for part in line.split("|", 3))
    for line in (Path(__file__).parents[1] / "cases" / "alleged.txt").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
]


def actor(name: str, country: str | None, sector: str | None) -> Actor:
    return Actor(name=name, country=country, sector=sector, span=Span(start=0, end=len(name), text=name))


@pytest.mark.parametrize(
    ("status", "reporter", "event_type", "text"), CASES, ids=[f"{row[0]}: {row[3][:50]}" for row in CASES]
)
def test_status_and_who_reports_it_are_told_apart(code, status, reporter, event_type, text):
    event = next(event for event in code(text) if event.event_type == event_type)

    assert event.status == status
    assert (reported_by(event) or "-").startswith(reporter)


def test_code_command_prints_who_reports_it(code):
    rows = [event_row(event) for event in code("Hamas said Israeli troops killed 20 civilians in Rafah.")]

    assert [(row["status"], row["reported_by"]) for row in rows] == [("actual", "Hamas")]


@pytest.mark.parametrize(
    ("speaker", "doer", "other", "side"),
    [
        (("Kyiv", "UKR", "GOV"), ("troops", "RUS", "MIL"), ("village", "UKR", "CVL"), True),
        (("Moscow", "RUS", "GOV"), ("troops", "RUS", "MIL"), ("town", None, None), True),
        (("ministry", "MLI", "GOV"), ("rebels", "MLI", "REB"), ("farmers", "MLI", "AGR"), True),
        (("police", "NGA", "COP"), ("gunmen", "NGA", "UAF"), ("farmers", "NGA", "AGR"), False),
        (("monitor", "UKR", "NGO"), ("troops", "RUS", "MIL"), ("village", "UKR", "CVL"), False),
        (("Paris", "FRA", "GOV"), ("troops", "RUS", "MIL"), ("village", "UKR", "CVL"), False),
    ],
    ids=["victim's land", "own deed", "state of rebels", "police of a crime", "monitor", "third land"],
)
def test_side_is_one_of_the_two_at_odds(speaker, doer, other, side):
    assert takes_side(actor(*speaker), actor(*doer), actor(*other)) is side


def test_nobody_at_odds_has_no_side():
    assert not takes_side(actor("Kyiv", "UKR", "GOV"), None, None)
