"""The desk of rules: what people ask of them and of the events that are stored."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.alert.age import is_old
from pipeline.alert.backtest import Tried
from pipeline.alert.match import explained as conditions
from pipeline.alert.match import matches
from pipeline.alert.receivers import load_receivers
from pipeline.alert.rule import Rule
from pipeline.alert.rules import load_rules
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Row
from pipeline.stages.common import database, database_time
from pipeline.stages.raising import alert_event
from pipeline.stages.rule_history import tried_on_history
from pipeline.stages.rulebook import sync_rules


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What came of applying rules: how many are compiled, those that are too loud, and one line a problem."""

    rule_count: int
    too_loud: tuple[Tried, ...] = ()
    problems: tuple[str, ...] = ()


def apply_rules(settings: Settings) -> Applied:
    """Compile the rules that changed; nothing of them, where one that became active is louder than its budget."""
    receivers, bad_receivers = load_receivers(settings.receivers_path)
    rules, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    with database(settings).transaction() as transaction:
        active = {row["rule"] for row in transaction.all("rules_as_compiled") if row["status"] == "active"}
        promoted = [
            rule for rule in rules if rule.status == "active" and rule.backtest and rule.id not in active
        ]
        too_loud = tuple(tried for tried in tried_on_history(transaction, promoted) if tried.is_over)
    problems = tuple(map(str, (*bad_receivers, *bad_rules)))
    if too_loud:
        return Applied(rule_count=0, too_loud=too_loud, problems=problems)
    book, _ = sync_rules(database(settings), settings)
    return Applied(rule_count=len(book), problems=problems)


def listed(settings: Settings) -> list[Row]:
    """The rules as compiled, with how often each rang."""
    with database(settings).transaction() as transaction:
        return transaction.all("list_rules")


def explained(rule: Rule, event_id: int, settings: Settings) -> list[str]:
    """Say of each condition of a rule whether it holds for an event, and of the event whether it is news to the rule.

    Raises:
        ConfigError: There is no such event.
    """
    with database(settings).transaction() as transaction:
        row = transaction.one("event_for_rules", event_id=event_id)
        now = database_time(transaction)
    if row is None:
        raise ConfigError(
            f"no event {event_id} that stands; `tocsin psql` and analysis.events have those that do"
        )
    event = alert_event(row)
    verdict = "meets" if matches(rule, event) else "does not meet"
    lines = [f"event {event_id} {verdict} rule {rule.id} ({rule.status})", *conditions(rule, event)]
    if is_old(rule, event, now):
        lines.append(
            f"history: of {event.event_date}, told {event.published_at:%Y-%m-%d}; the rule takes younger ones"
        )
    if rule.window.kind != "each":
        lines.append(f"told by its window: {rule.window.kind}")
    return lines
