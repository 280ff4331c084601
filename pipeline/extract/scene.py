"""Scene: where an article's events stand when their own sentence names no place.

News text names the place once and goes on telling. What happened on the ground and has no place of
its own takes the place of the event told just before it, else the article's dateline. Such a place
has no span: nothing in the event's sentence says it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pipeline.extract import places
from pipeline.model import Candidate, Place

# Events that happen at one place; words spoken about them may come from anywhere.
GROUND = frozenset({"ASSAULT", "PROTEST", "COERCE"})
# A place further back than this many sentences belongs to another part of the story.
REACH_SENTENCES = 3

_DATELINE = re.compile(
    r"^\s*(?P<place>[A-Z][A-Za-z.'’ -]{2,30}?)(?:,\s*(?P<country>[A-Z][A-Za-z. ]{2,25}?))?"
    r"\s*(?:,\s*\d{1,2}\s+[A-Z][A-Za-z]{2,8}\.?(?:\s+\d{2,4})?|,\s*[A-Z][a-z]{2,8}\.?\s+\d{1,2})?"
    r"\s*\((?P<country2>[A-Z][A-Za-z. ]{3,25})?(?:[^)]{2,40})?\)\s*(?:,[^-–—]{0,40})?\s*(?:--|[-–—])"
)

# "(CLANDESTINE) EL SALVADOR", "NO CITY (EL SALVADOR), 20 OCT 89 --": the country alone.
_NO_CITY = re.compile(r"\s*[A-Z ]{3,30}\((?P<country>[A-Z ]{4,25})\), \d")


def dateline_place(text: str, gazetteer: Any) -> Place | None:
    """The place of "BENGHAZI, Libya (Reuters) -" at the head of an article; None where there is none."""
    match = _DATELINE.match(text[:200])
    if match is None:
        inside = _NO_CITY.match(text[:120])
        found = places.resolve(inside.group("country").title(), gazetteer) if inside else None
        return replace(found, span=None) if found else None
    name = match.group("place").title() if match.group("place").isupper() else match.group("place")
    country = match.group("country")
    hints: tuple[str, ...] = ()
    if country:
        known = places.resolve(country.title() if country.isupper() else country, gazetteer)
        hints = (known.country,) if known else ()
    found = places.resolve(name, gazetteer, country_hints=hints)
    return replace(found, span=None) if found else None


class Scene:
    """The last place an event of the article was linked to, sentence by sentence."""

    def __init__(self, dateline: Place | None) -> None:
        self.dateline = dateline
        self.last: Place | None = None
        self.last_sentence = -100

    def placed(self, candidate: Candidate, sentence: int) -> Candidate:
        """Give an event on the ground that names no place the scene's; take note of one that does."""
        if candidate.place is not None:
            if candidate.event_type in GROUND:
                self.last, self.last_sentence = candidate.place, sentence
            return candidate
        if candidate.event_type not in GROUND or candidate.status != "actual":
            return candidate
        near = self.last if sentence - self.last_sentence <= REACH_SENTENCES else None
        place = near or self.dateline
        if place is None or not _fits(candidate, place):
            return candidate
        return replace(candidate, place=replace(place, span=None))


def _fits(candidate: Candidate, place: Place) -> bool:
    """A scene in a country that neither party is of would be a guess."""
    countries = {side.country for side in (candidate.actor, candidate.recipient) if side and side.country}
    return not countries or place.country in countries
