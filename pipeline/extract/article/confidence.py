"""Confidence: a reading and its parties in; the probability that the rules read it right out."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.extract.events.reading import Reading
from pipeline.extract.lexicon.files import DATA
from pipeline.model import Actor

WEIGHTS = DATA / "confidence.toml"


@cache
def load_weights(path: Path = WEIGHTS, table: str = "weights") -> Mapping[str, float]:
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))[table])


def is_victim_alone(features: Mapping[str, float], event_type: str) -> bool:
    """Whether a reading is an attack that took place and names whom it struck and nobody who did it."""
    named = features["has_recipient"] and not features["has_actor"]
    return bool(event_type == "ASSAULT" and features["is_actual"] and named)


def deed_alone(reading: Reading, actor: Actor | None, recipient: Actor | None) -> float | None:
    """How sure a deed is that one party does alone: a protest by people, a missile test; None where it is no such deed."""
    if actor is None or recipient is not None or reading.status != "actual" or len(reading.lineage) != 1:
        return None
    if reading.lineage[0].startswith("noun:"):
        return None
    for deed in _deeds().values():
        if reading.event_type in deed["types"].split() and (
            (actor.sector or "-") in deed.get("sectors", "").split()
            or reading.frame_id in deed.get("frames", "").split()
        ):
            return float(deed["confidence"])
    return None


@cache
def _deeds() -> Mapping[str, Mapping[str, Any]]:
    """Kinds of such deeds, with what was measured of them (data/deeds.toml)."""
    return tomllib.loads((DATA / "deeds.toml").read_text(encoding="utf-8"))


def weights_for(features: Mapping[str, float], event_type: str) -> Mapping[str, float]:
    """The weights of the model that serves a reading."""
    table = "victim_alone" if is_victim_alone(features, event_type) else "weights"
    return load_weights(table=table)


def confidence(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Probability in 0.01 … 0.99; features the weights do not name count nothing."""
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return round(min(0.99, max(0.01, 1.0 / (1.0 + math.exp(-score)))), 3)


def features_of(reading: Reading, actor: Actor | None, recipient: Actor | None) -> dict[str, float]:
    """What the confidence model sees of a reading, each between 0 and 1."""
    depth = 0
    token = reading.trigger[0]
    while token.head.i != token.i and depth < 5:
        token, depth = token.head, depth + 1
    return {
        "has_actor": float(actor is not None),
        "has_actor_country": float(bool(actor and actor.country)),
        "has_actor_sector": float(bool(actor and actor.sector)),
        "has_recipient": float(recipient is not None),
        "has_both": float(actor is not None and recipient is not None),
        "has_both_countries": float(bool(actor and recipient and actor.country and recipient.country)),
        "has_recipient_country": float(bool(recipient and recipient.country)),
        "actor_is_pronoun": float(bool(actor and len(actor.span.text) < 5 and actor.span.text.islower())),
        "is_operator": float(len(reading.lineage) > 1 or reading.lineage == ("duty",)),
        "is_nominal": float(reading.is_nominal),
        "is_bare_operator": float(reading.lineage[-1].endswith(("-verb", "-noun", "-adjective"))),
        "frame_weight": min(reading.weight, 4) / 4,
        "depth": depth / 5,
        "is_actual": float(reading.status == "actual"),
        "many_sides": float(len(reading.agents) > 1 or len(reading.patients) > 1),
        "recipient_reached": float(reading.is_reached),
    }
