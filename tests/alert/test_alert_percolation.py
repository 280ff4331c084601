"""Three readings of the same rules agree: one statement over rows, plain Python, and a query a rule."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.alert.anchors import MAX_ANCHORS, branch_anchors, event_terms
from pipeline.alert.branch import Branch
from pipeline.alert.match import branch_holds, matches
from pipeline.stages.matching import pairs
from pipeline.stages.rulebook import _save
from tests.alert import random_rules as made

RANDOM = st.integers(0, 2**32).map(Random)


def asked_one_by_one(db, rules, events) -> list[tuple[int, str]]:
    with db.connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE asked ({made.COLUMNS}) ON COMMIT DROP")
        places = ",".join(["%s"] * len(made.row(events[0], 0)))
        statement = f"INSERT INTO asked VALUES ({places})"  # noqa: S608  (places for parameters alone)
        cursor.executemany(statement, [made.row(event, number) for number, event in enumerate(events)])
        found = []
        for rule in rules:
            statement, values = made.query(rule)
            cursor.execute(statement, values)
            found += [(number, rule.id) for (number,) in cursor.fetchall()]
        cursor.execute("DROP TABLE asked")
    return sorted(found)


def percolated(db, rules, events) -> list[tuple[int, str]]:
    db.run("delete_rules", rules=[rule.id for rule in rules])
    _save(db, [(rule, "") for rule in rules])
    return pairs(db, events)


def in_python(rules, events) -> list[tuple[int, str]]:
    return sorted((n, rule.id) for n, event in enumerate(events) for rule in rules if matches(rule, event))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(random=RANDOM)
def test_three_readings_of_a_rule_agree(db, random):
    """Whatever rules and events there are, all three find the same pairs."""
    rules = [made.rule(random, number) for number in range(4)]
    events = [made.event(random, number) for number in range(8)]
    expected = in_python(rules, events)

    assert percolated(db, rules, events) == expected
    assert asked_one_by_one(db, rules, events) == expected


def test_many_rules_and_events_agree(db):
    """200 rules, 400 events: hundreds of pairs, and the same ones."""
    random = Random(14)
    rules = [made.rule(random, number) for number in range(200)]
    events = [made.event(random, number) for number in range(400)]
    expected = in_python(rules, events)

    assert len(expected) > 50
    assert percolated(db, rules, events) == expected
    assert asked_one_by_one(db, rules, events) == expected


@settings(max_examples=200, deadline=None)
@given(random=RANDOM)
def test_what_a_branch_matches_shows_one_of_its_anchors(random):
    """The index never hides a match."""
    branch = Branch.model_validate(made.branch(random))
    anchors = set(branch_anchors(branch))

    assert 1 <= len(anchors) <= MAX_ANCHORS
    for number in range(20):
        event = made.event(random, number)
        assert not branch_holds(branch, event) or anchors & set(event_terms(event))


@pytest.mark.parametrize(
    ("branch", "anchors"),
    [
        ({"event_type": "ASSAULT", "country": ["MLI", "NER"]}, ["tc:ASSAULT|MLI", "tc:ASSAULT|NER"]),
        ({"actor": "RUS", "recipient": "UKR"}, ["ar:RUS|UKR"]),
        ({"actor_country": "LBY", "actor_sector": "GOV"}, ["a:LBYGOV"]),
        ({"dyad_either_way": ["RUS", "UKR"]}, ["ar:RUS|UKR", "ar:UKR|RUS"]),
        ({"text": ["no fly zone", "peace* talks", "sanction*"]}, ["p:sanc", "w:talks", "w:zone"]),
        ({"near": {"latitude": 32.1, "longitude": 20.1, "km": 5}}, ["g:32,200"]),
        ({"max_score": -5, "min_score": -9}, ["*"]),
    ],
)
def test_branch_is_found_by_what_is_seldom(branch, anchors):
    """Pairs before single values, dyads before actors, long words before short ones."""
    assert branch_anchors(Branch.model_validate(branch)) == anchors


def test_rule_is_not_met_by_its_own_exclusion(db, rule, event):
    """The excluding branch is held against the same candidates."""
    but = rule(not_branch=Branch.model_validate({"actor_name": "alliance"}))

    assert percolated(db, [but], [event(), event(actor_name="Somebody")]) == [(1, "leaving")]
