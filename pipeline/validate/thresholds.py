"""The numbers that decide, from `data/thresholds.csv`, each with its reason."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipeline import plover

DATA = Path(__file__).resolve().parent / "data"


@cache
def thresholds() -> dict[str, float]:
    """Read the numbers that decide."""
    return {row["name"]: float(row["value"]) for row in plover.read_table(DATA / "thresholds.csv")}
