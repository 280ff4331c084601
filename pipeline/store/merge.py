"""Which candidates tell the same event: a stable key from what makes an event one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from pipeline.model import Actor, Candidate, Place, Span


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


def tellings(candidate: Candidate) -> Iterator[Span]:
    """The triggers that tell the event in its article, the candidate's own first, none twice."""
    seen = set()
    for span in (candidate.trigger, *candidate.mentions):
        if span.start not in seen:
            seen.add(span.start)
            yield span


def mention_rows(
    candidates: Iterable[tuple[int, int, Candidate]],
) -> list[tuple[str, str, int, int, int, int, str]]:
    """Rows to stage, ordered by event key.

    Args:
        candidates: (candidate id, article id, candidate).

    Returns:
        (event_key, event_date, candidate_id, article_id, trigger_start, trigger_end, trigger_text).
    """
    return sorted(
        (event_key(candidate), candidate.event_date.value.isoformat(), candidate_id, article_id,
         span.start, span.end, span.text)
        for candidate_id, article_id, candidate in candidates
        for span in tellings(candidate)
    )  # fmt: skip


def _actor_key(actor: Actor | None) -> str:
    return f"{actor.code}:{' '.join(actor.name.casefold().split())}" if actor else ""


def _place_key(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{place.country}:{place.geonames_id or place.name.casefold()}"
