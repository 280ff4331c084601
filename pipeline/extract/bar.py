"""Bar: a candidate in, whether it is sure enough to be kept out."""

from __future__ import annotations

from pipeline.config import Settings
from pipeline.model import Candidate


def is_sure(candidate: Candidate, settings: Settings) -> bool:
    """Whether a candidate is kept; the bar of rules is lower where one party alone is named (see Settings)."""
    if settings.reader == "on":
        return candidate.confidence >= settings.reader_min_confidence
    alone = candidate.actor is None or candidate.recipient is None
    return candidate.confidence >= (settings.min_confidence_alone if alone else settings.min_confidence)
