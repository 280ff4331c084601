"""Same event: the candidates of one article and type in; how likely each two tell one event, by all that speaks for and against it, out.

Pure. A few weights over what one who reads would ask: are the parties the same, do days, places and numbers agree, do the two stand
close by, is the earlier in the lead, and is the article full of the like, so that each may be another? What the trained reader thinks of
their words is one voice among these.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from pipeline.extract.lexicon.words import word_set
from pipeline.extract.reader.decide import load_settings, logit
from pipeline.extract.reader.heads import Floats
from pipeline.model import Actor, Candidate

# Letters of a middling sentence: two tellings so far apart count as one step.
SENTENCE = 150
# Days that a date of each precision may be off.
_SLACK = {"day": 0, "week": 7, "month": 31, "year": 366}
_PRECISIONS = tuple(_SLACK)
MANY_LANDS = "IGO"
_WORD = re.compile(r"[^\W\d_]+")
_EMPTY = word_set("article.incidents.empty")


def scores(told: Sequence[Candidate], alike: Floats) -> list[list[float]]:
    """How likely each two tell one event, as logits; data/reader.toml says on what the weights were fitted.

    Args:
        told: In the order of the text, `is_background` and `is_lead` as each is told by itself.
        alike: How likely the trained reader thinks each two the same, from 0 to 1; as many rows and columns as `told`.
    """
    weights = load_settings()["same"]
    found = [[0.0] * len(told) for _ in told]
    for at, later, features in pairs_of(told, alike):
        score = weights["bias"] + sum(weights[name] * value for name, value in features.items())
        found[at][later] = found[later][at] = score
    return found


def pairs_of(told: Sequence[Candidate], alike: Floats) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Each two of some tellings, the earlier first, with all that speaks for and against it; as `scores` is given them."""
    dyads = [sum(_is_dyad(one, each) for each in told) for one in told]
    for at, one in enumerate(told):
        for later in range(at + 1, len(told)):
            yield (
                at,
                later,
                {
                    **features_of(one, told[later], float(alike[at, later])),
                    "many": math.log(len(told)),
                    "between": math.log1p(later - at - 1),
                    "dyad": math.log1p(dyads[at]),
                },
            )


def features_of(one: Candidate, other: Candidate, alike: float) -> dict[str, float]:
    """What speaks for and against it in the two themselves, the earlier first."""
    actors, recipients = relation(one.actor, other.actor), relation(one.recipient, other.recipient)
    return {
        "alike": logit(alike),
        "actor_apart": float(actors == "apart"),
        "recipient_apart": float(recipients == "apart"),
        "same_sides": float((actors, recipients).count("same")),
        "lacking": float((actors, recipients).count("unknown")),
        "far": math.log1p(abs(other.trigger.start - one.trigger.start) / SENTENCE),
        "same_sentence": float(one.sentence == other.sentence),
        "lead": float(one.is_lead),
        "history": float(one.is_background != other.is_background),
        "doubt": 1 - min(one.confidence, other.confidence),
        **_days(one, other),
        **_places(one, other),
        "other_count": float(_count_otherwise(one, other)),
    }


def relation(first: Actor | None, second: Actor | None) -> str:
    """What two parties are to each other: `same` by name or one within the other, `akin` by land, sector or a word of their names,
    `apart`; or `unknown`, where one is nobody.

    Two bodies of many lands are one by their names alone.
    """
    if first is None or second is None:
        return "unknown"
    if first.name.casefold() == second.name.casefold():
        return "same"
    if first.country and second.country and first.country != second.country:
        return "apart"
    mine, yours = _words(first.name), _words(second.name)
    if mine and yours and (mine <= yours or yours <= mine):
        return "same"
    if MANY_LANDS in (first.country, second.country):
        return "apart"
    is_akin = mine & yours or _shares(first.country, second.country) or _shares(first.sector, second.sector)
    return "akin" if is_akin else "apart"


def _shares(first: str | None, second: str | None) -> bool:
    return bool(first) and first == second


@lru_cache(maxsize=10_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold())) - _EMPTY


def _is_dyad(first: Candidate, second: Candidate) -> bool:
    """Whether both parties are the same, or of one land."""
    return _is_like(first.actor, second.actor) and _is_like(first.recipient, second.recipient)


def _is_like(first: Actor | None, second: Actor | None) -> bool:
    if first is None or second is None:
        return False
    relates = relation(first, second)
    return relates == "same" or (relates == "akin" and _shares(first.country, second.country))


def _days(one: Candidate, other: Candidate) -> Mapping[str, float]:
    """Whether two days agree or lie farther apart than they may be off, where both are said."""
    a, b = one.event_date, other.event_date
    if a.span is None or b.span is None:
        return {"same_day": 0.0, "other_day": 0.0}
    slack = max(1, _SLACK[max(a.precision, b.precision, key=_PRECISIONS.index)])
    return {
        "same_day": float((a.value, a.precision) == (b.value, b.precision)),
        "other_day": float(abs((a.value - b.value).days) > slack),
    }


def _places(one: Candidate, other: Candidate) -> Mapping[str, float]:
    here, there = one.place, other.place
    if here is None or there is None:
        return {"same_place": 0.0, "other_land": 0.0}
    return {
        "same_place": float((here.country, here.name) == (there.country, there.name)),
        "other_land": float(here.country != there.country),
    }


def _count_otherwise(one: Candidate, other: Candidate) -> bool:
    """Whether both count the dead, the hurt or the held, and none alike."""
    pairs = [(a, b) for a in one.counts for b in other.counts if a.kind == b.kind]
    return bool(pairs) and not any((a.lower, a.upper) == (b.lower, b.upper) for a, b in pairs)
