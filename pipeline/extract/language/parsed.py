"""Parsed: a piece of an article with its tree, that knows where it stands and keeps what was found of its words.

spaCy's own `token.children`, `token.sent`, `doc.ents` and `doc.text` walk the whole text at every call; asked for
each place, date and actor of each event that was half the time of them all. So a piece finds them once, as it does
whatever else follows from its finished tree (`once`, `once_a_piece`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from itertools import accumulate
from typing import Any, TypeVar, cast

from spacy.attrs import DEP, HEAD, NORM, ORTH, SPACY
from spacy.tokens import Doc, Token
from spacy.tokens import Span as DocSpan

from pipeline.model import Place, Span

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Piece:
    """Clean text of an article that is to be parsed.

    Args:
        offset: Where it begins in the article.
        article: The article's own letters, of which spans are cut; the piece's where it is all there is.
        dateline: The place the article was sent from.
    """

    text: str
    offset: int = 0
    article: str = ""
    dateline: Place | None = None


class Parsed(Doc):
    """A piece with its words; a Doc, so that spaCy's pipeline fills it in.

    The one subclass of ours: a token knows its Doc and nothing else, so what is found of a token's piece is kept there.
    """

    piece: Piece | None = None

    @classmethod
    def of(cls, doc: Doc, piece: Piece) -> Parsed:
        """The words of a tokenized text as a piece."""
        table: Any = doc.to_array([ORTH, SPACY, NORM])
        orths: Any = table[:, 0].tolist()
        made = cls(doc.vocab, words=orths, spaces=table[:, 1].tolist())
        # The tokenizer's own norms ("not" of "n't") are no part of the letters.
        made.from_array([NORM], table[:, 2])
        made.piece = piece
        return made

    @cached_property
    def _memories(self) -> dict[Callable[..., Any], dict[Any, Any]]:
        return {}

    def memory_of(self, find: Callable[..., Found]) -> dict[Any, Found]:
        """What a function found in this piece before, by what it was asked; no two functions share one."""
        try:
            return self._memories[find]
        except KeyError:
            return self._memories.setdefault(find, {})

    @property
    def offset(self) -> int:
        """Where the piece begins in its article."""
        return self.piece.offset if self.piece else 0

    @property
    def home(self) -> str | None:
        """The land its article was sent from, as ISO 3166 alpha-3."""
        return self.piece.dateline.country if self.piece and self.piece.dateline else None

    @property
    def text(self) -> str:
        """The letters of the piece."""
        return self._letters

    @cached_property
    def _letters(self) -> str:
        return self.piece.text if self.piece else "".join(token.text_with_ws for token in self)

    @cached_property
    def children(self) -> list[list[Token]]:
        """The children of each token, left to right."""
        table: list[list[Token]] = [[] for _ in range(len(self))]
        for token, distance in zip(self, self.to_array(HEAD).view("int64").tolist(), strict=True):
            if distance:
                table[token.i + distance].append(token)
        return table

    @cached_property
    def tops(self) -> list[int]:
        """The tokens that hang on no other; from one array, for each question of a head makes a token."""
        table = self.to_array([HEAD, DEP])
        is_top = (table[:, 0] == 0) | (table[:, 1] == self.vocab.strings["ROOT"])
        found: list[int] = is_top.nonzero()[0].tolist()
        return found

    @cached_property
    def sentence_starts(self) -> list[int]:
        """The first words of the sentences."""
        return [sentence.start for sentence in self.sents]

    def sentence_at(self, word: int) -> int:
        """Which of its sentences a word stands in, from 0."""
        return bisect_right(self.sentence_starts, word) - 1

    @cached_property
    def entities(self) -> tuple[DocSpan, ...]:
        """The named entities."""
        return tuple(self.ents)

    def span(self, start: int, end: int) -> Span:
        """Tokens start..end (exclusive) as a span of the article."""
        last = self[end - 1]
        return self.letters(self[start].idx, last.idx + len(last))

    def letters(self, start: int, end: int) -> Span:
        """Characters start..end (exclusive) of the piece as a span of the article: the one place where offsets are shifted."""
        text = (self.piece.article if self.piece else "") or self.text
        left, right = start + self.offset, end + self.offset
        return Span(start=left, end=right, text=text[left:right])


def first_sentences(docs: Sequence[Parsed]) -> list[int]:
    """The number of each piece's first sentence among those of all pieces, and at the end how many there are."""
    return list(accumulate((len(doc.sentence_starts) for doc in docs), initial=0))


def piece_of(words: Token | DocSpan) -> Parsed:
    """The piece that words stand in."""
    return cast(Parsed, words.doc)


def once(find: Callable[[Token], Found]) -> Callable[[Token], Found]:
    """Let a function of one token answer from memory when asked again, for as long as the token's piece lives.

    For what follows from a finished tree alone. All askers share what is found: it is to be read, not changed.
    """

    @wraps(find)
    def remembered(token: Token) -> Found:
        known = cast(Parsed, token.doc).memory_of(find)
        number = token.i
        try:
            return known[number]
        except KeyError:
            made = known[number] = find(token)
            return made

    return remembered


def once_a_piece(find: Callable[[Parsed], Found]) -> Callable[[Parsed], Found]:
    """The same for a function of a whole piece."""

    @wraps(find)
    def remembered(piece: Parsed) -> Found:
        known = piece.memory_of(find)
        if not known:
            known[None] = find(piece)
        return known[None]

    return remembered


def sentence_bounds(token: Token) -> tuple[int, int]:
    """First word of the token's sentence and the first behind it, as indexes into its piece."""
    piece = piece_of(token)
    starts = piece.sentence_starts
    number = bisect_right(starts, token.i)
    return starts[number - 1], starts[number] if number < len(starts) else len(piece)
