"""Things: a noun in; whether it can act never, or only where its owner is named, out."""

from __future__ import annotations

from functools import lru_cache

from pipeline.extract.lexicon.actor_entries import DATA, fold
from pipeline.plover import read_table

NEVER = "never"
OWNED = "owned"


def acts_of(noun: str) -> str:
    """`NEVER` or `OWNED` for a noun in data/actors/things.csv, in the singular or plural; "" for any other."""
    things = _things()
    key = fold(noun)
    if key in things:
        return things[key]
    for ending, singular in (("ies", "y"), ("es", ""), ("s", "")):
        if key.endswith(ending) and len(key) > len(ending) + 2:
            found = things.get(key[: -len(ending)] + singular)
            if found:
                return found
    return ""


@lru_cache(maxsize=1)
def _things() -> dict[str, str]:
    return {
        fold(word): row["acts"] for row in read_table(DATA / "things.csv") for word in row["words"].split("|")
    }
