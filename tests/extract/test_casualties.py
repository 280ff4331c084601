"""Everyday sentences of dead and hurt: one attack is one row, with who was killed and who was hurt by their own words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from pipeline.config import Settings
from pipeline.extract.bar import is_sure
from pipeline.extract.coder import Coder
from pipeline.model import Candidate, CountKind
from tests.extract.conftest import article

CASES = Path(__file__).parent / "cases" / "casualties.csv"


def lower(attack: Candidate, kind: CountKind) -> int | None:
    return next((count.lower for count in attack.counts if count.kind == kind), None)


def wrongs(case: dict[str, str], attacks: list[Candidate]) -> Iterator[str]:
    """What is not as the case has it; numbers and land only where one attack is told."""
    if len(attacks) != int(case["attacks"]):
        yield f"{len(attacks)} attacks"
    if case["attacks"] != "1" or len(attacks) != 1:
        return
    (attack,) = attacks
    for kind in ("killed", "injured"):
        wanted = int(case[kind]) if case[kind] else None
        if lower(attack, kind) != wanted:
            yield f"{kind} {lower(attack, kind)}"
    if case["country"] and (attack.place is None or attack.place.country != case["country"]):
        yield f"place {attack.place}"


def test_nineteen_in_twenty_everyday_sentences_of_casualties_are_one_row_with_right_numbers(
    coder: Coder,
) -> None:
    with CASES.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    coded = coder.code_all([article(case["sentence"]) for case in cases])
    settings = Settings(reader="off")
    wrong = [
        (case["sentence"], found)
        for case, candidates in zip(cases, coded, strict=True)
        if (
            found := list(
                wrongs(
                    case,
                    [one for one in candidates if one.event_type == "ASSAULT" and is_sure(one, settings)],
                )
            )
        )
    ]

    assert len(cases) >= 60
    assert len(wrong) <= len(cases) // 20, wrong


def test_two_attacks_of_one_sentence_stay_two(coder: Coder) -> None:
    """What joins the dead and the hurt of one attack may not join two: other doers, other places, other days."""
    sentences = (
        "Israel bombed Gaza City on Monday, killing five people, and Hezbollah fired rockets at Haifa, killing two.",
        "Gunmen killed three farmers in Maiduguri on Monday and killed four traders in Kano on Tuesday.",
        "The gunman, who killed eight people at a mall in Texas, was shot dead by police.",
    )
    for candidates in coder.code_all([article(sentence) for sentence in sentences]):
        assert len([one for one in candidates if one.event_type == "ASSAULT"]) >= 2
