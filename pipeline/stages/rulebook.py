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
from pipeline.alert.compiled import VERSION, definition, rule_rows
from pipeline.alert.receivers import load_receivers
from pipeline.alert.records import Receiver
from pipeline.alert.rule import Rule
from pipeline.alert.rules import check_rule, rule_files
from pipeline.alert.shares import Shares, counted
from pipeline.alert.values import RuleStatus
from pipeline.alert.yaml_file import parse_yaml, read_bytes
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Database, Row, Transaction
from pipeline.stages.common import log, quarantine
from pipeline.stages.raising import alert_event
from pipeline.stages.rule_history import tried_on_history

# Rows of so many rules go to Postgres in one statement.
RULES_AT_ONCE = 1_000
_Compiled = tuple[Rule, str]  # with the sha256 of what it was compiled from
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
    names = frozenset(receivers)
    book, found = RuleBook(names), list(problems)
    with home.transaction() as transaction:
        transaction.all("lock_alert")
        standing = {row["file"]: row for row in transaction.all("rules_as_compiled")}
        was_active = {row["rule"] for row in standing.values() if row["status"] == "active"}
        writer = RuleWriter(transaction, frozenset(row["rule"] for row in standing.values()))
        on_trial: list[_Compiled] = []
        for path in rule_files(settings.rules_path):
            try:
                raw = read_bytes(path)
                sha256, row = _sha256(raw), standing.get(path.name)
                if row is not None and _is_same(row, sha256, names) and row["rule"] not in book:
                    book.keep_file(row["rule"], path, raw, row["status"])
                    continue
                rule = check_rule(parse_yaml(raw, str(path)), receivers=names)
                _refuse_second(rule, book)
            except ConfigError as error:
                found.append(error)
                continue
            # Its file is kept, not the rule: ten thousand of them would be looked through again and again by Python's collector.
            book.keep_file(rule.id, path, raw, rule.status)
            if rule.status == "active" and rule.backtest and rule.id not in was_active:
                on_trial.append((rule, sha256))
            else:
                writer.add(rule, sha256)
        sums = {rule.id: sha256 for rule, sha256 in on_trial}
        for rule, too_loud in _tried(transaction, [rule for rule, _ in on_trial]):
            if too_loud is not None:
                book.keep(rule)
                found.append(too_loud)
            writer.add(rule, sums[rule.id])
        gone = {row["rule"] for row in standing.values()} - book.keys()
        writer.close(gone)
        if gone or writer.count:
            log.info("rules compiled=%d gone=%d kept=%d", writer.count, len(gone), len(book) - writer.count)
        for problem in found:
            # One file, one row, whichever line of it is wrong.
            file = re.split(r"(?::\d+)?: ", str(problem), maxsplit=1)[0]
            quarantine(transaction, "alert", file, str(problem), None)
    return book, receivers


def _tried(transaction: Transaction, promoted: Sequence[Rule]) -> Iterator[tuple[Rule, ConfigError | None]]:
    """Rules that would become active; one that is over its budget is kept in staging, with what is said of it."""
    for tried in tried_on_history(transaction, promoted):
        if tried.is_over:
            said = f"{tried.rule.path}: stays in staging: {report(tried)[0]}"
            yield tried.rule.model_copy(update={"status": "staging"}), ConfigError(said)
        else:
            yield tried.rule, None


def _refuse_second(rule: Rule, book: RuleBook) -> None:
    if rule.id in book:
        raise ConfigError(
            f"{rule.path}: rule {rule.id!r} is also in {book[rule.id].path}; allowed: each id once"
        )


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(f"{VERSION}\0".encode() + raw).hexdigest()


def _is_same(row: Row, sha256: str, receivers: frozenset[str]) -> bool:
    """Whether a rule is as it was compiled, and all it tells are there still."""
    return bool(row["sha256"] == sha256) and receivers.issuperset(row["receivers"])


class RuleWriter:
    """Writes rules with their rows, many in one statement.

    Args:
        standing: Ids of rules that have rows, which those of the same id take the place of.
        shares: How frequent terms are; counted among the newest events where it is not given.
    """

    def __init__(
        self, transaction: Transaction, standing: frozenset[str] = frozenset(), shares: Shares | None = None
    ):
        self.count = 0
        self._transaction = transaction
        self._standing = standing
        self._shares = shares
        self._rules: list[dict[str, object]] = []
        self._rows: list[dict[str, object]] = []

    def add(self, rule: Rule, sha256: str) -> None:
        """Compile a rule."""
        if self._shares is None:
            self._shares = _shares(self._transaction)
        self.count += 1
        self._rules.append(_shown(rule, sha256))
        if rule.status != "retired":
            self._rows += rule_rows(rule, self._shares)
        if len(self._rules) >= RULES_AT_ONCE:
            self._write()

    def close(self, gone: Collection[str]) -> None:
        """Write what is left, take out rules that are gone, and have Postgres count."""
        if gone:
            self._transaction.run("delete_rules", rules=[*gone])
        if self._rules:
            self._write()
        if gone or self.count:
            self._transaction.run("analyze_rules")

    def _write(self) -> None:
        if old := [rule["rule"] for rule in self._rules if rule["rule"] in self._standing]:
            self._transaction.run("delete_rules", rules=old)
        self._transaction.run("save_rules", rules=json.dumps(self._rules))
        self._transaction.run("save_rule_branches", branches=json.dumps(self._rows))
        self._rules, self._rows = [], []


def _shares(transaction: Transaction) -> Shares:
    """How frequent terms are among the newest events."""
    return counted(
        event_terms(alert_event(row)) for row in transaction.all("events_to_count", limit=EVENTS_COUNTED)
    )


def _shown(rule: Rule, sha256: str) -> dict[str, object]:
    receivers = {*rule.notify, *(name for step in rule.escalate for name in step.notify)}
    return {
        "rule": rule.id, "title": rule.title, "severity": rule.severity, "status": rule.status,
        "definition": definition(rule), "sha256": sha256, "file": Path(rule.path).name, "receivers": sorted(receivers),
    }  # fmt: skip
