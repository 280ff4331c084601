"""Contexts: what an event is about, by words of its sentence; zero or more of the codebook's 37.

The words lie in data/contexts.csv; the mode adds what the codebook says it adds (cyber, misinformation).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from pipeline.extract.lexicon.files import DATA
from pipeline.plover import read_table

TABLE = DATA / "contexts.csv"
_WORD = re.compile(r"[a-z0-9]+")
MODE_CONTEXTS = {"cyber": "cyber", "misinformation": "misinformation", "unconventional": "cbrn"}
Words = tuple[dict[str, str], dict[str, list[tuple[str, str]]], list[tuple[str, str]]]


@cache
def load_words(path: Path = TABLE) -> Words:
    """Whole words, word beginnings by their first three letters, and phrases, each with its context."""
    whole: dict[str, str] = {}
    begun: dict[str, list[tuple[str, str]]] = {}
    phrases: list[tuple[str, str]] = []
    for row in read_table(path):
        for word in row["words"].split():
            if "-" in word:
                phrases.append((word.rstrip("*"), row["context"]))
            elif word.endswith("*"):
                begun.setdefault(word[:3], []).append((word[:-1], row["context"]))
            else:
                whole[word] = row["context"]
    return whole, begun, phrases


@lru_cache(maxsize=1024)
def contexts_of(text: str, mode: str | None = None) -> tuple[str, ...]:
    """The contexts of a piece of text, sorted."""
    whole, begun, phrases = load_words()
    words = _WORD.findall(text.lower())
    found = {MODE_CONTEXTS[mode]} if mode in MODE_CONTEXTS else set()
    for word in words:
        if word in whole:
            found.add(whole[word])
        found.update(context for start, context in begun.get(word[:3], ()) if word.startswith(start))
    joined = "-" + "-".join(words)
    found.update(context for phrase, context in phrases if f"-{phrase}" in joined)
    return tuple(sorted(found))
