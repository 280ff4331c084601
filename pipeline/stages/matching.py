"""Matching: rules and events that they have not seen in, matches out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pipeline.alert.compiled import event_row
from pipeline.alert.decide import match_of
from pipeline.alert.event import AlertEvent
from pipeline.alert.match import matches, why
from pipeline.alert.records import Match
from pipeline.alert.rule import Rule
from pipeline.postgres.database import Transaction
from pipeline.stages.common import log
from pipeline.stages.raising import quarantine_pair


def matched(transaction: Transaction, rules: Mapping[str, Rule], events: Sequence[AlertEvent]) -> list[Match]:
    """Hold all rules against events, by one statement; the matches in the order of the events, then of the rules' ids.

    What Postgres finds is read once more in plain Python, which gives the reason; a pair that this fails on is quarantined.
    """
    found: list[Match] = []
    for number, rule_id in pairs(transaction, events):
        rule, event = rules.get(rule_id), events[number]
        if rule is None:
            continue
        try:
            if not matches(rule, event):
                log.error("rule and its rows disagree rule=%s event=%d", rule_id, event.id)
                continue
            found.append(match_of(rule, event, why(rule, event)))
        except Exception as error:  # noqa: BLE001  (the edge of one event and rule: the others are held against each other)
            quarantine_pair(transaction, rule, event, error)
    return found


def pairs(transaction: Transaction, events: Sequence[AlertEvent]) -> list[tuple[int, str]]:
    """Which rules hold for which events: (place among the events, rule), in this order."""
    rows = [event_row(event, number) for number, event in enumerate(events)]
    return [(row["number"], row["rule"]) for row in transaction.all("percolate", events=json.dumps(rows))]
