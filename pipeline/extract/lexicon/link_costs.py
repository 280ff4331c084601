"""Link costs: `data/places/links.toml` in; what each step between an event and a place costs out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.gazetteer import DATA


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


@lru_cache(maxsize=1)
def load_links() -> Links:
    """Read links.toml.

    Raises:
        ConfigError: It is missing, no TOML, or lacks a table.
    """
    path = DATA / "links.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
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
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"links.toml cannot be read: {error}") from error
    except KeyError as error:
        raise ConfigError(f"links.toml lacks {error}") from error
