"""YAML files that people edit: read with limits, duplicate keys refused, checked key by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import ConfigError

# Far above what a rule needs (the shipped ones have under 4 kB), far below what costs seconds.
MAX_BYTES = 256_000
MAX_ALIASES = 20
MAX_DEPTH = 12
MAX_NODES = 20_000


class Problems(list[str]):
    """Messages about one file, gathered so that a person mends all of them in one go."""

    def __init__(self, path: str):
        super().__init__()
        self.path = path

    def add(self, key: str, value: object, allowed: str) -> None:
        """Note a wrong value: where, what, and what is allowed."""
        self.append(f"{self.path}: {key} is {show(value)}; allowed: {allowed}")

    def raise_any(self) -> None:
        """Raise all of them as one ConfigError, a line each, if there are any."""
        if self:
            raise ConfigError("\n".join(self))


def read_yaml(path: Path) -> Any:
    """Read one YAML document.

    Raises:
        ConfigError: The file cannot be read, is too big, too deep, repeats a key, or is no YAML.
    """
    try:
        raw = path.open("rb").read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_yaml(raw, str(path))


def parse_yaml(raw: bytes, path: str) -> Any:
    """Parse one YAML document; `path` is for messages. Raises ConfigError like `read_yaml`."""
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES} bytes; allowed: up to {MAX_BYTES}")
    try:
        text = raw.decode("utf-8-sig")
        _check_events(text, path)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _check_keys(root, path)
        return yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: no YAML: {_yaml_reason(error)}") from None
    except (ValueError, OverflowError, TypeError) as error:
        # The constructors of numbers and dates raise plain ValueErrors (2011-02-30), and unhashable keys.
        raise ConfigError(f"{path}: a value cannot be read: {str(error)[:150]}") from None


def _check_events(text: str, path: str) -> None:
    """Refuse bombs before anything is built from them: the event stream is flat, whatever it nests."""
    depth = aliases = nodes = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        nodes += isinstance(event, yaml.NodeEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        for name, seen, limit in (
            ("nodes", nodes, MAX_NODES), ("aliases", aliases, MAX_ALIASES), ("levels", depth, MAX_DEPTH),
        ):  # fmt: skip
            if seen > limit:
                raise ConfigError(f"{path}: too many {name}; allowed: up to {limit}")


def _check_keys(root: yaml.Node | None, path: str) -> None:
    """Refuse a key that stands twice, of which YAML keeps the last, and merges, which multiply keys."""
    pending, seen_nodes = [root], set()
    while pending:
        node = pending.pop()
        if id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        if isinstance(node, yaml.MappingNode):
            pending.extend(value for _, value in node.value)
            counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            for key, count in counts.items():
                line = node.start_mark.line + 1
                if count > 1:
                    raise ConfigError(f"{path}: key {show(key)} stands twice in the part at line {line}")
                if key == "<<":
                    raise ConfigError(f"{path}: a merge (<<) in the part at line {line}; write the keys out")


def _yaml_reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return str(error).splitlines()[0]


def show(value: object, limit: int = 60) -> str:
    """Write a value for a message: one line, cut, control characters escaped."""
    shown = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shown if len(shown) <= limit else shown[:limit] + "…"


def check_mapping(value: object, key: str, allowed: Collection[str], problems: Problems) -> dict[str, Any]:
    """Give the mapping without unknown keys, each of which is a problem; {} if it is no mapping."""
    if not isinstance(value, Mapping):
        problems.add(key, value, f"a mapping with {', '.join(allowed)}")
        return {}
    for name in value:
        if name not in allowed:
            problems.append(f"{problems.path}: {key} has no key {show(name)}; allowed: {', '.join(allowed)}")
    return {name: content for name, content in value.items() if name in allowed}


def check_text(value: object, key: str, problems: Problems, *, limit: int, required: bool = True) -> str:
    """Give a one-line text of at most `limit` characters."""
    if value is None and not required:
        return ""
    if isinstance(value, str) and value.strip() and len(value) <= limit and value.isprintable():
        return value.strip()
    problems.add(key, value, f"one line of text, 1 to {limit} characters")
    return ""


def check_choice(value: object, key: str, allowed: Sequence[str], problems: Problems) -> Any:
    """Give the value if it is one of those allowed, else the first of them."""
    if isinstance(value, str) and value in allowed:
        return value
    problems.add(key, value, ", ".join(allowed))
    return allowed[0]


def check_number(value: object, key: str, problems: Problems, *, low: float, high: float) -> float | None:
    """Give a finite number between low and high, both included; None where none is set."""
    if value is None:
        return None
    # Comparing refuses .nan and .inf too.
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    problems.add(key, value, f"a number from {low:g} to {high:g}")
    return None


def check_values(
    value: object,
    key: str,
    problems: Problems,
    *,
    is_allowed: Callable[[Any], bool],
    allowed: str,
    limit: int = 256,
) -> tuple[Any, ...]:
    """Give one value or a list of them as a tuple; None as an empty one; an empty list is a problem."""
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    if not 1 <= len(values) <= limit:
        problems.append(f"{problems.path}: {key} has {len(values)} values; allowed: 1 to {limit}")
        return ()
    for one in values:
        if isinstance(one, bool | dict | list) or one is None or not is_allowed(one):
            problems.add(key, one, allowed)
            return ()
    return tuple(values)
