"""YAML files that people edit: read with limits, duplicate keys refused, and each value's line known.

One pass over libyaml's flat stream of events: what a bomb would unfold is counted before anything is built of it. What is short
and plain takes a shorter way (`yaml_plain.py`).
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.alert.yaml_plain import SCALAR_TAGS, UNREADABLE, constructed, plain_content
from pipeline.errors import ConfigError

# Far above what a rule needs (the shipped ones have under 8 kB), far below what costs seconds.
MAX_BYTES = 256_000
# Room for all that is allowed takes longer to make than what is usual to read.
USUAL_BYTES = 16_384
MAX_ALIASES = 20
MAX_DEPTH = 12
MAX_NODES = 20_000

# Where a value stands: keys and list indices from the top.
Where = tuple[str | int, ...]
_Events = Iterator[Any]

_MAP, _SEQ = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One YAML document: its content as plain values, and the text it was read from."""

    path: str
    content: Any
    text: str

    def line(self, where: Where) -> int:
        """The line of a value, or of the nearest part around it that is there; the first is 1."""
        lines: dict[Where, int] = {}
        _Builder(self.path, lines).document(self.text)
        while where not in lines and where:
            where = where[:-1]
        return lines.get(where, 1)


class Problems(list[str]):
    """Messages about one file, gathered so that a person mends all of them in one go."""

    def __init__(self, document: Document):
        super().__init__()
        self.document = document

    def say(self, where: Where, message: str) -> None:
        """Note what is wrong, with file and line."""
        self.append(f"{self.document.path}:{self.document.line(where)}: {message}")

    def raise_any(self) -> None:
        """Raise all of them as one ConfigError, a line each, if there are any."""
        if self:
            raise ConfigError("\n".join(self))


def read_bytes(path: Path) -> bytes:
    """Read a file, at most one byte more than is allowed.

    Raises:
        ConfigError: It cannot be read.
    """
    # Without a file object, which takes as long to make as the rest.
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            raw = os.read(file, USUAL_BYTES)
            # A part may be less than was asked for; nothing is the end.
            while USUAL_BYTES <= len(raw) <= MAX_BYTES and (more := os.read(file, MAX_BYTES + 1 - len(raw))):
                raw += more
            return raw
        finally:
            os.close(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def read_yaml(path: Path) -> Document:
    """Read one YAML document.

    Raises:
        ConfigError: The file cannot be read, is too big, too deep, repeats a key, or is no YAML.
    """
    return parse_yaml(read_bytes(path), str(path))


def parse_yaml(raw: bytes, path: str) -> Document:
    """Parse one YAML document; `path` is for messages. Raises ConfigError like `read_yaml`."""
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES} bytes; allowed: up to {MAX_BYTES}")
    try:
        # As "utf-8-sig" has it, which is written in Python.
        text = raw.removeprefix(BOM_UTF8).decode()
        content = plain_content(text)
        return Document(
            path=path, content=_Builder(path).document(text) if content is None else content, text=text
        )
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: no YAML: {_yaml_reason(error)}") from None


class _Builder:
    """Builds plain values of a stream of events; in `lines`, where given, it notes where each value stands."""

    def __init__(self, path: str, lines: dict[Where, int] | None = None):
        self.path = path
        self.lines = lines
        self.anchors: dict[str, Any] = {}
        self.node_count = self.alias_count = 0

    def document(self, text: str) -> Any:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        content = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and self.node_count:
                raise ConfigError(f"{self.path}:{_line(event)}: a second document (---); allowed: one a file")
            if isinstance(event, yaml.NodeEvent):
                content = self._value(event, events, ())
        return content

    def _value(self, event: Any, events: _Events, where: Where) -> Any:
        self.node_count += 1
        self._limit("nodes", self.node_count, MAX_NODES, event)
        if self.lines is not None:
            self.lines[where] = _line(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        else:
            self._limit("levels", len(where) + 1, MAX_DEPTH, event)
            is_map = isinstance(event, yaml.MappingStartEvent)
            if event.tag not in (None, "!", _MAP if is_map else _SEQ):
                raise ConfigError(f"{self.path}:{_line(event)}: tag {show(event.tag)}; allowed: none")
            value = self._mapping(event, events, where) if is_map else self._sequence(events, where)
        if event.anchor:
            self.anchors[event.anchor] = value
        return value

    def _alias(self, event: Any) -> Any:
        self.alias_count += 1
        self._limit("aliases", self.alias_count, MAX_ALIASES, event)
        if event.anchor not in self.anchors:
            raise ConfigError(
                f"{self.path}:{_line(event)}: alias *{show(event.anchor)} has no anchor before it that is complete"
            )
        return self.anchors[event.anchor]

    def _sequence(self, events: _Events, where: Where) -> list[Any]:
        values: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            values.append(self._value(event, events, (*where, len(values))))
        return values

    def _mapping(self, start: Any, events: _Events, where: Where) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise ConfigError(f"{self.path}:{_line(event)}: a key is no plain value; allowed: a word")
            self.node_count += 1
            key = self._scalar(event)
            if key in values:
                raise ConfigError(
                    f"{self.path}:{_line(event)}: key {show(key)} stands twice in the part at line {_line(start)}"
                )
            if key == "<<":
                raise ConfigError(f"{self.path}:{_line(event)}: a merge (<<); write the keys out")
            values[key] = self._value(next(events), events, (*where, key))
        return values

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            if not event.implicit[0]:
                return event.value
            tag = None
        elif tag not in SCALAR_TAGS:
            raise ConfigError(f"{self.path}:{_line(event)}: tag {show(tag)}; allowed: none")
        try:
            return constructed(event.value, tag)
        except UNREADABLE as error:
            reason = str(error)[:150]
            raise ConfigError(f"{self.path}:{_line(event)}: a value cannot be read: {reason}") from None

    def _limit(self, name: str, seen: int, limit: int, event: Any) -> None:
        if seen > limit:
            raise ConfigError(f"{self.path}:{_line(event)}: too many {name}; allowed: up to {limit}")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _yaml_reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return str(error).splitlines()[0]


def show(value: object, limit: int = 60) -> str:
    """Write a value for a message: one line, cut, control characters escaped."""
    if isinstance(value, Mapping | list | tuple):
        value = _cut(value)
    shown = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shown if len(shown) <= limit else shown[:limit] + "…"


def _cut(value: Any, depth: int = 2) -> Any:
    """A part of a nested value: what aliases share would be written out many times over."""
    if isinstance(value, Mapping):
        pairs = list(value.items())[:4] if depth else []
        return {key: _cut(one, depth - 1) for key, one in pairs}
    if isinstance(value, list | tuple):
        return [_cut(one, depth - 1) for one in (value[:8] if depth else [])]
    return value
