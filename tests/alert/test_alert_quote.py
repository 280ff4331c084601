"""A quoted sentence with its spans: cut around the trigger, cleaned, and never longer than allowed."""

import pytest

from pipeline.alert.quote import Piece, Span, quote

SENTENCE = "NATO ended its mission in Libya on Monday."


def spans(*words: tuple[str, str]) -> list[Span]:
    return [
        Span(start=SENTENCE.index(word), end=SENTENCE.index(word) + len(word), role=role)
        for word, role in words
    ]


def test_pieces_are_the_sentence_with_roles():
    """Each span is a piece, and nothing is lost between them."""
    pieces = quote(SENTENCE, spans(("ended", "trigger"), ("NATO", "actor"), ("Libya", "place")), 400)

    assert [piece for piece in pieces if piece.role] == [
        Piece(text="NATO", role="actor"), Piece(text="ended", role="trigger"), Piece(text="Libya", role="place"),
    ]  # fmt: skip
    assert "".join(piece.text for piece in pieces) == SENTENCE


def test_where_spans_overlap_the_trigger_is_shown():
    """It is what made the event."""
    pieces = quote(SENTENCE, spans(("NATO ended", "actor"), ("ended", "trigger")), 400)

    assert [(piece.text, piece.role) for piece in pieces[:2]] == [("NATO ", "actor"), ("ended", "trigger")]


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (5, 3), (40, 99)])
def test_a_span_outside_of_the_sentence_is_passed_over(start, end):
    """A place may be taken from another sentence."""
    assert quote(SENTENCE, [Span(start=start, end=end, role="place")], 400) == (Piece(text=SENTENCE),)


@pytest.mark.parametrize("limit", [50, 120, 400])
@pytest.mark.parametrize("filling", ["word ", "\u202e ", "x"])
def test_it_is_never_longer_than_the_limit(limit, filling):
    """Escapes are counted as they are shown, and the trigger is there."""
    sentence = filling * 300 + "attacked" + filling * 300
    start = len(filling) * 300
    pieces = quote(sentence, [Span(start=start, end=start + 8, role="trigger")], limit)
    shown = "".join(piece.text for piece in pieces)

    assert len(shown) <= limit
    assert Piece(text="attacked", role="trigger") in pieces
    assert (shown[0], shown[-1]) == ("…", "…")


def test_white_space_is_one_space():
    """Also between pieces."""
    sentence = "  He \n\t left\r\n  now "
    start = sentence.index("left")
    pieces = quote(sentence, [Span(start=start, end=start + 4, role="trigger")], 400)

    assert "".join(piece.text for piece in pieces) == "He left now"
