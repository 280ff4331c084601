"""Number words: `data/counts/words.toml` in; numbers, bounds and what is counted by their words out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.files import DATA
from pipeline.model import CountKind

PATH = DATA / "counts" / "words.toml"


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberWords:
    """words.toml, ready for use."""

    numbers: Mapping[str, int]
    scales: Mapping[str, int]
    least: Mapping[str, int]
    exactly: Mapping[str, int]
    bounds: tuple[tuple[str, re.Pattern[str]], ...]
    nearly_share: float
    kinds: Mapping[str, CountKind]
    not_people: frozenset[str]
    collectives: frozenset[str]


@lru_cache(maxsize=1)
def load_number_words() -> NumberWords:
    """Read words.toml.

    Raises:
        ConfigError: It is missing, no TOML, lacks a table, or names a kind we do not have.
    """
    try:
        return _read(tomllib.loads(PATH.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"words.toml of the counts cannot be read: {error}") from error
    except KeyError as error:
        raise ConfigError(f"words.toml of the counts lacks {error}") from error


def _read(tables: dict[str, Any]) -> NumberWords:
    bounds = dict(tables["bounds"])
    share = float(bounds.pop("nearly_share"))
    kinds: dict[str, CountKind] = {}
    for kind, lemmas in tables["kinds"].items():
        if kind not in get_args(CountKind):
            raise ConfigError(f"no kind of count {kind!r}; there are: {', '.join(get_args(CountKind))}")
        kinds |= dict.fromkeys(lemmas, kind)
    return NumberWords(
        numbers=tables["numbers"],
        scales=tables["scales"],
        least=tables["least"],
        exactly=tables["exactly"],
        bounds=tuple((name, _one_of(words)) for name, words in bounds.items()),
        nearly_share=share,
        kinds=kinds,
        not_people=frozenset(tables["not_people"]["lemmas"].split()),
        collectives=frozenset(tables["collectives"]["lemmas"].split()),
    )


def _one_of(phrases: list[str]) -> re.Pattern[str]:
    choices = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])")
