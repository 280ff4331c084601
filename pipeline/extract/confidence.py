"""Confidence: the calibrated probability that type, actor and recipient of a candidate are right.

A logistic model over a few features of the reading; its weights lie in data/confidence.toml with
where they were fitted. Attacks whose victim alone is named ("three were killed") have a model of their own, for
the gold of pairs has none of them. ACCURACY.md shows the calibration tables.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline.extract.lexicon.files import DATA

WEIGHTS = DATA / "confidence.toml"


@cache
def load_weights(path: Path = WEIGHTS, table: str = "weights") -> Mapping[str, float]:
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))[table])


def is_victim_alone(features: Mapping[str, float], event_type: str) -> bool:
    """Whether a reading is an attack that took place and names whom it struck and nobody who did it."""
    named = features["has_recipient"] and not features["has_actor"]
    return bool(event_type == "ASSAULT" and features["is_actual"] and named)


def weights_for(features: Mapping[str, float], event_type: str) -> Mapping[str, float]:
    """The weights of the model that serves a reading."""
    table = "victim_alone" if is_victim_alone(features, event_type) else "weights"
    return load_weights(table=table)


def confidence(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Probability in 0.01 … 0.99; features the weights do not name count nothing."""
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return round(min(0.99, max(0.01, 1.0 / (1.0 + math.exp(-score)))), 3)
