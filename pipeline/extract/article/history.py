"""History: a candidate and what the trained reader thinks of it in; whether it is told as history or as a running total out. Pure.

The reader sees the words and not what their dates come to; the words of the sentence that say it plainest ("since October", "in 2014",
"three years ago") and the day that was linked to the event are weighed beside what it thinks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from pipeline.extract.reader.decide import load_settings, logit
from pipeline.model import Candidate


@cache
def _long_ago() -> re.Pattern[str]:
    """Words that stand in a sentence of the past (data/reader.toml)."""
    words = load_settings()["long_ago"]
    return re.compile(words["pattern"].replace("{month}", words["month"]), re.I | re.X)


def is_history(candidate: Candidate, background: float, published: date) -> bool:
    """Whether it is history; `background` is how likely the reader thinks it."""
    bar = float(load_settings()["history"]["bar"])
    return history_chance(candidate, background, published) > bar


def is_history_by_rule(candidate: Candidate, published: date) -> bool:
    """The same without a trained reader: its day is long past, or its sentence speaks of long ago and no recent day is told.

    Of the rows of rules that were held against the corpus, 539 of 754 that this flags and that told an event told history.
    """
    told = features_of(candidate, 0.5, published)
    return bool(told["old"] or (told["long_ago"] and not told["recent"]))


def history_chance(candidate: Candidate, background: float, published: date) -> float:
    """How likely it is history; data/reader.toml says on what the weights were fitted."""
    weights = load_settings()["history"]
    found = features_of(candidate, background, published)
    score = weights["bias"] + sum(weights[name] * value for name, value in found.items())
    return float(1 / (1 + math.exp(-score)))


def features_of(candidate: Candidate, background: float, published: date) -> Mapping[str, float]:
    """What tells history from news, each between 0 and 1 but what the reader states."""
    when = candidate.event_date
    is_told = when.span is not None
    is_old = published - when.value > timedelta(days=load_settings()["history"]["days"])
    return {
        "stated": logit(background),
        "long_ago": float(bool(_long_ago().search(candidate.sentence.text))),
        "old": float(is_told and is_old),
        "recent": float(is_told and not is_old),
    }
