"""Match: a rule and an event in, yes or no out, and the reason in words.

No pattern of a rule is ever compiled to a regular expression: words are compared with words, so
that no rule can be slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from pipeline.alert.clean import clean
from pipeline.alert.records import AlertEvent, Branch, Rule

# A regular expression of ours over the text, linear in its length; never one of the user's.
_WORD = re.compile(r"\w+(?:['.]\w+)*\*?")


def matches(rule: Rule, event: AlertEvent) -> bool:
    """Say whether the rule holds for the event. The rule's status plays no part here."""
    if not any(branch_holds(branch, event) for branch in rule.any_branches):
        return False
    return rule.not_branch is None or not branch_holds(rule.not_branch, event)


def why(rule: Rule, event: AlertEvent) -> str:
    """Say in one line which conditions matched, or for each branch which one failed first."""
    for number, branch in enumerate(rule.any_branches, start=1):
        if not branch_holds(branch, event):
            continue
        if rule.not_branch is not None and branch_holds(rule.not_branch, event):
            return f"not matched: the 'not' branch holds: {_all_conditions(rule.not_branch, event)}"
        return f"matched branch {number} of {len(rule.any_branches)}: {_all_conditions(branch, event)}"
    failures = (
        f"branch {number}: {_first_failure(branch, event)}"
        for number, branch in enumerate(rule.any_branches, start=1)
    )
    return f"not matched: {'; '.join(failures)}"


def branch_holds(branch: Branch, event: AlertEvent) -> bool:
    """Say whether every condition of the branch holds."""
    return all(judge(event, name, wanted)[1] for name, wanted, judge in _set_conditions(branch))


def text_words(text: str) -> tuple[str, ...]:
    """Cut a text into words for comparison: compatibility forms and letter case folded.

    Hyphens part words, a possessive ending and the dots of initials go, so that `Libya` finds
    "Libya's", `no fly zone` "no-fly zone" and `UN` "U.N.". A trailing `*` stays with its word.
    """
    return _text_words(text)


def phrase_occurs(phrase: str, text: str) -> bool:
    """Say whether the words of the phrase stand in a row in the text; `word*` takes any ending."""
    pieces, haystack = _pieces(phrase), _haystack(text)
    # One look-up decides nearly always: a phrase has a second piece only after a `*` inside it.
    if not pieces or pieces[0] not in haystack:
        return False
    return len(pieces) == 1 or _pieces_follow(pieces, haystack)


def _pieces_follow(pieces: Sequence[str], haystack: str) -> bool:
    """Say whether the pieces stand in the text, each after the end of the word that the last began."""
    at = haystack.find(pieces[0])
    while at >= 0:
        end = at + len(pieces[0])
        for piece in pieces[1:]:
            end = haystack.find(" ", end)
            if end < 0 or not haystack.startswith(piece, end):
                break
            end += len(piece)
        else:
            return True
        at = haystack.find(pieces[0], at + 1)
    return False


@lru_cache(maxsize=4096)
def _haystack(text: str) -> str:
    """Write the text's words with one space around each, so that a phrase is found as a substring."""
    return f" {' '.join(_text_words(text.replace('*', ' ')))} "


@lru_cache(maxsize=4096)
def _pieces(phrase: str) -> tuple[str, ...]:
    """Cut a phrase after each `*`: "air* strike" is (" air", " strike ")."""
    words = _text_words(phrase)
    if not words:
        return ()
    parts = f" {' '.join(words)} ".split("*")
    return tuple(part for part in parts if part.strip())


@lru_cache(maxsize=4096)
def _text_words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return tuple(_plain_word(word) for word in _WORD.findall(folded))


def _plain_word(word: str) -> str:
    word = word.removesuffix("'s")
    return word.replace(".", "") if max(map(len, word.split("."))) == 1 else word


Judge = Callable[[AlertEvent, str, Any], tuple[object, bool]]


@lru_cache(maxsize=4096)
def _set_conditions(branch: Branch) -> tuple[tuple[str, Any, Judge], ...]:
    """Pick the conditions the branch sets, cheapest first."""
    pairs = ((name, getattr(branch, name), judge) for name, judge in _CONDITIONS)
    return tuple(
        (name, wanted, judge) for name, wanted, judge in pairs if wanted is not None and wanted != ()
    )


def _judge(branch: Branch, event: AlertEvent) -> Iterator[tuple[str, object, object, bool]]:
    """Yield (condition, wanted, seen, holds) for every condition the branch sets."""
    for name, wanted, judge in _set_conditions(branch):
        seen, holds = judge(event, name, wanted)
        yield name, wanted, seen, holds


def _equal(event: AlertEvent, name: str, wanted: Sequence[object]) -> tuple[object, bool]:
    seen = getattr(event, name)
    return seen, seen in wanted


def _contexts(event: AlertEvent, name: str, wanted: Sequence[str]) -> tuple[object, bool]:
    return event.contexts, not set(wanted).isdisjoint(event.contexts)


def _code(event: AlertEvent, name: str, wanted: Sequence[str]) -> tuple[object, bool]:
    parts = {getattr(event, name), getattr(event, f"{name}_country"), getattr(event, f"{name}_sector")}
    return getattr(event, name), not parts.isdisjoint(wanted)


def _phrases(event: AlertEvent, name: str, wanted: Sequence[str]) -> tuple[object, bool]:
    seen = event.sentence if name == "text" else getattr(event, name) or ""
    found = [phrase for phrase in wanted if phrase_occurs(phrase, seen)]
    return found or seen, bool(found)


def _at_least(event: AlertEvent, name: str, wanted: float) -> tuple[object, bool]:
    seen = getattr(event, name.removeprefix("min_"))
    return seen, seen is not None and seen >= wanted


def _at_most(event: AlertEvent, name: str, wanted: float) -> tuple[object, bool]:
    seen = getattr(event, name.removeprefix("max_"))
    return seen, seen is not None and seen <= wanted


_CONDITIONS: tuple[tuple[str, Judge], ...] = (
    ("event_type", _equal),
    ("status", _equal),
    ("told_as", _equal),
    ("mode", _equal),
    ("quad_class", _equal),
    ("country", _equal),
    ("actor_country", _equal),
    ("recipient_country", _equal),
    ("actor_sector", _equal),
    ("recipient_sector", _equal),
    ("min_confidence", _at_least),
    ("min_score", _at_least),
    ("max_score", _at_most),
    ("actor", _code),
    ("recipient", _code),
    ("context", _contexts),
    ("actor_name", _phrases),
    ("recipient_name", _phrases),
    ("text", _phrases),
)


def _all_conditions(branch: Branch, event: AlertEvent) -> str:
    # That it is told as news goes without saying.
    return ", ".join(
        f"{name} {_show(seen)}"
        for name, _, seen, _ in _judge(branch, event)
        if (name, seen) != ("told_as", "news")
    )


def _first_failure(branch: Branch, event: AlertEvent) -> str:
    for name, wanted, seen, holds in _judge(branch, event):
        if not holds:
            return f"{name} is {_show(seen)}, wanted {_show(wanted)}"
    return "holds"


def _show(value: object, limit: int = 80) -> str:
    if value is None or value == "" or value == ():
        return "none"
    if isinstance(value, list | tuple):
        value = " or ".join(map(str, value))
    return clean(str(value), limit)
