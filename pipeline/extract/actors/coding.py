"""Coding: what is known of a phrase, or a part of one, while it is being coded; and the words that part it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pipeline.extract.lexicon.actor_entries import Entry, Word, word_list
from pipeline.extract.lexicon.actor_lexicon import ActorLexicon, Match
from pipeline.extract.lexicon.words import word_set

HONORIFICS = word_list("honorifics")
ARTICLES = word_list("articles")
OF = frozenset(("of", "for"))
WHERE = word_list("where")
ELSEWHERE = word_list("elsewhere")
BREAKS = frozenset(",;:–—")
ENVOYS = word_set("actors.coding.envoys")

# A name in the phrase with the meaning chosen for it here.
Meaning = tuple[Match, tuple[Entry, ...]]


@dataclass(slots=True)
class Coding:
    """What is known of a part of a phrase; filled step by step.

    `body` says that the sector is that of a body or an office, and not a guess from what stands around.
    """

    country: str = ""
    sector: str = ""
    name: str = ""
    ids: list[str] = field(default_factory=list)
    organisation: str = ""
    kind: str = ""
    body: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """The words of a phrase, the names of the lexicon among them by their first word, and the day."""

    words: tuple[Word, ...]
    lexicon: ActorLexicon
    on: date | None
    at: dict[int, Match]

    def ends(self) -> set[int]:
        """The last words of the names."""
        return {match.end - 1 for match in self.at.values()}


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the core of a phrase: its possessor before, the rest behind, and the word that links it."""

    possessor: Coding | None = None
    rest: Coding | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Core:
    """The words low..high of a phrase: names with their meanings, quantities left out, and the words behind the last."""

    low: int
    high: int
    solid: tuple[Meaning, ...]
    tail: tuple[Word, ...]
    around: Around

    @property
    def head(self) -> Entry:
        """The entry that says what the actor is: the last one."""
        return self.solid[-1][1][0]

    @property
    def before(self) -> list[Entry]:
        """The entries before the head."""
        return [terms[0] for _, terms in self.solid[:-1]]
