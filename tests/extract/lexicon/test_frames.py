"""The lexicon: every entry means a type and mode of the codebook, and bad entries are refused by name."""

from __future__ import annotations

import shutil

import pytest

from pipeline import plover
from pipeline.errors import ConfigError
from pipeline.extract.lexicon.frame_files import DATA, load_frames


def test_all_sixteen_types_can_come_out():
    frames = load_frames()
    told = {frame.event_type for found in frames.verbs.values() for frame in found}
    told |= {noun.event_type for noun in frames.nouns.values()} | {
        row["event_type"] for row in frames.outcomes
    }

    assert set(plover.event_types()) <= told


def test_every_entry_gives_a_reason():
    frames = load_frames()
    entries = [
        *(f for found in frames.verbs.values() for f in found),
        *frames.nouns.values(),
        *frames.operators.values(),
    ]

    assert [entry.id for entry in entries if not entry.reason] == []


def test_british_spelling_finds_the_same_entry():
    frames = load_frames()

    assert frames.verbs["mobilise"] == frames.verbs["mobilize"]


def test_entry_of_a_candidates_frame_id_is_its_last_part():
    entry = load_frames().entry("reject-verb+noun:attack")

    assert entry is not None
    assert entry.id == "noun:attack"


@pytest.mark.parametrize(
    ("kind", "content", "outcome"),
    [
        ("commit", "AID", "AGREE"),
        ("commit", "ASSAULT", "THREATEN"),
        ("request", "RETREAT", "REQUEST"),
        ("reject", "CONSULT", "REJECT"),
        ("reverse", "SANCTION", "CONCEDE"),
        ("reverse", "AID", "SANCTION"),
        ("reverse", "ASSAULT", "RETREAT"),
        ("cancel", "CONSULT", "REJECT"),
        ("accuse", "ASSAULT", "ACCUSE"),
    ],
)
def test_operator_turns_its_content_into_another_event(kind, content, outcome):
    made = load_frames().outcome(kind, content)

    assert made is not None
    assert made.event_type == outcome


def test_unknown_mode_is_refused_with_what_there_is(tmp_path):
    """A typing error in a data file must not pass."""
    folder = tmp_path / "frames"
    shutil.copytree(DATA, folder)
    with (folder / "verb_frames.csv").open("a") as lines:
        lines.write("odd,oddly,,-,,ASSAULT,tickle,obj,No such mode\n")

    with pytest.raises(ConfigError, match="no mode 'tickle' of ASSAULT"):
        load_frames(folder)


def test_unknown_group_is_refused_by_name(tmp_path):
    folder = tmp_path / "frames"
    shutil.copytree(DATA, folder)
    with (folder / "verb_frames.csv").open("a") as lines:
        lines.write("odd,oddly,,@nonsuch,,ASSAULT,,obj,No such group\n")

    with pytest.raises(ConfigError, match="frame 'odd' names the group @nonsuch"):
        load_frames(folder)
