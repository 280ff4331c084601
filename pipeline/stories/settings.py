"""Thresholds and word counts that copies and stories are decided by; read once from the data folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class CopySettings:
    """See [copies] in data/stories.toml."""

    shingle_words: int
    bands: int
    band_rows: int
    containment: float
    promising_containment: float
    least_share: float
    least_shingles: int
    alike_ratio: float
    window_days: int

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)


@dataclass(frozen=True, kw_only=True, slots=True)
class StorySettings:
    """See [stories] in data/stories.toml."""

    terms: int
    keys: int
    name_weight: float
    sentence_name_weight: float
    lead_weight: float
    lead_words: int
    rarity_power: float
    least_rarity: float
    similarity: float
    link_similarity: float
    window_days: int
    most_articles: int
    bar_step: float

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)


@cache
def copy_settings() -> CopySettings:
    return CopySettings(**_table("copies"))


@cache
def story_settings() -> StorySettings:
    return StorySettings(**_table("stories"))


@cache
def word_counts() -> dict[str, int]:
    """In how many articles of the sample each word stem stands; under `*` how many articles there are.

    Raises:
        ConfigError: A line is no word and number.
    """
    counts = {}
    lines = (DATA / "word_counts.csv").read_text("utf-8").splitlines()
    for line in [line for line in lines if not line.startswith("#")][1:]:
        word, _, count = line.rpartition(",")
        if not word or not count.isdigit():
            raise ConfigError(f"word_counts.csv: {line!r} must be a word and a number")
        counts[word] = int(count)
    return counts


def _table(name: str) -> dict[str, Any]:
    with (DATA / "stories.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)[name]
    return table
