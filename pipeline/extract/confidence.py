"""Confidence: the calibrated probability that type, actor and recipient of a candidate are right.

A logistic model over a few features of the reading; its weights lie in data/confidence.toml with
where they were fitted. ACCURACY.md shows the calibration table.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).resolve().parent / "data" / "confidence.toml"


@cache
def load_weights(path: Path = WEIGHTS) -> Mapping[str, float]:
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["weights"])


def confidence(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Probability in 0.01 … 0.99; features the weights do not name count nothing."""
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return round(min(0.99, max(0.01, 1.0 / (1.0 + math.exp(-score)))), 3)
