"""Rules: YAML files in, checked rules out. What cannot be meant is refused with what is allowed."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pipeline import plover
from pipeline.alert.decide import GROUP_FIELDS
from pipeline.alert.match import matches, text_words, why
from pipeline.alert.records import RULE_STATUSES, SEVERITIES, TOLD_AS, AlertEvent, Branch, Rule, RuleTest
from pipeline.alert.yaml_file import (
    Problems,
    check_choice,
    check_mapping,
    check_number,
    check_text,
    check_values,
    parse_yaml,
    read_yaml,
    show,
)
from pipeline.errors import ConfigError
from pipeline.model import STATUSES

RULE_KEYS = (
    "rule", "title", "owner", "status", "severity", "match", "group_by", "notify", "dedup_hours",
    "max_age_days", "tests",
)  # fmt: skip
MATCH_KEYS = ("any", "not")
BRANCH_KEYS = tuple(field.name for field in fields(Branch))
TEST_KEYS = ("name", "event", "expect")
EVENT_KEYS = tuple(field.name for field in fields(AlertEvent))

# A rule that does not ask for a status means what happened or will: a denied attack is no attack.
DEFAULT_STATUSES = ("actual", "planned")
# Nor does it mean history and running tolls, unless it asks for them.
DEFAULT_TOLD_AS = ("news",)
ANY_DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "status": DEFAULT_STATUSES,
    "told_as": DEFAULT_TOLD_AS,
}
NO_DEFAULTS: Mapping[str, tuple[Any, ...]] = {}
# Conditions that alone would leave a rule to match every event.
UNBOUND = frozenset({"status", "told_as", "min_confidence"})

# A working day's round: the next shift hears of a group again if it is still alive.
DEFAULT_DEDUP_HOURS = 24.0

MAX_BRANCHES = 64
MAX_VALUES = 256
MAX_WILDCARDS = 10
MIN_PREFIX = 4
MAX_TESTS = 100

_SLUG = frozenset(string.ascii_lowercase + string.digits + "-")


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
    if not folder.is_dir():
        raise ConfigError(f"no folder of rules {str(folder)!r}; set TOCSIN_RULES_PATH to one")
    rules: dict[str, Rule] = {}
    problems: list[ConfigError] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml")):
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


def read_rule(path: Path, *, receivers: Collection[str] | None = None) -> Rule:
    """Read one rule file; errors like `parse_rule`."""
    return check_rule(read_yaml(path), str(path), receivers=receivers)


def parse_rule(text: str, path: str = "rule", *, receivers: Collection[str] | None = None) -> Rule:
    """Read one rule from YAML text.

    Raises:
        ConfigError: One line for each thing wrong (file, key, value, what is allowed), or for each
            of the rule's own tests that came out otherwise than it expects.
    """
    return check_rule(parse_yaml(text.encode(), path), path, receivers=receivers)


def check_rule(content: object, path: str, *, receivers: Collection[str] | None = None) -> Rule:
    """Make a rule of a parsed file; errors like `parse_rule`."""
    problems = Problems(path)
    raw = check_mapping(content, "the file", RULE_KEYS, problems)
    problems.raise_any()
    match = check_mapping(raw.get("match"), "match", MATCH_KEYS, problems)
    not_branch = _branch(match["not"], "match.not", problems) if "not" in match else None
    dedup_hours = check_number(raw.get("dedup_hours"), "dedup_hours", problems, low=0, high=8760)
    rule = Rule(
        id=_slug(raw.get("rule"), problems),
        title=check_text(raw.get("title"), "title", problems, limit=120),
        owner=check_text(raw.get("owner"), "owner", problems, limit=120),
        status=check_choice(raw.get("status", "staging"), "status", RULE_STATUSES, problems),
        severity=check_choice(raw.get("severity", "medium"), "severity", SEVERITIES, problems),
        any_branches=_any_branches(match.get("any"), problems),
        not_branch=not_branch,
        group_by=_one_of(raw.get("group_by", "event"), "group_by", GROUP_FIELDS, problems),
        notify=_notify(raw.get("notify"), receivers, problems),
        dedup_hours=DEFAULT_DEDUP_HOURS if dedup_hours is None else dedup_hours,
        max_age_days=check_number(raw.get("max_age_days"), "max_age_days", problems, low=0, high=36500),
        tests=_tests(raw.get("tests"), problems),
        path=path,
    )
    _check_phrases(rule, problems)
    problems.raise_any()
    problems.extend(failed_tests(rule))
    problems.raise_any()
    return rule


def failed_tests(rule: Rule) -> tuple[str, ...]:
    """Run the rule's own tests; one line for each that came out otherwise than expected."""
    return tuple(
        f"{rule.path}: test {test.name!r} expects {str(test.expect).lower()}, but: {why(rule, test.event)}"
        for test in rule.tests
        if matches(rule, test.event) is not test.expect
    )


