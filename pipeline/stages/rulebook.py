"""The rulebook: a folder of rules in; the rows of those that changed out, and a rule by its id where it is needed.

A run compares the sha256 of each file with the one its rule was compiled from. What did not change is neither parsed nor
written, and read as a rule only when an event meets it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.alert.anchors import event_terms
from pipeline.alert.backtest import report
from pipeline.alert.compiled import VERSION, rule_rows
from pipeline.alert.receivers import load_receivers
from pipeline.alert.records import Receiver
from pipeline.alert.rule import Rule
from pipeline.alert.rules import check_rule, rule_files
from pipeline.alert.shares import Shares, counted
from pipeline.alert.values import RuleStatus
from pipeline.alert.yaml_file import parse_yaml, read_bytes
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Database, Transaction
from pipeline.stages.common import log, quarantine
from pipeline.stages.raising import alert_event
from pipeline.stages.rule_history import tried_on_history

# Rows of so many rules go to Postgres in one statement.
RULES_AT_ONCE = 1_000
# So many of the newest events say how frequent terms are.
EVENTS_COUNTED = 500


class RuleBook(Mapping[str, Rule]):
    """Rules by their id; one that was not read yet is read when it is asked for."""

    def __init__(self, names: frozenset[str]):
        self._receivers = names
        self._rules: dict[str, Rule] = {}
        self._files: dict[str, tuple[Path, bytes, RuleStatus]] = {}

    def __getitem__(self, rule_id: str) -> Rule:
        if rule_id not in self._rules:
            path, raw, status = self._files[rule_id]
            rule = check_rule(parse_yaml(raw, str(path)), receivers=self._receivers)
            self._rules[rule_id] = rule.model_copy(update={"status": status})
        return self._rules[rule_id]

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules or rule_id in self._files

    def __iter__(self) -> Iterator[str]:
        return iter([*self._rules, *(rule_id for rule_id in self._files if rule_id not in self._rules)])

    def __len__(self) -> int:
        return len({*self._rules, *self._files})

    def keep(self, rule: Rule) -> None:
        """Add a rule that was read."""
        self._rules[rule.id] = rule

    def keep_file(self, rule_id: str, path: Path, raw: bytes, status: RuleStatus) -> None:
        """Add a rule by the file it stands in, with the status it was compiled with."""
        self._files[rule_id] = (path, raw, status)


def sync_rules(
    home: Database, settings: Settings, named: dict[str, Receiver] | None = None
) -> tuple[RuleBook, dict[str, Receiver]]:
    """Compile the rules that changed, take out those that are gone, and quarantine the files that hold none.

    Args:
        named: Receivers in the place of those of the file.

    Raises:
        ConfigError: The folder of rules or the file of receivers cannot be read.
    """
    receivers, problems = (named, ()) if named else load_receivers(settings.receivers_path)
    book, found = RuleBook(frozenset(receivers)), list(problems)
    with home.transaction() as transaction:
        transaction.all("lock_alert")
        standing = {row["file"]: row for row in transaction.all("rules_as_compiled")}
        changed: dict[str, tuple[Rule, str]] = {}
        for path in rule_files(settings.rules_path):
            try:
                raw = read_bytes(path)
                sha256, row = _sha256(raw, receivers), standing.get(path.name)
                if row is not None and row["sha256"] == sha256 and row["rule"] not in book:
                    book.keep_file(row["rule"], path, raw, row["status"])
                    continue
                rule = check_rule(parse_yaml(raw, str(path)), receivers=frozenset(receivers))
                _refuse_second(rule, book)
            except ConfigError as error:
                found.append(error)
            else:
                book.keep(rule)
                changed[rule.id] = (rule, sha256)
        was_active = {row["rule"] for row in standing.values() if row["status"] == "active"}
        for held, problem in _too_loud(transaction, [rule for rule, _ in changed.values()], was_active):
            book.keep(held)
            changed[held.id] = (held, changed[held.id][1])
            found.append(problem)
        gone = {row["rule"] for row in standing.values()} - book.keys()
        if gone or changed:
            transaction.run("delete_rules", rules=[*gone, *changed])
            _save(transaction, list(changed.values()), _shares(transaction))
            log.info("rules compiled=%d gone=%d kept=%d", len(changed), len(gone), len(book) - len(changed))
        for problem in found:
            # One file, one row, whichever line of it is wrong.
            file = re.split(r"(?::\d+)?: ", str(problem), maxsplit=1)[0]
            quarantine(transaction, "alert", file, str(problem), None)
    return book, receivers


def _too_loud(
    transaction: Transaction, rules: Sequence[Rule], was_active: Collection[str]
) -> list[tuple[Rule, ConfigError]]:
    """Rules that became active and are over their budget, kept in staging, with what is said of each."""
    promoted = [
        rule for rule in rules if rule.status == "active" and rule.backtest and rule.id not in was_active
    ]
    return [
        (tried.rule.model_copy(update={"status": "staging"}),
         ConfigError(f"{tried.rule.path}: stays in staging: {report(tried)[0]}"))
        for tried in tried_on_history(transaction, promoted) if tried.is_over
    ]  # fmt: skip


def _refuse_second(rule: Rule, book: RuleBook) -> None:
    if rule.id in book:
        raise ConfigError(
            f"{rule.path}: rule {rule.id!r} is also in {book[rule.id].path}; allowed: each id once"
        )


def _sha256(raw: bytes, receivers: Mapping[str, Receiver]) -> str:
    names = "\0".join(sorted(receivers))
    return hashlib.sha256(f"{VERSION}\0{names}\0".encode() + raw).hexdigest()


def _shares(transaction: Transaction) -> Shares:
    """How frequent terms are among the newest events."""
    return counted(
        event_terms(alert_event(row)) for row in transaction.all("events_to_count", limit=EVENTS_COUNTED)
    )


def _save(transaction: Transaction, changed: Sequence[tuple[Rule, str]], shares: Shares) -> None:
    for start in range(0, len(changed), RULES_AT_ONCE):
        some = changed[start : start + RULES_AT_ONCE]
        transaction.run("save_rules", rules=json.dumps([_shown(rule, sha256) for rule, sha256 in some]))
        rows = [row for rule, _ in some if rule.status != "retired" for row in rule_rows(rule, shares)]
        transaction.run("save_rule_branches", branches=json.dumps(rows))
    transaction.run("analyze_rules")


def _shown(rule: Rule, sha256: str) -> dict[str, object]:
    definition = rule.model_dump(
        mode="json",
        by_alias=True,
        exclude_defaults=True,
        warnings=False,
        include={"match", "window", "group_by", "notify"},
    )
    return {
        "rule": rule.id, "title": rule.title, "severity": rule.severity, "status": rule.status,
        "definition": definition, "sha256": sha256, "file": Path(rule.path).name,
    }  # fmt: skip
