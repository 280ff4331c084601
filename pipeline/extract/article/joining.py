"""Joining: two tellings of one happening in, one candidate out. Pure."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import Candidate, EventDate, Place


def joined(lead: Candidate, other: Candidate, *, place: Place | None, event_date: EventDate) -> Candidate:
    """The leading telling with what it lacks from the other, and the other's trigger as a mention.

    Args:
        place, event_date: Which of the two it has is its caller's to say.
    """
    triggers = {*lead.mentions, *other.mentions, other.trigger} - {lead.trigger}
    return replace(
        lead,
        actor=lead.actor or other.actor,
        recipient=lead.recipient or other.recipient,
        place=place,
        event_date=event_date,
        counts=lead.counts or other.counts,
        contexts=tuple(sorted({*lead.contexts, *other.contexts})),
        mentions=tuple(sorted(triggers, key=lambda span: span.start)),
        confidence=max(lead.confidence, other.confidence),
        is_lead=lead.is_lead or other.is_lead,
    )
