"""Which candidates tell the same event: a stable key from what makes an event one."""

from __future__ import annotations

import hashlib

from pipeline.model import Actor, Candidate, Place


def event_key(candidate: Candidate) -> str:
    """Hash of type, status, date, actor, recipient and place: the same on every machine and in every run.

    Mode, counts and confidence are left out: tellings of one event differ in them. A known actor goes by
    code and name, an unknown one by its name alone; both without case.
    """
    date = candidate.event_date
    parts = (
        candidate.event_type,
        candidate.status,
        date.value.isoformat(),
        date.precision,
        _actor_key(candidate.actor),
        _actor_key(candidate.recipient),
        _place_key(candidate.place),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _actor_key(actor: Actor | None) -> str:
    return f"{actor.code}:{' '.join(actor.name.casefold().split())}" if actor else ""


def _place_key(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{place.country}:{place.geonames_id or place.name.casefold()}"
