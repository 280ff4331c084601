"""Map, timeline and dyads: rows of the rollups in, pictures with the way to the events behind them out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.pages import network, series, world
from pipeline.pages.desk import Desk, Row, desk_of
from pipeline.pages.filters import QUAD_CLASSES, Filter, read_filter
from pipeline.postgres.reader import Answer

PLACES_SHOWN = 400
MAP_DAYS = 7
SLIDER_DAYS = 90
SPANS = ((1, "1 day"), (7, "7 days"), (30, "30 days"), (90, "90 days"))
MAP_SPANS = SPANS[:3]
TIMELINE_DAYS = 90
TIMELINE_SPANS = ((30, "30 days"), (90, "90 days"), (365, "a year"), (1826, "five years"))
SPIKES_SHOWN = 8
DYADS_SHOWN = 40
DYAD_DAYS = 7
MATRIX_SIZE = 14

router = APIRouter()


@router.get("/map")
def map_page(request: Request) -> Response:
    """Events of some days by place, with a slider over the days before."""
    desk = desk_of(request)
    filter = _dated(desk, read_filter(request.query_params, days=MAP_DAYS))
    assert filter.until
    places = desk.reader.ask("page_places", limit=PLACES_SHOWN, **filter.parameters())
    last = max(filter.until, _newest_day(desk))
    window = replace(filter, until=last, days=max(SLIDER_DAYS, (last - filter.until).days + SLIDER_DAYS // 2))
    counts = _counts(desk, window)
    days = series.filled(_totals(counts.rows), _first(window), last)
    return desk.show(
        request,
        "map.html",
        filter=filter,
        spans=MAP_SPANS,
        places=[_dot(row) for row in places.rows],
        count=sum(row["event_count"] for row in places.rows),
        is_cut=len(places.rows) == PLACES_SHOWN,
        box=_map_box(filter, places.rows),
        world=world.outlines(),
        bars=_bars(days, filter),
        first=days[0][0],
        last=last,
        top=max(count for _, count in days),
        sql=f"{places.sql}\n\n{counts.sql}",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A place on the map.

    Args:
        size: Pixels across.
        quad_class: That most of its events have.
        conflict_count: How many are of the classes 3 and 4.
    """

    x: float
    y: float
    size: float
    quad_class: int
    conflict_count: int
    row: Row


def _dot(row: Row) -> Dot:
    x, y = world.project(row["place_latitude"], row["place_longitude"])
    # By area: four times the events, twice as wide.
    counts = {quad_class: row[f"quad_{quad_class}"] for quad_class in QUAD_CLASSES}
    return Dot(
        x=x,
        y=y,
        size=min(5 + 3.2 * math.sqrt(row["event_count"]), 64),
        quad_class=max(counts, key=lambda quad_class: counts[quad_class]),
        conflict_count=counts[3] + counts[4],
        row=row,
    )


