"""Inside the child: when a page says it came out, as it wrote it; the most telling first. Home of htmldate.

What a page states by machine (JSON-LD, meta, time) carries time and zone. Only where it states nothing htmldate
looks through its text; it finds most days there, and makes one of a bare year ("Copyright 2026") or month. So its
day must stand in the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pipeline.fetch.tables import month_names, read_table

MAXIMUM_DATES = 20
MAXIMUM_JSON = 1_000_000


def page_dates(tree: Any, markup: str, *, url: str, max_date: str) -> list[str]:
    """Dates of publication in the page's own words, the first the surest; a day without a time where it has no more."""
    stated = [date.strip()[:100] for date in (*_of_json(tree), *_of_elements(tree)) if date.strip()]
    if not stated:
        day = _day_of_text(tree, f"{url}\n{markup}", url=url, max_date=max_date)
        stated = [day] if day else []
    times = (element.get("datetime") or "" for element in tree.iter("time"))
    return [*_with_time_first(stated, list(times)), *stated][:MAXIMUM_DATES]


def _with_time_first(stated: list[str], times: list[str]) -> list[str]:
    """Where the surest names a day alone, what names that day with a time."""
    if not stated or not re.fullmatch(r"\d{4}-\d\d-\d\d", stated[0]):
        return []
    return [date for date in (*stated[1:], *times) if re.match(rf"{stated[0]}[T ]\d\d:", date)][:1]


def _of_json(tree: Any) -> Iterator[str]:
    for script in tree.iter("script"):
        text = script.text or ""
        if "ld+json" in (script.get("type") or "").lower() and len(text) <= MAXIMUM_JSON:
            try:
                yield from _published(json.loads(text), depth=0)
            except (ValueError, RecursionError):
                yield from re.findall(r'"datePublished"\s*:\s*"([^"]{4,60})"', text)[:1]


def _published(value: Any, *, depth: int) -> Iterator[str]:
    """Of the page's own object; not of what it lists or names as related."""
    if isinstance(value, list):
        for one in value[:50]:
            yield from _published(one, depth=depth)
    elif isinstance(value, dict) and depth < 3:
        if isinstance(value.get("datePublished"), str):
            yield value["datePublished"]
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _published(value.get(name), depth=depth + 1)


def _of_elements(tree: Any) -> Iterator[str]:
    for row in _places():
        for element in tree.iter(row["element"]):
            value = element.get(row["attribute"])
            if value is not None and row["value"] in ("*", value.strip().lower()):
                yield element.get(row["holder"]) or ""


@cache
def _places() -> tuple[dict[str, str], ...]:
    return tuple(read_table("page_dates.csv"))


def _day_of_text(tree: Any, page: str, *, url: str, max_date: str) -> str:
    from htmldate import find_date

    day = find_date(tree, url=url, original_date=True, outputformat="%Y-%m-%d", max_date=max_date) or ""
    return day if day and stands_in(day, page) else ""


def stands_in(day: str, page: str) -> bool:
    """Whether a day (2026-11-05) stands in a page, whichever way it is written."""
    year, month, number = day.split("-")
    two, m, d = year[2:], f"0?{int(month)}", f"0?{int(number)}"
    names = "|".join(map(re.escape, sorted(month_names(int(month)), key=len, reverse=True)))
    ways = (
        rf"{year}\s?[-/._年년]?\s?{m}\s?[-/._月월]?\s?{d}(?!\d)",
        rf"(?<!\d){d}\s?[-/.]\s?{m}\s?[-/.]\s?(?:{year}|{two})(?!\d)",
        rf"(?<!\d){m}/{d}/(?:{year}|{two})(?!\d)",
        rf"(?<!\d){d}(?:st|nd|rd|th|er|º|\.)?[-\s]+(?:(?:of|de|d[ei]l?)\s+)?(?:{names})\.?,?[-\s]+(?:(?:of|de|d[ei]l?)\s+)?(?:{year}|{two})(?!\d)",
        rf"(?:{names})\.?\s+{d}(?:st|nd|rd|th)?,?\s+{year}(?!\d)",
    )
    return any(re.search(way, page, re.IGNORECASE) for way in ways)
