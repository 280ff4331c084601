"""Values: what may stand in a rule or receiver file, a type each, with what is allowed in words and for editors.

A value that may not stand is `refused`, which `checked.py` turns into a line for people.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from pipeline import plover
from pipeline.alert.words import phrase_words
from pipeline.model import STATUSES

MAX_VALUES = 256
MAX_TEXT = 20_000
MIN_PREFIX = 4
_MAX_MET = 10_000
_NO_VALUES = (bool, dict, list, type(None))
TOLD_AS = ("news", "background")

RuleStatus = Literal["staging", "active", "retired"]
RULE_STATUSES: tuple[RuleStatus, ...] = ("staging", "active", "retired")

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")

_SLUG = frozenset(string.ascii_lowercase + string.digits + "-")
_COUNTRY_SAYS = (
    "three capital letters, ISO 3166 alpha-3 or one of PLOVER's, such as LBY, or a group such as sahel"
)


@dataclass(frozen=True, eq=False)
class Value:
    """Says of a field's type how its value is checked, and how an editor is told of it."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def refused(
    value: object, allowed: str, *, below: tuple[str, ...] = (), at: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """The error of a value that may not stand.

    Args:
        below: The key in the part that is meant, where the part as a whole is checked.
        at: Where in the field the value stands.
    """
    context = {"allowed": allowed, "seen": value, "below": below, "at": at}
    return PydanticCustomError("allowed", "{allowed}", context)


