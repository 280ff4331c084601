"""Names on the map: a place's name in, the place of the gazetteer that it means out, or None where it would be a guess.

A place is told from its namesakes by country, population and what else the text names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from pipeline.extract.lexicon.gazetteer import Entry, Gazetteer, fold
from pipeline.model import Place, Span

# Words around a name that say what kind of place it is.
DIVISION = re.compile(
    r"\s+(?:province|governorate|department|state|region|oblast|republic|prefecture|county|autonomous region)$",
    re.I,
)
_TOWN = re.compile(
    r"\s+(?:city|town|village|municipality|quarter|neighbou?rhood|suburb|district|(?:refugee )?camp|area"
    r"|(?:international |military )?airport|air ?base|airfield|base|port|countryside|sub-?district|commune|township)$",
    re.I,
)
LEAD = re.compile(
    r"^(?:the\s+|greater\s+|downtown\s+|central\s+|rural\s+|outer\s+|(?:north|south|east|west|northeast|northwest"
    r"|southeast|southwest|north-east|north-west|south-east|south-west)(?:ern)?\s+(?:part\s+of\s+)?"
    r"|(?:city|town|village|province|district|state|region|department|outskirts|suburbs|port)\s+of\s+)+",
    re.I,
)
_ARTICLE = re.compile(r"^(?:al|an|ar|as|at|az|el|ad|ash) ")
POSSESSIVE = re.compile(r"(?:['’]s?|\s+)$")
# A town is believed without any hint from here on, as log10 of its people; below, its country must be named.
# 4.3 is 20,000 people: under that, two in three names of one word also belong to something else.
_FAMOUS = 4.3
# A name borne in one country alone is believed however small, unless the text is about other countries.
_ONLY = 0.0
_HINT = 4.0
_CAPITAL = 1.0
_OTHER_SPELLING = -0.5
_OVERRULED = -1.5
SIZEABLE = 50_000
# Two towns of one name in two countries, closer than this (a factor of 1.6), are not told apart by size.
_APART = 0.2
# A division gives way to the town it is called after when that holds this share of its townspeople.
_SEAT_SHARE = 0.1


def resolve(name: str, gazetteer: Gazetteer, *, country_hints: Collection[str] = ()) -> Place | None:
    """Find the place a name means.

    Args:
        name: As the text writes it; capitals, accents and "the city of" do not matter.
        country_hints: ISO 3166 alpha-3 codes of the countries the text is about.

    Returns:
        The place without a span, or None: nothing of that name, or several equally likely.
    """
    entry = resolve_entry(name[:LONGEST_NAME], gazetteer, frozenset(country_hints))
    return as_place(entry) if entry else None


# What is longer is no name, and must not cost time.
LONGEST_NAME = 100


@lru_cache(maxsize=20_000)
def resolve_entry(name: str, gazetteer: Gazetteer, hints: frozenset[str]) -> Entry | None:
    if "," in name:
        head, tail = name.split(",", 1)
        within = resolve_entry(tail.strip(), gazetteer, hints)
        if within:
            return resolve_within(head, within, gazetteer)
    for variant, wants_division in _variants(name):
        entries = gazetteer.find(variant)
        if variant.strip() and " " not in variant:
            entries += tuple(replace(entry, is_official=False) for entry in gazetteer.find(f"al {variant}"))
        found = _choose(entries, hints, wants_division, gazetteer) if entries else None
        if found:
            return found
    return None


def resolve_within(name: str, within: Entry, gazetteer: Gazetteer) -> Entry | None:
    """ "Paris, Texas": the town of that division or country, or nothing."""
    for variant, wants_division in _variants(name):
        entries = tuple(
            entry
            for entry in gazetteer.find(variant)
            if entry.country == within.country and entry.resolution != "country"
            if within.resolution == "country" or entry.admin1 == within.admin1
        )
        if entries:
            return _choose(entries, frozenset((within.country,)), wants_division, gazetteer)
    return None


def _variants(name: str) -> Iterator[tuple[str, bool]]:
    """The name, then the name without what stands around it; with whether a division is meant."""
    name = POSSESSIVE.sub("", name.strip())
    bare = LEAD.sub("", name)
    is_division = bool(DIVISION.search(bare)) or bool(_DIVISION_OF.match(name))
    yield name, is_division
    yield _THE.sub("", name), is_division
    yield bare, is_division
    core = _TOWN.sub("", DIVISION.sub("", bare))
    yield core, is_division
    if " of " in core:
        yield core.rsplit(" of ", 1)[1], is_division
    key = fold(core)
    if _ARTICLE.match(key):
        yield _ARTICLE.sub("", key), is_division
    for said, written in _TRANSLITERATIONS:
        if said in f"{key} ":
            yield key.replace(said.strip(), written.strip(), 1), is_division


_THE = re.compile(r"^the\s+", re.I)
_DIVISION_OF = re.compile(
    r"(?:the\s+)?(?:province|governorate|department|state|region|prefecture|county)\s+of\s", re.I
)
# Ways to write the same Arabic and Persian words; as the press does, as the gazetteer does.
_TRANSLITERATIONS = (
    ("tal ", "tall "), ("tel ", "tall "), ("tell ", "tall "), ("kafr ", "kafr "), ("kafar ", "kafr "), ("beit ", "bayt "),
    ("deir ", "dayr "), ("jabal ", "jebel "), ("ain ", "ayn "), ("abad ", " abad "), ("ibn ", "bin "), ("sheikh ", "shaykh "),
)  # fmt: skip


def _choose(
    entries: tuple[Entry, ...], hints: frozenset[str], wants_division: bool, gazetteer: Gazetteer
) -> Entry | None:
    """Which of the places of one name is meant: a country, one of our own table, else the worthiest that is not doubtful."""
    countries = [entry for entry in entries if entry.resolution == "country"]
    others = [entry for entry in entries if entry.resolution != "country"]
    if countries and not wants_division and not _is_elsewhere(countries[0], others, hints):
        return countries[0]
    if not others:
        return countries[0] if countries else None
    if _is_our_own(others, hints):
        return others[0]
    # with a sizeable town of that very name, the other spellings of bigger ones are not meant
    is_sizeable = any(entry.is_official and entry.population >= SIZEABLE for entry in others)
    spelling = _OVERRULED if is_sizeable else _OTHER_SPELLING
    scored = [(_worth(e, hints, gazetteer) + (0 if e.is_official else spelling), e) for e in others]
    scored.sort(key=lambda pair: -pair[0])
    if _is_doubtful(scored, hints):
        return None
    return _town_or_division(scored[0][1], [entry for _, entry in scored], wants_division)


def _is_our_own(others: list[Entry], hints: frozenset[str]) -> bool:
    """Our own table comes before the lists, unless they have one in a country the text is about."""
    first = others[0]
    if first.geonames_id is not None or first.population:
        return False
    return first.country in hints or not any(other.country in hints for other in others)


def _is_doubtful(scored: list[tuple[float, Entry]], hints: frozenset[str]) -> bool:
    """Whether the worthiest place has a rival near it, is too small to be meant, or lies in no country of the text."""
    best, winner = scored[0]
    rivals = [(worth, e) for worth, e in scored if (e.country, e.admin1) != (winner.country, winner.admin1)]
    if rivals and best - rivals[0][0] < _APART:
        return True
    if best < (_FAMOUS if any(rival.country != winner.country for _, rival in rivals) else _ONLY):
        return True
    return bool(hints) and winner.country not in hints and winner.population < SIZEABLE


def _is_elsewhere(country: Entry, others: list[Entry], hints: frozenset[str]) -> bool:
    """Georgia in an article on the United States; but no village called El Salvador in one on Mexico."""
    return (
        bool(hints)
        and country.country not in hints
        and any(
            other.country in hints and (other.resolution == "admin1" or other.population >= SIZEABLE)
            for other in others
        )
    )


def _worth(entry: Entry, hints: frozenset[str], gazetteer: Gazetteer) -> float:
    worth = math.log10(entry.population + 10)
    if entry.country in hints:
        worth += _HINT
    if entry.geonames_id in gazetteer.capitals:
        worth += _CAPITAL
    return worth


def _town_or_division(winner: Entry, entries: list[Entry], wants_division: bool) -> Entry:
    """Of a town and a division of one name in one country, the one that is meant."""
    same = [entry for entry in entries if entry.country == winner.country and entry.is_official] or [winner]
    town = next((entry for entry in same if entry.resolution == "point"), None)
    division = next((entry for entry in same if entry.resolution == "admin1"), None)
    if town is None or division is None:
        return winner
    if wants_division or town.population < _SEAT_SHARE * division.population:
        return division
    return town


def as_place(entry: Entry, span: Span | None = None, name: str | None = None) -> Place:
    """An entry as the place of an event; with a name of its own where the entry only holds it."""
    return Place(
        name=name or entry.name,
        country=entry.country,
        latitude=entry.latitude,
        longitude=entry.longitude,
        resolution=entry.resolution,
        geonames_id=entry.geonames_id if name is None else None,
        admin1=entry.admin1,
        span=span,
    )


def is_well_known(name: str, gazetteer: Gazetteer) -> bool:
    """Whether a name is that of a country or of a place of some size."""
    return any(
        entry.resolution == "country" or (entry.is_official and entry.population >= SIZEABLE)
        for entry in gazetteer.find(POSSESSIVE.sub("", name))
    )
