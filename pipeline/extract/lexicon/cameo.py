"""CAMEO crosswalk: a CAMEO code for a PLOVER event type, mode and status, for people with GDELT or ICEWS habits.

The table is data/cameo.csv (facts of the CAMEO and PLOVER codebooks). One way only: PLOVER is what Tocsin codes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipeline.extract.lexicon.files import DATA
from pipeline.plover import read_table

TABLE = DATA / "cameo.csv"


@cache
def _table(path: Path = TABLE) -> dict[tuple[str, str, str], str]:
    return {(row["event_type"], row["mode"], row["context"]): row["cameo"] for row in read_table(path)}


def cameo_code(event_type: str, mode: str | None, contexts: tuple[str, ...] = ()) -> str | None:
    """The most telling code the table has for type, mode and one of the contexts."""
    table = _table()
    for context in (*contexts, ""):
        for known_mode in (mode or "", ""):
            found = table.get((event_type, known_mode, context))
            if found:
                return found
    return None