def _slug(value: object, problems: Problems) -> str:
    if isinstance(value, str) and 1 <= len(value) <= 64 and set(value) <= _SLUG and value.strip("-") == value:
        return value
    problems.add("rule", value, "an id of 1 to 64 of a-z, 0-9 and -, such as libya-mission-ends")
    return ""


def _any_branches(value: object, problems: Problems) -> tuple[Branch, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_BRANCHES:
        problems.add("match.any", value, f"a list of 1 to {MAX_BRANCHES} branches")
        return ()
    return tuple(
        _branch(one, f"match.any[{number}]", problems, defaults=ANY_DEFAULTS)
        for number, one in enumerate(value, start=1)
    )


def _branch(
    value: object, key: str, problems: Problems, *, defaults: Mapping[str, tuple[Any, ...]] = NO_DEFAULTS
) -> Branch:
    raw = check_mapping(value, key, BRANCH_KEYS, problems)
    if isinstance(value, Mapping) and not set(raw) - UNBOUND:
        problems.append(
            f"{problems.path}: {key} would match every event; set one of "
            f"{', '.join(name for name in BRANCH_KEYS if name not in UNBOUND)}"
        )
    for name, content in raw.items():
        if content is None:
            problems.add(f"{key}.{name}", content, "a value or a list; leave the key out for no condition")
    checked = {name: _CONDITIONS[name](raw[name], f"{key}.{name}", problems) for name in raw}
    _check_modes(checked, key, problems)
    return Branch(**{**defaults, **checked})


def _check_modes(checked: Mapping[str, Any], key: str, problems: Problems) -> None:
    """Refuse a mode that none of the branch's event types has: such a branch could never match."""
    event_types = checked.get("event_type") or plover.event_types()
    for mode in checked.get("mode") or ():
        if not any((event_type, mode) in plover.codes() for event_type in event_types):
            known = sorted({m for t, m in plover.codes() if m and t in event_types})
            problems.add(f"{key}.mode", mode, ", ".join(known) or f"none: {event_types} has no modes")


def _check_phrases(rule: Rule, problems: Problems) -> None:
    """Refuse a rule that would be slow: what a rule costs grows with its phrases."""
    branches = (*rule.any_branches, *([rule.not_branch] if rule.not_branch else []))
    phrases = [
        one for branch in branches for one in (*branch.text, *branch.actor_name, *branch.recipient_name)
    ]
    stars = sum(phrase.count("*") for phrase in phrases)
    if len(phrases) > MAX_VALUES:
        problems.append(
            f"{problems.path}: match has {len(phrases)} phrases; allowed: up to {MAX_VALUES} a rule"
        )
    if stars > MAX_WILDCARDS:
        problems.append(
            f"{problems.path}: match has {stars} wildcards (*); allowed: up to {MAX_WILDCARDS} a rule"
        )


def _notify(value: object, receivers: Collection[str] | None, problems: Problems) -> tuple[str, ...]:
    names = check_values(
        value,
        "notify",
        problems,
        is_allowed=lambda one: isinstance(one, str) and (receivers is None or one in receivers),
        allowed=f"receivers: {', '.join(sorted(receivers))}" if receivers else "names of receivers",
        limit=20,
    )
    return tuple(dict.fromkeys(names))


def _one_of(value: object, key: str, allowed: Iterable[Any], problems: Problems) -> tuple[Any, ...]:
    allowed = tuple(allowed)
    return check_values(
        value, key, problems, is_allowed=lambda one: one in allowed, allowed=", ".join(map(str, allowed))
    )


def _is_country(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()
    )


def _is_code(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return _is_country(value) or (_is_country(value[:3]) and value[3:] in plover.SECTORS)


def _is_phrase(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        return False
    words = text_words(value)
    stars = [word for word in words if word.endswith("*")]
    return bool(words) and value.count("*") == len(stars) and all(len(word) > MIN_PREFIX for word in stars)


def _listed(allowed: Callable[[], Iterable[Any]]) -> Callable[[object, str, Problems], tuple[Any, ...]]:
    return lambda value, key, problems: _one_of(value, key, allowed(), problems)


def _shaped(
    is_allowed: Callable[[object], bool], allowed: str
) -> Callable[[object, str, Problems], tuple[Any, ...]]:
    return lambda value, key, problems: check_values(
        value, key, problems, is_allowed=is_allowed, allowed=allowed, limit=MAX_VALUES
    )


def _ranged(low: float, high: float) -> Callable[[object, str, Problems], float | None]:
    return lambda value, key, problems: check_number(value, key, problems, low=low, high=high)


def _modes() -> list[str]:
    return sorted({mode for _, mode in plover.codes() if mode})


_COUNTRY = _shaped(_is_country, "three capital letters, ISO 3166 alpha-3 or one of PLOVER's, such as LBY")
_CODE = _shaped(_is_code, "a country (LBY), a sector (GOV) or both (LBYGOV)")
_PHRASE = _shaped(
    _is_phrase,
    f"words of up to 200 characters; * only at the end of a word of at least {MIN_PREFIX} letters",
)
_SECTOR = _listed(lambda: plover.SECTORS)

_CONDITIONS: dict[str, Callable[[object, str, Problems], Any]] = {
    "actor": _CODE,
    "recipient": _CODE,
    "actor_country": _COUNTRY,
    "recipient_country": _COUNTRY,
    "actor_sector": _SECTOR,
    "recipient_sector": _SECTOR,
    "actor_name": _PHRASE,
    "recipient_name": _PHRASE,
    "event_type": _listed(plover.event_types),
    "mode": _listed(_modes),
    "context": _listed(plover.contexts),
    "quad_class": _listed(lambda: (1, 2, 3, 4)),
    "country": _COUNTRY,
    "status": _listed(lambda: STATUSES),
    "told_as": _listed(lambda: TOLD_AS),
    "min_confidence": _ranged(0, 1),
    "min_score": _ranged(-10, 10),
    "max_score": _ranged(-10, 10),
    "text": _PHRASE,
}


def _tests(value: object, problems: Problems) -> tuple[RuleTest, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_TESTS:
        problems.add("tests", value, f"a list of up to {MAX_TESTS} tests with {', '.join(TEST_KEYS)}")
        return ()
    tests = [_test(one, f"tests[{number}]", problems) for number, one in enumerate(value, start=1)]
    return tuple(test for test in tests if test is not None)


def _test(value: object, key: str, problems: Problems) -> RuleTest | None:
    raw = check_mapping(value, key, TEST_KEYS, problems)
    if not isinstance(raw.get("expect"), bool):
        problems.add(f"{key}.expect", raw.get("expect"), "true, false")
    event = sample_event(raw.get("event"), f"{key}.event", problems)
    if event is None:
        return None
    name = check_text(raw.get("name"), f"{key}.name", problems, limit=120, required=False)
    return RuleTest(name=name or key, event=event, expect=raw.get("expect") is True)


def sample_event(value: object, key: str, problems: Problems) -> AlertEvent | None:
    """Make an event of a test's few fields; what is left out is an ordinary event of its type."""
    raw = check_mapping(value, key, EVENT_KEYS, problems)
    try:
        type_code = plover.code(raw.get("event_type", ""), raw.get("mode"))
        filled = {**_EVENT_DEFAULTS, "quad_class": type_code.quad_class, "score": type_code.score, **raw}
        filled["contexts"] = _one_of(raw.get("contexts"), f"{key}.contexts", plover.contexts(), problems)
        _check_types(filled)
        return AlertEvent(**filled)
    except ConfigError as error:
        problems.append(f"{problems.path}: {key}: {error}")
    except (TypeError, ValueError) as error:
        problems.append(f"{problems.path}: {key}: {error}")
    return None


_EVENT_DEFAULTS: dict[str, Any] = {
    "event_key": "sample",
    "event_date": date(2020, 1, 1),
    "published_at": datetime.combine(date(2020, 1, 1), time(), UTC),
    "status": "actual",
    "confidence": 0.8,
}
_MAY_BE_NONE = frozenset(field.name for field in fields(AlertEvent) if field.default is None)
_FIELD_TYPES: dict[str, tuple[type, ...]] = {
    "id": (int,), "event_date": (date,), "published_at": (datetime,), "quad_class": (int,),
    "mention_count": (int,), "contexts": (tuple,), "is_backfill": (bool,), "is_background": (bool,),
    "confidence": (int, float), "score": (int, float), "latitude": (int, float), "longitude": (int, float),
    "trigger_start": (int,), "trigger_end": (int,),
}  # fmt: skip


def _check_types(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        wanted = _FIELD_TYPES.get(name, (str,))
        if value is None and name in _MAY_BE_NONE:
            continue
        # A bool is an int and a datetime a date to Python, but not to who wrote the test.
        if type(value) not in wanted:
            raise ValueError(f"{name} is {show(value)}, wanted {' or '.join(one.__name__ for one in wanted)}")
