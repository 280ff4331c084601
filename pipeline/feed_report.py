"""What `tocsin feeds` shows: rows of analysis.feeds in, readable text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from pipeline.report import moment, short

Row = Mapping[str, Any]
MAX_ERROR = 60


def feed_table(rows: Sequence[Row]) -> RenderableType:
    """A line a feed: number, source, state, visits every, articles and lag of the last week, and what is wrong."""
    if not rows:
        return "no feeds"
    table = Table(
        "id",
        "source",
        "state",
        "every",
        "new/week",
        "known",
        "lag",
        "next, or why not",
        box=None,
        pad_edge=False,
    )
    for row in rows:
        table.add_row(
            str(row["id"]),
            escape(short(row["source"], 24)),
            row["state"],
            duration(row["current_interval_seconds"]),
            str(row["week_article_count"]),
            share(row["known_share"]),
            duration(row["week_median_lag_seconds"]),
            escape(_next(row)),
        )
    return Group(table, f"{len(rows)} feeds; `tocsin feeds show ID` says more")


def feed_details(feed: Row, articles: Sequence[Row]) -> RenderableType:
    """All that is known of a feed, and its newest articles."""
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2))
    for name, value in feed.items():
        if value is not None:
            table.add_row(name.replace("_", " "), escape(moment(value)))
    newest = [f"  {moment(row['published_at'])}  {short(row['title'], 80)}" for row in articles]
    return Group(table, "newest articles", *map(escape, newest or ["  none"]))


def duration(seconds: float | None) -> str:
    """Seconds, minutes, hours or days, in one number; a dash for none."""
    if seconds is None:
        return "–"
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if abs(seconds) >= size:
            return f"{float(seconds) / size:.3g} {name}"
    return f"{float(seconds):.0f} s"


def share(value: float | None) -> str:
    """A share in per cent; a dash for none."""
    return "–" if value is None else f"{100 * float(value):.0f} %"


def _next(row: Row) -> str:
    if row["last_error"]:
        return short(f"{row['failure_count']} times: {row['last_error']}", MAX_ERROR)
    due: datetime | None = row["next_fetch_at"]
    return moment(due) if due else "never"
