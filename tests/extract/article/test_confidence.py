"""Confidence lies in bounds and rises with what is known."""

from __future__ import annotations

import pytest

from pipeline.extract.article.confidence import confidence, is_victim_alone, load_weights, weights_for


@pytest.mark.parametrize("value", [-100.0, 0.0, 1.0, 100.0])
def test_confidence_stays_inside_its_bounds(value):
    assert 0.01 <= confidence({"x": value}, {"bias": 0.0, "x": 1.0}) <= 0.99


def test_unknown_features_count_nothing():
    assert confidence({"new": 5.0}, {"bias": 0.0}) == 0.5


def test_knowing_the_recipient_makes_surer():
    weights = load_weights()

    alone = {"has_actor": 1.0, "has_recipient": 0.0, "has_both": 0.0}
    both = {"has_actor": 1.0, "has_recipient": 1.0, "has_both": 1.0}

    assert confidence(both, weights) > confidence(alone, weights)


@pytest.mark.parametrize(
    ("actor", "recipient", "is_actual", "event_type", "alone"),
    [
        (0.0, 1.0, 1.0, "ASSAULT", True),
        (1.0, 1.0, 1.0, "ASSAULT", False),
        (1.0, 0.0, 1.0, "ASSAULT", False),
        (0.0, 1.0, 0.0, "ASSAULT", False),
        (0.0, 1.0, 1.0, "COERCE", False),
    ],
)
def test_a_victim_stands_alone_in_an_attack_that_took_place(actor, recipient, is_actual, event_type, alone):
    features = {"has_actor": actor, "has_recipient": recipient, "is_actual": is_actual}

    assert is_victim_alone(features, event_type) is alone
    assert (weights_for(features, event_type) == load_weights(table="victim_alone")) is alone
