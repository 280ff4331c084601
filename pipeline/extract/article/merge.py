"""Merge: an event told twice in one article becomes one candidate with further mentions. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline import plover
from pipeline.extract.article.joining import joined
from pipeline.extract.article.scene import is_inferred
from pipeline.extract.lexicon.cameo import cameo_code
from pipeline.model import Actor, Candidate, EventDate, Place


def merge(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Join candidates of one type whose parties, status and dates do not contradict; the fuller telling leads."""
    kept: list[Candidate] = []
    for candidate in candidates:
        for number, known in enumerate(kept):
            if same_event(known, candidate):
                kept[number] = _one(known, candidate)
                break
        else:
            kept.append(candidate)
    return kept


def same_event(first: Candidate, second: Candidate) -> bool:
    return (
        first.event_type == second.event_type
        and first.status == second.status
        and (first.mode == second.mode or not first.mode or not second.mode)
        and same_actor(first.actor, second.actor)
        and same_actor(first.recipient, second.recipient)
        and _compatible_dates(first, second)
        and places_agree(first, second)
        and _overlap(first, second)
    )


def same_actor(first: Actor | None, second: Actor | None) -> bool:
    if first is None or second is None:
        return first is None and second is None
    return first.name == second.name or (bool(first.code) and first.code == second.code)


def _compatible_dates(first: Candidate, second: Candidate) -> bool:
    a, b = first.event_date, second.event_date
    if is_inferred(a.span, first) or is_inferred(b.span, second):
        return True
    if a.precision == b.precision == "day":
        return a.value == b.value
    return (
        abs((a.value - b.value).days)
        <= {"day": 0, "week": 7, "month": 31, "year": 366}[
            max((a.precision, b.precision), key=("day", "week", "month", "year").index)
        ]
    )


def places_agree(first: Candidate, second: Candidate) -> bool:
    a, b = said_place(first), said_place(second)
    return (
        a is None or b is None or a.name == b.name or a.resolution == "country" or b.resolution == "country"
    )


def said_place(candidate: Candidate) -> Place | None:
    place = candidate.place
    return None if place is None or is_inferred(place.span, candidate) else place


def _has_said_date(candidate: Candidate) -> bool:
    return not is_inferred(candidate.event_date.span, candidate)


def _overlap(first: Candidate, second: Candidate) -> bool:
    """Two tellings in one sentence are two events unless a trigger is the other's or both parties are the same words."""
    if first.sentence != second.sentence:
        return True
    if (
        first.actor
        and first.recipient
        and second.actor
        and second.recipient
        and first.event_type == "ASSAULT"
    ):
        return first.actor.span == second.actor.span and first.recipient.span == second.recipient.span
    return first.trigger.start < second.trigger.end and second.trigger.start < first.trigger.end


def _one(first: Candidate, second: Candidate) -> Candidate:
    lead, other = (second, first) if _telling(second) > _telling(first) else (first, second)
    return joined(
        lead if lead.mode or not other.mode else in_mode(lead, other.mode),
        other,
        place=said_place(lead) or said_place(other) or lead.place or other.place,
        event_date=_date(lead, other),
    )


def in_mode(candidate: Candidate, mode: str) -> Candidate:
    """A candidate with a mode that another telling gave, and with the score and codes of that mode."""
    code = plover.code(candidate.event_type, mode)
    return replace(
        candidate,
        mode=mode,
        quad_class=code.quad_class,
        score=code.score,
        cameo=cameo_code(candidate.event_type, mode, candidate.contexts),
    )


def _date(lead: Candidate, other: Candidate) -> EventDate:
    """A date the sentence says, then one inferred, then the day of publication."""
    for one in (lead, other):
        if _has_said_date(one):
            return one.event_date
    return other.event_date if lead.event_date.is_publication_date else lead.event_date


def _telling(candidate: Candidate) -> tuple[int, int, float]:
    return (
        (candidate.actor is not None) + (candidate.recipient is not None),
        _has_said_date(candidate) + (said_place(candidate) is not None),
        candidate.confidence,
    )
