"""An event's page: why it was coded so, who tells it, and what analysts say of it. An article's page: what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.frame_reasons import reasons
from pipeline.pages.desk import Row, desk_of
from pipeline.pages.filters import numbered
from pipeline.pages.forms import Form, SentForm

# What of an event can be wrong, and how it is asked.
ABOUT = {
    "event": "there is no such event",
    "type": "type",
    "actor": "actor",
    "recipient": "recipient",
    "place": "place",
    "date": "date",
    "status": "status",
    "count": "count",
}
MAX_NOTE = 2_000

router = APIRouter()


@router.get("/event/{event_id}")
def event(request: Request, event_id: int) -> Response:
    """Why an event was coded so."""
    desk = desk_of(request)
    found = desk.reader.ask("page_event", event_id=numbered(event_id))
    if not found.rows:
        return _successor(request, event_id)
    tellings = desk.reader.ask("page_tellings", event_id=event_id)
    marks = desk.reader.ask("page_event_marks", event_id=event_id).rows
    return desk.show(
        request,
        "event.html",
        event=found.rows[0],
        tellings=_once(tellings.rows),
        why=tellings.rows[0] if tellings.rows and tellings.rows[0]["frame_id"] else None,
        frames=_frames(tellings.rows),
        revisions=desk.reader.ask("page_event_revisions", event_id=event_id).rows,
        alerts=desk.reader.ask("page_event_alerts", event_id=event_id).rows,
        marks=marks,
        mine=next((mark for mark in marks if mark["marked_by"] == request.state.who), None),
        about=ABOUT,
        sql=f"{found.sql}\n\n{tellings.sql}",
    )


def _successor(request: Request, event_id: int) -> Response:
    """The way to the event that took in one which no longer stands: its number is in messages and links."""
    desk = desk_of(request)
    gone = desk.reader.ask("page_successor", event_id=event_id).rows
    if gone and gone[0]["superseded_by"]:
        return desk.back(request, f"/event/{gone[0]['superseded_by']}")
    told = "was withdrawn: no article tells it any more." if gone else "is not there."
    raise HTTPException(404, f"Event {event_id} {told}")


def _once(tellings: Sequence[Row]) -> list[Row]:
    """Each sentence of an article once: it may tell the event by several words."""
    return list({(row["article_id"], row["sentence"]): row for row in reversed(tellings)}.values())[::-1]


def _frames(tellings: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    frame_id = tellings[0]["frame_id"] if tellings else None
    return reasons(frame_id) if frame_id else ()


@router.post("/event/{event_id}/mark")
def mark(request: Request, event_id: int, form: SentForm) -> Response:
    """Note what an analyst says of an event."""
    desk = desk_of(request)
    said = read_mark(form)
    with desk.database.transaction() as transaction:
        if said is None:
            transaction.run("delete_mark", event_id=numbered(event_id), marked_by=request.state.who)
        elif not transaction.one(
            "save_mark", event_id=numbered(event_id), marked_by=request.state.who, **said
        ):
            raise HTTPException(404, f"There is no event {event_id}.")
    return desk.back(request, f"/event/{event_id}#marks")


def read_mark(form: Form) -> dict[str, Any] | None:
    """What a form says of an event: verdict, wrong_about and note; None takes back what was said.

    Raises:
        ConfigError: A field is not as it must be.
    """
    verdict = form.one("verdict")
    if verdict == "none":
        return None
    if verdict not in ("right", "wrong"):
        raise ConfigError(f"verdict must be right, wrong or none, got {verdict[:40]!r}")
    wrong_about = sorted(set(form.all("wrong_about"))) if verdict == "wrong" else []
    if unknown := set(wrong_about) - ABOUT.keys():
        raise ConfigError(f"wrong_about must be of {', '.join(ABOUT)}, got {min(unknown)[:40]!r}")
    if verdict == "wrong" and not wrong_about:
        raise ConfigError("Say what is wrong: tick at least one.")
    note = form.one("note").strip()
    if len(note) > MAX_NOTE:
        raise ConfigError(f"a note has at most {MAX_NOTE} characters, got {len(note)}")
    return {"verdict": verdict, "wrong_about": wrong_about, "note": note}


@router.get("/article/{article_id}")
def article(request: Request, article_id: int) -> Response:
    """What an article tells, sentence by sentence."""
    desk = desk_of(request)
    found = desk.reader.ask("page_article", article_id=numbered(article_id))
    if not found.rows:
        raise HTTPException(404, f"There is no article {article_id}.")
    tellings = desk.reader.ask("page_article_tellings", article_id=article_id)
    return desk.show(request, "article.html", article=found.rows[0], tellings=tellings.rows, sql=tellings.sql)
