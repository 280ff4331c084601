"""The codebook's name: another wherever something else may be coded, the same wherever nothing can."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.extract.lexicon.version import _meaning, codebook

CODE = '"""Text."""\n\nLIMIT = 3\n\n\ndef find():\n    """Text."""\n    return LIMIT  # a remark\n'


@pytest.fixture
def meaning(tmp_path: Path):
    def of(code: str) -> bytes:
        file = tmp_path / "code.py"
        file.write_text(code, encoding="utf-8")
        return _meaning(file)

    return of


def test_remarks_and_layout_of_the_code_do_not_count(meaning):
    other = CODE.replace("Text", "Other").replace("  # a remark", "").replace("\n\n\n", "\n")

    assert meaning(other) == meaning(CODE)


def test_a_threshold_in_the_code_counts(meaning):
    assert meaning(CODE.replace("3", "4")) != meaning(CODE)


@pytest.mark.slow
def test_a_file_that_changes_gives_another_name_to_the_same_process(tmp_path):
    """The name is kept while the files stay, and no longer."""
    model = Settings().model_path
    own = tmp_path / "own.csv"
    own.write_text("name,country,sector,valid from,valid to,aliases\nZorb,FRA,GOV,,,\n", encoding="utf-8")
    before = codebook(model, str(own))
    own.write_text("name,country,sector,valid from,valid to,aliases\nZorb,FRA,MIL,,,Z\n", encoding="utf-8")

    assert codebook(model, str(own)) != before


def test_own_actors_give_another_name(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("name,country,sector,valid from,valid to,aliases\nZorb,FRA,GOV,,,\n", encoding="utf-8")
    model = Settings().model_path

    assert codebook(model, str(own)) != codebook(model) == codebook(model)
