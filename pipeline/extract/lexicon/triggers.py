"""Triggers: the lexicon's verbs, nouns and operators in; the words that can tell an event, and what they need beside them, out."""

from __future__ import annotations

from pipeline.extract.lexicon.frames import EventNoun, Frame, Operator

# Words of a slot that stand for any name of a kind.
KINDS_OF_NAMES = frozenset({"gpe", "norp", "org", "person"})


def company_of(
    verbs: dict[str, list[Frame]], nouns: dict[str, EventNoun], operators: dict[tuple[str, str], Operator]
) -> dict[str, frozenset[str]]:
    """Each word that can tell an event, with its company (see `Frames`)."""
    company: dict[str, set[str]] = {}
    alone: set[str] = set()

    def add(word: str, others: frozenset[str]) -> None:
        if others:
            company.setdefault(word, set()).update(others)
        else:
            alone.add(word)

    for key, frames in verbs.items():
        word = trigger_word(key)
        first, _, last = word.rpartition("-")
        for frame in frames:
            add(last, frozenset({first}) if first else _company(key, frame))
    for name in nouns:
        first, *rest = name.split("-")
        add(rest[-1] if rest else first, frozenset({first}) if rest else frozenset())
    for word, operator in ((word, operator) for (word, _), operator in operators.items()):
        # One that makes no event of content that is none needs another trigger.
        if operator.kind.is_telling:
            add(word.split("+")[0], frozenset(word.split("+")[1:]))
    return {word: frozenset() for word in alone} | {
        word: frozenset(others) for word, others in company.items() if word not in alone
    }


def _company(key: str, frame: Frame) -> frozenset[str]:
    """Words one of which every clause of a frame has: its particle, else an object, a doer or a preposition's noun."""
    first, *rest = key.split("+")
    if rest and first != "be":
        return frozenset(rest[-1:])
    is_open = frame.takes_actor or frame.takes_none or frame.takes_any or frame.takes_thing
    nouns = frozenset(noun for _, noun in frame.prepositions)
    for words in (frozenset() if is_open else frame.objects or frozenset(), frame.doers, nouns):
        if words and "" not in words and not words & KINDS_OF_NAMES:
            return frozenset(map(_head_of, words))
    return frozenset()


def _head_of(name: str) -> str:
    """The noun of a name as slots write it: "strike" of "hunger-strike", "state" of "state-of-emergency"."""
    parts = name.split("-")
    return parts[0] if parts[1:2] == ["of"] else parts[-1]


def trigger_word(key: str) -> str:
    """The word of a verb's name that must stand in the text: "lay" of "lay+down", "war" of "be+at+war"."""
    words = key.split("+")
    return words[-1] if words[0] == "be" and len(words) > 1 else words[0]
