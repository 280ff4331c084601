"""Codes in, words for people out: countries, types, dates, certainty."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from pipeline import plover

# Certainty in words, from the top: (at least, word). Source: the calibration table of ACCURACY.md, read coarsely.
CERTAINTIES = ((0.75, "sure"), (0.5, "likely"), (0.0, "doubtful"))


@cache
def countries() -> dict[str, str]:
    """Name by ISO 3166 alpha-3 code, in the order of the names, with PLOVER's additions."""
    rows = plover.read_table(plover.DATA / "countries.csv")
    return dict(sorted(((row["iso3"], row["name"]) for row in rows), key=lambda item: item[1]))


def country_name(code: str | None) -> str:
    """The name of a country; the code itself where it has none."""
    return countries().get(code, code) if code else ""


def what(event: Mapping[str, Any]) -> str:
    """Type and mode in small letters: "assault, aerial"."""
    mode = event["mode"]
    return f"{event['event_type'].lower()}{f', {mode}' if mode else ''}"


def code(event: Mapping[str, Any], role: str) -> str:
    """The code of a party: "LBYGOV"."""
    return (event[f"{role}_country"] or "") + (event[f"{role}_sector"] or "")


def when(event: Mapping[str, Any]) -> str:
    """The date of an event, as precise as it is known: "28 Nov 2026", "week of 23 Nov 2026", "Nov 2026", "2026"."""
    day: date = event["event_date"]
    if event["date_precision"] == "week":
        return f"week of {day_name(day)}"
    return {"month": f"{day:%b %Y}", "year": f"{day:%Y}"}.get(event["date_precision"], day_name(day))


def day_name(day: date) -> str:
    """A day in words: "3 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def certainty(confidence: float) -> str:
    """A word for how sure the coding is."""
    return next(word for at_least, word in CERTAINTIES if confidence >= at_least)


def clock(moment: datetime) -> str:
    """A moment of these days: "28 Nov 14:05 UTC"."""
    return f"{moment.astimezone(UTC):%-d %b %H:%M} UTC"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago: "3 min ago"; from two weeks on, the day."""
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "just now"
    for limit, unit, name in (
        (timedelta(hours=1), timedelta(minutes=1), "min"),
        (timedelta(days=2), timedelta(hours=1), "h"),
        (timedelta(days=14), timedelta(days=1), "days"),
    ):
        if passed < limit:
            return f"{passed // unit} {name} ago"
    return day_name(moment.date())


def span(length: timedelta) -> str:
    """A length of time in its largest unit: "3 h"."""
    seconds = int(length.total_seconds())
    for size, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and size < 86_400):
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def ahead(moment: datetime, now: datetime) -> str:
    """How soon: "in 3 min"; "now" where it is due."""
    return "now" if moment <= now else f"in {span(moment - now)}"


def range_of(right: int, marked: int) -> tuple[float, float]:
    """Between which shares the true one lies nineteen times in twenty.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not marked:
        return 0.0, 1.0
    z = 1.96
    share, square = right / marked, z * z / marked
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / marked + square / (4 * marked)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def safe_url(url: str | None) -> str:
    """An address that a link may lead to; empty for one that would do something else than open a page."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def number(value: float | int | None) -> str:
    """A count with its thousands apart, as 12 345."""
    return "–" if value is None else f"{value:,.0f}".replace(",", "\u202f")
