"""Rules: YAML files in, checked rules out. What cannot be meant is refused with file, line and what is allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from operator import attrgetter
from pathlib import Path
from typing import Any

from pipeline.alert.branch import Branch, Conditions
from pipeline.alert.checked import checked, schema_of
from pipeline.alert.match import matches, why
from pipeline.alert.rule import ArticleTest, Rule, RuleTest, Window
from pipeline.alert.yaml_file import Document, Problems, parse_yaml, read_yaml
from pipeline.errors import ConfigError

RULE_KEYS = tuple(field.alias or name for name, field in Rule.model_fields.items())
MATCH_KEYS = tuple(field.alias or name for name, field in Conditions.model_fields.items())
BRANCH_KEYS = tuple(Branch.model_fields)
TEST_KEYS = (*RuleTest.model_fields, *ArticleTest.model_fields)
WINDOW_KEYS = tuple(Window.model_fields)


def load_rules(
    folder: Path, *, receivers: Collection[str] | None = None
) -> tuple[tuple[Rule, ...], tuple[ConfigError, ...]]:
    """Read every `*.yaml` of a folder, in order of name.

    Args:
        receivers: Names a rule may notify; None leaves the names unchecked.

    Returns:
        The good rules, and one error for each file that holds none. A bad rule stops no other.

    Raises:
        ConfigError: The folder cannot be read.
    """
    rules: dict[str, Rule] = {}
    problems: list[ConfigError] = []
    for path in rule_files(folder):
        try:
            rule = read_rule(path, receivers=receivers)
            if rule.id in rules:
                raise ConfigError(
                    f"{path}: rule {rule.id!r} is also in {rules[rule.id].path}; allowed: each id once"
                )
        except ConfigError as error:
            problems.append(error)
        else:
            rules[rule.id] = rule
    return tuple(rules.values()), tuple(problems)


def rule_files(folder: Path) -> list[Path]:
    """The files of a folder that hold rules, in order of name.

    Raises:
        ConfigError: The folder cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(f"no folder of rules {str(folder)!r}; set TOCSIN_RULES_PATH to one")
    # By name, which is one text: paths are compared part by part, which takes as long as reading them.
    found = (path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    return sorted(found, key=attrgetter("name"))


def read_rule(path: Path, *, receivers: Collection[str] | None = None) -> Rule:
    """Read one rule file; errors like `parse_rule`."""
    return check_rule(read_yaml(path), receivers=receivers)


def parse_rule(text: str, path: str = "rule", *, receivers: Collection[str] | None = None) -> Rule:
    """Read one rule from YAML text.

    Raises:
        ConfigError: One line for each thing wrong (file, line, key, value, what is allowed), or for each
            of the rule's own tests that came out otherwise than it expects.
    """
    return check_rule(parse_yaml(text.encode(), path), receivers=receivers)


def check_rule(document: Document, *, receivers: Collection[str] | None = None) -> Rule:
    """Make a rule of a parsed file; errors like `parse_rule`."""
    version = hashlib.sha256(document.text.encode()).hexdigest()[:12]
    rule = checked(Rule, document, receivers=receivers, path=document.path, version=version)
    if not rule.tests:
        return rule
    problems = Problems(document)
    for number, test in enumerate(rule.tests):
        if test.event is not None and matches(rule, test.event) is not test.expect:
            expected = str(test.expect).lower()
            problems.say(
                ("tests", number), f"test {test.name!r} expects {expected}, but: {why(rule, test.event)}"
            )
    problems.raise_any()
    return rule


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of a rule file."""
    return schema_of(Rule, "A rule of Tocsin")
