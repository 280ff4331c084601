"""Capitals: a text all in capitals in, the same text in the usual letters out, not one character longer.

Teletype services and headlines are set in capitals; a parser that learned on usual letters takes
every word there for a name. Words of the language go small, all else (names) gets a first capital,
so that tags, trees and entities come out as they would have. Dictionaries list names among words; which
of those news writes with a capital stands in data/capitals.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from pipeline import plover
from pipeline.errors import ConfigError
from pipeline.extract.lexicon import files
from pipeline.extract.lexicon.calendar import load_calendar
from pipeline.extract.lexicon.gazetteer import Gazetteer
from pipeline.extract.lexicon.words import word_set

DATA = files.DATA / "capitals"
# A plural of a name is longer: "Jesuits".
_SHORT = 5
# Fewer letters, or fewer capitals among them, and the text is left as it is.
_FEWEST_LETTERS = 12
_CAPITAL_SHARE = 0.8
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ABBREVIATION = re.compile(r"(?:[A-Z]\.){2,}")
# "M-19", "F-16": a letter and a number.
_TYPE = re.compile(r"\b[A-Z]-\d")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE_END = re.compile(r"(?:[.!?:]['\")\]]*\s+|--\s*|\[(?:text|excerpt|excerpts|speech|continued)\]\s*)$")
_NUMBER_BEFORE = re.compile(r"\d\s*$")
_NUMBER_BEHIND = re.compile(r"\.?\s*\d")
_SMALL = word_set("text.capitals.small")
_PLACE_BEFORE = word_set("text.capitals.place_before")
# Endings of English words that a list of dictionary forms does not show.
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("d", ""),
            ("ly", ""), ("ally", ""), ("ily", "y"), ("ably", "able"), ("ibly", "ible"), ("er", ""), ("est", ""), ("est", "e"), ("er", "e"), ("men", "man"), ("ves", "f"))  # fmt: skip
# "gunned", "planning".
_DOUBLED = re.compile(r"(\w+([bdglmnprt]))\2(?:ed|ing|er)$")


@lru_cache(maxsize=8)
def word_list(name: str) -> frozenset[str]:
    """The entries of a list in data/capitals, in small letters; of `names` words, and pairs of them.

    Raises:
        ConfigError: The file is missing.
    """
    path = DATA / f"{name}.txt"
    try:
        return frozenset(plover.read_list(path))
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the words of a text: those of the language, places, surnames that are towns too."""

    is_word: Callable[[str], bool]
    gazetteer: Gazetteer
    surnames: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Written:
    """A word in capitals, where it stands.

    Attributes:
        word: As it is written.
        before, behind: The words on both sides, small; "" where there is none, or something between.
        around: The text from the word before to the letter behind, for brackets.
        is_by_number: Whether a number stands beside it.
        is_opening: Whether a sentence opens with it.
    """

    word: str
    before: str
    behind: str
    around: str
    is_by_number: bool
    is_opening: bool


def recase(text: str, is_word: Callable[[str], bool], gazetteer: Gazetteer) -> str:
    """Set a text in capitals in the usual letters.

    Args:
        text: Any text; paragraphs not in capitals stay as they are.
        is_word: Says of a small word in dictionary form whether the language has it.
        gazetteer: Its countries, divisions and large towns get their capital even where they are
            words too, when a preposition stands before them.

    Returns:
        A text of the same length, so that offsets hold in both.
    """
    surnames = _surnames(text, gazetteer) if is_capitals(text) else frozenset()
    known = _Known(is_word, gazetteer, surnames)
    parts, start = [], 0
    for match in [*_PARAGRAPH.finditer(text), None]:
        end = match.end() if match else len(text)
        part = text[start:end]
        parts.append(_recase(part, known) if is_capitals(part) else part)
        start = end
    return "".join(parts)


