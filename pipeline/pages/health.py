"""Health: feeds, what waits before each stage, what is wrong; and the quarantine, from which items go back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.errors import ConfigError
from pipeline.pages.desk import desk_of
from pipeline.pages.filters import MAX_ID, read_filter
from pipeline.pages.forms import SentForm

STAGES = ("fetch", "extract", "validate", "store", "alert")
SHOWN = 50

router = APIRouter()


@router.get("/health")
def health(request: Request) -> Response:
    """How the pipeline and its feeds fare."""
    desk = desk_of(request)
    lag, feeds = desk.reader.ask("page_lag"), desk.reader.ask("page_feeds")
    return desk.show(
        request,
        "health.html",
        lag=lag.rows,
        feeds=feeds.rows,
        in_trouble=sum(feed["state"] == "failing" for feed in feeds.rows),
        troubles=desk.reader.ask("page_troubles").rows,
        sizes=desk.reader.ask("page_sizes").rows,
        newest=desk.reader.ask("page_newest").rows[0],
        sql=f"{lag.sql}\n\n{feeds.sql}",
    )


@router.get("/quarantine")
def quarantine(request: Request, stage: str = "", reason: str = "") -> Response:
    """What was refused, and why."""
    if stage and stage not in STAGES:
        raise ConfigError(f"stage must be one of {', '.join(STAGES)}, got {stage[:40]!r}")
    desk = desk_of(request)
    before = read_filter(request.query_params).before
    items = desk.reader.ask(
        "page_quarantine", stage=stage or None, reason=reason or None, before=before, limit=SHOWN
    )
    return desk.show(
        request,
        "quarantine.html",
        items=items.rows,
        reasons=desk.reader.ask("page_quarantine_reasons").rows,
        stage=stage,
        reason=reason,
        older=items.rows[-1]["id"] if len(items.rows) == SHOWN else None,
        sql=items.sql,
    )


@router.post("/quarantine/release")
def release(request: Request, form: SentForm) -> Response:
    """Let items be tried again by the stage that refused them; who is gone already is passed over."""
    desk = desk_of(request)
    given = form.all("id")
    if not given:
        raise ConfigError("Tick at least one item.")
    if not all(one.isascii() and one.isdigit() and int(one[:20]) <= MAX_ID for one in given):
        raise ConfigError("an id of the quarantine is a whole number")
    with desk.database.transaction() as transaction:
        transaction.all("release_quarantined", ids=[int(one) for one in given])
    return desk.back(request, "/quarantine")
