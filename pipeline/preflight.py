"""What can be known to fail before anything is started: model, feeds, rules, receivers, broker, disk."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipeline.config import Settings
from pipeline.errors import ExtractError, TocsinError


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertsCheck:
    """What `tocsin rules check` found: how many rules and tests are good, and one line a problem."""

    rule_count: int
    test_count: int
    problems: tuple[str, ...]


def check_start(settings: Settings, *, broker_url: str = "") -> tuple[str, ...]:
    """Refuse to start what cannot work; say in one line each what will not ring, for a bad rule stops no other.

    Raises:
        ConfigError: The list of feeds or the user's actors cannot be read.
        ExtractError: There is no language model.
        OperateError: The broker does not answer, or the disk is full.
    """
    from pipeline.alert.receivers import load_receivers
    from pipeline.alert.rules import load_rules
    from pipeline.fetch.feeds_file import read_feeds
    from pipeline.local.broker import check_broker

    check_model(settings)
    read_feeds(settings.feeds_path)
    if settings.actors_path:
        from pipeline.extract.lexicon.actor_lexicon import load_lexicon

        load_lexicon(settings.actors_path)
    receivers, bad_receivers = load_receivers(settings.receivers_path)
    _, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    if broker_url:
        check_broker(broker_url)
    return tuple(str(problem) for problem in (*bad_receivers, *bad_rules))


def check_model(settings: Settings) -> None:
    """Look at the language model's own description, without loading it.

    Raises:
        ExtractError: It is not there, or is no spaCy pipeline.
    """
    path = settings.model_path
    try:
        is_pipeline = bool(json.loads((path / "meta.json").read_text("utf-8"))["pipeline"])
        is_pipeline &= (path / "config.cfg").is_file()
    except (OSError, ValueError, KeyError, TypeError):
        is_pipeline = False
    if not is_pipeline:
        raise ExtractError(
            f"no language model at {path}: set TOCSIN_MODEL_PATH to a spaCy pipeline with UD labels, "
            "or get the shipped one back with `git checkout model`"
        )


def check_alerts(settings: Settings) -> AlertsCheck:
    """Check rules and receivers, and try each receiver's way as far as that goes without telling it anything.

    Raises:
        ConfigError: The files cannot be read at all.
    """
    from pipeline.alert.notifiers.channels import check
    from pipeline.alert.receivers import load_receivers
    from pipeline.alert.rules import load_rules

    receivers, bad_receivers = load_receivers(settings.receivers_path)
    rules, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    problems = [str(problem) for problem in (*bad_receivers, *bad_rules)]
    for receiver in receivers.values():
        try:
            check(receiver, settings)
        except TocsinError as error:
            problems.append(f"{settings.receivers_path}: {receiver.name}: {error}")
    return AlertsCheck(
        rule_count=len(rules), test_count=sum(len(rule.tests) for rule in rules), problems=tuple(problems)
    )
