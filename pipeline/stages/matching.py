"""Matching: rules and events that they have not seen in, matches out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from operator import itemgetter

from pydantic_core import to_json

from pipeline.alert.anchors import Leading, event_terms, leading_terms
from pipeline.alert.compiled import event_row
from pipeline.alert.decide import match_of
from pipeline.alert.event import AlertEvent
from pipeline.alert.match import why_met
from pipeline.alert.records import Match
from pipeline.alert.rule import Rule
from pipeline.postgres.database import Transaction
from pipeline.stages.common import log
from pipeline.stages.raising import quarantine_pair

_PART = "\x1f"  # parts terms, which hold none
# Three in four terms of an event lead nowhere. From so many events on it is cheaper to ask once which do.
MANY = 200


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
            why = why_met(rule, event)
            if why is None:
                log.error("rule and its rows disagree rule=%s event=%d", rule_id, event.id)
                continue
            found.append(match_of(rule, event, why))
        except Exception as error:  # noqa: BLE001  (the edge of one event and rule: the others are held against each other)
            quarantine_pair(transaction, rule, event, error)
    return found


def pairs(transaction: Transaction, events: Sequence[AlertEvent]) -> list[tuple[int, str]]:
    """Which rules hold for which events: (place among the events, rule), in this order."""
    transaction.all("plan_in_memory")
    rows = [event_row(event, number) for number, event in enumerate(events)]
    if len(events) >= MANY:
        leading = _leading(transaction)
        shown = [leading_terms(event, leading) for event in events]
    else:
        shown = [event_terms(event) for event in events]
    found = transaction.all(
        "percolate",
        events=to_json(rows).decode(),
        numbers=_array(chain.from_iterable([str(number)] * len(terms) for number, terms in enumerate(shown))),
        terms=_array(chain.from_iterable(shown)),
    )
    met: list[tuple[int, str]] = []
    for row in sorted(found, key=itemgetter("number")):
        rules = _words(row["met"])
        if row["excluded"]:
            rules -= _words(row["excluded"])
        met += zip(repeat(row["number"]), sorted(rules))
    return met


def _leading(transaction: Transaction) -> Leading:
    (row,) = transaction.all("anchor_terms")
    return Leading((row["terms"] or "").split(_PART))


def _words(text: str | None) -> set[str]:
    return set((text or "").split())


def _array(texts: Iterable[str]) -> str:
    """An array as Postgres writes it: a constant, whose length it knows before it plans, and not ten thousands of them."""
    parts = list(texts)
    written = _PART.join(parts).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + written.replace(_PART, '","') + '"}' if parts else "{}"
