"""Pieces: words are cut as the encoder's own vocabulary cuts them."""

from __future__ import annotations

import gzip

import pytest

from pipeline.extract.reader.pieces import Pieces, split


@pytest.fixture
def pieces(tmp_path):
    path = tmp_path / "pieces.txt.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "attack", "##ed", "##er", "un", ".", "s"]))
    return Pieces(path)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Attacked", ["attacked"]),
        ("São", ["sao"]),
        ("U.N.", ["u", ".", "n", "."]),
        ("$5", ["$", "5"]),
        ("a\u200bb", ["ab"]),
        ("a b", ["a", "b"]),
        ("北京", ["北", "京"]),
        ("", []),
    ],
)
def test_words_are_lowered_and_marks_stand_alone(word, parts):
    """Accents and control characters go, blanks part."""
    assert split(word) == parts


def test_the_longest_piece_is_taken_first(pieces):
    """And each piece knows its word."""
    assert pieces.cut(["Attacked", "attacker", "."]) == ([4, 5, 4, 6, 8], [0, 0, 1, 1, 2])


def test_a_word_without_pieces_is_unknown_as_a_whole(pieces):
    """Not half of it."""
    assert pieces.cut(["attackx"]) == ([1], [0])
