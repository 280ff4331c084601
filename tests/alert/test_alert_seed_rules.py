"""The shipped rules and receivers."""

import pytest

from pipeline.alert.match import matches
from pipeline.alert.receivers import load_receivers
from pipeline.alert.rules import load_rules
from pipeline.config import ROOT, Settings
from pipeline.stages.rule_trial import tried_articles

RULES, PROBLEMS = load_rules(ROOT / "seeds" / "rules", receivers=("desk",))


def test_shipped_rules_are_good():
    """All are read, and their own tests pass."""
    assert PROBLEMS == ()
    assert [rule.id for rule in RULES] == [
        "aid-attacked", "armed-attack", "border-clash", "ceasefire-broken", "diplomats-expelled",
        "first-conflict-of-a-dyad", "hostage-taking", "leader-killed", "libya-mission-ends", "mass-arrest",
        "mass-protest", "protest-wave", "sanctions", "seizure-of-power", "troops-withdrawn",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_shipped_rule_has_tests_of_both_kinds(rule):
    """At least one event it must catch and two it must leave alone."""
    expects = [test.expect for test in rule.tests]

    assert expects.count(True) >= 1
    assert expects.count(False) >= 2


def test_shipped_receiver_is_the_log():
    """A fresh installation sends nothing anywhere."""
    receivers, problems = load_receivers(ROOT / "seeds" / "receivers.yaml")

    assert ([(one.name, one.channel) for one in receivers.values()], problems) == ([("desk", "log")], ())


@pytest.mark.parametrize(
    "fields",
    [
        {"actor_name": "NATO", "actor_country": "IGO", "actor_sector": "MIL", "country": "LBY"},
        {"actor_name": "NATO", "actor_country": None, "actor_sector": "IGO", "country": "LBY"},
        {"actor_name": "NATO", "actor_country": None, "actor_sector": "IGO", "recipient_country": "LBY"},
        {"actor_name": "NATO", "actor_country": None, "actor_sector": None, "sentence": "Out of Libya, it said."},
        {"actor_name": "UN Security Council", "actor_country": None, "actor_sector": None,
         "sentence": "The Libyan mandate ends."},
    ],
    ids=["place", "sector", "recipient", "text", "council"],
)  # fmt: skip
@pytest.mark.parametrize("status", ["actual", "planned"])
def test_end_of_a_libyan_mission_fires(event, fields, status):
    """However much of it the coder found, if only the actor and Libya."""
    rule = next(rule for rule in RULES if rule.id == "libya-mission-ends")
    ordinary = {"recipient_country": None, "country": None, "mode": "withdraw", "sentence": "It leaves."}

    assert matches(rule, event(**{**ordinary, **fields}, status=status))


@pytest.mark.parametrize("status", ["denied", "hypothetical"])
def test_shipped_rules_leave_alone_what_did_not_happen(event, status):
    """No shipped rule takes a denial or a supposition for news."""
    caught = [
        rule.id
        for rule in RULES
        for test in rule.tests
        if test.event is not None
        if matches(rule, event(event_type=test.event.event_type, mode=test.event.mode, actor_sector="MIL",
                               country="LBY", sentence=test.event.sentence, status=status))
    ]  # fmt: skip

    assert caught == []


@pytest.mark.slow
def test_shipped_rules_find_their_articles_and_no_others():
    """Whole short articles, through the real coder."""
    tried = [(rule.id, name, wrong) for rule, name, wrong in tried_articles(RULES, Settings())]

    assert [one for one in tried if one[2]] == []
    assert {rule_id for rule_id, *_ in tried} == {rule.id for rule in RULES} - {"first-conflict-of-a-dyad"}
