"""What is asked of a word again is answered from memory, for each text anew."""

from collections.abc import Callable

from spacy.tokens import Doc, Token

from pipeline.extract.language.bounds import once

ROWS = """
Rebels rebel NNS NOUN 2 nsubj
fled flee VBD VERB 0 ROOT
"""


def test_a_word_is_looked_at_once_in_each_text(tree: Callable[[str], Doc]) -> None:
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


def test_two_functions_have_a_memory_each(tree: Callable[[str], Doc]) -> None:
    @once
    def tag(token: Token) -> str:
        return token.tag_

    @once
    def text(token: Token) -> str:
        return token.text

    token = tree(ROWS)[0]

    assert (tag(token), text(token)) == ("NNS", "Rebels")
