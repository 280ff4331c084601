"""A story's page: all articles that tell it, and every event they tell, each with its surest sentence."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from pipeline.pages.desk import desk_of
from pipeline.pages.filters import numbered

router = APIRouter()


@router.get("/story/{story_id}")
def story(request: Request, story_id: int) -> Response:
    """One story."""
    desk = desk_of(request)
    found = desk.reader.ask("page_story", story_id=numbered(story_id))
    if not found.rows:
        raise HTTPException(404, f"There is no story {story_id}; it may have been taken into another.")
    articles = desk.reader.ask("page_story_articles", story_id=story_id)
    events = desk.reader.ask("page_story_events", article_ids=[row["id"] for row in articles.rows])
    return desk.show(
        request,
        "story.html",
        story=found.rows[0],
        articles=articles.rows,
        sources={row["id"]: row["source"] for row in articles.rows},
        events=events.rows,
        sql=f"{articles.sql}\n\n{events.sql}",
    )
