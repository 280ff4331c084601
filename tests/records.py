"""Records for tests, made with as few words as possible."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from pipeline.model import Actor, Article, Candidate, EventDate, Place, Span

TEXT = "NATO will end its mission in Libya on Monday, officials said in Brussels."
PUBLISHED = datetime(2011, 10, 28, 12, tzinfo=UTC)


# Every event of a type meets it, however old its article.
RULE = """\
rule: everything
title: Anything
owner: test
status: active
severity: medium
max_age_days: any
max_event_age_days: any
match:
  any:
    - event_type: RETREAT
notify: [one, two]
dedup_hours: 0
"""


def span(words: str, text: str = TEXT) -> Span:
    """The first place where the text has these words."""
    start = text.index(words)
    return Span(start=start, end=start + len(words), text=words)


def article(**changes: Any) -> Article:
    values: dict[str, Any] = {
        "url": "https://news.example/nato",
        "source": "Example",
        "title": "NATO to end mission",
        "text": TEXT,
        "published_at": PUBLISHED,
        "fetched_at": PUBLISHED,
    }
    return Article(**(values | changes))


def candidate(**changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "event_type": "RETREAT",
        "mode": "withdraw",
        "contexts": ("military",),
        "status": "planned",
        "status_reason": "auxiliary 'will'",
        "actor": Actor(name="NATO", country=None, sector="IGO", span=span("NATO"), entry_ids=("nato",)),
        "recipient": Actor(name="Libya", country="LBY", sector=None, span=span("Libya"), entry_ids=("lby",)),
        "trigger": span("end"),
        "sentence": span(TEXT),
        "place": Place(
            name="Libya",
            country="LBY",
            latitude=28.0,
            longitude=17.0,
            resolution="country",
            span=span("Libya"),
        ),
        "event_date": EventDate(value=date(2011, 10, 31), span=span("on Monday")),
        "quad_class": 2,
        "score": 8.0,
        "cameo": "087",
        "frame_id": "end-mission",
        "confidence": 0.8,
    }
    return Candidate(**(values | changes))


def article_row(batch_id: int, **changes: Any) -> dict[str, Any]:
    """The columns of tocsin.articles that `insert_articles` takes, ready for JSON."""
    values: dict[str, Any] = {
        "url": "https://news.example/nato",
        "batch_id": batch_id,
        "source": "Example",
        "title": "T",
        "text": TEXT,
        "language": "en",
        "published_at": PUBLISHED.isoformat(),
        "published_from": "feed",
        "fetched_at": PUBLISHED.isoformat(),
        "text_method": "test",
    }
    return values | changes
