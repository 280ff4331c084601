"""Pieces: words in, numbers of word pieces out, as the encoder's own vocabulary cuts them (WordPiece, lower case)."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100


class Pieces:
    """A vocabulary of pieces; a word is cut into the longest ones from its beginning.

    Args:
        path: One piece a line, gzipped; a piece that goes on within a word begins with ##. Its line is its number.
    """

    def __init__(self, path: Path):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            self.numbers = {line.rstrip("\n"): number for number, line in enumerate(file)}
        self.start, self.end = self.numbers[START], self.numbers[END]
        self._cut = lru_cache(maxsize=100_000)(self._cut_word)

    def cut(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """Cut words; returns the pieces' numbers, and for each the word it belongs to."""
        numbers: list[int] = []
        owners: list[int] = []
        for at, word in enumerate(words):
            pieces = self._cut(word)
            numbers.extend(pieces)
            owners.extend([at] * len(pieces))
        return numbers, owners

    def _cut_word(self, word: str) -> tuple[int, ...]:
        return tuple(number for part in split(word) for number in self._longest(part))

    def _longest(self, part: str) -> list[int]:
        if len(part) > LONGEST_WORD:
            return [self.numbers[UNKNOWN]]
        found: list[int] = []
        start = 0
        while start < len(part):
            for end in range(len(part), start, -1):
                number = self.numbers.get(("##" if start else "") + part[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self.numbers[UNKNOWN]]
        return found


def split(word: str) -> list[str]:
    """Lower case without accents, each mark of punctuation alone; control characters and blanks part nothing but go.

    Source: the encoder's own normalizer and pre-tokenizer (BERT, uncased), held equal by the sums of training.
    """
    plain = unicodedata.normalize("NFD", word.lower())
    parts: list[str] = [""]
    for char in plain:
        category = unicodedata.category(char)
        if category == "Mn" or (category.startswith("C") and char not in "\t\n\r"):
            continue
        if char.isspace():
            parts.append("")
        elif is_mark(char, category):
            parts.extend((char, ""))
        else:
            parts[-1] += char
    return [part for part in parts if part]


def is_mark(char: str, category: str) -> bool:
    """Punctuation, with all marks of ASCII, and single characters of Chinese writing."""
    code = ord(char)
    is_ascii_mark = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return is_ascii_mark or category.startswith("P") or 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF
