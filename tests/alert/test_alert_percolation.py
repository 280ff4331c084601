"""Three readings of the same rules agree: one statement over rows, plain Python, and a query a rule."""

from itertools import chain
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.alert.anchors import MAX_ANCHORS, Leading, branch_anchors, event_terms, leading_terms
from pipeline.alert.branch import Branch
from pipeline.alert.compiled import rule_rows
from pipeline.alert.match import branch_holds, matches
from pipeline.alert.shares import Shares, counted
from pipeline.alert.signs import event_bits, refused_bits
from pipeline.stages.matching import MANY, pairs
from pipeline.stages.rulebook import RuleWriter
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
    shares = counted(event_terms(event) for event in events[::2])
    writer = RuleWriter(db, shares=shares)
    for rule in rules:
        writer.add(rule, "")
    writer.close([])
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
    assert len(events) >= MANY
    assert percolated(db, rules, events) == expected
    assert asked_one_by_one(db, rules, events) == expected


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(random=RANDOM)
def test_what_a_branch_matches_shows_one_of_its_anchors(random):
    """The index never hides a match."""
    branch = Branch.model_validate(made.branch(random))
    events = [made.event(random, number) for number in range(20)]
    shares = counted(map(event_terms, events[:10])) if random.random() < 0.5 else Shares()
    anchors = set(branch_anchors(branch, shares).terms)

    assert 1 <= len(anchors) <= MAX_ANCHORS
    for event in events:
        shown = event_terms(event)
        assert len(shown) == len(set(shown))
        assert not branch_holds(branch, event) or anchors.intersection(shown)


def test_leading_terms_are_those_of_the_event_that_lead_anywhere():
    """Whether they were all made before or not."""
    random = Random(4)
    events = [made.event(random, number) for number in range(40)]
    leading = Leading({*random.sample(sorted({*chain(*map(event_terms, events))}), 60), "w:nowhere"})

    for event in events:
        shown = leading_terms(event, leading)
        assert sorted(shown) == sorted(leading.terms.intersection(event_terms(event)))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(random=RANDOM)
def test_bits_refuse_no_match(random):
    """Nor do they hide one."""
    branch = Branch.model_validate(made.branch(random))
    for number in range(20):
        event = made.event(random, number)

        assert not branch_holds(branch, event) or not event_bits(event) & refused_bits(branch)


def test_what_is_whole_is_met_by_whatever_shows_a_term_and_no_refused_bit():
    """So that nothing is left to check."""
    random, tried = Random(3), 0
    events = [made.event(random, number) for number in range(300)]
    shown = [(event, set(event_terms(event)), event_bits(event)) for event in events]
    for number in range(300):
        rule = made.rule(random, number)
        for row, branch in zip(rule_rows(rule, Shares()), rule.any_branches, strict=False):
            if not row["is_whole"] or branch.min_confidence or branch.min_score or branch.max_score:
                continue
            for event, terms, bits in shown:
                if terms.intersection(row["anchors"]) and not bits & row["refused_bits"]:
                    tried += 1
                    assert branch_holds(branch, event) or {"IGO"} & {
                        event.actor_country, event.actor_sector, event.recipient_country, event.recipient_sector
                    }  # fmt: skip

    assert tried > 50


@pytest.mark.parametrize(
    ("condition", "fields", "holds"),
    [
        ({"actor_country": "IGO"}, {"actor_country": "LBY", "actor_sector": "IGO"}, False),
        ({"actor_sector": "IGO"}, {"actor_country": "IGO", "actor_sector": None}, False),
        ({"actor_sector": "IGO"}, {"actor_country": "IGO", "actor_sector": "IGO"}, True),
        ({"actor_country": "GOV"}, {"actor_country": None, "actor_sector": "GOV"}, False),
        ({"language": "xx", "actor": "LBY"}, {"actor_country": "LBY", "language": "yy"}, False),
        ({"language": "xx", "actor": "LBY"}, {"actor_country": "LBY", "language": "xx"}, True),
        ({"min_sources": 20, "actor": "LBY"}, {"actor_country": "LBY", "source_count": 19}, False),
        ({"max_score": 10, "actor": "LBY"}, {"actor_country": "LBY", "score": None}, False),
        ({"min_score": -10, "actor": "LBY"}, {"actor_country": "LBY", "score": None}, False),
        ({"actor_country": "LBY", "actor_sector": "GOV"}, {"actor_country": "LBY", "actor_sector": "MIL"}, False),
    ],
)  # fmt: skip
def test_edges_of_what_is_settled_beforehand(db, rule, event, condition, fields, holds):
    """Codes that are a country's and a sector's, values in no list, large counts, no score."""
    one, other = rule(any_branches=(Branch.model_validate(condition),)), event(**fields)

    assert matches(one, other) is holds
    assert bool(percolated(db, [one], [other])) is holds


@pytest.mark.parametrize(
    ("branch", "anchors"),
    [
        ({"event_type": "ASSAULT", "country": ["MLI", "NER"]}, ["tc:ASSAULT|MLI", "tc:ASSAULT|NER"]),
        ({"actor": "RUS", "recipient": "UKR"}, ["ar:RUS|UKR"]),
        ({"actor_country": "LBY", "actor_sector": "GOV"}, ["a:LBYGOV"]),
        ({"dyad_either_way": ["RUS", "UKR"]}, ["ar:RUS|UKR", "ar:UKR|RUS"]),
        ({"text": ["no fly zone", "peace* talks", "sanction*"]}, ["p:sanc", "w:talks", "w:zone"]),
        ({"near": {"latitude": 32.1, "longitude": 20.1, "km": 5}}, ["g:32,200"]),
        ({"max_score": -5, "min_score": -9}, ["*:"]),
    ],
)
def test_branch_is_found_by_what_is_seldom(branch, anchors):
    """Pairs before single values, dyads before actors, long words before short ones."""
    assert branch_anchors(Branch.model_validate(branch)).terms == anchors


def test_what_the_newest_events_are_full_of_is_no_anchor(event):
    """Where every event is in Mali, the country tells nothing."""
    branch = Branch.model_validate({"country": "MLI", "context": "election"})
    shares = counted(event_terms(event(country="MLI", event_key=str(n))) for n in range(500))

    assert branch_anchors(branch).terms == ["c:MLI"]
    assert branch_anchors(branch, shares).terms == ["x:election"]


def test_rule_is_not_met_by_its_own_exclusion(db, rule, event):
    """The excluding branch is held against the same candidates."""
    but = rule(not_branch=Branch.model_validate({"actor_name": "alliance"}))

    assert percolated(db, [but], [event(), event(actor_name="Somebody")]) == [(1, "leaving")]
