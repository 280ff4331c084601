"""The sieve before the parser: a trigger counts only beside the words without which it tells nothing."""

from __future__ import annotations

import pytest

from pipeline.extract.events.sieve import may_hold_event
from pipeline.extract.lexicon.frame_files import load_frames


@pytest.mark.parametrize(
    "text",
    [
        "Rebels laid siege to the town.",
        "Police lathi-charged the crowd.",
        "The court threw out the case.",
        "Norway will give $5 million.",
        "The envoy said the army must leave.",
        "Troops withheld supplies from the women.",
        "Gunmen snatched two children.",
        "Two men were dying of torture.",
    ],
)
def test_text_with_a_trigger_in_its_company_is_parsed(text):
    assert may_hold_event(text, load_frames())


@pytest.mark.parametrize(
    "text",
    [
        "The hen laid an egg.",
        "The baker gave her a smile.",
        "He threw the ball.",
        "The cat hid the key.",
        "You should rest.",
    ],
)
def test_text_whose_triggers_lack_their_company_needs_no_parser(text):
    assert not may_hold_event(text, load_frames())


def test_company_of_a_trigger_is_what_each_of_its_frames_needs():
    triggers = load_frames().triggers

    assert triggers["attack"] == frozenset()
    assert {"siege", "mine", "down"} <= triggers["lay"]
    assert "egg" not in triggers["lay"]
