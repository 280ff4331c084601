"""What each task of a stage would work out anew, worked out once where tasks are forked from."""

from __future__ import annotations

from pipeline.config import load_settings
from pipeline.extract.lexicon.version import codebook


def work_ahead() -> None:
    """Name the codebook: a third of a second of each task of extract. Loads none of the coder's code."""
    settings = load_settings()
    codebook(settings.model_path, settings.actors_path)
