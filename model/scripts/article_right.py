"""What is right of an article's tellings by the hand coding: which events each tells, its day, its place; and how an article fares."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.load import FOLDER
from corpus.load import Article as Text
from model.scripts.reader_labels import agrees
from pipeline.config import Settings
from pipeline.extract.bar import is_sure
from pipeline.extract.code_command import event_row
from pipeline.extract.dates.choice import Option as DayOption
from pipeline.extract.lexicon.gazetteer import fold
from pipeline.extract.places.choice import Option as PlaceOption
from pipeline.model import Candidate, Span

# Letters between a telling and an event's words: within the first it lies at them, within the second it tells the place of them, within
# the third it is near, as the scorer has it.
AT, BESIDE, NEAR = 2, 15, 150
# By precision: how coarse, and days that a day may be off, as the scorer has it.
SIZE = {"day": 0, "week": 1, "month": 2, "year": 3}
SLACK = {"day": 1, "week": 7, "month": 31, "year": 366}
HISTORY_DAYS = 14
# So near to print what has no day of its own is of print.
PRINT_DAYS = 4
SETTINGS = Settings(reader="on")
EMPTY = frozenset(
    "the a an of in and for to by on at its city town province region district state near".split()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One hand-coded event of an article.

    Args:
        types: That and the other that is as good. spans: Where its words lie in the text, [start, end) each.
        parties: By role, each {"text", "country", "sector"}; those that are as good among them.
        place_country: None where no place is told; place_at: its letters, None in the title.
    """

    tier: str
    types: frozenset[str]
    spans: tuple[tuple[int, int], ...]
    parties: Mapping[str, Sequence[Mapping[str, Any]]]
    day: date | None
    precision: str
    place_country: str | None
    place_text: str
    place_at: tuple[int, int] | None


def events_of(texts: Mapping[str, Text], folder: Path = FOLDER) -> dict[str, list[Event]]:
    """Events of first readings, by article."""
    found = {}
    with gzip.open(folder / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] in texts and row["reading"] == 1:
                found[row["id"]] = [_event(texts[row["id"]], event) for event in row["events"]]
    return found


def _event(text: Text, row: Mapping[str, Any]) -> Event:
    place = row.get("place")
    at = place["at"] if place else None
    return Event(
        tier=row["tier"],
        types=frozenset(filter(None, (row["type"], row.get("or_type")))),
        spans=tuple((one[0], one[1]) for one in (row["trigger"], *row["also"]) if one and one[0] != "title"),
        parties={
            role: [
                {"text": text.words(one["at"]), "country": one["country"], "sector": one["sector"]}
                for said in (row.get(role), row.get(f"or_{role}"))
                for one in (said if isinstance(said, list) else [said])
                if one
            ]
            for role in ("actor", "recipient")
        },
        day=date.fromisoformat(row["date"][:10]) if row.get("date") else None,
        precision=row.get("precision") or "day",
        place_country=place["country"] if place else None,
        place_text=text.words(at),
        place_at=(at[0], at[1]) if at and at[0] != "title" else None,
    )


def distance(span: Span, event: Event) -> float:
    """Letters between a telling and the event's nearest words; below 0 where they overlap."""
    return min((max(start - span.end, span.start - end) for start, end in event.spans), default=float("inf"))


def agreed(candidate: Candidate, event: Event) -> tuple[bool | None, bool | None]:
    """Whether actor and recipient are right; None where neither side names one."""
    row = event_row(candidate)
    said = ((candidate.actor, "actor", "source_text"), (candidate.recipient, "recipient", "target_text"))
    return _agreed(said[0], row, event), _agreed(said[1], row, event)


def _agreed(said: tuple[Any, str, str], row: Mapping[str, Any], event: Event) -> bool | None:
    actor, role, words = said
    right = event.parties[role]
    if actor is None or not right:
        return None if actor is None and not right else False
    return any(agrees(one, (row[words], actor.country, actor.sector)) for one in right)


def level(candidate: Candidate, event: Event) -> int:
    """2 where type and parties are right, 1 where the type and one party are and it lies near, else 0; as the scorer has it."""
    if candidate.event_type not in event.types:
        return 0
    right = agreed(candidate, event)
    if not any(right) and right != (None, None):
        return 0
    if False in right:
        return int(distance(candidate.trigger, event) <= NEAR)
    return 2


def told(candidate: Candidate, events: Sequence[Event]) -> frozenset[int]:
    """Numbers of the events that a telling tells: those at its words of which most parties are right; if none, the one of which all are."""
    found = {
        number: sum(one is not False for one in agreed(candidate, event))
        for number, event in enumerate(events)
        if candidate.event_type in event.types and distance(candidate.trigger, event) < AT
    }
    if found:
        return frozenset(number for number, count in found.items() if count == max(found.values()))
    whole = [number for number, event in enumerate(events) if level(candidate, event) == 2]
    return frozenset(whole if len(whole) == 1 else ())


