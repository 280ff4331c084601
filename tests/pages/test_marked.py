"""Sentences in pieces."""

from __future__ import annotations

from pipeline.pages.marked import Piece, pieces

SENTENCE = "Rebels shelled Goma on Friday."


def telling(**spans: tuple[int, int]) -> dict[str, object]:
    ends = {
        f"{part}_{side}": 100 + at
        for part, span in spans.items()
        for side, at in zip(("start", "end"), span, strict=True)
    }
    return {"sentence": SENTENCE, "sentence_start": 100} | ends


def test_each_part_is_a_piece() -> None:
    """In the order of the text, and no letter is lost."""
    found = pieces(telling(actor=(0, 6), trigger=(7, 14), place=(15, 19)))

    assert [(piece.text, piece.part) for piece in found] == [
        ("Rebels", "actor"), (" ", ""), ("shelled", "trigger"), (" ", ""), ("Goma", "place"), (" on Friday.", ""),
    ]  # fmt: skip


def test_of_two_that_cross_the_act_stays() -> None:
    """A mark is never moved."""
    found = pieces(telling(actor=(0, 14), trigger=(7, 14)))

    assert [piece.part for piece in found] == ["", "trigger", ""]


def test_what_stands_in_another_sentence_is_not_marked() -> None:
    """A place may be taken from the sentence before."""
    assert pieces(telling(place=(-40, -36), date=(25, 90))) == (Piece(text=SENTENCE),)


def test_a_telling_without_candidate_is_its_sentence() -> None:
    """Spans are dropped by age, sentences are not."""
    assert pieces({"sentence": SENTENCE, "sentence_start": None, "actor_start": None}) == (
        Piece(text=SENTENCE),
    )
