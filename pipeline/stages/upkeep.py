"""Upkeep: what is done every night."""

from __future__ import annotations

from pipeline.config import Settings
from pipeline.stages.common import Counts


def upkeep(settings: Settings | None = None) -> Counts:
    return {}