def _map_box(filter: Filter, rows: Sequence[Row]) -> world.Box:
    """The world, or the places of the one country that is asked for."""
    if not filter.place:
        return world.WORLD
    return world.box_around([world.project(row["place_latitude"], row["place_longitude"]) for row in rows])


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A day in a strip of bars, 100 high."""

    day: date
    count: int
    height: float
    is_shown: bool


def _bars(days: Sequence[tuple[date, int]], filter: Filter) -> list[Bar]:
    top = max((count for _, count in days), default=0) or 1
    assert filter.since
    assert filter.until
    return [
        Bar(day=day, count=count, height=100 * count / top, is_shown=filter.since <= day <= filter.until)
        for day, count in days
    ]


@router.get("/timeline")
def timeline(request: Request) -> Response:
    """Events a day against the four weeks before each, and the days that stand out."""
    desk = desk_of(request)
    filter = _dated(desk, read_filter(request.query_params, days=TIMELINE_DAYS))
    assert filter.since
    assert filter.until
    wide = replace(filter, days=(filter.days or 0) + series.BASELINE_DAYS)
    counts = _counts(desk, wide)
    judged = series.judged(series.filled(_totals(counts.rows), _first(wide), filter.until))
    shown = [day for day in judged if day.day >= filter.since]
    top = series.nice_top(max([day.count for day in shown] + [day.upper or 0 for day in shown]))
    spikes = sorted((day for day in shown if day.is_spike), key=_excess, reverse=True)[:SPIKES_SHOWN]
    return desk.show(
        request,
        "timeline.html",
        filter=filter,
        spans=TIMELINE_SPANS,
        days=shown,
        quads=_by_quad(counts.rows),
        ticks=series.ticks([day.day for day in shown]),
        band=_band(shown, top),
        top=top,
        spikes=spikes,
        count=sum(day.count for day in shown),
        sql=counts.sql,
    )


def _band(days: Sequence[series.Day], top: int) -> str:
    """What is expected, as an area in a picture 1000 wide and 250 high."""
    step = 1000 / len(days)
    known = [
        (step * (number + 0.5), day.expected, day.upper)
        for number, day in enumerate(days)
        if day.expected is not None and day.upper is not None
    ]
    if len(known) < 2:
        return ""
    upper = [f"{x:.1f},{250 - 250 * high / top:.1f}" for x, _, high in known]
    lower = [f"{x:.1f},250" for x, _, _ in reversed(known)]
    return f"M{'L'.join([*upper, *lower])}z"


def _excess(day: series.Day) -> float:
    return day.count - (day.upper or 0)


def _by_quad(rows: Sequence[Row]) -> dict[date, dict[int, int]]:
    found: dict[date, dict[int, int]] = defaultdict(dict)
    for row in rows:
        found[row["event_date"]][row["quad_class"]] = row["event_count"]
    return found


@router.get("/dyads")
def dyads(request: Request) -> Response:
    """Who did most to whom in some days, as a network, a matrix and a list against what is usual."""
    desk = desk_of(request)
    filter = _dated(desk, read_filter(request.query_params, days=DYAD_DAYS))
    pairs = desk.reader.ask("page_dyads", limit=DYADS_SHOWN, **filter.parameters())
    scores = desk.reader.ask(
        "page_dyad_scores",
        actors=[row["actor_country"] for row in pairs.rows],
        recipients=[row["recipient_country"] for row in pairs.rows],
        **filter.parameters(),
    )
    found = _dyads(pairs.rows, scores.rows)
    nodes = network.laid_out(found)
    return desk.show(
        request,
        "dyads.html",
        filter=filter,
        spans=SPANS,
        dyads=found,
        nodes=nodes,
        lines=network.lines(found, nodes),
        codes=list(network.weights(found))[:MATRIX_SIZE],
        cells={(dyad.actor, dyad.recipient): dyad for dyad in found},
        sql=f"{pairs.sql}\n\n{scores.sql}",
    )


def _dyads(pairs: Sequence[Row], scores: Sequence[Row]) -> list[network.Dyad]:
    means = {(row["actor_country"], row["recipient_country"]): row["mean_score"] for row in scores}
    return [
        network.Dyad(
            actor=row["actor_country"],
            recipient=row["recipient_country"],
            count=row["event_count"],
            usual=float(row["usual_count"]),
            score=means.get((row["actor_country"], row["recipient_country"])),
        )
        for row in pairs
    ]


def _dated(desk: Desk, filter: Filter) -> Filter:
    """The filter with a last day: the newest that has events, where none is asked for."""
    return filter if filter.until else replace(filter, until=_newest_day(desk))


def _newest_day(desk: Desk) -> date:
    found: date | None = desk.reader.ask("page_newest_day").rows[0]["day"]
    return found or datetime.now(UTC).date()


def _counts(desk: Desk, filter: Filter) -> Answer:
    """Counts by day: from the rollup where it has what is asked for, else from the events."""
    is_rolled_up = not (filter.event_type or filter.actor or filter.recipient)
    name = "page_country_days" if is_rolled_up else "page_event_days"
    return desk.reader.ask(name, **filter.parameters())


def _totals(rows: Sequence[Row]) -> dict[date, int]:
    totals: dict[date, int] = defaultdict(int)
    for row in rows:
        totals[row["event_date"]] += row["event_count"]
    return totals


def _first(filter: Filter) -> date:
    first: Any = filter.since
    return first if first else datetime.now(UTC).date() - timedelta(days=SLIDER_DAYS)
