"""Phrase: tokens in; what their core, its possessor and what follows say of country and sector out.

phrase -> tokens -> matches in the lexicon -> core + possessor + what follows a preposition or a comma
       -> sector from the head of the core, country from the nearest evidence
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.extract.actors.coding import (
    ARTICLES,
    BREAKS,
    ELSEWHERE,
    HONORIFICS,
    OF,
    WHERE,
    Around,
    Coding,
    Scan,
)
from pipeline.extract.actors.core import read_core
from pipeline.extract.lexicon.actor_entries import POSSESSIVE, Word, word_list
from pipeline.extract.lexicon.actor_lexicon import ActorLexicon, Match
from pipeline.extract.lexicon.things import acts_of
from pipeline.extract.lexicon.words import word_set

_PREPOSITIONS = OF | WHERE | ELSEWHERE
_LANDS = frozenset(("country", "demonym", "seat", "place"))
_COMPARED = frozenset(("more", "less", "fewer", "better"))
_LOYAL = word_set("actors.phrase.loyal")
_CLAUSES = word_list("clauses")


def code_tokens(words: Sequence[Word], lexicon: ActorLexicon, on: date | None) -> Coding:
    """Code all words of a phrase."""
    found = (_of_bearer(words, match) for match in lexicon.scan(words))
    scan = Scan(tuple(words), lexicon, on, {match.start: match for match in found if match.entries})
    return read_phrase(scan, 0, len(words))


def _of_bearer(words: Sequence[Word], match: Match) -> Match:
    """A name behind an honorific without the lands and towns of that name: Ms Lima is no capital."""
    before = [word.key for word in words[max(0, match.start - 2) : match.start] if word.key != "."]
    if not before or before[-1] not in HONORIFICS:
        return match
    return match._replace(entries=tuple(entry for entry in match.entries if entry.kind not in _LANDS))


def read_phrase(scan: Scan, low: int, high: int, *, nested: bool = False) -> Coding:
    """Code words low..high: cut off what follows the core, code it, then the core in its light."""
    words, at = scan.words, scan.at
    low = _start(scan, low, high)
    possessor: Coding | None = None
    core, here, link, seen, end = low, low, "", False, 0
    while here < high:
        match = at.get(here)
        if match:
            seen = seen or match.entries[0].kind != "demonym"
            here = match.end
            continue
        key = words[here].key
        if here > core and _is_of_kind(scan, here, high):
            end, here, link = here, here + 1, "of"
            break
        if key == POSSESSIVE:
            if here > core:
                possessor = read_core(scan, core, here, Around(possessor), nested=True)
            core, seen = here + 1, False
        elif here > core and (
            key in _PREPOSITIONS or key in BREAKS or key in _CLAUSES or (key in ("and", "or") and seen)
            or (seen and _is_participle(scan, here))
        ):  # fmt: skip
            link = key
            break
        here += 1
    end = end or here
    if link and not seen and (maker := _maker(scan, core, here, high)):
        link, here = "of", maker
    rest = _rest(scan, link, here, high)
    return read_core(scan, core, end, Around(possessor, rest, link), nested=nested)


def _start(scan: Scan, low: int, high: int) -> int:
    """Past articles, prepositions and "more than"."""
    words = scan.words
    while low < high and low not in scan.at:
        key = words[low].key
        if key in _COMPARED and low + 1 < high and words[low + 1].key == "than":
            low += 2
        elif key in _PREPOSITIONS or key in ARTICLES:
            low += 1
        else:
            break
    return low


def _is_of_kind(scan: Scan, index: int, high: int) -> bool:
    """Whether "loyal to", "linked to" or "such as" stands here: what follows says whose or what the actor is."""
    key, following = scan.words[index].key, scan.words[index + 1].key if index + 1 < high else ""
    return (key in _LOYAL and following in ("to", "with")) or (key == "such" and following == "as")


def _maker(scan: Scan, core: int, here: int, high: int) -> int:
    """Where the maker of a thing is named ("a request made by Ankara"): the word "by"; 0 where there is none."""
    if not any(acts_of(word.key) for word in scan.words[max(core, here - 3) : here]):
        return 0
    return next((index for index in range(here, high) if scan.words[index].key == "by"), 0)


def _rest(scan: Scan, link: str, here: int, high: int) -> Coding | None:
    if not link or link in ("and", "or"):
        return None
    if link in BREAKS:
        return read_phrase(scan, here + 1, high)
    if link in OF or link in WHERE:
        return read_phrase(scan, here + 1, high, nested=True)
    # After "to", "against", a verb: only a place named later says where the actor is from.
    for index in range(here, high):
        if scan.words[index].key in ("in", "from", "at") and index not in scan.at and link not in ELSEWHERE:
            return read_phrase(scan, index + 1, high, nested=True)
        if scan.words[index].key in BREAKS:
            return read_phrase(scan, index + 1, high)
    return None


def _is_participle(scan: Scan, index: int) -> bool:
    word = scan.words[index]
    return word.text.islower() and word.key.endswith(("ing", "ed")) and (index - 1 in scan.ends())
