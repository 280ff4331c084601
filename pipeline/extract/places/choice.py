"""Choice: an event, all places that its article names and what the rules make of it in; the likeliest place, its land alone, or none, out.

A sentence names more places than the one where it happened, and an article more still. Each place is weighed by how its namings stand to
the event, and so is that none is told (data/places/choice.toml). Where the places of one land are likely together and none of them
alone, the land is given; where no land is, nothing.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from spacy.tokens import Token

from pipeline.extract.language.parsed import Parsed
from pipeline.extract.lexicon.gazetteer import DATA, Gazetteer
from pipeline.extract.lexicon.link_costs import load_links
from pipeline.extract.lexicon.options import chances as option_chances
from pipeline.extract.places.links import link_cost
from pipeline.extract.places.locate import lands_named, locate
from pipeline.extract.places.named import Naming, namings_of
from pipeline.extract.places.resolve import as_place
from pipeline.model import Actor, Place, Span

SETTINGS_PATH = DATA / "choice.toml"
Features = dict[str, float]
# Country, name and resolution: what the namings of one place share.
Key = tuple[str, str, str]
# A link that costs so much says no more than none; one that costs less than this is sure.
_LOOSEST, _SURE = 6.0, 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """An event whose place is asked.

    Args:
        anchor: The word that names it. sentence: Which of those that were parsed. start: Where its trigger begins in the article.
        background: How likely it is history.
        parties: Actor and recipient.
        told: The place that the rules find in its sentence. inferred: What they give it from the rest of the article, or that one.
    """

    event_type: str
    has_mode: bool
    background: float
    anchor: Token
    sentence: int
    start: int
    parties: tuple[Actor | None, Actor | None]
    told: Place | None
    inferred: Place | None

    @property
    def lands(self) -> tuple[str, ...]:
        """The lands of its parties, as the map is asked with."""
        return tuple(sorted({one.country for one in self.parties if one and one.country}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A place that may be meant, with the letters that name it and what speaks for it; none, where `place` is None."""

    place: Place | None
    namings: tuple[Span, ...]
    features: Features


@cache
def load_settings() -> Mapping[str, Any]:
    """Weights and bars, with where they come from."""
    return tomllib.loads(SETTINGS_PATH.read_text(encoding="utf-8"))


