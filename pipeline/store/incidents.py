"""Incidents: wordings in, happenings out. Which wordings, of whatever articles, tell one and the same event.

What is decided of two wordings depends on these two alone; what is decided of many is decided of all that such
decisions connect, in an order of their own. So the order in which articles arrive makes no difference.
Doubt is refused: who fits two happenings equally well stays alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from pipeline.store.wording import Party, Wording, settings

AGAINST = -math.inf
EARTH_KM = 6371.0

Pair = tuple[str, str]


def affinity(one: Wording, other: Wording) -> float:
    """How much speaks for one happening, from the bar of the settings on it is one; AGAINST where something forbids it."""
    if (one.event_type, one.status) != (other.event_type, other.status):
        return AGAINST
    when, where = day_affinity(one, other), place_affinity(one, other)
    if AGAINST in (when, where):
        return AGAINST
    who = _parties(one, other, one.actor, one.recipient)
    if who == AGAINST and one.event_type in settings()["mutual_types"]:
        who = _parties(one, other, one.recipient, one.actor)
    return round(when + where + who, 4)


def day_affinity(one: Wording, other: Wording) -> float:
    """The day that both say, or that print is not too late for."""
    weights = settings()
    if "day" not in (one.precision, other.precision):
        return weights["same_day"] if (one.precision, one.day) == (other.precision, other.day) else AGAINST
    if one.precision != other.precision:
        return AGAINST
    if one.is_dated and other.is_dated:
        return weights["same_day"] if one.day == other.day else AGAINST
    apart = (one.day - other.day).days
    if apart == 0:
        return float(weights["print_day"])
    if not one.is_dated and not other.is_dated:
        return float(weights["print_days_differ"]) if abs(apart) <= weights["print_days_apart"] else AGAINST
    late = apart if other.is_dated else -apart
    return float(weights["print_later"]) if 0 < late <= weights["print_days_after"] else AGAINST


def place_affinity(one: Wording, other: Wording) -> float:
    """One town, province or land; a town and its land are no contradiction, two towns are."""
    weights = settings()
    if one.place_country is None or other.place_country is None:
        return 0.0
    if one.place_country != other.place_country:
        return AGAINST
    if "country" in (one.place_resolution, other.place_resolution):
        return float(weights["same_land"])
    if one.place_resolution == other.place_resolution == "point":
        near = one.place_id == other.place_id or _km(one, other) <= weights["near_km"]
        return float(weights["same_town"]) if near else AGAINST
    if one.place_admin1 and one.place_admin1 == other.place_admin1:
        return float(weights["same_province"])
    return AGAINST if one.place_admin1 and other.place_admin1 else float(weights["same_land"])


def _km(one: Wording, other: Wording) -> float:
    degrees = (one.place_latitude, one.place_longitude, other.place_latitude, other.place_longitude)
    if any(degree is None for degree in degrees):
        return math.inf
    north, east, its_north, its_east = (math.radians(degree or 0.0) for degree in degrees)
    chord = (
        math.sin((its_north - north) / 2) ** 2
        + math.cos(north) * math.cos(its_north) * math.sin((its_east - east) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


def _parties(one: Wording, other: Wording, actor: Party | None, recipient: Party | None) -> float:
    is_said = one.event_type in settings()["said_types"]
    return party_affinity(actor, other.actor, is_said=is_said) + party_affinity(
        recipient, other.recipient, is_said=is_said
    )


def party_affinity(one: Party | None, other: Party | None, *, is_said: bool) -> float:
    """What two parties in one place of two wordings say of whether these tell one happening.

    Args:
        is_said: Whether the event is something said, which is one person's.
    """
    weights = settings()
    if one is None or other is None:
        return 0.0
    is_one_name = bool(one.words) and _is_one_name(one, other)
    if one.country and other.country:
        return _coded(one, other, is_one_name=is_one_name, is_said=is_said)
    if is_one_name:
        return float(weights["same_name"] if one.is_proper and other.is_proper else weights["same_words"])
    return AGAINST if one.is_proper and other.is_proper else 0.0


def _coded(one: Party, other: Party, *, is_one_name: bool, is_said: bool) -> float:
    weights = settings()
    if one.country != other.country:
        return AGAINST
    if is_one_name and one.sector == other.sector:
        return float(weights["same_name"] if one.is_proper and other.is_proper else weights["same_code"])
    if is_said and one.is_proper and other.is_proper and one.sector and other.sector:
        return AGAINST
    if one.sector == other.sector:
        return float(weights["same_code"] if one.sector else weights["same_country"])
    states = weights["state_sectors"]
    if one.sector is None or other.sector is None or (one.sector in states and other.sector in states):
        return float(weights["same_country"])
    return AGAINST


def _is_one_name(one: Party, other: Party) -> bool:
    """Whether the words of one name are those of the other, or some of them."""
    mine, its = set(one.words.split()), set(other.words.split())
    return bool(mine and its) and (mine <= its or its <= mine)


def happenings(
    wordings: Mapping[str, Wording], weigh: Callable[[Wording, Wording], float] = affinity
) -> list[list[str]]:
    """Keys of wordings by happening: each sorted, and all in order of their first.

    The surest pairs are joined first; two groups of which any two speak against each other never are.

    Args:
        weigh: How much speaks for one happening, the same whichever of the two comes first.
    """
    keys = sorted(wordings)
    told = {
        (one, other): weigh(wordings[one], wordings[other])
        for place, one in enumerate(keys)
        for other in keys[place + 1 :]
    }
    pairs = {pair: weight for pair, weight in told.items() if weight >= settings()["bar"]}
    doubtful = _doubtful(keys, pairs, told)
    group = {key: [key] for key in keys}
    for one, other in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        mine, its = group[one], group[other]
        if mine is its or {one, other} & doubtful or _are_against(mine, its, told):
            continue
        mine += its
        group.update(dict.fromkeys(its, mine))
    return sorted({id(members): sorted(members) for members in group.values()}.values())


def _doubtful(keys: Iterable[str], pairs: Mapping[Pair, float], told: Mapping[Pair, float]) -> set[str]:
    """Wordings that fit two others equally well which are not one happening."""
    near: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for (one, other), weight in pairs.items():
        near[one].append((weight, other))
        near[other].append((weight, one))
    doubtful = set()
    for key in keys:
        best = max((weight for weight, _ in near[key]), default=0.0)
        nearest = [other for weight, other in near[key] if weight >= best - settings()["doubt"]]
        if any(told[_pair(one, other)] == AGAINST for one in nearest for other in nearest if one < other):
            doubtful.add(key)
    return doubtful


def _are_against(mine: Iterable[str], its: list[str], told: Mapping[Pair, float]) -> bool:
    return any(told[_pair(one, other)] == AGAINST for one in mine for other in its)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
