"""The rulebook: a folder of rules in; the rows of those that changed out, and a rule by its id where it is needed.

A run compares the sha256 of each file with the one its rule was compiled from. What did not change is neither parsed nor
written, and read as a rule only when an event meets it.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pipeline.alert.anchors import event_terms
from pipeline.alert.backtest import report
from pipeline.alert.compiled import VERSION
from pipeline.alert.compiling import (
    Compiled,
    Known,
    Read,
    RuleFile,
    checked_file,
    compiled_files,
    compiled_rule,
    joined,
)
from pipeline.alert.receivers import load_receivers
from pipeline.alert.records import Receiver
from pipeline.alert.rule import Rule
from pipeline.alert.rules import rule_files
from pipeline.alert.shares import Shares, counted
from pipeline.alert.values import RuleStatus
from pipeline.alert.yaml_file import read_bytes
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Database, Row, Transaction
from pipeline.stages.common import log, quarantine
from pipeline.stages.raising import alert_event
from pipeline.stages.rule_compilers import Compilers
from pipeline.stages.rule_history import tried_on_history

# Rows of so many rules go to Postgres in one statement.
RULES_AT_ONCE = 500
# Files are compiled in lots of so many, a few hundredths of a second each.
FILES_A_LOT = 50
# Where so many changed, processes beside this one save more time than their start takes.
MANY_CHANGED = 500
# So many of the newest events say how frequent terms are.
EVENTS_COUNTED = 500


class RuleBook(Mapping[str, Rule]):
    """Rules by their id; one that was not read yet is read when it is asked for."""

    def __init__(self, names: frozenset[str]):
        self._receivers = names
        self._rules: dict[str, Rule] = {}
        self._files: dict[str, tuple[RuleFile, RuleStatus]] = {}

    def __getitem__(self, rule_id: str) -> Rule:
        if rule_id not in self._rules:
            file, status = self._files[rule_id]
            rule = checked_file(file, self._receivers)
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

    def keep_file(self, rule_id: str, file: RuleFile, status: RuleStatus) -> None:
        """Add a rule by the file it stands in, with the status it was compiled with."""
        self._files[rule_id] = (file, status)


def sync_rules(
    home: Database,
    settings: Settings,
    named: dict[str, Receiver] | None = None,
    *,
    compilers: Compilers | None = None,
) -> tuple[RuleBook, dict[str, Receiver]]:
    """Compile the rules that changed, take out those that are gone, and quarantine the files that hold none.

    Args:
        named: Receivers in the place of those of the file.
        compilers: Who compiles beside this process where many files changed; as many as there are cores to spare.

    Raises:
        ConfigError: The folder of rules or the file of receivers cannot be read.
    """
    receivers, unread = (named, ()) if named else load_receivers(settings.receivers_path)
    names = frozenset(receivers)
    book, problems = RuleBook(names), [str(error) for error in unread]
    with (
        home.transaction() as transaction,
        compilers or Compilers() as helpers,
        ThreadPoolExecutor(1, thread_name_prefix="save-rules") as beside,
    ):
        transaction.all("lock_alert")
        standing = {row["file"]: row for row in transaction.all("rules_as_compiled")}
        writer = RuleWriter(transaction, frozenset(row["rule"] for row in standing.values()), beside=beside)
        found = _found(settings.rules_path, standing, names, helpers)
        known = Known(
            receivers=names,
            active=frozenset(row["rule"] for row in standing.values() if row["status"] == "active"),
            shares=Shares() if all(one.row for one in found) else writer.shares,
        )
        on_trial = _compile(found, known, helpers, _Desk(book, writer, problems))
        writer.wait()
        for rule, sha256, too_loud in _tried(transaction, on_trial, names):
            if too_loud is not None:
                book.keep(rule)
                problems.append(too_loud)
            writer.add(rule, sha256)
        gone = {row["rule"] for row in standing.values()} - book.keys()
        writer.close(gone)
        if gone or writer.count:
            log.info("rules compiled=%d gone=%d kept=%d", writer.count, len(gone), len(book) - writer.count)
        for problem in problems:
            # One file, one row, whichever line of it is wrong.
            file = re.split(r"(?::\d+)?: ", problem, maxsplit=1)[0]
            quarantine(transaction, "alert", file, problem, None)
    return book, receivers


class _Found(NamedTuple):
    """A file of the folder; with the row of the rule it holds, where that is as it was compiled; or why it cannot be read."""

    path: Path
    file: RuleFile
    row: Row | None = None
    problem: str | None = None

    @property
    def is_changed(self) -> bool:
        return self.row is None and self.problem is None


class _Desk(NamedTuple):
    """Where goes what was compiled."""

    book: RuleBook
    writer: RuleWriter
    problems: list[str]


def _found(
    folder: Path, standing: Mapping[str, Row], receivers: frozenset[str], compilers: Compilers
) -> list[_Found]:
    """The files of the folder, in order of name; where many changed, compilers start up while the rest is read."""
    found: list[_Found] = []
    changed = 0
    for path in rule_files(folder):
        try:
            raw = read_bytes(path)
        except ConfigError as error:
            found.append(_Found(path, RuleFile(str(path), b"", ""), problem=str(error)))
            continue
        sha256, row = _sha256(raw), standing.get(path.name)
        is_same = row is not None and _is_same(row, sha256, receivers)
        found.append(_Found(path, RuleFile(str(path), raw, sha256), row if is_same else None))
        changed += not is_same
        if changed > MANY_CHANGED:
            compilers.start()
    return found


def _compile(found: Sequence[_Found], known: Known, compilers: Compilers, desk: _Desk) -> list[RuleFile]:
    """Compile what changed and keep what did not, each in its turn; those that are on trial are given back."""
    lots = _lots(found)
    asked = [[one.file for one in lot if one.is_changed] for lot in lots]
    on_trial: list[RuleFile] = []
    for lot, compiled in zip(lots, compilers.compiled(asked, known), strict=True):
        read = iter(compiled.read)
        kept: dict[str, RuleFile] = {}
        refused = False
        for one in lot:
            held = next(read) if one.is_changed else _as_it_was(one)
            problem = held.problem or _second(held.rule, one.path, desk.book)
            if problem is not None:
                desk.problems.append(problem)
                refused |= held.problem is None
                continue
            desk.book.keep_file(held.rule, one.file, held.status)
            if held.is_on_trial:
                on_trial.append(one.file)
            elif one.is_changed:
                kept[held.rule] = one.file
        if refused:
            compiled = compiled_files([*kept.values()], known)
        desk.writer.take([*kept], compiled)
    return on_trial


def _lots(found: Sequence[_Found]) -> list[Sequence[_Found]]:
    """Files in their order, parted so that few of a lot changed."""
    ends = [place for place, one in enumerate(found, start=1) if one.is_changed][
        FILES_A_LOT - 1 :: FILES_A_LOT
    ]
    return [found[start:end] for start, end in pairwise([0, *ends, len(found)])]


def _as_it_was(one: _Found) -> Read:
    """What a file holds that need not be compiled."""
    if one.row is None:
        return Read("", "staging", False, one.problem)
    return Read(one.row["rule"], one.row["status"], False, None)


def _second(rule_id: str, path: Path, book: RuleBook) -> str | None:
    """What is said of a file whose rule an earlier one holds."""
    if rule_id not in book:
        return None
    return f"{path}: rule {rule_id!r} is also in {book[rule_id].path}; allowed: each id once"


def _tried(
    transaction: Transaction, promoted: Sequence[RuleFile], receivers: frozenset[str]
) -> Iterator[tuple[Rule, str, str | None]]:
    """Rules that would become active; one that is over its budget is kept in staging, with what is said of it."""
    rules = [checked_file(file, receivers) for file in promoted]
    for file, tried in zip(promoted, tried_on_history(transaction, rules), strict=True):
        if tried.is_over:
            said = f"{tried.rule.path}: stays in staging: {report(tried)[0]}"
            yield tried.rule.model_copy(update={"status": "staging"}), file.sha256, said
        else:
            yield tried.rule, file.sha256, None


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
        beside: Does the writing, one statement after the other, so that rules are compiled while Postgres writes; else
            the caller waits for each. Until `wait` or `close` nobody else may use the transaction.
    """

    def __init__(
        self,
        transaction: Transaction,
        standing: frozenset[str] = frozenset(),
        shares: Shares | None = None,
        beside: Executor | None = None,
    ):
        self.count = 0
        self._transaction = transaction
        self._standing = standing
        self._shares = shares
        self._beside = beside
        self._ids: list[str] = []
        self._compiled: list[Compiled] = []
        self._writing: deque[Future[None]] = deque()

    @property
    def shares(self) -> Shares:
        """How frequent terms are."""
        if self._shares is None:
            self._shares = _shares(self._transaction)
        return self._shares

    def add(self, rule: Rule, sha256: str) -> None:
        """Compile a rule."""
        self.take([rule.id], compiled_rule(rule, sha256, self.shares))

    def take(self, ids: Sequence[str], compiled: Compiled) -> None:
        """Write rules of these ids that are compiled."""
        if not ids:
            return
        self.count += len(ids)
        self._ids += ids
        self._compiled.append(compiled)
        if len(self._ids) >= RULES_AT_ONCE:
            self._write()

    def wait(self, left: int = 0) -> None:
        """Wait until no more statements than so many are left to be done.

        Raises:
            StoreError: One failed.
        """
        while len(self._writing) > left:
            self._writing.popleft().result()

    def close(self, gone: Collection[str]) -> None:
        """Write what is left, take out rules that are gone, and have Postgres count."""
        if self._ids:
            self._write()
        self.wait()
        if gone:
            self._transaction.run("delete_rules", rules=[*gone])
        if gone or self.count:
            self._transaction.run("analyze_rules")

    def _write(self) -> None:
        old = [rule_id for rule_id in self._ids if rule_id in self._standing]
        rules = joined([one.rules for one in self._compiled])
        rows = joined([one.rows for one in self._compiled])
        self._ids, self._compiled = [], []
        if self._beside is None:
            self._save(old, rules, rows)
            return
        # One more waits its turn, so that Postgres never does; more would only fill memory.
        self.wait(left=1)
        self._writing.append(self._beside.submit(self._save, old, rules, rows))

    def _save(self, old: Sequence[str], rules: str, rows: str) -> None:
        if old:
            self._transaction.run("delete_rules", rules=[*old])
        self._transaction.run("save_rules", rules=rules)
        self._transaction.run("save_rule_branches", branches=rows)


def _shares(transaction: Transaction) -> Shares:
    """How frequent terms are among the newest events."""
    return counted(
        event_terms(alert_event(row)) for row in transaction.all("events_to_count", limit=EVENTS_COUNTED)
    )