def event_of_day(candidate: Candidate, events: Iterable[Event]) -> Event | None:
    """The event whose day a telling should have: one near by with a right party, rather at its words, rather with both."""
    found = [
        (away <= AT + 1, right, -max(0, away), event)
        for event in events
        if (away := distance(candidate.trigger, event)) <= NEAR and (right := level(candidate, event))
    ]
    return max(found, key=lambda one: one[:3])[3] if found else None


def event_of_place(candidate: Candidate, events: Iterable[Event]) -> Event | None:
    """The event whose place a telling should have: of its type and beside it, the nearest by the middle of its words."""
    span = candidate.trigger
    found = [
        (abs(start + end - span.start - span.end), event)
        for event in events
        if candidate.event_type in event.types
        for start, end in event.spans
        if span.start < end + BESIDE and span.end > start - BESIDE
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def right_days(event: Event, options: Sequence[DayOption], published: date) -> tuple[bool, ...] | None:
    """Which of the days that a telling may have are right; the last two are that of print, and long past without a day.

    None where nothing is. What is right is what comes to the very day, or week or month where no day is told; else what holds it; else what the
    scorer lets pass.
    """
    day, is_history = event.day, event.tier == "background"
    none = [False] * (len(options) - 2)
    if day is None:
        return (*none, not is_history, is_history)
    named = [one.when for one in options[:-2] if one.when is not None]
    fine = max(1, SIZE[event.precision])
    exact = [
        (_is_exact(event, value) and SIZE[precision] <= fine)
        or (event.precision == "week" and _holds(value, precision, day))
        for value, precision in named
    ]
    slack = SLACK[event.precision]
    for days, is_print in (
        (exact, _is_exact(event, published)),
        ([_holds(value, precision, day) for value, precision in named], False),
        ([abs((day - value).days) <= slack for value, _ in named], abs((day - published).days) <= slack),
    ):
        if any(days) or is_print:
            return (*days, is_print, False)
    if (published - day).days > HISTORY_DAYS or is_history:
        return (*none, False, True)
    return (*none, True, False) if abs((published - day).days) <= PRINT_DAYS else None


def _is_exact(event: Event, value: date) -> bool:
    day = event.day
    assert day is not None
    if event.precision == "week":
        return value.isocalendar()[:2] == day.isocalendar()[:2]
    if event.precision == "month":
        return (value.year, value.month) == (day.year, day.month)
    return value == day if event.precision == "day" else value.year == day.year


def _holds(value: date, precision: str, day: date) -> bool:
    """Whether a day lies in the day, week, month or year that begins so."""
    if precision == "week":
        return 0 <= (day - value).days < 7
    if precision == "month":
        return (day.year, day.month) == (value.year, value.month)
    return value == day if precision == "day" else value.year == day.year


def right_places(event: Event, options: Sequence[PlaceOption]) -> tuple[bool, ...]:
    """Which of the places that a telling may have are right: those of its words or name; else all in its land; else none, which is first."""
    if event.place_country is None:
        return (True, *(False for _ in options[1:]))
    wanted = _words(event.place_text)
    land = [
        one.place is not None and event.place_country in ("", one.place.country) for one in options
    ]  # "" where the coder knew no land
    named = [is_land and _is_named(event, one, wanted) for is_land, one in zip(land, options, strict=True)]
    return tuple(named if any(named) else land if any(land) else (at == 0 for at in range(len(options))))


def _is_named(event: Event, option: PlaceOption, wanted: set[str]) -> bool:
    at, namings = event.place_at, option.namings
    if at and any(one.start < at[1] and one.end > at[0] for one in namings):
        return True
    name = option.place.name if option.place else ""
    return bool(wanted & (_words(name) | _words(namings[0].text if namings else "")))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", fold(text))) - EMPTY


def fared(candidates: Sequence[Candidate], events: Sequence[Event]) -> Counter[str]:
    """Rows, repeats among them, news rows, those kept of them, core events and those told of them, as the scorer counts them."""
    rows = [one for one in candidates if is_sure(one, SETTINGS)]
    pairs = sorted(
        (-found, at, number)
        for at, row in enumerate(rows)
        for number, event in enumerate(events)
        if (found := level(row, event))
    )
    best: dict[int, int] = {}
    met: dict[int, tuple[int, int]] = {}
    for found, at, number in pairs:
        if at not in best and number not in met:
            best[at], met[number] = number, (at, -found)
    repeats = {at for _, at, _ in pairs} - best.keys()
    counted = Counter(rows=len(rows), repeats=len(repeats))
    counted["news"] = sum(not row.is_background for row in rows)
    counted["kept"] = sum(
        found == 2 and events[number].tier in ("core", "minor") and not rows[at].is_background
        for number, (at, found) in met.items()
    )
    counted["core"] = sum(event.tier == "core" for event in events)
    counted["core told"] = sum(events[number].tier == "core" for number in met)
    return counted
