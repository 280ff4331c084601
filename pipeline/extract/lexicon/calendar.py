"""Calendar: months, weekdays, seasons and days from today by their words; `data/dates/words.toml` in, a table out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.files import DATA

PATH = DATA / "dates" / "words.toml"


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """words.toml: months, weekdays, days from today, numbers and seasons by their words."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    days: Mapping[str, int]
    numbers: Mapping[str, int]
    seasons: Mapping[str, int]


@lru_cache(maxsize=1)
def load_calendar() -> Calendar:
    """Read words.toml.

    Raises:
        ConfigError: It is missing, no TOML, or lacks a table.
    """
    try:
        return Calendar(**tomllib.loads(PATH.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ConfigError(f"words.toml of the dates cannot be read: {error}") from error
