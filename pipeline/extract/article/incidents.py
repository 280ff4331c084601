"""Incidents: the candidates of one article in, each happening once; later tellings fill in what earlier ones lacked. Pure.

For what the trained reader decided, which sees the same event in every sentence that tells it. Two are one where type and parties
agree as far as both say them, no day speaks against it, and the reader does not think them two; and where they stand close by and the
reader thinks them one: the surer has its parties right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pipeline.extract.article.joining import joined
from pipeline.extract.lexicon.words import word_set
from pipeline.extract.reader.decide import load_settings
from pipeline.model import Actor, Candidate

# Happenings with a day of their own; a second one on another day is another.
DATED = frozenset(("ASSAULT", "PROTEST", "CONSULT", "COERCE"))
MANY_LANDS = "IGO"
_WORD = re.compile(r"[^\W\d_]+")
_EMPTY = word_set("article.incidents.empty")


# How likely two candidates of one type tell the same, from 0 to 1.
Alike = Callable[[Candidate, Candidate], float]


def incidents(candidates: Iterable[Candidate], alike: Alike) -> list[Candidate]:
    """Join what tells the same happening, the surest first; those left are in the order of the text."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda one: (-one.confidence, one.trigger.start)):
        for number, known in enumerate(kept):
            if is_same(known, candidate, alike):
                kept[number] = joined(
                    known,
                    candidate,
                    place=known.place or candidate.place,
                    event_date=candidate.event_date if known.event_date.span is None else known.event_date,
                )
                break
        else:
            kept.append(candidate)
    return sorted(kept, key=lambda one: one.trigger.start)


def is_same(first: Candidate, second: Candidate, alike: Alike) -> bool:
    """Whether the trained reader takes two candidates for one, by more where more speaks against it."""
    if first.event_type != second.event_type or (first.status == "denied") != (second.status == "denied"):
        return False
    if first.event_type in DATED and _days_differ(first, second):
        return False
    bars = load_settings()["same"]
    chance = alike(first, second)
    if abs(first.trigger.start - second.trigger.start) < bars["near"] and chance >= bars["beside"]:
        return True
    if not (may_be_one(first.actor, second.actor) and may_be_one(first.recipient, second.recipient)):
        return False
    kind = "one_kind" if first.is_background == second.is_background else "two_kinds"
    return chance >= float(bars[kind])


def may_be_one(first: Actor | None, second: Actor | None) -> bool:
    """Nobody may be anybody; else one name, one within the other, one land, or one sector where a land is not known.

    Two bodies of many lands are one by their names alone.
    """
    if first is None or second is None or first.name.casefold() == second.name.casefold():
        return True
    is_land = not any(one.country == MANY_LANDS for one in (first, second))
    if first.country and second.country and (is_land or first.country != second.country):
        return first.country == second.country
    mine, yours = _words(first.name), _words(second.name)
    if mine and yours and (mine <= yours or yours <= mine):
        return True
    return is_land and bool(first.sector) and first.sector == second.sector


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold())) - _EMPTY


def _days_differ(first: Candidate, second: Candidate) -> bool:
    a, b = first.event_date, second.event_date
    return a.span is not None and b.span is not None and a.value != b.value
