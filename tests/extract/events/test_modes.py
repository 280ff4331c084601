"""Modes and contexts: every one of the codebook can come out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import plover
from pipeline.extract.events.means import MEANS_MODES
from pipeline.extract.lexicon.frame_files import load_frames
from pipeline.extract.lexicon.frames import THREAT_MODES, threat_mode

CASES = Path(__file__).parents[1] / "cases"


def rows(name: str) -> list[list[str]]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [[part.strip() for part in line.split("|")] for line in lines if line and line[0] != "#"]


def test_no_mode_of_the_codebook_is_out_of_reach():
    """Some frame, noun, outcome, threat or means gives each of the 67 modes."""
    frames = load_frames()
    told = {(frame.event_type, frame.mode) for found in frames.verbs.values() for frame in found}
    told |= {(noun.event_type, noun.mode) for noun in frames.nouns.values()}
    told |= {(row["event_type"], row["mode"]) for row in frames.outcomes}
    told |= {("THREATEN", mode) for mode in THREAT_MODES.values()} | {("THREATEN", "territory")}
    told |= {(kind, mode) for kind, means in MEANS_MODES.items() for mode, _ in means}
    modes = {pair for pair in plover.codes() if pair[1]}

    assert len(modes) == 67
    assert modes - told == set()


def test_every_mode_has_a_sentence():
    listed = {(event_type, mode) for event_type, mode, _ in rows("modes.txt")}

    assert listed == {pair for pair in plover.codes() if pair[1]}


def test_every_context_has_a_sentence():
    assert {context for context, _ in rows("contexts.txt")} == set(plover.contexts())


@pytest.mark.parametrize(
    ("event_type", "mode", "sentence"), rows("modes.txt"), ids=[f"{row[0]}-{row[1]}" for row in rows("modes.txt")]
)  # fmt: skip
def test_mode_comes_out_of_its_sentence(code, event_type, mode, sentence):
    assert (event_type, mode) in {(event.event_type, event.mode) for event in code(sentence)}


@pytest.mark.parametrize(
    ("context", "sentence"), rows("contexts.txt"), ids=[row[0] for row in rows("contexts.txt")]
)
def test_context_comes_out_of_its_sentence(code, context, sentence):
    assert any(context in event.contexts for event in code(sentence))


@pytest.mark.parametrize(
    ("event_type", "mode", "entry_id", "threat"),
    [
        ("COERCE", "arrest", "arrest", "arrest"),
        ("SANCTION", "expel", "expel-official", "expel"),
        ("ASSAULT", None, "seize-territory", "territory"),
        ("ASSAULT", "targeted", "murder", "violence"),
        ("SANCTION", "discontinue", "sanction", "relations"),
        ("AGREE", None, "sign", None),
    ],
)
def test_threat_is_named_after_what_is_threatened(event_type, mode, entry_id, threat):
    assert threat_mode(event_type, mode, entry_id) == threat
