"""Piece vectors: the letters of any word in, a vector of what kind of name or word it is out.

A word is cut into the longest pieces of a fixed list, as sentence encoders cut it; its vector is the mean of
theirs. The table is fitted when the model is made (model/scripts/name_pieces.py), so that the mean comes
near what a large reader makes of the word alone; a name that no text of the training held has one all the same.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from spacy.strings import StringStore

PIECES = "pieces.txt.gz"
TABLE = "table.npy"
UNKNOWN = "[UNK]"
INNER = "##"
# Pieces of a word that are looked at; what is longer is an address or no word.
MOST_PIECES = 6
LONGEST = 100
_CHUNK = re.compile(r"\w+|[^\w\s]")


class PieceVectors:
    """Vectors of words by their pieces; answers for spaCy's `Vectors` where a network asks for a batch.

    Args:
        pieces: Pieces of words in small letters without accents, those inside a word with "##" in
            front; one of them is "[UNK]", for what no piece fits.
        table: One row a piece.
        strings: Where the ids of words are told apart.
    """

    def __init__(self, pieces: Sequence[str], table: np.ndarray, strings: StringStore | None = None) -> None:
        if len(pieces) != len(table):
            raise ValueError(f"{len(pieces)} pieces need as many rows, the table has {len(table)}")
        self.pieces = tuple(pieces)
        self.table = np.asarray(table, dtype="float32")
        self.strings = strings if strings is not None else StringStore()
        self._row = {piece: row for row, piece in enumerate(self.pieces)}

    def cut(self, word: str) -> list[int]:
        """Rows of the pieces of a word, at least one, at most MOST_PIECES."""
        rows: list[int] = []
        for chunk in _CHUNK.findall(plain(word[:LONGEST])):
            rows += self._cut_chunk(chunk)
            if len(rows) >= MOST_PIECES:
                break
        return rows[:MOST_PIECES] or [self._row[UNKNOWN]]

    def _cut_chunk(self, chunk: str) -> list[int]:
        rows: list[int] = []
        start = 0
        while start < len(chunk):
            mark = INNER if start else ""
            end = next(
                (at for at in range(len(chunk), start, -1) if mark + chunk[start:at] in self._row), None
            )
            if end is None:
                return [self._row[UNKNOWN]]
            rows.append(self._row[mark + chunk[start:end]])
            start = end
        return rows

    def vector(self, word: str) -> np.ndarray:
        """The mean of the rows of a word's pieces."""
        mean: np.ndarray = self.table[self.cut(word)].mean(axis=0)
        return mean

    def get_batch(self, keys: Iterable[int]) -> np.ndarray:
        """Vectors of the given string ids, one row each."""
        return np.stack([self.vector(self.strings[key]) for key in keys])

    def to_disk(self, folder: Path) -> None:
        """Write pieces and table into `folder`, made if need be; the table in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        text = "\n".join(self.pieces).encode("utf-8")
        # No time stamp: the same table gives the same file.
        (folder / PIECES).write_bytes(gzip.compress(text, mtime=0))
        np.save(folder / TABLE, self.table.astype("float16"))

    @classmethod
    def from_disk(cls, folder: Path, strings: StringStore | None = None) -> PieceVectors:
        """Read what `to_disk` wrote."""
        text = gzip.decompress((folder / PIECES).read_bytes()).decode("utf-8")
        return cls(text.split("\n"), np.load(folder / TABLE), strings)


def plain(word: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
