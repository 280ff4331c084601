"""Home: an article's text in, the place it was sent from out."""

from __future__ import annotations

from dataclasses import replace

from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.places.resolve import resolve
from pipeline.extract.text.dateline import DATELINE
from pipeline.model import Place, Span

# What monitoring services put where the town is not known: "NO CITY (EL SALVADOR), 20 OCT 89 --".
_NO_PLACE = frozenset(("no city", "clandestine"))


def find_dateline(text: str, gazetteer: Gazetteer) -> Place | None:
    """The place an article was sent from, as its first line says: "BOGOTA, 9 Jan (Reuters) -- …".

    Returns:
        The place with its span, or None: there is no dateline, or one of a place we do not know. It is
        no event's place; a caller that falls back on it says so.
    """
    match = DATELINE.match(text[:300])
    if not match or (not match["place"][:2].isupper() and len(match["place"].split()) > 3):
        return None
    start, end = match.span("place")
    within = match["within"] or match["region"]
    if match["place"].lower() in _NO_PLACE:
        return resolve(within, gazetteer) if within else None
    place = resolve(f"{match['place']}, {within}", gazetteer) if within else None
    place = place or resolve(match["place"], gazetteer) or (resolve(within, gazetteer) if within else None)
    return replace(place, span=Span(start=start, end=end, text=text[start:end])) if place else None
