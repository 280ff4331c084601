"""Which events a branch lets through, and what is said about it."""

import time
from random import Random

import pytest

from pipeline.alert.branch import Branch
from pipeline.alert.match import branch_holds, matches, why, why_met
from pipeline.alert.words import phrase_occurs, text_words
from tests.alert import random_rules as made


@pytest.mark.parametrize(
    ("condition", "fields", "holds"),
    [
        ({"actor": ("AFGREB",)}, {}, True),
        ({"actor": ("AFG",)}, {}, True),
        ({"actor": ("REB",)}, {}, True),
        ({"actor": ("AFGGOV",)}, {}, False),
        ({"actor": ("LBY", "AFG")}, {}, True),
        ({"recipient": ("AFG",)}, {}, False),
        ({"recipient": ("LBYGOV",)}, {"recipient_country": "LBY", "recipient_sector": "GOV"}, True),
        ({"actor_country": ("AFG",)}, {}, True),
        ({"actor_country": ("LBY",)}, {}, False),
        ({"recipient_country": ("LBY",)}, {"recipient_country": "LBY"}, True),
        ({"actor_sector": ("REB", "MIL")}, {}, True),
        ({"recipient_sector": ("GOV",)}, {"recipient_sector": "MIL"}, False),
        ({"actor_name": ("northern alliance",)}, {}, True),
        ({"actor_name": ("Alliance",)}, {"actor_name": None}, False),
        ({"recipient_name": ("Security Council",)}, {"recipient_name": "U.N. Security Council"}, True),
        ({"event_type": ("ASSAULT",)}, {}, False),
        ({"mode": ("withdraw",)}, {"mode": "withdraw"}, True),
        ({"mode": ("withdraw",)}, {"mode": None}, False),
        ({"context": ("military", "election")}, {"contexts": ("election",)}, True),
        ({"context": ("military",)}, {"contexts": ()}, False),
        ({"quad_class": (1, 2)}, {}, True),
        ({"country": ("AFG",)}, {}, True),
        ({"country": ("AFG",)}, {"country": None}, False),
        ({"status": ("actual",)}, {"status": "denied"}, False),
        ({"min_confidence": 0.8}, {"confidence": 0.8}, True),
        ({"min_confidence": 0.8}, {"confidence": 0.7999}, False),
        ({"min_score": 6.5}, {"score": 6.5}, True),
        ({"max_score": -5.0}, {"score": -5.0}, True),
        ({"max_score": -5.0}, {"score": None}, False),
        ({"min_score": 0.0}, {"score": None}, False),
        ({"text": ("left the city",)}, {}, True),
        ({"text": ("city left",)}, {}, False),
        ({"event_type": ("RETREAT",), "country": ("LBY",)}, {}, False),
    ],
)
def test_branch_holds_as_its_condition_says(event, condition, fields, holds):
    """Values of one condition are alternatives, conditions of one branch must all hold."""
    assert branch_holds(Branch.model_construct(**condition), event(**fields)) is holds


@pytest.mark.parametrize(
    ("phrase", "text", "occurs"),
    [
        ("Libya", "Libya's interim leaders met.", True),
        ("Libya", "The Libyan coast", False),
        ("liby*", "The Libyan coast", True),
        ("no fly zone", "a no-fly zone over the north", True),
        ("UN", "the U.N. envoy", True),
        ("U.N.", "the UN envoy", True),
        ("air strike", "AIR STRIKE kills two", True),
        ("ceasefire", "a cease-fire", False),
        ("café", "the CAFÉ", True),
        ("ﬁre", "under fire", True),
        ("strike*", "strike**", True),
        ("peace* talks", "the peacekeeping talks", True),
        ("peace* talks", "peace and talks", False),
        ("peace* talks resum*", "peace, then peaceful talks resumed", True),
        ("a(b)+c", "a b c", True),
        ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", False),
        ("ليبيا", "في ليبيا اليوم", True),
        ("", "anything", False),
        ("!!!", "anything !!!", False),
    ],
)
def test_phrase_occurs_as_words_in_a_row(phrase, text, occurs):
    """Words are compared, never patterns; case, hyphens, dots of initials and 's play no part."""
    assert phrase_occurs(phrase, text) is occurs


def test_match_needs_only_one_branch(event, rule):
    """Branches are alternatives."""
    two = rule(any_branches=(Branch(country=("LBY",)), Branch(country=("AFG",))))

    assert matches(two, event())


def test_not_branch_takes_the_match_away(event, rule):
    """What the 'not' branch describes never fires."""
    but = rule(not_branch=Branch(mode=("resign",)))

    assert [matches(but, event(mode=mode)) for mode in (None, "resign")] == [True, False]


def test_why_names_the_branch_and_what_it_saw(event, rule):
    """A match says by which conditions."""
    two = rule(any_branches=(Branch(country=("LBY",)), Branch(country=("AFG",), min_confidence=0.5)))

    assert why(two, event()) == "matched branch 2 of 2: country AFG, min_confidence 0.8"


def test_why_names_the_first_condition_that_failed_in_each_branch(event, rule):
    """No match says what was seen and what was wanted."""
    two = rule(any_branches=(Branch(country=("LBY",)), Branch(country=("AFG",), min_confidence=0.9)))

    assert why(two, event()) == (
        "not matched: branch 1: country is AFG, wanted LBY; branch 2: min_confidence is 0.8, wanted 0.9"
    )


def test_why_names_the_not_branch_that_holds(event, rule):
    """An exclusion is told apart from a miss."""
    but = rule(not_branch=Branch(actor=("AFG",)))

    assert why(but, event()) == "not matched: the 'not' branch holds: actor AFGREB"


def test_why_agrees_with_matches(event, rule):
    """The words never say otherwise than the answer."""
    rules = [rule(any_branches=(Branch(country=(code,)),)) for code in ("AFG", "LBY")]

    assert [why(one, event()).startswith("matched") for one in rules] == [
        matches(one, event()) for one in rules
    ]


def test_a_reason_is_given_of_a_match_alone():
    """Of rules and events of all kinds: where the rule holds the words are the same, where not there are none."""
    random, met = Random(5), 0
    events = [made.event(random, number) for number in range(60)]
    for number in range(250):
        rule = made.rule(random, number)
        for event in events:
            met += matches(rule, event)

            assert why_met(rule, event) == (why(rule, event) if matches(rule, event) else None)
            assert matches(rule, event) is why(rule, event).startswith("matched")
    assert met > 10


def test_text_words_of_a_long_line_take_linear_time():
    """A megabyte without a space costs no more than a megabyte with spaces."""
    began = time.perf_counter()
    text_words("a." * 500_000)
    text_words("'" * 1_000_000)

    assert time.perf_counter() - began < 5


def test_large_rule_stays_quick(event, rule):
    """192 phrases over 64 branches, on a busy machine: far from what a pattern could cost."""
    branches = tuple(Branch(text=(f"word{n} phrase", f"wild{n}*", "left town")) for n in range(64))
    big, events = rule(any_branches=branches), [event(event_key=str(n)) for n in range(100)]
    began = time.perf_counter()
    found = sum(matches(big, one) for one in events)

    assert (found, time.perf_counter() - began < 2) == (0, True)
