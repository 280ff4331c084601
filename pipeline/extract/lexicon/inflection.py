"""Inflection: a word of a lexicon in, the spellings and forms it takes in a text out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from pipeline.extract.lexicon.files import DATA
from pipeline.plover import read_table

IRREGULAR = DATA / "frames" / "irregular_forms.csv"


def forms_of(words: frozenset[str]) -> frozenset[str]:
    """Every form words may take in a text, regular ones made, irregular ones listed."""
    found: set[str] = set()
    irregular = load_irregular()
    for word in words:
        stem = word[:-1] if word.endswith("e") else word
        found.update((word, f"{word}s", f"{word}es", f"{stem}ed", f"{stem}ing", f"{stem}er", f"{word}d"))
        if word.endswith("y"):
            found.update((f"{word[:-1]}ies", f"{word[:-1]}ied"))
        if word[-1:] in "bdglmnprt":
            found.update((f"{word}{word[-1]}ed", f"{word}{word[-1]}ing"))
        if word.endswith("ize"):
            found.update(form.replace("iz", "is") for form in (word, f"{word}s", f"{word}d", f"{stem}ing"))
        if word.endswith("man"):
            found.add(f"{word[:-2]}en")
        if word.endswith(("fe", "f")):
            found.add(f"{word.removesuffix('e').removesuffix('f')}ves")
        found.update(irregular.get(word, ()))
    return frozenset(found)


@lru_cache(maxsize=1)
def load_irregular(path: Path = IRREGULAR) -> dict[str, tuple[str, ...]]:
    """Other forms of a word that no ending explains: "shot" of "shoot"."""
    return {row["word"]: tuple(row["forms"].split()) for row in read_table(path)}


def spellings_of(words: Iterable[str]) -> list[str]:
    """Each word and its British spelling."""
    found = []
    for word in words:
        found.append(word)
        british = _british(word)
        if british != word:
            found.append(british)
    return found


@cache
def _british(word: str) -> str:
    british = re.sub(r"iz(e|ation|ing)\b", r"is\1", word)
    british = re.sub(r"(lab|col|hon|harb|neighb|arm|fav|rum)or", r"\1our", british)
    return british.replace("center", "centre").replace("defense", "defence").replace("analyze", "analyse")