def is_capitals(text: str) -> bool:
    """Whether nearly all letters are capitals, and there are enough of them to tell."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= _FEWEST_LETTERS and sum(map(str.isupper, letters)) >= _CAPITAL_SHARE * len(letters)


def _surnames(text: str, gazetteer: Gazetteer) -> frozenset[str]:
    """Words that stand behind a forename and are names of towns too: as "Galan" of "Luis Carlos Galan" is."""
    words = _WORD.findall(text.lower())
    forenames = word_list("forenames")
    return frozenset(
        word
        for before, word in itertools.pairwise(words)
        if before in forenames
        and word not in word_list("function_words")
        and any(entry.is_official for entry in gazetteer.find(word))
    )


def _recase(text: str, known: _Known) -> str:
    kept = {number for match in _ABBREVIATION.finditer(text) for number in range(*match.span())}
    matches = list(_WORD.finditer(text))
    out, last, before = [], 0, ""
    for match, behind in itertools.zip_longest(matches, matches[1:]):
        start, end = match.span()
        word = match.group()
        out.append(text[last:start])
        if start in kept or not word.isupper() or _TYPE.match(text, start):
            out.append(word)
        else:
            ends_before = text.rfind(".", max(0, start - 20), start) not in kept and _opens(text, start)
            written = _Written(
                word=word,
                before=before,
                behind=behind.group().lower() if behind and text[end : behind.start()].isspace() else "",
                around=text[last : end + 1],
                is_by_number=bool(_NUMBER_BEFORE.search(text[last:start]) or _NUMBER_BEHIND.match(text, end)),
                is_opening=not before or ends_before,
            )
            out.append(_in_usual_letters(written, known))
        last, before = end, word.lower()
    out.append(text[last:])
    return "".join(out)


def _opens(text: str, start: int) -> bool:
    return bool(_SENTENCE_END.search(text[max(0, start - 20) : start].lower()))


def _in_usual_letters(written: _Written, known: _Known) -> str:
    word = written.word
    small = word.lower()
    if len(small) != len(word) or _is_acronym(written, known):
        return word
    is_name = (
        small.removesuffix("'s") in known.surnames
        or _is_name(small, written, known)
        or _is_in_pair(small, written)
    )
    return word[0] + small[1:] if is_name or written.is_opening else small


def _is_acronym(written: _Written, known: _Known) -> bool:
    """ "[FMLN]", "ELN", "UNHCR": bracketed, or short or unspeakable, and no word."""
    word = written.word
    if is_known(word.lower(), known.is_word) or len(word) < 2:
        return False
    is_bracketed = written.around.lstrip()[:1] in "[(" and written.around.rstrip()[-1:] in "])"
    vowels = sum(letter in "AEIOUY" for letter in word)
    return (
        (is_bracketed and len(word) <= 8)
        or vowels == 0
        or (len(word) == 3 and vowels <= 1 and word.lower() not in word_list("no_acronyms"))
    )


def _is_name(small: str, written: _Written, known: _Known) -> bool:
    if small in _SMALL:
        return False
    if small in word_list("foreign_words") or written.before in word_list("foreign_words"):
        return True
    if small in word_list("function_words"):
        return False
    bare = small.removesuffix("'s")
    singular = bare.removesuffix("s") if len(bare) > _SHORT else bare
    if not word_list("names").isdisjoint((bare, singular)):
        return True
    words = load_calendar()
    if small in words.weekdays and len(small) > 3:
        return True
    if small in words.months:
        is_dated = written.is_by_number or written.before in ("in", "last", "since")
        return small not in ("may", "march", "mar") or is_dated
    if known.gazetteer.country_of(small) and (len(small) > 3 or not is_known(small, known.is_word)):
        return True
    in_place = written.before in _PLACE_BEFORE and small not in _PLACE_BEFORE
    if in_place and _is_large_place(small, known.gazetteer):
        return True
    return not is_known(small, known.is_word)


def _is_in_pair(small: str, written: _Written) -> bool:
    """ "United" before "States", "Cross" behind "Red"."""
    own, behind = small.removesuffix("'s"), written.behind.removesuffix("'s")
    return not word_list("names").isdisjoint((f"{written.before} {own}", f"{small} {behind}"))


def _is_large_place(small: str, gazetteer: Gazetteer) -> bool:
    return any(
        entry.resolution == "admin1" or (entry.is_official and entry.population > 100_000)
        for entry in gazetteer.find(small)
    )


def is_known(small: str, is_word: Callable[[str], bool]) -> bool:
    """Whether the language has a small word, in whatever form."""
    if small in ("women", "men", "children", "people"):
        return True
    small = small.removesuffix("'s").removesuffix("’s")
    if small in word_list("function_words") or is_word(small):
        return True
    if (doubled := _DOUBLED.match(small)) and is_word(doubled[1]):
        return True
    return any(small.endswith(ending) and is_word(small[: -len(ending)] + base) for ending, base in _ENDINGS)
