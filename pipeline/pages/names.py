"""Codes in, words for people out: countries, types, dates, certainty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
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


def safe_url(url: str | None) -> str:
    """An address that a link may lead to; empty for one that would do something else than open a page."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def number(value: float | int | None) -> str:
    """A count with its thousands apart, as 12 345."""
    return "–" if value is None else f"{value:,.0f}".replace(",", "\u202f")
