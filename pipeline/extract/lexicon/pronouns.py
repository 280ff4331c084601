"""Pronouns: `data/words/pronouns.csv` in; which of them stand for whom, out."""

from __future__ import annotations

from pipeline.extract.lexicon.files import DATA
from pipeline.plover import read_table

_ROWS = read_table(DATA / "words" / "pronouns.csv")


def _standing_for(kind: str) -> frozenset[str]:
    return frozenset(row["word"] for row in _ROWS if row["for"] == kind)


def _of_form(*forms: str) -> frozenset[str]:
    return frozenset(row["word"] for row in _ROWS if row["form"] in forms)


OF_PERSONS = _standing_for("person")
OF_SPEAKERS = _standing_for("speaker")
OF_GROUPS = _standing_for("group")
OF_THINGS = _standing_for("thing")
# Whoever was named just before; "who" is named in the same breath.
OF_THE_LAST_NAMED = _of_form("subject") - _standing_for("any")
# What can be a party, and what says whose something is. Who is quoted with "me" is a witness, not one it was done to.
PARTIES = _of_form("subject", "object") - {"me"}
OWNERS = _of_form("owner")
