"""What `tocsin rules …` does: options and settings in, one call of the library, text out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import Settings
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.alert.rule import Rule

Command = Callable[[argparse.Namespace, Settings], int | None]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put `rules` and its actions among the commands."""
    about = "what rings: check, test, backtest, apply, list, show, explain, schema"
    parser = subparsers.add_parser("rules", help=about, description=about, allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    action("check", check, "check the rule files, run the events in their tests, and try each receiver's way")
    for name, command, about in (
        ("test", test, "run all tests, the articles in them through the coder; needs no database"),
        (
            "backtest",
            backtest,
            "what rules would have told over their history; leaves with 1 where one is over its budget",
        ),
    ):
        action(name, command, about).add_argument(
            "rules", metavar="RULE", nargs="*", help="an id or a file; all, if left out"
        )
    action(
        "apply",
        apply,
        "compile the rules that changed; refused where one that became active is over its budget",
    )
    action("list", show_list, "the rules as compiled, and how often each rang")
    action("show", show_one, "a rule with all that it leaves out, as it is understood").add_argument(
        "rule", metavar="RULE"
    )
    explained = action("explain", explain, "which conditions of a rule hold for an event, and which do not")
    explained.add_argument("rule", metavar="RULE")
    explained.add_argument("event_id", metavar="EVENT", type=int)
    schema = action("schema", show_schema, "print the JSON Schema of a rule file, for editors")
    schema.add_argument("--receivers", action="store_true", help="the one of the receivers' file instead")


def check(_: argparse.Namespace, settings: Settings) -> int:
    from pipeline.preflight import check_alerts

    found = check_alerts(settings)
    for problem in found.problems:
        print(f"tocsin: {problem}", file=sys.stderr)
    print(f"{found.rule_count} rules and {found.test_count} tests in them are good")
    return ConfigError.exit_code if found.problems else 0


def test(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.stages.rule_trial import tried_articles

    rules, problems = _named(options.rules, settings)
    event_count = sum(test.event is not None for rule in rules for test in rule.tests)
    article_count, failures = 0, [str(problem) for problem in problems]
    for rule, name, wrong in tried_articles(rules, settings):
        article_count += 1
        failures += [f"{rule.path}: test {name!r} {wrong}"] if wrong else []
    for failure in failures:
        print(f"tocsin: {failure}", file=sys.stderr)
    print(
        f"{len(rules)} rules: {event_count} events and {article_count} articles tried, {len(failures)} failed"
    )
    return ConfigError.exit_code if failures else 0


def backtest(options: argparse.Namespace, settings: Settings) -> int:
    from pipeline.alert.backtest import report
    from pipeline.local.server import wake
    from pipeline.stages.common import database
    from pipeline.stages.rule_history import tried_on_history

    rules, problems = _named(options.rules, settings)
    for problem in problems:
        print(f"tocsin: {problem}", file=sys.stderr)
    wake(settings)
    with database(settings).transaction() as transaction:
        tried = tried_on_history(transaction, rules)
    for one in tried:
        print("\n".join(report(one)))
    return 1 if any(one.is_over for one in tried) or problems else 0


def apply(_: argparse.Namespace, settings: Settings) -> int:
    from pipeline.alert.backtest import report
    from pipeline.local.server import prepare
    from pipeline.stages.rule_desk import apply_rules

    prepare(settings)
    applied = apply_rules(settings)
    for tried in applied.too_loud:
        print("\n".join(report(tried)), file=sys.stderr)
    for problem in applied.problems:
        print(f"tocsin: {problem}", file=sys.stderr)
    if applied.too_loud:
        names = ", ".join(tried.rule.id for tried in applied.too_loud)
        print(f"tocsin: nothing was applied: over the budget: {names}", file=sys.stderr)
        return 1
    print(f"{applied.rule_count} rules are compiled")
    return ConfigError.exit_code if applied.problems else 0


def show_list(_: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.stages.rule_desk import listed

    wake(settings)
    for row in listed(settings):
        last = f"{row['last_at']:%Y-%m-%d %H:%M}" if row["last_at"] else "never"
        print(
            f"{row['rule']:<28} {row['status']:<8} {row['severity']:<8} {row['week_count']:>5} in 7 days, last {last}"
        )


def show_one(options: argparse.Namespace, settings: Settings) -> None:
    [rule] = _named([options.rule], settings)[0]
    shown = rule.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"tests"}, warnings=False)
    print(json.dumps({"file": rule.path, "version": rule.version, **shown}, indent=2, ensure_ascii=False))


def explain(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.local.server import wake
    from pipeline.stages.rule_desk import explained

    [rule] = _named([options.rule], settings)[0]
    wake(settings)
    print("\n".join(explained(rule, options.event_id, settings)))


def show_schema(options: argparse.Namespace, _: Settings) -> None:
    from pipeline.alert.receivers import receivers_schema
    from pipeline.alert.rules import rule_schema

    schema = receivers_schema() if options.receivers else rule_schema()
    print(json.dumps(schema, indent=2, ensure_ascii=False))


def _named(names: Sequence[str], settings: Settings) -> tuple[tuple[Rule, ...], tuple[ConfigError, ...]]:
    """The rules of these ids or files; all of the folder, where none is named."""
    from pipeline.alert.rules import load_rules, read_rule

    if not names:
        return load_rules(settings.rules_path)
    files = [Path(name) for name in names if name.endswith((".yaml", ".yml"))]
    ids = [name for name in names if not name.endswith((".yaml", ".yml"))]
    known = {rule.id: rule for rule in load_rules(settings.rules_path)[0]} if ids else {}
    for name in ids:
        if name not in known:
            raise ConfigError(
                f"no rule {name!r} in {settings.rules_path}; there are: {', '.join(sorted(known))}"
            )
    return (*(known[name] for name in ids), *(read_rule(file) for file in files)), ()
