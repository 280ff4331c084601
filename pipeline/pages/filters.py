"""A query string in, a checked filter out; and back, so that every state of a page is a link."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException

from pipeline import plover
from pipeline.errors import ConfigError

STATUSES = ("actual", "planned", "hypothetical", "denied", "alleged")
QUAD_CLASSES = {
    1: "verbal cooperation",
    2: "material cooperation",
    3: "verbal conflict",
    4: "material conflict",
}
MAX_ID = 2**63 - 1
MAX_DAYS = 3_660
MAX_WORDS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which events a page shows; None is no condition.

    Args:
        country: Of actor, recipient or place, ISO 3166 alpha-3 or a PLOVER addition; so are the next three.
        actor, recipient, place: Country of the one who acts, of the one at whom it is directed, of the place.
        event_type: One of PLOVER's 16; quad_class 1 to 4; status as in STATUSES.
        confidence: At least so sure, 0 to 1.
        words: Part of a name of actor, recipient or place.
        until, days: The last day, and how many days up to it.
        before: Only events with a smaller id, to page on.
    """

    country: str | None = None
    actor: str | None = None
    recipient: str | None = None
    place: str | None = None
    event_type: str | None = None
    quad_class: int | None = None
    status: str | None = None
    confidence: float | None = None
    words: str | None = None
    until: date | None = None
    days: int | None = None
    before: int | None = None

    @property
    def since(self) -> date | None:
        """The first day; None where there is no last one or no number of days."""
        return self.until - timedelta(days=self.days - 1) if self.until and self.days else None

    def parameters(self) -> dict[str, Any]:
        """The filter as the parameters of a named query; `words` as a pattern of LIKE."""
        values = {field.name: getattr(self, field.name) for field in fields(self)} | {"since": self.since}
        if self.words:
            escaped = self.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values["words"] = f"%{escaped}%"
        return values

    def query(self, **changes: Any) -> str:
        """The query string of this filter with some conditions changed; "" for none."""
        changed = replace(self, **changes)
        values = {
            field.name: value for field in fields(self) if (value := getattr(changed, field.name)) is not None
        }
        return f"?{urlencode(values)}" if values else ""


def read_filter(given: Mapping[str, str], **defaults: Any) -> Filter:
    """Read a filter from a query string; an empty value is no condition, a name of nobody's is passed over.

    Raises:
        ConfigError: A value is not as it must be; the message says what is allowed.
    """
    known = {field.name for field in fields(Filter)}
    values = {name: _READERS[name](name, value.strip()) for name, value in given.items()
              if name in known and value.strip()}  # fmt: skip
    return Filter(**(defaults | values))


def numbered(value: int) -> int:
    """An id that can be one.

    Raises:
        HTTPException: 404, no row can have it.
    """
    if not 0 < value <= MAX_ID:
        raise HTTPException(404, "There is nothing of that number.")
    return value


def _country(name: str, value: str) -> str:
    # PLOVER has codes that are no country's, as IGO; one that nobody has gives nothing, and harms nobody.
    if not re.fullmatch("[A-Z]{3}", value):
        raise ConfigError(
            f"{name} must be a country's code of three capital letters, such as FRA, got {_short(value)}"
        )
    return value


def _one_of(allowed: tuple[str, ...], name: str, value: str) -> str:
    if value not in allowed:
        raise ConfigError(f"{name} must be one of {', '.join(allowed)}, got {_short(value)}")
    return value


def _whole(lowest: int, highest: int, name: str, value: str) -> int:
    # Digits alone: int() takes underscores and the digits of every script.
    if not (value.isascii() and value.isdigit() and lowest <= int(value[:20]) <= highest):
        raise ConfigError(f"{name} must be a whole number from {lowest} to {highest}, got {_short(value)}")
    return int(value)


def _share(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise ConfigError(f"{name} must be a number from 0 to 1, got {_short(value)}")
    return number


def _day(name: str, value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ConfigError(f"{name} must be a day such as 2026-11-29, got {_short(value)}") from None
    # One can go back MAX_DAYS from any of them.
    if not 1900 <= day.year <= 2200:
        raise ConfigError(f"{name} must lie in the years 1900 to 2200, got {value}")
    return day


def _words(name: str, value: str) -> str:
    if len(value) > MAX_WORDS:
        raise ConfigError(f"{name} must have at most {MAX_WORDS} characters, got {len(value)}")
    return value


def _short(value: str) -> str:
    return repr(value[:40])


_READERS: dict[str, Any] = {
    **dict.fromkeys(("country", "actor", "recipient", "place"), _country),
    "event_type": lambda name, value: _one_of(plover.event_types(), name, value),
    "quad_class": lambda name, value: _whole(1, 4, name, value),
    "status": lambda name, value: _one_of(STATUSES, name, value),
    "confidence": _share,
    "words": _words,
    "until": _day,
    "days": lambda name, value: _whole(1, MAX_DAYS, name, value),
    "before": lambda name, value: _whole(1, MAX_ID, name, value),
}
