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
from functools import lru_cache
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline import plover
from pipeline.errors import ConfigError
from pipeline.extract.dates import load_words
from pipeline.extract.gazetteer import Gazetteer

DATA = Path(__file__).resolve().parent / "data" / "capitals"
NAMES, FORENAMES = DATA / "names.txt", DATA / "forenames.txt"
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
_SMALL = frozenset(("de", "del", "y", "and", "of", "the"))
# Words of other languages that open a name, with the word behind them.
_FOREIGN = frozenset(
    (
        "la",
        "el",
        "los",
        "las",
        "san",
        "santa",
        "santo",
        "puerto",
        "villa",
        "ciudad",
        "rio",
        "abu",
        "al",
        "bin",
        "don",
        "monsignor",
    )
)
_PLACE_BEFORE = frozenset(
    ("in", "at", "near", "from", "to", "of", "outside", "northern", "southern", "eastern", "western")
)
# Endings of English words that a list of dictionary forms does not show.
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("d", ""),
            ("ly", ""), ("ally", ""), ("ily", "y"), ("ably", "able"), ("ibly", "ible"), ("er", ""), ("est", ""), ("est", "e"), ("er", "e"), ("men", "man"), ("ves", "f"))  # fmt: skip

# "gunned", "planning".
_DOUBLED = re.compile(r"(\w+([bdglmnprt]))\2(?:ed|ing|er)$")


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
    parts, start = [], 0
    for match in [*_PARAGRAPH.finditer(text), None]:
        end = match.end() if match else len(text)
        part = text[start:end]
        parts.append(_recase(part, is_word, gazetteer, surnames) if is_capitals(part) else part)
        start = end
    return "".join(parts)


def dictionary(nlp: Language) -> frozenset[str]:
    """The words the shipped pipeline's lemmatizer knows, for `recase`; empty for a pipeline without it."""
    if "news_lemmatizer" not in nlp.pipe_names:
        return frozenset()
    pipe: Any = nlp.get_pipe("news_lemmatizer")
    known: frozenset[str] = pipe.base_forms | pipe.irregular_forms
    return known


