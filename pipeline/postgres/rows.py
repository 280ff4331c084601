"""Records to rows and back. One place knows how a candidate lies in its table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pipeline.model import Actor, Article, Candidate, Count, EventDate, Place, Span

ROLES = ("actor", "recipient", "speaker")


def article_from(row: Mapping[str, Any]) -> Article:
    """An article as the extractor wants it."""
    names = (
        "id",
        "url",
        "source",
        "title",
        "text",
        "published_at",
        "fetched_at",
        "language",
        "feed_id",
        "text_method",
    )
    return Article(**{name: row[name] for name in names})


def candidate_row(candidate: Candidate) -> dict[str, Any]:
    """Flatten a candidate to the columns of tocsin.candidates, with its natural key."""
    row: dict[str, Any] = {
        "event_type": candidate.event_type,
        "mode": candidate.mode,
        "contexts": list(candidate.contexts),
        "status": candidate.status,
        "status_reason": candidate.status_reason,
        "sentence_start": candidate.sentence.start,
        "sentence_end": candidate.sentence.end,
        "sentence": candidate.sentence.text,
        "mentions": [[span.start, span.end, span.text] for span in candidate.mentions],
        "event_date": candidate.event_date.value.isoformat(),
        "date_precision": candidate.event_date.precision,
        "counts": [
            {"kind": count.kind, "lower": count.lower, "upper": count.upper,
             "start": count.span.start, "end": count.span.end, "text": count.span.text}
            for count in candidate.counts
        ],
        "quad_class": candidate.quad_class,
        "score": candidate.score,
        "cameo": candidate.cameo,
        "frame_id": candidate.frame_id,
        "confidence": candidate.confidence,
        "is_background": candidate.is_background,
        "is_lead": candidate.is_lead,
    }  # fmt: skip
    row |= _span_columns("trigger", candidate.trigger)
    row |= _span_columns("date", candidate.event_date.span)
    for role in ROLES:
        row |= _actor_columns(role, getattr(candidate, role))
    row |= _place_columns(candidate.place)
    key = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return row | {"candidate_key": hashlib.sha256(key.encode()).hexdigest()}


def candidate_from(row: Mapping[str, Any]) -> Candidate:
    """Build the candidate again from its row."""
    return Candidate(
        event_type=row["event_type"],
        mode=row["mode"],
        contexts=tuple(row["contexts"]),
        status=row["status"],
        status_reason=row["status_reason"],
        actor=_actor_from(row, "actor"),
        recipient=_actor_from(row, "recipient"),
        speaker=_actor_from(row, "speaker"),
        trigger=_span_from(row, "trigger") or _missing(row, "trigger"),
        sentence=Span(start=row["sentence_start"], end=row["sentence_end"], text=row["sentence"]),
        mentions=tuple(Span(start=start, end=end, text=text) for start, end, text in row["mentions"]),
        place=_place_from(row),
        event_date=EventDate(
            value=row["event_date"], precision=row["date_precision"], span=_span_from(row, "date")
        ),
        counts=tuple(
            Count(
                kind=count["kind"],
                lower=count["lower"],
                upper=count["upper"],
                span=Span(start=count["start"], end=count["end"], text=count["text"]),
            )
            for count in row["counts"]
        ),
        quad_class=row["quad_class"],
        score=row["score"],
        cameo=row["cameo"],
        frame_id=row["frame_id"],
        confidence=row["confidence"],
        is_background=row["is_background"],
        is_lead=row["is_lead"],
    )


def _span_columns(name: str, span: Span | None) -> dict[str, Any]:
    return {
        f"{name}_start": span.start if span else None,
        f"{name}_end": span.end if span else None,
        f"{name}_text": span.text if span else None,
    }


def _actor_columns(role: str, actor: Actor | None) -> dict[str, Any]:
    return _span_columns(role, actor.span if actor else None) | {
        f"{role}_name": actor.name if actor else None,
        f"{role}_country": actor.country if actor else None,
        f"{role}_sector": actor.sector if actor else None,
        f"{role}_entry_ids": list(actor.entry_ids) if actor else [],
    }


def _place_columns(place: Place | None) -> dict[str, Any]:
    return _span_columns("place", place.span if place else None) | {
        "place_name": place.name if place else None,
        "place_country": place.country if place else None,
        "place_admin1": place.admin1 if place else None,
        "place_latitude": place.latitude if place else None,
        "place_longitude": place.longitude if place else None,
        "place_resolution": place.resolution if place else None,
        "geonames_id": place.geonames_id if place else None,
    }


def _span_from(row: Mapping[str, Any], name: str) -> Span | None:
    if row[f"{name}_start"] is None:
        return None
    return Span(start=row[f"{name}_start"], end=row[f"{name}_end"], text=row[f"{name}_text"])


def _actor_from(row: Mapping[str, Any], role: str) -> Actor | None:
    if row[f"{role}_name"] is None:
        return None
    return Actor(
        name=row[f"{role}_name"],
        country=row[f"{role}_country"],
        sector=row[f"{role}_sector"],
        span=_span_from(row, role) or _missing(row, role),
        entry_ids=tuple(row[f"{role}_entry_ids"]),
    )


def _place_from(row: Mapping[str, Any]) -> Place | None:
    if row["place_name"] is None:
        return None
    return Place(
        name=row["place_name"],
        country=row["place_country"],
        latitude=row["place_latitude"],
        longitude=row["place_longitude"],
        resolution=row["place_resolution"],
        geonames_id=row["geonames_id"],
        admin1=row["place_admin1"],
        span=_span_from(row, "place"),
    )


def _missing(row: Mapping[str, Any], name: str) -> Any:
    raise ValueError(f"candidate {row.get('id')} has no {name} span")
