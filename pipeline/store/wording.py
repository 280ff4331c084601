"""Wordings: what an event is found by, without what tellings of it differ in.

Mode, counts and confidence are no part of it, nor are numbers in names ("12 soldiers", "13 soldiers").
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.model import Actor, Candidate, EventDate, Place

DATA = Path(__file__).resolve().parent / "data" / "incidents.toml"
WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
NUMBER = re.compile(r"[\d.,]+\Z")
HASH_BYTES = 8


@cache
def settings() -> dict[str, Any]:
    """The weights and words of data/incidents.toml."""
    with DATA.open("rb") as file:
        return tomllib.load(file)


@cache
def fillers() -> frozenset[str]:
    return frozenset(str(settings()["fillers"]).split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Who: the words of the name that say so, without case, and the code.

    Args:
        words: In order, joined by blanks; may be empty where the name only counts ("dozens").
        is_proper: Whether one of them is written with a capital.
    """

    words: str
    is_proper: bool
    country: str | None
    sector: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """A sentence of an article that tells a wording.

    Args:
        article_id: The article, or the original that it is a copy of.
        kin: How alike (0 to 1) each of the articles is that are alike to it, by their ids.
        terms: The words of the sentence with their weights, a vector of length 1.
        words: All its words, as those of a party are written.
    """

    article_id: int
    kin: Mapping[int, float]
    terms: Mapping[str, float]
    words: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """One way an event is told. Two candidates with equal wordings tell one event, whatever else they say.

    Args:
        is_dated: Whether the text says the day; else it is the day of print.
        tellings: Who tells it, where that is asked; no part of what it is.
    """

    event_type: str
    status: str
    day: date
    precision: str
    is_dated: bool
    actor: Party | None
    recipient: Party | None
    place_country: str | None
    place_admin1: str | None
    place_id: str | None
    place_latitude: float | None
    place_longitude: float | None
    place_resolution: str | None
    tellings: tuple[Telling, ...] = ()


def wording_of(candidate: Candidate) -> Wording:
    """What a candidate's event is found by."""
    place, when = candidate.place, candidate.event_date
    return Wording(
        event_type=candidate.event_type,
        status=candidate.status,
        day=when.value,
        precision=when.precision,
        is_dated=_is_dated(when),
        actor=party_of(candidate.actor),
        recipient=party_of(candidate.recipient),
        place_country=place.country if place else None,
        place_admin1=place.admin1 if place else None,
        place_id=_place_id(place),
        place_latitude=place.latitude if place else None,
        place_longitude=place.longitude if place else None,
        place_resolution=place.resolution if place else None,
    )


def party_of(actor: Actor | None) -> Party | None:
    """Who a name names: its words without numbers and fillers."""
    return _party(actor.name, actor.country, actor.sector) if actor else None


@lru_cache(maxsize=10_000)
def _party(name: str | None, country: str | None, sector: str | None) -> Party | None:
    if name is None:
        return None
    words = [word for word in WORD.findall(name) if not NUMBER.match(word)]
    words = [word for word in words if word.casefold() not in fillers()]
    is_proper = any(word[0].isupper() for word in words)
    return Party(words=" ".join(words).casefold(), is_proper=is_proper, country=country, sector=sector)


def words_of(sentence: str) -> frozenset[str]:
    """The words of a sentence as those of a party are written, without the 's of an owner."""
    return frozenset(word.casefold().removesuffix("'s").removesuffix("’s") for word in WORD.findall(sentence))


def event_key(candidate: Candidate) -> str:
    """Hash of a candidate's wording: the same on every machine and in every run."""
    told = wording_of(candidate)
    parts = (
        told.event_type,
        told.status,
        told.day.isoformat(),
        told.precision,
        "stated" if told.is_dated else "print",
        _party_key(told.actor),
        _party_key(told.recipient),
        f"{told.place_country}:{told.place_id}" if told.place_country else "",
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def found_by(candidate: Candidate) -> dict[str, Any]:
    """The columns of a candidate that store finds its event by."""
    return {"event_key": event_key(candidate), "handles": handles(wording_of(candidate))}


def wording_from(row: Mapping[str, Any]) -> Wording:
    """A wording of its row in tocsin.event_wordings."""
    names = ("event_type", "status", "is_dated", "place_country", "place_admin1", "place_latitude",
             "place_longitude", "place_resolution")  # fmt: skip
    place = row["geonames_id"] or (row["place_name"] or "").casefold()
    return Wording(
        **{name: row[name] for name in names},
        day=row["event_date"],
        precision=row["date_precision"],
        actor=_party(row["actor_name"], row["actor_country"], row["actor_sector"]),
        recipient=_party(row["recipient_name"], row["recipient_country"], row["recipient_sector"]),
        place_id=str(place) if row["place_country"] else None,
    )


def handles(told: Wording) -> list[int]:
    """What wordings of one happening share at least one of: two of land, actor and recipient, or the town. 64 bits, signed."""
    is_mutual = told.event_type in settings()["mutual_types"]
    land = told.place_country or ""
    actor, recipient = _codes(told.actor), _codes(told.recipient)
    names = [party.words if party else "" for party in (told.actor, told.recipient)]
    found = {
        ("pair", *(sorted((actor, recipient)) if is_mutual else (actor, recipient))),
        ("names", *(sorted(names) if is_mutual else names)),
        ("party" if is_mutual else "actor", land, actor),
        ("party" if is_mutual else "recipient", land, recipient),
    }
    if told.place_resolution == "point":
        found.add(("town", land, told.place_id or ""))
    return sorted({_hashed((told.event_type, told.status, *parts)) for parts in found if all(parts)})


def _hashed(parts: tuple[str, ...]) -> int:
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=HASH_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)


def _codes(party: Party | None) -> str:
    return (party.country or party.words) if party else ""


def _party_key(party: Party | None) -> str:
    if party is None:
        return ""
    return f"{party.country or ''}{party.sector or ''}:{party.words}:{'proper' if party.is_proper else ''}"


def _is_dated(when: EventDate) -> bool:
    return not when.is_publication_date


def _place_id(place: Place | None) -> str | None:
    return str(place.geonames_id or place.name.casefold()) if place else None
