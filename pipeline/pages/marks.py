"""Marks: how much of what analysts looked at was right, and what a trained part can learn from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.pages.desk import Row, desk_of
from pipeline.pages.marked import PARTS

router = APIRouter()


@router.get("/marks")
def marks(request: Request) -> Response:
    """Figures by source and type, and the newest marks."""
    desk = desk_of(request)
    figures = desk.reader.ask("page_mark_figures")
    return desk.show(
        request,
        "marks.html",
        tables=[
            (kind.capitalize(), [row for row in figures.rows if row["kind"] == kind])
            for kind in ("source", "type")
        ],
        about=desk.reader.ask("page_wrong_about").rows,
        newest=desk.reader.ask("page_newest_marks").rows,
        sql=figures.sql,
    )


@router.get("/marks.jsonl")
def download(request: Request) -> Response:
    """All marks as annotation: one JSON object a line."""
    rows = desk_of(request).reader.ask("page_annotations").rows
    return Response(
        as_lines(rows),
        media_type="application/jsonl",
        headers={"Content-Disposition": 'attachment; filename="tocsin-marks.jsonl"'},
    )


def as_lines(rows: Sequence[Row]) -> str:
    """Marks in the terms of corpus/rows.jsonl.gz, with the sentence they are of.

    Offsets count characters of the sentence. `is` is right, none (the sentence tells no such event) or wrong;
    `wrong` says what is.
    """
    return "".join(f"{json.dumps(_annotation(row), ensure_ascii=False)}\n" for row in rows)


def _annotation(row: Row) -> dict[str, Any]:
    is_no_event = "event" in row["wrong_about"]
    return {
        "event": row["event_id"],
        "revision": row["event_revision"],
        "codebook": row["codebook"],
        "url": row["url"],
        "source": row["source"],
        "date": row["published_at"].date().isoformat() if row["published_at"] else None,
        "sentence": row["sentence"],
        "type": row["event_type"],
        "mode": row["mode"],
        "status": row["status"],
        "event_date": row["event_date"].isoformat(),
        "precision": row["date_precision"],
        "actor": {"at": _at(row, "actor"), "country": row["actor_country"], "sector": row["actor_sector"]},
        "recipient": {
            "at": _at(row, "recipient"),
            "country": row["recipient_country"],
            "sector": row["recipient_sector"],
        },
        "place": {"at": _at(row, "place"), "country": row["place_country"]},
        "trigger": _at(row, PARTS[0]),
        "confidence": row["confidence"],
        "is": "none" if is_no_event else row["verdict"],
        "wrong": row["wrong_about"],
        "note": row["note"],
        "reader": row["marked_by"],
        "read_at": row["marked_at"].isoformat(),
    }


def _at(row: Row, part: str) -> list[int] | None:
    """Where a part stands in the sentence; None where it stands elsewhere or nowhere."""
    start, end, first = row[f"{part}_start"], row[f"{part}_end"], row["sentence_start"]
    if start is None or first is None or not 0 <= start - first < end - first <= len(row["sentence"]):
        return None
    return [start - first, end - first]
