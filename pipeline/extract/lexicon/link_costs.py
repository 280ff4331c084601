"""Link costs: `links.toml` of places and of dates in; what each step between an event and its place or date costs out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.files import DATA


@dataclass(frozen=True, kw_only=True)
class Links:
    """What links.toml holds: costs of steps and prepositions, and word lists as sets of lemmas."""

    limit: float
    modifier: float
    held: float
    meanwhile: float
    apart: float
    order: float
    by_order: frozenset[str]
    distance: float
    beside: float
    far: float
    finer: float
    finer_within: float
    doer: float
    background: float
    content: float
    through_happening: float
    country_modifier: float
    other_clause: float
    coarse: Mapping[str, float]
    happening: frozenset[str]
    speech: frozenset[str]
    said: frozenset[str]
    opposing: frozenset[str]
    showing: frozenset[str]
    winning: frozenset[str]
    won: frozenset[str]
    regions: frozenset[str]
    subject_is_place: frozenset[str]
    climb: Mapping[str, float]
    descend: Mapping[str, float]
    preposition: Mapping[str, float]
    locative: frozenset[str]
    settlement: frozenset[str]
    holding: frozenset[str]
    object_is_place: frozenset[str]
    object_names_place: frozenset[str]
    verb_preposition: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class DateLinks:
    """What dates/links.toml holds."""

    limit: float
    order: float
    far: float
    begins: float
    climb: Mapping[str, float]
    descend: Mapping[str, float]


@lru_cache(maxsize=1)
def load_links() -> Links:
    """Read places/links.toml.

    Raises:
        ConfigError: It is missing, no TOML, or lacks a table.
    """
    tables = _tables("places")
    # A field is read by its type: costs stand at the top, lists of words in a table of theirs.
    read: dict[str, Any] = {}
    for field in fields(Links):
        if field.type == "float":
            read[field.name] = float(tables[field.name])
        elif field.type == "frozenset[str]":
            parted_by = "|" if field.name == "regions" else None
            read[field.name] = frozenset(tables["words"][field.name].split(parted_by))
    return Links(
        **read,
        coarse=tables["coarse"],
        climb=tables["climb"],
        descend=tables["descend"],
        preposition=tables["preposition"],
        verb_preposition={verb: frozenset(words) for verb, words in tables["verb_preposition"].items()},
    )


@lru_cache(maxsize=1)
def load_date_links() -> DateLinks:
    """Read dates/links.toml; errors as in `load_links`."""
    tables = _tables("dates")
    return DateLinks(**{field.name: tables[field.name] for field in fields(DateLinks)})


class _Tables(dict[str, Any]):
    """Tables of a file, which says what it lacks."""

    def __init__(self, tables: dict[str, Any], file: str) -> None:
        super().__init__(tables)
        self.file = file

    def __missing__(self, name: str) -> Any:
        raise ConfigError(f"{self.file} lacks {name!r}")


def _tables(room: str) -> _Tables:
    path = DATA / room / "links.toml"
    name = f"{room}/{path.name}"
    try:
        return _Tables(tomllib.loads(path.read_text("utf-8")), name)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{name} cannot be read: {error}") from error
