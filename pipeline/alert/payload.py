"""Payload: the parts of a webhook's JSON that are plain values; every text is cleaned and cut."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.alert.clean import clean
from pipeline.alert.quote import TRIGGER, Piece
from pipeline.alert.records import AlertEvent

MAX_NAME = 200
MAX_CODE = 40
MAX_TITLE = 300
MAX_WHY = 500


def encoded(body: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8. A receiver may paste it into a page: no character in it can open a tag there."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").encode()


def event_body(event: AlertEvent, look_up: str, share: float) -> dict[str, Any]:
    """An event; names are cut to a share of their length."""
    limit = int(MAX_NAME * share)
    return {
        "id": event.id or None,
        "event_key": clean(event.event_key, 100),
        "look_up": look_up or None,
        "event_type": clean(event.event_type, MAX_CODE),
        "mode": clean(event.mode, MAX_CODE) or None,
        "contexts": [clean(context, MAX_CODE) for context in event.contexts[:20]],
        "status": event.status,
        "quad_class": event.quad_class,
        "score": event.score,
        "confidence": round(event.confidence, 3),
        "event_date": event.event_date.isoformat(),
        "actor": _party(event.actor_name, event.actor_country, event.actor_sector, limit),
        "recipient": _party(event.recipient_name, event.recipient_country, event.recipient_sector, limit),
        "place": {
            "name": clean(event.place_name, limit) or None,
            "admin1": clean(event.admin1, limit) or None,
            "country": clean(event.country, MAX_CODE) or None,
            "latitude": event.latitude,
            "longitude": event.longitude,
        },
        "mention_count": event.mention_count,
    }


def sentence_body(pieces: Sequence[Piece]) -> dict[str, Any]:
    """A quoted sentence: what stands before, in and after its trigger, and all pieces with their roles."""
    roles = [piece.role for piece in pieces]
    first = roles.index(TRIGGER) if TRIGGER in roles else len(roles)
    last = len(roles) - roles[::-1].index(TRIGGER) if TRIGGER in roles else len(roles)
    return {
        "before": "".join(piece.text for piece in pieces[:first]),
        "trigger": "".join(piece.text for piece in pieces[first:last]),
        "after": "".join(piece.text for piece in pieces[last:]),
        "pieces": [{"text": piece.text, "role": piece.role or None} for piece in pieces],
    }


def _party(name: str | None, country: str | None, sector: str | None, limit: int) -> dict[str, Any]:
    return {
        "name": clean(name, limit) or None,
        "country": clean(country, MAX_CODE) or None,
        "sector": clean(sector, MAX_CODE) or None,
    }
