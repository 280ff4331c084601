"""History: rules in, what each would have told of the events that are stored out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from pipeline.alert.backtest import Tried, backtest
from pipeline.alert.rule import Rule
from pipeline.postgres.database import Transaction
from pipeline.stages.common import database_time
from pipeline.stages.raising import alert_event

DEFAULT_DAYS = 90.0
# The newest of them: more would not fit into memory. What is tried is shorter then.
MAX_EVENTS = 200_000


def tried_on_history(transaction: Transaction, rules: Sequence[Rule]) -> list[Tried]:
    """Hold rules against the events of their history, as if each had come when its article came out."""
    if not rules:
        return []
    days = max(rule.backtest.days if rule.backtest else DEFAULT_DAYS for rule in rules)
    now = database_time(transaction)
    events = [
        alert_event(row) for row in transaction.all("events_of_days", days=math.ceil(days), limit=MAX_EVENTS)
    ]
    full = min((event.published_at for event in events), default=now) if len(events) == MAX_EVENTS else None
    tried = []
    for rule in rules:
        since = now - timedelta(days=rule.backtest.days if rule.backtest else DEFAULT_DAYS)
        since = max(since, full) if full else since
        history = [event for event in events if event.published_at > since]
        tried.append(backtest(rule, history, since.date(), now.date()))
    return tried
