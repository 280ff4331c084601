"""Happenings: `dates/happenings.csv` in; words that name what everybody knows the day of, with that day, out."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.files import DATA
from pipeline.model import DatePrecision

HAPPENINGS_PATH = DATA / "dates" / "happenings.csv"
_PRECISIONS = ("day", "month", "year")


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """What is named and not dated; `day` is the first of its month or year where it is no surer."""

    pattern: re.Pattern[str]
    day: date
    precision: DatePrecision


@cache
def load_happenings(path: Path = HAPPENINGS_PATH) -> tuple[Happening, ...]:
    """Read the happenings.

    Raises:
        ConfigError: A line has no pattern, no day or no precision; says which.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return tuple(_happening(row, path) for row in rows)


def _happening(row: dict[str, str], path: Path) -> Happening:
    try:
        if row["precision"] not in _PRECISIONS:
            raise ValueError(f"precision is one of {', '.join(_PRECISIONS)}")
        return Happening(
            pattern=re.compile(rf"(?<![\w-])(?:{row['words']})(?!\w)", re.I),
            day=date.fromisoformat(row["day"]),
            precision=cast(DatePrecision, row["precision"]),
        )
    except (ValueError, TypeError, re.error) as error:
        raise ConfigError(f"{path.name}: {row}: {error}") from None
