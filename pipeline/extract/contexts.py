"""Contexts: what an event is about, by words of its sentence; zero or more of the codebook's 37.

The words lie in data/contexts.csv; the mode adds what the codebook says it adds (cyber, misinformation).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from pipeline.plover import read_table

TABLE = Path(__file__).resolve().parent / "data" / "contexts.csv"
MODE_CONTEXTS = {"cyber": "cyber", "misinformation": "misinformation", "unconventional": "cbrn"}


@cache
def _patterns(path: Path = TABLE) -> re.Pattern[str] | None:
    parts = []
    for row in read_table(path):
        words = "|".join(
            re.escape(word).replace(r"\-", "[- ]").replace(r"\*", r"\w*") for word in row["words"].split()
        )
        parts.append(rf"(?P<{row['context']}>\b(?:{words})\b)")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


@lru_cache(maxsize=1024)
def contexts_of(text: str, mode: str | None = None) -> tuple[str, ...]:
    """The contexts of a piece of text, sorted."""
    found = set()
    if mode in MODE_CONTEXTS:
        found.add(MODE_CONTEXTS[mode])
    pattern = _patterns()
    if pattern is not None:
        found.update(match.lastgroup for match in pattern.finditer(text) if match.lastgroup)
    return tuple(sorted(found))
