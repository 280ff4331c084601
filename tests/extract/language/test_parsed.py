"""What is asked of a word again is answered from memory, for each text anew."""

from collections.abc import Callable

import spacy
from spacy.tokens import Token

from pipeline.extract.language.parsed import Parsed, Piece, once
from pipeline.model import Span

ROWS = """
Rebels rebel NNS NOUN 2 nsubj
fled flee VBD VERB 0 ROOT
"""


def test_a_word_is_looked_at_once_in_each_text(tree: Callable[[str], Parsed]) -> None:
    asked: list[str] = []

    @once
    def tag(token: Token) -> str:
        asked.append(token.text)
        return token.tag_

    first, second = tree(ROWS), tree(ROWS.replace("Rebels rebel NNS", "Troops troop NNP"))

    assert [tag(doc[number]) for doc in (first, first, second) for number in (0, 1)] == [
        "NNS", "VBD", "NNS", "VBD", "NNP", "VBD",
    ]  # fmt: skip
    assert asked == ["Rebels", "fled", "Troops", "fled"]


def test_spans_are_those_of_the_article(tree: Callable[[str], Parsed]) -> None:
    """A piece that begins at the fourth letter gives spans that do so too, in the article's own letters."""
    piece = tree(ROWS)
    piece.piece = Piece("Rebels fled", offset=4, article="-- *Rebels* fled")

    assert piece.span(0, 2) == Span(start=4, end=15, text="Rebels* fle")
    assert piece.letters(7, 11).start == 11


def test_a_piece_keeps_the_norms_of_the_tokenizer() -> None:
    doc = spacy.blank("en").make_doc("Rebels don't flee, U.S. officials said")
    piece = Parsed.of(doc, Piece(doc.text))

    assert [(token.text, token.norm_, token.whitespace_) for token in piece] == [
        (token.text, token.norm_, token.whitespace_) for token in doc
    ]
    assert piece.text == doc.text


def test_two_functions_have_a_memory_each(tree: Callable[[str], Parsed]) -> None:
    @once
    def tag(token: Token) -> str:
        return token.tag_

    @once
    def text(token: Token) -> str:
        return token.text

    token = tree(ROWS)[0]

    assert (tag(token), text(token)) == ("NNS", "Rebels")
