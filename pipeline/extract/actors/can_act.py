"""Things: a noun phrase in; whether it can name somebody who acts, out.

"Seven months", "the resolution" and "a meeting" do nothing to anybody. "A government decree" stands for
its government: such nouns act where somebody they belong to is named with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.extract.lexicon.actor_entries import POSSESSIVE, Word, fold, tokenize
from pipeline.extract.lexicon.actor_lexicon import Match, load_lexicon
from pipeline.extract.lexicon.things import OWNED, acts_of
from pipeline.extract.lexicon.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Span

_OPENERS = word_set("actors.can_act.openers")
_SPEAKERS = word_set("actors.can_act.speakers")
_TIMES = frozenset(("DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL"))
_NAMED = frozenset(("country", "demonym", "seat", "organisation", "person"))


def may_act(phrase: Span | str) -> bool:
    """Whether a noun phrase can name an actor or a recipient.

    Args:
        phrase: A phrase in its tree, whose root decides, or its bare text, whose last word before a
            preposition decides. An unknown noun may act: only known things are refused.
    """
    if isinstance(phrase, str):
        words = tokenize(phrase)
        return _acts(words, _head(words))
    root = phrase.root
    if root.ent_type_ in _TIMES:
        return False
    words = tokenize(phrase.text)
    return _acts(words, _index(words, fold(root.text), root.i - phrase.start))


def _acts(words: Sequence[Word], head: int) -> bool:
    if not 0 <= head < len(words):
        return True
    acts = acts_of(words[head].key)
    if not acts or _is_in_a_name(words, head):
        return True
    matches = load_lexicon().scan(words)
    if any(match.start <= head < match.end and _names_actor(match) for match in matches):
        return True
    return acts == OWNED and any(_is_owner(match) for match in matches if not match.start <= head < match.end)


def _is_in_a_name(words: Sequence[Word], head: int) -> bool:
    """Whether the noun ends a name unknown to the lexicon ("Flying Aid"), written in capitals after another."""
    before = words[head - 1] if head else None
    return (
        before is not None
        and words[head].text.istitle()
        and before.text.istitle()
        and before.key not in _SPEAKERS
    )


def _names_actor(match: Match) -> bool:
    """Whether a name, or a role of several words ("war crimes court"), covers the noun."""
    first = match.entries[0]
    return first.kind in _NAMED or (
        match.end - match.start > 1 and first.kind == "role" and bool(first.sector)
    )


def _is_owner(match: Match) -> bool:
    first = match.entries[0]
    return first.kind in (*_NAMED, "seat", "place") or (
        first.kind == "role" and bool(first.sector) and first.strength in ("strong", "title")
    )


def _head(words: Sequence[Word]) -> int:
    head = -1
    for index, word in enumerate(words):
        following = words[index + 1].key if index + 1 < len(words) else ""
        if head >= 0 and (
            word.key in _OPENERS or (word.key.endswith(("ing", "ed")) and following in ("the", "a", "an"))
        ):
            break
        if word.key != POSSESSIVE and word.key not in _OPENERS:
            head = index
    return head


def _index(words: Sequence[Word], key: str, about: int) -> int:
    """Where the root stands among the words: the token of its text nearest to its place in the phrase."""
    places = [index for index, word in enumerate(words) if word.key == key]
    return min(places, key=lambda index: abs(index - about), default=-1)