def said(sentence: str, *, at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """The error of a part as a whole, in words that follow its name."""
    return PydanticCustomError("said", "{said}", {"said": sentence, "at": at})


@cache
def groups(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The groups of countries or of sectors that rules may name: name → members."""
    rows = plover.read_table(Path(__file__).parent / "data" / "groups.csv")
    return MappingProxyType(
        {row["group"]: tuple(row["members"].split()) for row in rows if row["kind"] == kind}
    )


def is_country(value: object) -> bool:
    """Whether it has the form of a country's code; codes PLOVER adds are of it too."""
    return (
        isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()
    )


def _is_code(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return is_country(value) or (is_country(value[:3]) and value[3:] in plover.SECTORS)


def _is_phrase(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        return False
    words = phrase_words(value)
    stars = [word for word in words if word.endswith("*")]
    return bool(words) and value.count("*") == len(stars) and all(len(word) > MIN_PREFIX for word in stars)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 120 and value.isprintable() and bool(phrase_words(value))


def _is_language(value: object) -> bool:
    return isinstance(value, str) and 2 <= len(value) <= 3 and value.isascii() and value.islower()


def values_of(
    value: object, is_allowed: Callable[[Any], bool], allowed: str, limit: int = MAX_VALUES
) -> tuple[Any, ...]:
    """Give one value or a list of them as a tuple without doubles; an empty list is refused."""
    values = value if isinstance(value, list | tuple) else [value]
    if not 1 <= len(values) <= limit:
        raise said(f"has {len(values)} values; allowed: 1 to {limit}")
    for number, one in enumerate(values):
        if type(one) in _NO_VALUES or not is_allowed(one):
            raise refused(one, allowed, at=(number,) if isinstance(value, list | tuple) else ())
    return tuple(dict.fromkeys(values))


def _looked_up(value: object, known: Mapping[Any, tuple[Any, ...]], limit: int) -> tuple[Any, ...]:
    """The members of one or more texts that are all known; nothing where they are not, which `values_of` looks into."""
    if type(value) is str:
        return known.get(value, ())
    if type(value) is not list or not 1 <= len(value) <= limit:
        return ()
    made: dict[Any, None] = {}
    for one in value:
        # A text is equal to texts alone, where 1 is to True.
        if type(one) is not str or one not in known:
            return ()
        for member in known[one]:
            made[member] = None
    return tuple(made)


def _one_or_more(item: Mapping[str, Any], limit: int = MAX_VALUES) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": limit}]}


def one_of(allowed: Iterable[Any], *more: str, limit: int = MAX_VALUES) -> Value:
    """One or more of a list of values, or of the groups named."""
    members = {one: (one,) for one in allowed} | {
        name: codes for kind in more for name, codes in groups(kind).items()
    }
    words = ", ".join(map(str, members))

    def check(value: object) -> tuple[Any, ...]:
        if known := _looked_up(value, members, limit):
            return known
        given = values_of(value, lambda one: one in members, words, limit)
        return tuple(dict.fromkeys(code for one in given for code in members[one]))

    return Value(check, _one_or_more({"enum": list(members)}, limit))


def _coded(is_allowed: Callable[[object], bool], words: str, *kinds: str, pattern: str) -> Value:
    """One or more codes of a form, or groups of them."""
    named = {name: codes for kind in kinds for name, codes in groups(kind).items()}
    # What was met before: only what may stand comes in, of which there are some thousands.
    met = dict(named)

    def check(value: object) -> tuple[str, ...]:
        if (known := _looked_up(value, met, MAX_VALUES)) and len(known) <= MAX_VALUES:
            return known
        given = values_of(
            value, lambda one: is_allowed(one) or (isinstance(one, str) and one in named), words
        )
        codes = tuple(dict.fromkeys(code for one in given for code in named.get(one, (one,))))
        if len(codes) > MAX_VALUES:
            raise said(f"has {len(codes)} codes, groups written out; allowed: up to {MAX_VALUES}")
        met.update((one, (one,)) for one in given if one not in met and len(met) < _MAX_MET)
        return codes

    return Value(check, _one_or_more({"anyOf": [{"type": "string", "pattern": pattern}, {"enum": [*named]}]}))


def _shaped(is_allowed: Callable[[object], bool], words: str, limit: int = MAX_VALUES) -> Value:
    """One or more texts of a form."""
    schema = _one_or_more({"type": "string", "minLength": 1, "maxLength": 200}, limit)
    return Value(lambda value: values_of(value, is_allowed, words, limit), schema)


def number(low: float, high: float, *, whole: bool = False) -> Value:
    """A finite number, both ends included."""
    words = f"a {'whole ' if whole else ''}number from {low:g} to {high:g}"

    def check(value: object) -> float:
        # Comparing refuses .nan and .inf too.
        kinds = int if whole else int | float
        if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
            raise refused(value, words)
        return value if whole else float(value)

    schema = {"type": "integer" if whole else "number", "minimum": low, "maximum": high}
    return Value(check, schema)


def _age(value: object) -> float | None:
    """Days; "any" is no limit."""
    if value == "any":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 36500:
        return float(value)
    raise refused(value, "a number from 0 to 36500, or any")


def choice(*allowed: str) -> Value:
    """One of a few words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise refused(value, ", ".join(allowed))
        return value

    return Value(check, {"enum": list(allowed)})


def line_of_text(limit: int) -> Value:
    """A text on one line, trimmed."""

    def check(value: object) -> str:
        if isinstance(value, str) and value.strip() and len(value) <= limit and value.isprintable():
            return value.strip()
        raise refused(value, f"one line of text, 1 to {limit} characters")

    return Value(check, {"type": "string", "minLength": 1, "maxLength": limit})


def _slug(value: object) -> str:
    if isinstance(value, str) and 1 <= len(value) <= 64 and set(value) <= _SLUG and value.strip("-") == value:
        return value
    raise refused(value, "an id of 1 to 64 of a-z, 0-9 and -, such as libya-mission-ends")


def _zone(value: object) -> str:
    try:
        if isinstance(value, str) and not value.startswith("/") and ".." not in value:
            return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        pass
    raise refused(value, "a time zone by its name, such as Europe/Berlin")


def _clock(value: object) -> time:
    # YAML 1.1 reads 22:00 without quotation marks as the number 1320, base sixty.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return time(value // 60, value % 60)
    try:
        if isinstance(value, str) and len(value) == 5 and value.isascii():
            return time.fromisoformat(value)
    except ValueError:
        pass
    raise refused(value, 'a time of day such as "22:00"')


def _modes() -> list[str]:
    return sorted({mode for _, mode in plover.codes() if mode})


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise refused(value, "true, false")
    return value


def _day(value: object) -> date:
    if type(value) is not date:
        raise refused(value, "a day such as 2026-01-31")
    return value


def _long_text(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= MAX_TEXT:
        raise refused(value, f"a text of 1 to {MAX_TEXT} characters")
    return value.strip()


Slug = Annotated[str, Value(_slug, {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"})]
Zone = Annotated[str, Value(_zone, {"type": "string"})]
Clock = Annotated[time, Value(_clock, {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})]
Clocks = Annotated[
    tuple[time, ...],
    Value(
        lambda value: tuple(_clock(one) for one in (value if isinstance(value, list | tuple) else [value])),
        _one_or_more({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}, 24),
    ),
]
Day = Annotated[date, Value(_day, {"type": "string", "format": "date"})]
LongText = Annotated[str, Value(_long_text, {"type": "string", "maxLength": MAX_TEXT})]
YesOrNo = Annotated[bool, Value(_yes_or_no, {"type": "boolean"})]
Age = Annotated[
    float | None,
    Value(_age, {"anyOf": [{"type": "number", "minimum": 0, "maximum": 36500}, {"const": "any"}]}),
]
Countries = Annotated[tuple[str, ...], _coded(is_country, _COUNTRY_SAYS, "country", pattern="^[A-Z]{3}$")]
codes = _coded(
    _is_code,
    "a country (LBY), a sector (GOV), both (LBYGOV), or a group (sahel, armed)",
    "country",
    "sector",
    pattern="^[A-Z]{3}([A-Z]{3})?$",
)
Codes = Annotated[tuple[str, ...], codes]
Phrases = Annotated[
    tuple[str, ...],
    _shaped(
        _is_phrase,
        f"words of up to 200 characters; * only at the end of a word of at least {MIN_PREFIX} letters",
    ),
]
NAMES = _one_or_more({"type": "string", "minLength": 1}, 20)
Names = Annotated[tuple[str, ...], _shaped(_is_name, "names of up to 120 characters")]
Languages = Annotated[tuple[str, ...], _shaped(_is_language, "a language by its code of ISO 639, such as en")]
Sectors = Annotated[tuple[str, ...], one_of(plover.SECTORS, "sector")]
EventTypes = Annotated[tuple[str, ...], one_of(plover.event_types())]
Modes = Annotated[tuple[str, ...], one_of(_modes())]
Contexts = Annotated[tuple[str, ...], one_of(plover.contexts())]
QuadClasses = Annotated[tuple[int, ...], one_of((1, 2, 3, 4))]
Statuses = Annotated[tuple[str, ...], one_of(STATUSES)]
ToldAs = Annotated[tuple[str, ...], one_of(TOLD_AS)]
