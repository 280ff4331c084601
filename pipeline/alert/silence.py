"""Silences: matchers of alerts in, which alert nobody is to be told of out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.alert.clean import clean
from pipeline.alert.keys import EVENT_FIELDS
from pipeline.alert.records import Match
from pipeline.errors import ConfigError

OF_THE_RULE = ("rule", "severity", "owner")
KEYS = (*OF_THE_RULE, *EVENT_FIELDS, "event_id")
MAX_TEXT = 300
LONGEST = timedelta(days=365)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """Nobody is told of alerts that fit until a time. Each value of the matcher must be the alert's."""

    id: int
    matcher: Mapping[str, str]
    ends_at: datetime


def silence_of(match: Match, silences: Sequence[Silence], now: datetime) -> Silence | None:
    """The silence that an alert fits now, the one that lasts longest; None if there is none."""
    fitting = [silence for silence in silences if now < silence.ends_at and fits(match, silence.matcher)]
    return max(fitting, key=lambda silence: (silence.ends_at, silence.id), default=None)


def fits(match: Match, matcher: Mapping[str, str]) -> bool:
    """Say whether an alert is all that the matcher asks for; an empty matcher fits none."""
    return bool(matcher) and all(_value(match, key) == value for key, value in matcher.items())


def _value(match: Match, key: str) -> str:
    if key in OF_THE_RULE:
        return str(getattr(match.rule, "id" if key == "rule" else key))
    value = match.event.id if key == "event_id" else getattr(match.event, key)
    return "" if value is None else str(value)


def read_matcher(pairs: Sequence[str]) -> dict[str, str]:
    """Read what was typed: rule=sanctions country=LBY.

    Raises:
        ConfigError: There is none, or one is no key=value with a key that alerts have.
    """
    matcher = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or key not in KEYS or not value or len(value) > MAX_TEXT:
            raise ConfigError(f"a silence cannot go by {pair!r}; allowed: KEY=VALUE with {', '.join(KEYS)}")
        if key in matcher:
            raise ConfigError(f"a silence names {key} twice; allowed: each key once")
        matcher[key] = value
    if not matcher:
        raise ConfigError("a silence that fits everything is refused; name a rule (rule=ID) or a value")
    return matcher


def read_duration(text: str) -> timedelta:
    """Read how long something lasts: 30m, 8h, 7d or 2w.

    Raises:
        ConfigError: It is none of these, or longer than a year.
    """
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdecimal() and 0 < int(number) < 600_000:
        lasts = timedelta(**{_UNITS[unit]: int(number)})
        if lasts <= LONGEST:
            return lasts
    raise ConfigError(f"{text!r} is no length of time; allowed: 30m, 8h, 7d or 2w, up to a year")


def read_text(text: str, what: str) -> str:
    """Check an author, a reason or a comment: one line that says something.

    Raises:
        ConfigError: It is empty or too long.
    """
    shown = clean(text, MAX_TEXT)
    if not shown or len(text) > MAX_TEXT:
        raise ConfigError(f"{what} is {text[:60]!r}; allowed: 1 to {MAX_TEXT} characters")
    return shown
