"""The ontology: PLOVER 2.0's event types, modes and contexts, with quad class and score.

Source: the PLOVER codebook (openeventdata/PLOVER); the tables lie in `pipeline/data/plover_*.csv`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import ConfigError

DATA = Path(__file__).resolve().parent / "data"

SECTORS: tuple[str, ...] = (
    "AGR", "BUS", "COP", "CRM", "CVL", "EDU", "ELI", "GOV", "HLH", "IGO", "INS", "JRN", "JUD", "LAB", "LEG",
    "MED", "MIL", "MNC", "NGM", "NGO", "OPP", "PPL", "PTY", "REB", "REF", "REL", "SEP", "SPY", "UAF", "UNK",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeCode:
    """An event type, or one mode of it. `score` is PLOVER's -10 … +10, None where it gives none."""

    event_type: str
    mode: str | None
    quad_class: int
    requires_recipient: bool
    score: float | None


@cache
def codes() -> dict[tuple[str, str | None], TypeCode]:
    """All (event type, mode) pairs; mode None is the type itself."""
    rows = (
        TypeCode(
            event_type=row["event_type"],
            mode=row["mode"] or None,
            quad_class=int(row["quad_class"]),
            requires_recipient=row["requires_recipient"] == "yes",
            score=float(row["score"]) if row["score"] else None,
        )
        for row in read_table(DATA / "plover_types.csv")
    )
    return {(row.event_type, row.mode): row for row in rows}


@cache
def event_types() -> tuple[str, ...]:
    """The 16 roots, in the codebook's order from cooperation to conflict."""
    return tuple(dict.fromkeys(event_type for event_type, _ in codes()))


@cache
def contexts() -> tuple[str, ...]:
    """The 37 contexts."""
    return tuple(row["context"] for row in read_table(DATA / "plover_contexts.csv"))


def code(event_type: str, mode: str | None = None) -> TypeCode:
    """Look up one type or mode.

    Raises:
        ConfigError: The codebook has no such pair; the message lists what there is.
    """
    found = codes().get((event_type, mode))
    if found:
        return found
    if event_type not in event_types():
        raise ConfigError(f"no event type {event_type!r}; there are: {', '.join(event_types())}")
    modes = [known for known_type, known in codes() if known_type == event_type and known]
    raise ConfigError(f"no mode {mode!r} of {event_type}; there are: {', '.join(modes) or 'none'}")


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a data file: CSV with a head; lines that start with # are remarks, and say where the data come from.

    Raises:
        ConfigError: The file cannot be read, or a row has more or fewer fields than the head.
    """
    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from error
    rows = list(csv.DictReader(lines))
    for row in rows:
        if None in row or None in row.values():
            raise ConfigError(f"{path.name}: a row has not the fields of the head: {list(row.values())}")
    return rows


def read_list(path: Path) -> list[str]:
    """Read a data file of one entry a line; empty lines and those that start with `#` are none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
