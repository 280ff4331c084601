"""Incidents: the candidates of one article in, each happening once; later tellings fill in what earlier ones lacked. Pure.

For what the trained reader decided, which sees the same event in every sentence that tells it. The surest telling of a happening leads;
each other joins the happening of its type that it is likeliest to tell, by all that speaks for and against it (`same_event.py`), where
that is likely enough.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from pipeline.extract.article.joining import joined
from pipeline.extract.article.same_event import scores
from pipeline.extract.reader.decide import load_settings
from pipeline.extract.reader.heads import Floats
from pipeline.model import DONE, Candidate

# How likely each two of some candidates of one type tell the same, from 0 to 1.
Alike = Callable[[Sequence[Candidate]], Floats]


def incidents(candidates: Iterable[Candidate], alike: Alike) -> list[Candidate]:
    """Join what tells the same happening, the surest first; those left are in the order of the text.

    Args:
        candidates: `is_background` and `is_lead` as each is told by itself.
    """
    bar = float(load_settings()["same"]["bar"])
    kept = [
        reduce(as_one, group)
        for told in kinds_of(candidates)
        for group in groups_of(told, scores(told, alike(told)) if len(told) > 1 else (), bar)
    ]
    return sorted(kept, key=lambda one: one.trigger.start)


def kinds_of(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Those that may be one: of one type, and both done, to come, possible or denied; each kind in the order of the text."""
    kinds: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        kinds[one.event_type, "done" if one.status in DONE else one.status].append(one)
    return [sorted(told, key=lambda one: one.trigger.start) for told in kinds.values()]


def groups_of(
    told: Sequence[Candidate], score: Sequence[Sequence[float]], bar: float
) -> list[list[Candidate]]:
    """Those of one kind by the happening that they tell, the surest first in each.

    A telling is held against all that a happening has so far: one like telling among many unlike ones does not draw it in.

    Args:
        score: How likely each two are one, as logits; may be empty where one alone is told.
        bar: So likely, from 0 to 1, a telling must be one with a happening to join it.
    """
    found, least = list[list[int]](), math.log(bar / (1 - bar))
    for at in sorted(range(len(told)), key=lambda at: (-told[at].confidence, told[at].trigger.start)):
        likely = [sum(score[at][one] for one in group) / len(group) for group in found]
        best = max(range(len(found)), key=likely.__getitem__, default=None)
        if best is not None and likely[best] >= least:
            found[best].append(at)
        else:
            found.append([at])
    return [[told[at] for at in group] for group in found]


def as_one(known: Candidate, other: Candidate) -> Candidate:
    """The happening with a telling more."""
    return joined(
        known,
        other,
        place=known.place or other.place,
        event_date=other.event_date if known.event_date.span is None else known.event_date,
    )
