"""Options: what speaks for each of several answers, and a table of weights in; how likely each is meant, out. Pure.

The weights are learnt from hand-coded articles (model/scripts/article_weights.py) and lie in data files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Features = Mapping[str, float]


def chances(options: Sequence[Features], weights: Mapping[str, float]) -> list[float]:
    """How likely each option is meant, from 0 to 1, together 1; a feature without a weight says nothing."""
    scores = [sum(weights.get(name, 0.0) * value for name, value in option.items()) for option in options]
    highest = max(scores)
    parts = [math.exp(score - highest) for score in scores]
    whole = sum(parts)
    return [part / whole for part in parts]
