"""The crosswalk: every type and mode of the codebook has a CAMEO code of its own quad class."""

from __future__ import annotations

import pytest

from pipeline import plover
from pipeline.extract.lexicon.cameo import cameo_code
from pipeline.extract.lexicon.contexts import contexts_of

# The CAMEO cue categories (first two digits) that may stand for a type.
CUES = {
    "AGREE": "03", "CONSULT": "04", "SUPPORT": "05", "COOPERATE": "06", "AID": "07", "CONCEDE": "08", "RETREAT": "08",
    "ACCUSE": "09 11", "REQUEST": "10", "REJECT": "12", "THREATEN": "13", "PROTEST": "14", "MOBILIZE": "15", "SANCTION": "16",
    "COERCE": "17", "ASSAULT": "17 18 19 20",
}  # fmt: skip


@pytest.mark.parametrize(("event_type", "mode"), sorted(plover.codes(), key=str))
def test_every_type_and_mode_has_a_code_of_its_cue(event_type, mode):
    code = cameo_code(event_type, mode)

    assert code is not None
    assert code[:2] in CUES[event_type].split()


def test_context_makes_the_code_more_exact():
    assert (cameo_code("AID", None, ("military",)), cameo_code("AID", None)) == ("072", "070")


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("The parliament passed a bill", "legislative"),
        ("nuclear inspectors came", "cbrn"),
        ("refugees crossed the river", "migration"),
        ("the state of human rights", "human_rights"),
        ("a blue helmet of the peacekeepers", "peacekeeping"),
    ],
)
def test_words_tell_the_context(text, context):
    assert context in contexts_of(text)


def test_every_context_is_one_of_the_codebook():
    from pipeline.extract.lexicon.contexts import load_words

    whole, begun, phrases = load_words()
    named = {*whole.values(), *(c for found in begun.values() for _, c in found), *(c for _, c in phrases)}

    assert named <= set(plover.contexts())
