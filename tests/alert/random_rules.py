"""Rules and events at random, alike enough that they meet; and the rules asked one by one, each by a query of its own."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from pipeline import plover
from pipeline.alert.branch import Branch
from pipeline.alert.event import AlertEvent
from pipeline.alert.ground import EARTH_KM
from pipeline.alert.rule import Rule
from pipeline.alert.words import pieces_of

COUNTRIES = (
    "USA RUS UKR CHN ISR PSE SYR IRQ IRN TUR LBY EGY TUN MLI NER BFA TCD SDN SSD ETH SOM KEN NGA CMR COD RWA UGA ZAF MOZ "
    "AFG PAK IND BGD MMR THA PHL IDN JPN KOR PRK TWN AUS FRA DEU GBR ITA ESP POL SRB XKX MEX VEN COL BRA CUB HTI IGO EUR UNO"
).split()
SECTORS = ("GOV", "MIL", "REB", "COP", "CVL", "OPP", "IGO", "JUD", "PPL", "UAF")
WORDS = (
    "attack village soldiers troops ceasefire border talks sanctions minister police protest thousands killed convoy aid rebels "
    "shelling drone strike mayor hostage embassy diplomats expelled withdraw army coup election court crowd market bridge port "
    "north south city province president parliament leader group fighters refugees camp hospital fire oil dam no-fly U.N. cease-fire"
).split()
# What else stands in sentences and names: as in news, most words are seldom.
FILLERS = tuple(f"{start}{end}" for start in "ba ke li mo nu ra se ti vo zu da fe gi ho".split()
                for end in "lan mer nos rik sul tam vek war xis zon der fin gol hul".split())  # fmt: skip
SOURCES = ("Reuters", "AP", "BBC News", "Al Jazeera", "The Desk", "Le Monde", "Xinhua", "Dawn")
ADMIN1 = ("Gao", "Kidal", "Borno", "Idlib", "Donetsk", "Kachin", "Al Wāḩāt", "Tigray", "Darfur", "Sind")
LANGUAGES = ("en", "fr", "es")
# Some events are seen much, most seldom, as in news: squares make the first of a list likelier.


def pick(random: Random, values: Any) -> Any:
    """One of the values, the first likelier than the last."""
    return values[int(len(values) * random.random() ** 2)]


def event(random: Random, number: int = 0) -> AlertEvent:
    """An event."""
    event_type, mode = pick(random, list(plover.codes())[::-1])
    code = plover.code(event_type, mode)
    day = date(2026, 1, 1) + timedelta(days=random.randrange(300))
    is_placed = random.random() < 0.7
    return AlertEvent(
        id=number + 1, event_key=f"event-{number}", event_date=day, event_type=event_type, mode=mode,
        contexts=tuple(sorted(set(random.sample(plover.contexts(), random.randrange(3))))),
        status=pick(random, ("actual", "planned", "hypothetical", "denied")),
        actor_name=_name(random) if random.random() < 0.8 else None,
        actor_country=pick(random, COUNTRIES) if random.random() < 0.7 else None,
        actor_sector=pick(random, SECTORS) if random.random() < 0.7 else None,
        recipient_name=_name(random) if random.random() < 0.6 else None,
        recipient_country=pick(random, COUNTRIES) if random.random() < 0.6 else None,
        recipient_sector=pick(random, SECTORS) if random.random() < 0.6 else None,
        country=pick(random, COUNTRIES) if is_placed else None,
        admin1=pick(random, ADMIN1) if is_placed and random.random() < 0.6 else None,
        latitude=random.uniform(-90, 90) if is_placed else None,
        longitude=random.uniform(-180, 180) if is_placed else None,
        place_resolution=pick(random, ("point", "country", "admin1")) if is_placed else None,
        confidence=random.random(), score=code.score, quad_class=code.quad_class,
        mention_count=1 + int(9 * random.random() ** 3), source_count=1 + int(5 * random.random() ** 3),
        sentence=" ".join(_word(random) for _ in range(random.randrange(8, 26))).capitalize() + ".",
        source=pick(random, SOURCES), language=pick(random, LANGUAGES),
        published_at=datetime(day.year, day.month, day.day, random.randrange(24), tzinfo=UTC),
        is_background=random.random() < 0.2,
    )  # fmt: skip


def _name(random: Random) -> str:
    return " ".join(_word(random) for _ in range(random.randrange(1, 4))).title()


def _word(random: Random) -> str:
    return random.choice(WORDS if random.random() < 0.1 else FILLERS)


def rule(random: Random, number: int = 0) -> Rule:
    """A rule."""
    return Rule.model_validate(content(random, number))


def content(random: Random, number: int = 0) -> dict[str, Any]:
    """What a file says: mostly a kind of event somewhere, by somebody or with words; a few oddities."""
    said: dict[str, Any] = {
        "rule": f"rule-{number}", "title": f"Rule {number}", "owner": "desk", "status": "active",
        "match": {"any": [branch(random) for _ in range(pick(random, (1, 1, 2, 3)))]},
    }  # fmt: skip
    if random.random() < 0.2:
        said["match"]["not"] = branch(random)
    return said


def branch(random: Random) -> dict[str, Any]:
    """A branch: one thing that is asked for seldom, and some that are asked for often."""
    chosen = {random.choice(list(_SELDOM))}
    chosen |= {name for name, share in _OFTEN.items() if random.random() < share}
    if "mode" in chosen:
        chosen.discard("event_type")  # a mode that the type does not have is refused
    return {name: (_SELDOM.get(name) or _FURTHER[name])(random) for name in sorted(chosen)}


def _some(values: Any, most: int = 3) -> Any:
    return lambda random: list({pick(random, values) for _ in range(random.randrange(1, most + 1))})


def _codes(random: Random) -> list[str]:
    made = {
        pick(random, COUNTRIES) + pick(random, SECTORS)
        if random.random() < 0.5
        else pick(random, [*COUNTRIES, *SECTORS])
        for _ in range(random.randrange(1, 4))
    }
    return sorted(made)


def _phrases(random: Random) -> list[str]:
    made = []
    for _ in range(random.randrange(1, 4)):
        words = [random.choice(WORDS) for _ in range(random.randrange(1, 3))]
        at = random.randrange(len(words))
        if random.random() < 0.3 and len(words[at]) > 5 and words[at].isalpha():
            words[at] = words[at][:5] + "*"
        made.append(" ".join(words))
    return made


def _circle(random: Random) -> dict[str, float]:
    return {
        "latitude": random.uniform(-90, 90), "longitude": random.uniform(-180, 180),
        "km": 10 ** random.uniform(1, 3.3),
    }  # fmt: skip


def _polygon(random: Random) -> list[list[float]]:
    """Corners around a point in their order, so that no sides cross."""
    north, east, size = random.uniform(-69, 69), random.uniform(-180, 180), random.uniform(1, 20)
    count = random.randrange(3, 9)
    corners = []
    for number in range(count):
        angle = 2 * math.pi * (number + random.random()) / count
        reach = size * random.uniform(0.2, 1)
        around = (east + reach * math.sin(angle) + 180) % 360 - 180
        corners.append([north + reach * math.cos(angle), around])
    return corners


_SELDOM: dict[str, Any] = {
    "country": _some(COUNTRIES), "actor": _codes, "recipient": _codes, "text": _phrases, "actor_name": _phrases,
    "recipient_name": _phrases, "near": _circle, "polygon": _polygon, "admin1": _some(ADMIN1),
    "actor_country": _some(COUNTRIES), "recipient_country": _some(COUNTRIES),
    "dyad_either_way": lambda random: [_codes(random), _codes(random)],
    "mode": _some(sorted({mode for _, mode in plover.codes() if mode})), "context": _some(plover.contexts()),
}  # fmt: skip
_OFTEN = {
    "event_type": 0.7, "country": 0.3, "actor": 0.25, "min_confidence": 0.4, "status": 0.2, "told_as": 0.2,
    "actor_sector": 0.1, "recipient_sector": 0.1, "source": 0.05, "language": 0.1, "min_sources": 0.15,
    "min_mentions": 0.1, "min_score": 0.05, "max_score": 0.1, "quad_class": 0.05,
}  # fmt: skip
_FURTHER: dict[str, Any] = {
    "event_type": lambda random: list(plover.event_types()) if random.random() < 0.02 else _some(plover.event_types()[::-1])(random),
    "status": _some(("actual", "planned", "hypothetical", "denied")), "told_as": _some(("news", "background")),
    "actor_sector": _some(SECTORS), "recipient_sector": _some(SECTORS), "source": _some(SOURCES),
    "language": _some(LANGUAGES), "quad_class": _some((4, 3, 2, 1)),
    "min_confidence": lambda random: round(random.random(), 3), "min_sources": lambda random: random.randrange(1, 5),
    "min_mentions": lambda random: random.randrange(1, 8),
    "min_score": lambda random: round(random.uniform(-10, 10), 1),
    "max_score": lambda random: round(random.uniform(-10, 10), 1),
}  # fmt: skip


# One query a rule: written from what the conditions mean, and knowing nothing of rows and anchors.
COLUMNS = (
    "number integer, event_type text, status text, told_as text, mode text, quad_class integer, country text, language text, "
    "actor_country text, recipient_country text, actor_sector text, recipient_sector text, actor text, recipient text, "
    "contexts text[], admin1 text, source text, confidence float8, score float8, mention_count integer, source_count integer, "
    "latitude float8, longitude float8, words text, actor_words text, recipient_words text"
)


def row(one: AlertEvent, number: int) -> tuple[Any, ...]:
    """An event as a row of COLUMNS."""
    is_ground = one.place_resolution not in (None, "country")
    return (
        number, one.event_type, one.status, one.told_as, one.mode, one.quad_class, one.country, one.language,
        one.actor_country, one.recipient_country, one.actor_sector, one.recipient_sector, one.actor, one.recipient,
        list(one.contexts), one.names["admin1"], one.names["source"], one.confidence, one.score, one.mention_count,
        one.source_count, one.latitude if is_ground else None, one.longitude if is_ground else None,
        one.words["text"], one.words["actor_name"], one.words["recipient_name"],
    )  # fmt: skip


def query(one: Rule) -> tuple[str, list[Any]]:
    """The numbers of the events that meet a rule."""
    parts = [_clause(part) for part in one.any_branches]
    where = " OR ".join(text for text, _ in parts)
    values = [value for _, some in parts for value in some]
    if one.not_branch:
        text, some = _clause(one.not_branch)
        where, values = f"({where}) AND NOT coalesce({text}, false)", values + some
    return f"SELECT number FROM asked WHERE {where}", values  # noqa: S608  (clauses of our own, values are parameters)


def _clause(one: Branch) -> tuple[str, list[Any]]:
    made = [_condition(one, name, wanted) for name, wanted in one.set_conditions]
    return "(" + " AND ".join(text for text, _ in made) + ")", [value for _, some in made for value in some]


def _code(side: str, wanted: Any) -> tuple[str, list[Any]]:
    codes = list(wanted)
    return f"({side} = ANY(%s) OR {side}_country = ANY(%s) OR {side}_sector = ANY(%s))", [codes] * 3


def _condition(one: Branch, name: str, wanted: Any) -> tuple[str, list[Any]]:
    column = {"min_mentions": "mention_count", "min_sources": "source_count"}.get(name) or name[4:]
    match name:
        case "actor" | "recipient":
            return _code(name, wanted)
        case "dyad_either_way":
            ways = [(*_code("actor", a), *_code("recipient", b)) for a, b in (wanted, wanted[::-1])]
            text = " OR ".join(f"({actor} AND {recipient})" for actor, _, recipient, _ in ways)
            return f"({text})", [value for _, some, _, more in ways for value in (*some, *more)]
        case "context":
            return "contexts && %s", [list(wanted)]
        case "min_confidence" | "min_score" | "min_mentions" | "min_sources":
            return f"{column} >= %s", [wanted]
        case "max_score":
            return "score <= %s", [wanted]
        case "text" | "actor_name" | "recipient_name":
            words = {"text": "words", "actor_name": "actor_words", "recipient_name": "recipient_words"}[name]
            patterns = ["[^ ]*".join(p.replace(".", "[.]") for p in pieces_of(phrase)) for phrase in wanted]
            return f"{words} ~ ANY(%s)", [patterns]
        case "admin1" | "source":
            return f"{name} = ANY(%s)", [[" ".join(pieces_of(value)[0].split()) for value in wanted]]
        case "near":
            angle = (
                "2 * asin(least(1, sqrt(sin(radians(latitude - %s) / 2) ^ 2 + cos(radians(latitude)) * cos(radians(%s))"
                " * sin(radians(longitude - %s) / 2) ^ 2))) * %s <= %s"
            )
            circles = [[c.latitude, c.latitude, c.longitude, EARTH_KM, c.km] for c in wanted]
            return "(" + " OR ".join([angle] * len(circles)) + ")", [
                value for some in circles for value in some
            ]
        case "polygon":
            ring = ",".join(f"({east!r},{north!r})" for north, east in one.corners)
            sides = " OR ".join(["polygon(%s) @> point(longitude + %s, latitude)"] * 3)
            return f"({sides})", [value for turn in (0, 360, -360) for value in (f"({ring})", turn)]
        case _:
            return f"{name} = ANY(%s)", [list(wanted)]
