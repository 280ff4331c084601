"""Tellings: what a message says beside the match itself, as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.alert.quote import Span

Kind = Literal["alert", "update", "reminder", "escalation", "digest", "trouble"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A publisher that tells the event, with its first article about it."""

    source: str
    title: str
    url: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """What a message says of an alert beside its match.

    Args:
        alert_id: For `tocsin alerts ack`; 0 where it is not known.
        changes: What is new since the last message about it, a phrase each.
        swallowed_count: Alerts of its group that were not told since the group last was.
        note: One more line: why the message comes at all, where that is not plain.
        sources: Who tells it, the earliest first.
        spans: Of the sentence, the trigger's aside.
        desk_url: Address where events are looked up; empty for none.
    """

    kind: Kind = "alert"
    alert_id: int = 0
    changes: tuple[str, ...] = ()
    swallowed_count: int = 0
    note: str = ""
    sources: tuple[Source, ...] = ()
    spans: tuple[Span, ...] = ()
    desk_url: str = ""


def sources_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Source, ...]:
    """Sources from JSON values; see the query tellings_of_events."""
    return tuple(
        Source(
            source=row["source"], title=row["title"], url=row["url"],
            published_at=datetime.fromisoformat(row["published_at"]),
        )
        for row in rows
    )  # fmt: skip


def spans_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    """Spans from JSON values; those that are not there, or lie before the sentence, are left out."""
    return tuple(
        Span(start=row["start"], end=row["end"], role=row["role"])
        for row in rows
        if row["start"] is not None and row["end"] is not None and 0 <= row["start"] < row["end"]
    )
