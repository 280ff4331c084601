"""What `tocsin rules …` does: options and settings in, one call of the library, text out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from pipeline.config import Settings
from pipeline.errors import ConfigError

Command = Callable[[argparse.Namespace, Settings], int | None]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put `rules` and its actions among the commands."""
    about = "what rings: check and schema"
    parser = subparsers.add_parser("rules", help=about, description=about, allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    action("check", check, "check the rule files, run the tests in them, and try each receiver's way")
    schema = action("schema", show_schema, "print the JSON Schema of a rule file, for editors")
    schema.add_argument("--receivers", action="store_true", help="the one of the receivers' file instead")


def check(_: argparse.Namespace, settings: Settings) -> int:
    from pipeline.preflight import check_alerts

    found = check_alerts(settings)
    for problem in found.problems:
        print(f"tocsin: {problem}", file=sys.stderr)
    print(f"{found.rule_count} rules and {found.test_count} tests in them are good")
    return ConfigError.exit_code if found.problems else 0


def show_schema(options: argparse.Namespace, _: Settings) -> None:
    from pipeline.alert.receivers import receivers_schema
    from pipeline.alert.rules import rule_schema

    schema = receivers_schema() if options.receivers else rule_schema()
    print(json.dumps(schema, indent=2, ensure_ascii=False))