def is_capitals(text: str) -> bool:
    """Whether nearly all letters are capitals, and there are enough of them to tell."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= _FEWEST_LETTERS and sum(map(str.isupper, letters)) >= _CAPITAL_SHARE * len(letters)


def _surnames(text: str, gazetteer: Gazetteer) -> frozenset[str]:
    """Words that stand behind a forename and are names of towns too: as "Galan" of "Luis Carlos Galan" is."""
    words = _WORD.findall(text.lower())
    forenames = load_names(FORENAMES)
    return frozenset(
        word
        for before, word in itertools.pairwise(words)
        if before in forenames
        and word not in FUNCTION_WORDS
        and any(entry.is_official for entry in gazetteer.find(word))
    )


def _recase(text: str, is_word: Callable[[str], bool], gazetteer: Gazetteer, surnames: frozenset[str]) -> str:
    kept = {number for match in _ABBREVIATION.finditer(text) for number in range(*match.span())}
    matches = list(_WORD.finditer(text))
    out, last, before = [], 0, ""
    for number, match in enumerate(matches):
        out.append(text[last : match.start()])
        word = match.group()
        behind = matches[number + 1] if number + 1 < len(matches) else None
        follows = behind.group().lower() if behind and text[match.end() : behind.start()].isspace() else ""
        gap = text[last : match.start()]
        by_number = bool(_NUMBER_BEFORE.search(gap) or _NUMBER_BEHIND.match(text, match.end()))
        opens = number == 0 or (
            text.rfind(".", max(0, match.start() - 20), match.start()) not in kept
            and _opens(text, match.start())
        )
        if match.start() in kept or not word.isupper() or _TYPE.match(text, match.start()):
            out.append(word)
        else:
            out.append(
                _in_usual_letters(
                    word,
                    before,
                    follows,
                    by_number,
                    opens,
                    text[last : match.end() + 1],
                    is_word,
                    gazetteer,
                    surnames,
                )
            )
        last, before = match.end(), word.lower()
    out.append(text[last:])
    return "".join(out)


def _opens(text: str, start: int) -> bool:
    return bool(_SENTENCE_END.search(text[max(0, start - 20) : start].lower()))


def _in_usual_letters(
    word: str,
    before: str,
    follows: str,
    by_number: bool,
    opens: bool,
    around: str,
    is_word: Callable[[str], bool],
    gazetteer: Gazetteer,
    surnames: frozenset[str],
) -> str:
    small = word.lower()
    if len(small) != len(word):
        return word
    if _is_acronym(word, around, is_word):
        return word
    is_name = (
        small.removesuffix("'s") in surnames
        or _is_name(small, before, by_number, is_word, gazetteer)
        or _is_in_pair(small, before, follows)
    )
    return word[0] + small[1:] if is_name or opens else small


def _is_acronym(word: str, around: str, is_word: Callable[[str], bool]) -> bool:
    """ "[FMLN]", "ELN", "UNHCR": bracketed, or short or unspeakable, and no word."""
    if is_known(word.lower(), is_word) or len(word) < 2:
        return False
    is_bracketed = around.lstrip()[:1] in "[(" and around.rstrip()[-1:] in "])"
    vowels = sum(letter in "AEIOUY" for letter in word)
    return (
        (is_bracketed and len(word) <= 8)
        or vowels == 0
        or (len(word) == 3 and vowels <= 1 and word not in _PARTICLES)
    )


_PARTICLES = frozenset(("DR", "MR", "MRS", "MSGR", "MAJ", "LT", "GEN", "SGT", "CAPT", "SAN", "DEL", "LAS", "LOS", "DON", "VAN", "VON", "BIN", "JAN", "FEB", "MAR", "APR", "JUN", "JUL", "AUG",
                        "SEP", "OCT", "NOV", "DEC", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", "PAZ", "RIO", "GEN", "COL"))  # fmt: skip


def _is_name(
    small: str, before: str, by_number: bool, is_word: Callable[[str], bool], gazetteer: Gazetteer
) -> bool:
    if small in _SMALL:
        return False
    if small in _FOREIGN or before in _FOREIGN:
        return True
    if small in FUNCTION_WORDS:
        return False
    bare = small.removesuffix("'s")
    if not load_names().isdisjoint((bare, bare.removesuffix("s") if len(bare) > _SHORT else bare)):
        return True
    words = load_words()
    if small in words.weekdays and len(small) > 3:
        return True
    if small in words.months:
        return small not in ("may", "march", "mar") or by_number or before in ("in", "last", "since")
    if gazetteer.country_of(small) and (len(small) > 3 or not is_known(small, is_word)):
        return True
    if before in _PLACE_BEFORE and small not in _PLACE_BEFORE and _is_large_place(small, gazetteer):
        return True
    return not is_known(small, is_word)


def _is_in_pair(small: str, before: str, follows: str) -> bool:
    """ "United" before "States", "Cross" behind "Red"."""
    own, behind = small.removesuffix("'s"), follows.removesuffix("'s")
    return not load_names().isdisjoint((f"{before} {own}", f"{small} {behind}"))


@lru_cache(maxsize=2)
def load_names(path: Path = NAMES) -> frozenset[str]:
    """The lines of a list of names; of NAMES words, and pairs of them, that a dictionary lists small.

    Raises:
        ConfigError: The file is missing.
    """
    try:
        return frozenset(plover.read_list(path))
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from error


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
    if small in FUNCTION_WORDS or is_word(small):
        return True
    if (doubled := _DOUBLED.match(small)) and is_word(doubled[1]):
        return True
    return any(small.endswith(ending) and is_word(small[: -len(ending)] + base) for ending, base in _ENDINGS)


# Words no dictionary of nouns, verbs and adjectives lists.
FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "nor",
        "so",
        "yet",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "without",
        "within",
        "into",
        "onto",
        "upon",
        "over",
        "under",
        "above",
        "below",
        "between",
        "among",
        "amid",
        "against",
        "about",
        "around",
        "across",
        "along",
        "behind",
        "beside",
        "besides",
        "beyond",
        "near",
        "off",
        "out",
        "outside",
        "inside",
        "through",
        "throughout",
        "during",
        "before",
        "after",
        "since",
        "until",
        "till",
        "toward",
        "towards",
        "up",
        "down",
        "as",
        "than",
        "like",
        "via",
        "per",
        "despite",
        "because",
        "although",
        "though",
        "while",
        "when",
        "where",
        "whether",
        "if",
        "unless",
        "that",
        "which",
        "who",
        "whom",
        "whose",
        "what",
        "why",
        "how",
        "this",
        "these",
        "those",
        "it",
        "its",
        "he",
        "his",
        "him",
        "she",
        "her",
        "hers",
        "they",
        "them",
        "their",
        "theirs",
        "we",
        "us",
        "our",
        "ours",
        "you",
        "your",
        "yours",
        "i",
        "me",
        "my",
        "mine",
        "myself",
        "himself",
        "herself",
        "itself",
        "themselves",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "has",
        "have",
        "had",
        "having",
        "do",
        "does",
        "did",
        "doing",
        "done",
        "will",
        "would",
        "shall",
        "should",
        "may",
        "might",
        "must",
        "can",
        "could",
        "cannot",
        "not",
        "no",
        "none",
        "nothing",
        "nobody",
        "never",
        "ever",
        "always",
        "also",
        "too",
        "very",
        "just",
        "only",
        "even",
        "still",
        "already",
        "again",
        "once",
        "twice",
        "here",
        "there",
        "then",
        "now",
        "later",
        "ago",
        "soon",
        "today",
        "yesterday",
        "tomorrow",
        "tonight",
        "more",
        "most",
        "less",
        "least",
        "much",
        "many",
        "few",
        "several",
        "some",
        "any",
        "all",
        "both",
        "each",
        "every",
        "either",
        "neither",
        "other",
        "others",
        "another",
        "such",
        "same",
        "own",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "hundred",
        "thousand",
        "million",
        "first",
        "second",
        "third",
        "according",
        "however",
        "meanwhile",
        "moreover",
        "therefore",
        "thus",
        "hence",
        "nevertheless",
        "nonetheless",
        "instead",
        "rather",
        "quite",
        "almost",
        "nearly",
        "perhaps",
        "maybe",
        "indeed",
        "said",
        "told",
        "who's",
        "it's",
        "don't",
        "didn't",
        "doesn't",
        "isn't",
        "wasn't",
        "weren't",
        "won't",
        "wouldn't",
        "couldn't",
        "can't",
        "hasn't",
        "haven't",
        "hadn't",
        "everyone",
        "someone",
        "anyone",
        "everything",
        "something",
        "anything",
        "elsewhere",
        "anywhere",
        "everywhere",
        "wherever",
        "whenever",
        "whatever",
        "whoever",
        "whichever",
    ]
)
