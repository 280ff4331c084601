"""Attacks: the candidates of one article in; the dead, the hurt and the means of one attack in one row each. Pure.

"A bomb went off in the market, killing 30 and wounding 45" is one attack for whoever counts attacks, and so is "three policemen
and two gunmen were killed". Two candidates are one attack where one sentence tells both, nothing they say of who, where and when
differs, and one of them is what the other led to. The row keeps the surest doer, the people it was done to and all counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.extract.article.joining import joined
from pipeline.extract.article.merge import in_mode, places_agree, said_place, same_actor
from pipeline.extract.article.scene import is_inferred
from pipeline.extract.lexicon.words import word_set
from pipeline.model import Actor, Candidate, Count

# Frames that tell what was done to people, whoever did it by whatever means.
HARM = word_set("article.attacks.harm")
# Weapons and blasts stand for whoever used them.
MEANS = word_set("article.attacks.means")


def attacks(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Join the tellings of one attack; all else comes out as it was, in the same order."""
    kept: list[Candidate] = []
    for candidate in candidates:
        for number, known in enumerate(kept):
            if is_one_attack(known, candidate) or is_told_again(known, candidate):
                kept[number] = _one(known, candidate)
                break
        else:
            kept.append(candidate)
    return kept


def is_one_attack(first: Candidate, second: Candidate) -> bool:
    """Whether one sentence tells both, one is what the other led to, and nothing speaks against it."""
    return (
        first.event_type == second.event_type == "ASSAULT"
        and first.sentence == second.sentence
        and first.status == second.status
        and first.is_background == second.is_background
        and (_tells_harm(first) or _tells_harm(second) or _names_one_alone(first, second))
        and may_be_one_doer(first.actor, second.actor)
        and not _strikes_back(first, second)
        and _days_agree(first, second)
        and places_agree(first, second)
    )


def is_told_again(first: Candidate, second: Candidate) -> bool:
    """Whether another sentence tells the same attack: the same kind of doer did it to as many people, where and when it may be.

    "The kidnapping of the 80 pupils" is that of the 80 girls; "three dead, police say" are the three of the line before.
    """
    return (
        first.event_type == second.event_type == "ASSAULT"
        and first.sentence != second.sentence
        and first.status == second.status
        and first.is_background == second.is_background
        and (not first.mode or not second.mode or first.mode == second.mode)
        and _same_number(first, second)
        and _same_kind_of_doer(first.actor, second.actor)
        and _lands_agree(first.recipient, second.recipient)
        and _days_agree(first, second)
        and places_agree(first, second)
    )


def _same_number(first: Candidate, second: Candidate) -> bool:
    """Whether both count as many of one kind, at least two; where one counts nobody it was a place that it struck."""
    pairs = [(a, b) for a in first.counts for b in second.counts if a.kind == b.kind]
    if not pairs:
        return False
    return all(a.lower == b.lower and a.upper == b.upper and (a.lower or 0) >= 2 for a, b in pairs)


def _same_kind_of_doer(first: Actor | None, second: Actor | None) -> bool:
    if first is None or second is None or same_actor(first, second):
        return True
    return first.sector == second.sector and bool(first.sector) and _lands_agree(first, second)


def _lands_agree(first: Actor | None, second: Actor | None) -> bool:
    lands = {side.country for side in (first, second) if side is not None and side.country}
    return len(lands) < 2


def may_be_one_doer(first: Actor | None, second: Actor | None) -> bool:
    """Nobody may be anybody, and so may a weapon; else it is the same name, words or code."""
    if first is None or second is None or is_means(first) or is_means(second):
        return True
    return first.span == second.span or same_actor(first, second)


def is_means(actor: Actor) -> bool:
    """Whether the doer is a thing that somebody used: "a car bomb", "the blast"."""
    return actor.name.casefold().split(" ")[-1].rstrip("s") in MEANS


def _tells_harm(candidate: Candidate) -> bool:
    return candidate.frame_id.split("+", 1)[0] in HARM


def _names_one_alone(first: Candidate, second: Candidate) -> bool:
    """Whether one deed was done to somebody and to mere words: "hit Kharkiv, two dead"."""
    return first.trigger == second.trigger and any(
        one.recipient is not None and not one.recipient.code for one in (first, second)
    )


def _strikes_back(first: Candidate, second: Candidate) -> bool:
    """Whether one's doer is whom the other was done to: the gunman who killed three was shot dead by police."""
    return _is_at(first.actor, second.recipient) or _is_at(second.actor, first.recipient)


def _is_at(doer: Actor | None, target: Actor | None) -> bool:
    return doer is not None and target is not None and (doer.span == target.span or doer.name == target.name)


def _days_agree(first: Candidate, second: Candidate) -> bool:
    a, b = first.event_date, second.event_date
    return is_inferred(a.span, first) or is_inferred(b.span, second) or a.value == b.value


def _one(first: Candidate, second: Candidate) -> Candidate:
    """The telling with the doer leads, or else the one that says how; people come before places as whom it was done to."""
    lead, other = (second, first) if _rank(second) > _rank(first) else (first, second)
    lead = lead if lead.mode or not other.mode else in_mode(lead, other.mode)
    dated = lead if lead.event_date.span is not None else other
    one = joined(
        lead,
        other,
        place=said_place(lead) or said_place(other) or lead.place or other.place,
        event_date=dated.event_date,
    )
    return replace(
        one,
        actor=_surer(lead.actor, other.actor),
        recipient=_harmed(lead, other),
        counts=_counts(lead, other),
    )


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, float]:
    actor = candidate.actor
    return (
        actor is not None and not is_means(actor),
        actor is not None,
        candidate.recipient is not None,
        candidate.confidence,
    )


def _surer(first: Actor | None, second: Actor | None) -> Actor | None:
    if first is None or (second is not None and is_means(first) and not is_means(second)):
        return second
    return first


def _harmed(lead: Candidate, other: Candidate) -> Actor | None:
    """Whom the harm was done to, before the place or the body that was struck."""
    for candidate in sorted((lead, other), key=_tells_harm, reverse=True):
        if candidate.recipient is not None:
            return candidate.recipient
    return None


def _counts(lead: Candidate, other: Candidate) -> tuple[Count, ...]:
    """One a kind: that of the telling whose own word it is."""
    told = [(count, one) for one in (lead, other) for count in one.counts]
    kinds = dict.fromkeys(count.kind for one in (other, lead) for count in one.counts)
    return tuple(
        min((pair for pair in told if pair[0].kind == kind), key=lambda pair: _distance(*pair))[0]
        for kind in kinds
    )


def _distance(count: Count, candidate: Candidate) -> int:
    return min(abs(count.span.start - candidate.trigger.end), abs(candidate.trigger.start - count.span.end))
