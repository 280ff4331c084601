"""Apposed: a place's words in; the place of that name in the land or division that follows its comma, out: "Athens, Georgia"."""

from __future__ import annotations

import re
from functools import lru_cache

from spacy.tokens import Span as DocSpan

from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.gazetteer import DATA, Entry, Gazetteer
from pipeline.extract.places.names import place_spans
from pipeline.extract.places.resolve import LONGEST_NAME, resolve_within
from pipeline.plover import read_table

_ABBREVIATION = re.compile(r"\s*,\s*([A-Z][\w.]{1,5})")
# What joins the members of a list: "in Paris, Georgia and Kenya" holds nothing.
_LISTING = frozenset(("and", "or", "&"))


def within_apposed(span: DocSpan, gazetteer: Gazetteer) -> Entry | None:
    """The place meant by "X, Y": an X that lies in Y, whichever bearer of the name Y has one; None where none does.

    A state may be called like a land: Athens lies in the one Georgia, Tbilisi in the other.
    """
    doc = piece_of(span)
    if span.end >= len(doc) or doc[span.end].text != ",":
        return None
    name = span.text[:LONGEST_NAME]
    behind = next((other for other in place_spans(doc) if other.start == span.end + 1), None)
    if behind is not None and behind.end < len(doc) and doc[behind.end].lower_ in _LISTING:
        return None
    short = _ABBREVIATION.match(doc.text[span.end_char :])
    holders = [*(gazetteer.find(behind.text) if behind is not None else ()), *_abbreviated(short, gazetteer)]
    holders.sort(key=lambda entry: entry.resolution != "country")
    for holder in holders:
        found = resolve_within(name, holder, gazetteer) if holder.resolution != "point" else None
        if found is not None:
            return found
    return None


def _abbreviated(short: re.Match[str] | None, gazetteer: Gazetteer) -> list[Entry]:
    meant = _abbreviations().get(short[1].replace(".", "")) if short else None
    if meant is None:
        return []
    country, division = meant
    return [
        entry
        for entry in gazetteer.find(division)
        if entry.country == country and entry.resolution == "admin1"
    ]


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, tuple[str, str]]:
    """Short name without full stops -> land and division (data/places/division_abbreviations.csv)."""
    return {
        short.replace(".", ""): (row["country"], row["division"])
        for row in read_table(DATA / "division_abbreviations.csv")
        for short in row["names"].split("|")
    }
