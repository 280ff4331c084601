"""Today: what is new, by story; and any other choice of events, by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.pages.desk import Row, desk_of
from pipeline.pages.filters import read_filter

SHOWN = 60
DAYS = 31  # of the list by day, where the address says nothing else

router = APIRouter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Events that one story, or one article, tells; as they came, newest first.

    Args:
        link: Path of the page that shows all of it.
        sources: Publishers of the surest tellings, each once.
    """

    title: str
    link: str
    sources: tuple[str, ...]
    events: tuple[Row, ...]


def grouped(rows: Sequence[Row]) -> list[Group]:
    """Put the events of one story together, at the place of the first of them."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(_home(row), []).append(row)
    return [
        Group(
            title=events[0]["title"] or "Told by an article that is no longer kept",
            link=link,
            sources=tuple(dict.fromkeys(row["source"] for row in events if row["source"])),
            events=tuple(events),
        )
        for link, events in found.items()
    ]


def _home(row: Row) -> str:
    if row.get("story_id"):
        return f"/story/{row['story_id']}"
    return f"/article/{row['article_id']}" if row["article_id"] else f"/event/{row['id']}"


@router.get("/")
def today(request: Request) -> Response:
    """What came last."""
    desk = desk_of(request)
    filter = read_filter(request.query_params)
    answer = desk.reader.ask("page_news", limit=SHOWN, **filter.parameters())
    return desk.show(
        request,
        "today.html",
        filter=filter,
        groups=grouped(answer.rows),
        count=len(answer.rows),
        sql=answer.sql,
        older=answer.rows[-1]["id"] if len(answer.rows) == SHOWN else None,
    )


@router.get("/events")
def events(request: Request) -> Response:
    """The events of some days: where the pictures lead to."""
    desk = desk_of(request)
    filter = read_filter(request.query_params, until=datetime.now(UTC).date(), days=DAYS)
    answer = desk.reader.ask("page_events", limit=SHOWN, **filter.parameters())
    return desk.show(request, "events.html", filter=filter, rows=answer.rows, sql=answer.sql, limit=SHOWN)
