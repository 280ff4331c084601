"""History: a candidate and what the trained reader thinks of it in; whether it is told as history or as a running total out. Pure.

The reader sees the words and not what their dates come to; the words of the sentence that say it plainest ("since October", "in 2014",
"three years ago") and how likely the event's day is long past (article/days.py) are weighed beside what it thinks.
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


def speaks_of_long_ago(candidate: Candidate) -> bool:
    """Whether its sentence has words of the past."""
    return _long_ago().search(candidate.sentence.text) is not None


def is_history(candidate: Candidate, background: float, past: float) -> bool:
    """Whether it is history; `background` is how likely the reader thinks it, `past` how likely its day is long past."""
    return history_chance(candidate, background, past) > float(load_settings()["history"]["bar"])


def history_chance(candidate: Candidate, background: float, past: float) -> float:
    """How likely it is history; data/reader.toml says on what the weights were fitted."""
    weights = load_settings()["history"]
    found = features_of(candidate, background, past)
    score = weights["bias"] + sum(weights[name] * value for name, value in found.items())
    return float(1 / (1 + math.exp(-score)))


def features_of(candidate: Candidate, background: float, past: float) -> Mapping[str, float]:
    """What tells history from news: both chances as `logit` has them, and the words of the sentence."""
    return {
        "stated": logit(background),
        "past": logit(past),
        "long_ago": float(speaks_of_long_ago(candidate)),
    }


def is_history_by_rule(candidate: Candidate, published: date) -> bool:
    """The same without a trained reader: its day is long past, or its sentence speaks of long ago and no recent day is told.

    Of the rows of rules that were held against the corpus, 539 of 754 that this flags and that told an event told history.
    """
    when = candidate.event_date
    is_told = when.span is not None
    is_old = published - when.value > timedelta(days=load_settings()["history"]["days"])
    return is_old if is_told else speaks_of_long_ago(candidate)
