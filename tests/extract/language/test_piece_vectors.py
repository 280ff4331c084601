"""Piece vectors: any word has a vector, by the pieces of its letters."""

from pathlib import Path

import numpy as np
import pytest
from spacy.strings import StringStore

from pipeline.extract.language.piece_vectors import MOST_PIECES, PieceVectors

PIECES = ("[UNK]", "hua", "##wei", "##w", "##e", "tel", "##ecom", "-", "a", "##a")


@pytest.fixture
def vectors() -> PieceVectors:
    table = np.array([[float(row), 1.0] for row in range(len(PIECES))])
    return PieceVectors(PIECES, table)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("Huawei", ["hua", "##wei"]),
        ("HUAWE", ["hua", "##w", "##e"]),
        ("Huáwei", ["hua", "##wei"]),
        ("Hua-Telecom", ["hua", "-", "tel", "##ecom"]),
        ("Zzz", ["[UNK]"]),
        ("hua-zzz", ["hua", "-", "[UNK]"]),
        ("", ["[UNK]"]),
    ],
)
def test_a_word_is_cut_into_the_longest_pieces(vectors: PieceVectors, word: str, pieces: list[str]) -> None:
    assert [vectors.pieces[row] for row in vectors.cut(word)] == pieces


def test_a_vector_is_the_mean_over_the_pieces(vectors: PieceVectors) -> None:
    assert vectors.vector("Huawei").tolist() == [1.5, 1.0]


def test_an_endless_word_costs_no_more_than_a_long_one(vectors: PieceVectors) -> None:
    assert len(vectors.cut("a" * 1_000_000)) == MOST_PIECES


def test_ids_are_looked_up_in_the_strings_given() -> None:
    strings = StringStore(["Huawei", "tel"])
    vectors = PieceVectors(PIECES, np.eye(len(PIECES)), strings)

    batch = vectors.get_batch([strings["tel"], strings["Huawei"]])

    assert batch.shape == (2, len(PIECES))
    assert batch[0].argmax() == PIECES.index("tel")


def test_what_is_written_is_read_back(vectors: PieceVectors, tmp_path: Path) -> None:
    vectors.to_disk(tmp_path)

    again = PieceVectors.from_disk(tmp_path)

    assert again.pieces == vectors.pieces
    assert (again.table == vectors.table).all()


def test_the_same_table_gives_the_same_files(vectors: PieceVectors, tmp_path: Path) -> None:
    vectors.to_disk(tmp_path / "one")
    vectors.to_disk(tmp_path / "two")

    for name in ("pieces.txt.gz", "table.npy"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_table_with_too_few_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="10 pieces need as many rows, the table has 3"):
        PieceVectors(PIECES, np.zeros((3, 2)))
