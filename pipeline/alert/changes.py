"""Changes: what was told of an event and what is known now in, what is new in words out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from pipeline.alert.clean import clean

COUNTS = ("killed", "injured", "arrested", "crowd")
TEXTS = ("mode", "actor", "recipient", "place")
MAX_TEXT = 80

# A further source is told when it makes a report more certain; the twentieth paper does not.
TOLD_SOURCES = (2, 3, 5, 10, 20, 50, 100)
ORDINALS = (
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What may change of an event that an alert is about.

    Args:
        source_count: Sources that tell it in words of their own.
        killed, injured, arrested, crowd: The highest number that is told; None where nobody says.
        actor, recipient: Names, or codes where there is none.
    """

    source_count: int = 1
    killed: int | None = None
    injured: int | None = None
    arrested: int | None = None
    crowd: int | None = None
    mode: str | None = None
    actor: str | None = None
    recipient: str | None = None
    place: str | None = None

    def pack(self) -> dict[str, Any]:
        """As JSON values; what is None is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is new about an alert.

    Args:
        words: A phrase each, such as "killed 12 → 15" or "third source"; empty when nothing is.
        is_worth_telling: Whether somebody who was told should hear of it by itself.
    """

    words: tuple[str, ...] = ()
    is_worth_telling: bool = False

    @property
    def text(self) -> str:
        return ", ".join(self.words)


def unpack_facts(packed: Mapping[str, Any]) -> Facts | None:
    """Facts from JSON values; None where none were kept. What later versions added is passed over."""
    known = {field.name for field in fields(Facts)}
    return Facts(**{name: value for name, value in packed.items() if name in known}) if packed else None


def change_of(told: Facts | None, known: Facts) -> Change:
    """Say what of an event is new since it was told; nothing, where it is not known what was told."""
    if told is None:
        return Change()
    counts = [
        f"{name} {_number(getattr(told, name))} → {_number(getattr(known, name))}"
        for name in COUNTS
        if getattr(told, name) != getattr(known, name)
    ]
    texts = [
        f"{name} {_shown(getattr(told, name))} → {_shown(getattr(known, name))}"
        for name in TEXTS
        if getattr(told, name) != getattr(known, name)
    ]
    sources = _sources(told.source_count, known.source_count)
    is_mark = any(told.source_count < mark <= known.source_count for mark in TOLD_SOURCES)
    return Change(words=(*counts, *texts, *sources), is_worth_telling=bool(counts or texts or is_mark))


def _sources(before: int, after: int) -> list[str]:
    if after > before:
        return [f"{ORDINALS[after]} source" if after < len(ORDINALS) else f"{after} sources"]
    return [f"sources {before} → {after}"] if after < before else []


def _number(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


def _shown(value: str | None) -> str:
    return clean(value, MAX_TEXT) or "unknown"