@dataclass(slots=True)
class Whereabouts:
    """The places of an article, for the events it tells.

    Args:
        docs: The parsed pieces, in order.
    """

    docs: Sequence[Parsed]
    gazetteer: Gazetteer
    namings: tuple[Naming, ...] = ()
    lands: Counter[str] = field(default_factory=Counter)
    _located: dict[tuple[int, tuple[str, ...]], Place | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.namings = namings_of(self.docs)
        self.lands = lands_named(self.docs, self.gazetteer)

    def place_of(self, asked: Asked) -> Place | None:
        """Where the event happened: a place, a land where only that is likely, or None."""
        options = self.options(asked)
        return self.decided(options, chances(options), (asked.told, asked.inferred), asked.start)

    def options(self, asked: Asked) -> list[Option]:
        """That no place is told, then each place that may be meant."""
        grouped: dict[Key, list[Naming]] = {}
        places: dict[Key, Place] = {}
        for number, naming in enumerate(self.namings):
            place = self._locate(number, asked.lands)
            if place is not None:
                places.setdefault(key_of(place), place)
                grouped.setdefault(key_of(place), []).append(naming)
        for ruled in (asked.told, asked.inferred):
            if ruled is not None:
                places.setdefault(key_of(ruled), ruled)
        finer = {
            places[key].country
            for key, namings in grouped.items()
            if places[key].resolution != "country" and any(one.sentence == asked.sentence for one in namings)
        }
        nearest = self._nearest_before(asked)
        kind = kind_of(asked.event_type)
        options = [Option(place=None, namings=(), features=_of_none(asked))]
        for key, place in places.items():
            namings = grouped.get(key, [])
            features = dict(_of_namings(namings, asked))
            features |= self._of_place(place, asked, place.country in finer and "here" in features)
            features |= {"nearest": 1.0} if key == nearest else {}
            for name in ("here", "actor", "recipient", "third") if kind else ():
                if name in features:
                    features[f"{name}_{kind}"] = features[name]
            named = tuple(one.where for one in namings)
            options.append(Option(place=place, namings=named, features=features))
        return options

    def _locate(self, number: int, lands: tuple[str, ...]) -> Place | None:
        asked = number, lands
        if asked not in self._located:
            span = self.namings[number].span
            self._located[asked] = locate(span, gazetteer=self.gazetteer, country_hints=lands)
        return self._located[asked]

    def _nearest_before(self, asked: Asked) -> Key | None:
        """The place last said before the event, not of a body or of people."""
        for number, naming in reversed(list(enumerate(self.namings))):
            if naming.where.start < asked.start and naming.is_said and not naming.is_held:
                place = self._locate(number, asked.lands)
                if place is not None:
                    return key_of(place)
        return None

    def _of_place(self, place: Place, asked: Asked, has_finer: bool) -> Features:
        """What speaks for a place whatever its namings: its level, whose land it is in, what the rules say."""
        actor, recipient = (one.country if one else None for one in asked.parties)
        is_land = self._is_land(place)
        told, inferred = asked.told, asked.inferred
        is_told = told is not None and key_of(told) == key_of(place)
        is_inferred = told is None and inferred is not None and key_of(inferred) == key_of(place)
        said = {
            "land": is_land,
            "in_land": place.resolution == "country" and not is_land,
            "division": place.resolution == "admin1",
            "has_finer": is_land and has_finer,
            "actor": actor == place.country,
            "recipient": recipient == place.country,
            "third": bool(actor or recipient) and place.country not in (actor, recipient),
            "told": is_told,
            "told_land": is_told and place.resolution == "country",
            "in_told": told is not None and told.country == place.country,
            "inferred": is_inferred,
            "in_inferred": told is None and inferred is not None and inferred.country == place.country,
        }
        share = self.lands[place.country] / max(1, self.lands.total())
        return {name: 1.0 for name, is_so in said.items() if is_so} | {"share": share}

    def _is_land(self, place: Place) -> bool:
        entry = self.gazetteer.country(place.country)
        return place.resolution == "country" and entry is not None and place.name == entry.name

    def decided(
        self, options: Sequence[Option], likely: Sequence[float], ruled: Sequence[Place | None], start: int
    ) -> Place | None:
        """The place of the likeliest land, as fine as it is likely.

        Args:
            ruled: What the rules find or infer. start: Where the event's trigger begins in the article.
        """
        bars = load_settings()["bars"]
        by_land: defaultdict[str, float] = defaultdict(float)
        for option, chance in zip(options, likely, strict=True):
            if option.place is not None:
                by_land[option.place.country] += chance
        land = max(by_land, key=lambda one: by_land[one], default=None)
        if land is None or by_land[land] < bars["land"]:
            return None
        inside = [
            (chance, number)
            for number, (option, chance) in enumerate(zip(options, likely, strict=True))
            if option.place is not None and option.place.country == land
        ]
        chance, number = max(inside)
        if chance < bars["finer"] * by_land[land]:
            whole = (at for _, at in inside if (place := options[at].place) and self._is_land(place))
            number = next(whole, 0)
        option = options[number]
        if option.place is None:
            entry = self.gazetteer.country(land)
            return as_place(entry) if entry else None
        return _nearest(option, ruled, start)


def chances(options: Sequence[Option]) -> list[float]:
    """How likely each option is meant, by the weights of choice.toml; together 1."""
    return option_chances([option.features for option in options], load_settings()["weights"])


def key_of(place: Place) -> Key:
    return place.country, place.name, place.resolution


def kind_of(event_type: str) -> str:
    """The kind of a type: "words" and "dealings" (choice.toml), or "" for what happens on the ground."""
    kinds = load_settings()["kinds"]
    return next((kind for kind, types in kinds.items() if event_type in types.split()), "")


def _of_none(asked: Asked) -> Features:
    """What speaks for no place at all."""
    said = {
        "none": True,
        f"none_{asked.event_type}": True,
        "none_mode": asked.has_mode,
        "none_told": asked.told is None,
        "none_inferred": asked.inferred is None,
    }
    return {name: 1.0 for name, is_so in said.items() if is_so} | {"none_background": asked.background}


def _of_namings(namings: Sequence[Naming], asked: Asked) -> Iterator[tuple[str, float]]:
    """How the namings of a place stand to an event: in its sentence, or how many sentences away."""
    said = sum(one.is_said for one in namings)
    yield ("said", math.log1p(said)) if said else ("unsaid", 1.0)
    here = [one for one in namings if one.sentence == asked.sentence]
    if here:
        cost = min(_cost(asked.anchor, one) for one in here)
        yield "here", 1.0
        yield "linked", max(0.0, 1 - cost / _LOOSEST)
        yield "sure", float(cost <= _SURE)
        return
    for name, way in (("before", -1), ("behind", 1)):
        steps = [way * (one.sentence - asked.sentence) for one in namings]
        yield name, 1 / min((step for step in steps if step > 0), default=math.inf)


def _cost(anchor: Token, naming: Naming) -> float:
    if naming.span.start <= anchor.i < naming.span.end:
        return _LOOSEST
    return link_cost(anchor, naming.span, load_links())


def _nearest(option: Option, ruled: Sequence[Place | None], start: int) -> Place | None:
    """The place as the rules have it, else with its naming that stands nearest to the event."""
    for one in ruled:
        if one is not None and option.place is not None and key_of(one) == key_of(option.place):
            return one
    near = min(option.namings, key=lambda one: abs(one.start - start), default=None)
    return replace(option.place, span=near) if option.place and near else option.place
