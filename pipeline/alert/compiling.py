"""Compiling: files of rules in; out what Postgres is told of them, as JSON, and of each file what it holds or what is wrong.

Nothing else is asked or told, so that it is the same here, in a process beside (`compile_worker.py`), and twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import to_json

from pipeline.alert.compiled import definition, rule_rows
from pipeline.alert.rule import Rule
from pipeline.alert.rules import check_rule
from pipeline.alert.shares import Shares
from pipeline.alert.values import RuleStatus
from pipeline.alert.yaml_file import parse_yaml
from pipeline.errors import ConfigError


class RuleFile(NamedTuple):
    """A file as it was read, with the sum by which it is known again."""

    path: str
    raw: bytes
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What rules are compiled by, beside their files.

    Args:
        receivers: Names a rule may notify.
        active: Ids of rules that are active already, which no trial stands before.
        shares: How frequent terms are.
    """

    receivers: frozenset[str]
    active: frozenset[str]
    shares: Shares


class Read(NamedTuple):
    """What a file holds: the rule of this id and status, or none and what is wrong."""

    rule: str
    status: RuleStatus
    is_on_trial: bool
    problem: str | None


class Compiled(NamedTuple):
    """What files hold, one by one; and the rules and their rows, each a JSON array, without those on trial."""

    read: list[Read]
    rules: str
    rows: str


def compiled_files(files: Sequence[RuleFile], known: Known) -> Compiled:
    """Compile files, each as if it were alone."""
    read: list[Read] = []
    rules: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for file in files:
        try:
            rule = checked_file(file, known.receivers)
        except ConfigError as error:
            read.append(Read("", "staging", False, str(error)))
            continue
        is_on_trial = rule.status == "active" and rule.backtest is not None and rule.id not in known.active
        read.append(Read(rule.id, rule.status, is_on_trial, None))
        if not is_on_trial:
            rules.append(_row(rule, file.sha256))
            rows += _rows(rule, known.shares)
    return Compiled(read, _json(rules), _json(rows))


def compiled_rule(rule: Rule, sha256: str, shares: Shares) -> Compiled:
    """Compile a rule that was read."""
    read = Read(rule.id, rule.status, False, None)
    return Compiled([read], _json([_row(rule, sha256)]), _json(_rows(rule, shares)))


def checked_file(file: RuleFile, receivers: frozenset[str]) -> Rule:
    """The rule of a file; errors like `parse_rule`."""
    return check_rule(parse_yaml(file.raw, file.path), receivers=receivers)


def _row(rule: Rule, sha256: str) -> dict[str, Any]:
    """The row that a rule is shown by."""
    receivers = {*rule.notify, *(name for step in rule.escalate for name in step.notify)}
    return {
        "rule": rule.id, "title": rule.title, "severity": rule.severity, "status": rule.status,
        "definition": definition(rule), "sha256": sha256, "file": _name(rule.path), "receivers": sorted(receivers),
    }  # fmt: skip


def _rows(rule: Rule, shares: Shares) -> list[dict[str, Any]]:
    """The rows that a rule is found by: none where it is retired."""
    return [] if rule.status == "retired" else rule_rows(rule, shares)


def _name(path: str) -> str:
    """A file's name; what of it is no text, which Postgres would refuse, is left open."""
    return path.rpartition("/")[2].encode(errors="replace").decode()


def _json(rows: list[dict[str, Any]]) -> str:
    """As `json.dumps` has it, in half of its time."""
    return to_json(rows).decode()


def joined(arrays: Sequence[str]) -> str:
    """JSON arrays as one."""
    return f"[{','.join(array[1:-1] for array in arrays if array != '[]')}]"
