"""Upkeep: partitions made ahead."""

from __future__ import annotations

from pipeline.config import Settings, load_settings
from pipeline.stages.common import Counts, database


def upkeep(settings: Settings | None = None) -> Counts:
    """Make the partitions of the months to come."""
    with database(settings or load_settings()).transaction() as transaction:
        return {"months": len(transaction.all("ensure_months_ahead"))}
