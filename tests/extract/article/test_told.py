"""Told: plots, sport, jokes and corrections are no news; news about a work, a match or a paper is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.extract.bar import is_sure

CASES = [
    tuple(part.strip() for part in line.split("|", 2))
    for line in (Path(__file__).parents[1] / "cases" / "untold.txt").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
]


@pytest.mark.parametrize(
    ("wanted", "text"), [row[1:] for row in CASES], ids=[f"{row[0]}: {row[2][:50]}" for row in CASES]
)
def test_what_is_made_up_played_or_taken_back_is_no_event_and_news_about_it_is(code, wanted, text):
    """Rules alone: the trained reader's events pass the same two functions."""
    told = {event.event_type for event in code(text) if is_sure(event, Settings(reader="off"))}

    assert told == set() if wanted == "none" else wanted in told
