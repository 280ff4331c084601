"""Copies: which texts are one wire text told by several, and which of them is the original.

What is decided of two texts depends on these two alone, and the original on the group alone: the order in which
articles arrive, and which worker looks at them, make no difference.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rensa import RMinHash

from pipeline.stories.settings import copy_settings

WORD = re.compile(r"[^\W_]+")
SEED = 7
HASH_BYTES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Kin:
    """An article as copies see it: its id, how many shingles its text has, and what orders it among its like."""

    article_id: int
    shingle_count: int
    published_at: datetime
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """MinHash of a text: one hash a permutation, and the bands that two alike texts meet in (64 bits, signed)."""

    hashes: tuple[int, ...]
    bands: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """An article's signature as it is kept: distinct shingles, their MinHash, and its heaviest words."""

    shingle_count: int
    hashes: tuple[int, ...]
    terms: Mapping[str, float]


def shingles(text: str) -> frozenset[int]:
    """Hashes of all runs of some words, without case and punctuation; of a shorter text, of the whole."""
    size = copy_settings().shingle_words
    words = WORD.findall(text.casefold())
    runs = (" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1)))
    return frozenset(
        int.from_bytes(hashlib.blake2b(run.encode(), digest_size=HASH_BYTES).digest(), "big") for run in runs
    )


def signatures(texts: Sequence[Collection[int]]) -> list[Signature]:
    """Signatures of texts by their shingles: the same on every machine and in every run."""
    settings = copy_settings()
    if not texts:
        return []
    matrix = RMinHash.digest_matrix_from_token_hash_sets(
        [sorted(text) for text in texts], settings.bands * settings.band_rows, SEED
    )
    return [Signature(hashes=tuple(row), bands=_bands(row)) for row in matrix.to_rows()]


def _bands(hashes: Sequence[int]) -> tuple[int, ...]:
    settings = copy_settings()
    return tuple(
        _signed(band, hashes[band * settings.band_rows : (band + 1) * settings.band_rows])
        for band in range(settings.bands)
    )


def _signed(band: int, hashes: Sequence[int]) -> int:
    data = struct.pack(f">{1 + len(hashes)}Q", band, *hashes)
    return int.from_bytes(hashlib.blake2b(data, digest_size=HASH_BYTES).digest(), "big", signed=True)


def packed(hashes: Sequence[int]) -> bytes:
    """A signature's hashes as bytes, four each."""
    return struct.pack(f">{len(hashes)}I", *hashes)


def unpacked(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(data) // 4}I", data)


def is_promising(one: Signed, other: Signed) -> bool:
    """Whether the signatures promise that one text contains the other, so that the texts are worth a look."""
    settings = copy_settings()
    shorter, longer = sorted((one.shingle_count, other.shingle_count))
    if shorter < settings.least_shingles or shorter < settings.least_share * longer:
        return False
    met = sum(mine == its for mine, its in zip(one.hashes, other.hashes, strict=True)) / len(one.hashes)
    common = met * (shorter + longer) / (1 + met)
    return common >= settings.promising_containment * shorter


def are_copies(text: frozenset[int], other: frozenset[int]) -> bool:
    """Whether nearly all of the shorter text stands in the longer one, given the shingles of both."""
    settings = copy_settings()
    shorter, longer = sorted((text, other), key=len)
    if len(shorter) < settings.least_shingles or len(shorter) < settings.least_share * len(longer):
        return False
    return len(shorter & longer) >= settings.containment * len(shorter)


def original(group: Iterable[Kin]) -> Kin:
    """The article that the others are copies of: the first of the fullest ones.

    The fullest, since a copy that was cut tells less; the first of those that are alike in length, so that a
    name more below the text makes no other the original.
    """
    members = list(group)
    least = max(kin.shingle_count for kin in members) / copy_settings().alike_ratio
    full = [kin for kin in members if kin.shingle_count >= least]
    return min(full, key=lambda kin: (kin.published_at, kin.url))
