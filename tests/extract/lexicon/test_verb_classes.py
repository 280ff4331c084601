"""Verb classes: each tells its event, with the parties in their slots."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import plover
from pipeline.extract.lexicon.frame_files import DATA, VERB_FILES

CASES = Path(__file__).parents[1] / "cases" / "verb_classes.txt"
ROWS = [
    [part.strip() for part in line.split("|")]
    for line in CASES.read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
]


@pytest.mark.parametrize(("event_type", "mode", "actor", "recipient", "sentence"), ROWS)
def test_class_tells_its_event(code, event_type, mode, actor, recipient, sentence):
    told = [
        (
            event.event_type,
            event.mode or "-",
            event.actor.span.text if event.actor else "",
            event.recipient.span.text if event.recipient else "",
        )
        for event in code(sentence)
    ]

    assert any(
        made[0] == event_type
        and mode in ("-", made[1])
        and (actor == "-" or actor.lower() in made[2].lower())
        and (recipient == "-" or recipient.lower() in made[3].lower())
        for made in told
    ), told


def test_claim_has_the_place_and_day_of_the_attack_claimed(code):
    told = code(
        "In Lima on Tuesday, the Shining Path claimed responsibility for the bombing of a bank in Ayacucho on Sunday."
    )

    assert [(event.place.name, event.event_date.value.isoformat()) for event in told if event.place] == [
        ("Ayacucho", "2024-05-12")
    ]


def test_no_two_frames_share_an_id():
    rows = [row["id"] for name in VERB_FILES for row in plover.read_table(DATA / name)]

    assert sorted(rows) == sorted(set(rows))
