"""Options: what speaks for each, in; how likely each is, out."""

import pytest

from pipeline.extract.lexicon.options import chances

WEIGHTS = {"near": 2.0, "far": -1.0}


def test_chances_add_up_to_one_and_follow_the_weights():
    """The nearer one is likelier, by e to the difference."""
    near, far = chances([{"near": 1.0}, {"far": 1.0}], WEIGHTS)

    assert near + far == pytest.approx(1)
    assert near / far == pytest.approx(2.718281828**3)


def test_a_feature_without_a_weight_says_nothing():
    """As do weights that no feature asks for."""
    assert chances([{"blue": 5.0}, {}], WEIGHTS) == [0.5, 0.5]


def test_what_is_far_beyond_doubt_overflows_nothing():
    """Nor does what is as far out of the question."""
    assert chances([{"near": 1e4}, {"far": 1e4}], WEIGHTS) == [1.0, 0.0]
