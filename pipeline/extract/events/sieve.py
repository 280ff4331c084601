"""Sieve: a piece of text in, whether its words could tell an event at all out; text of which none could needs no parser."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.extract.grammar.modality import DUTY
from pipeline.extract.lexicon.frames import Frames
from pipeline.extract.lexicon.inflection import forms_of
from pipeline.extract.lexicon.words import word_set

_WORD = re.compile(r"[a-z]+|[$€£]")


@lru_cache(maxsize=8)
def _sieve(frames: Frames) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """Forms that tell an event alone, and those that need company, with the forms of the company."""
    alone: set[str] = set()
    needy: dict[str, frozenset[str]] = {}
    forms = {others: forms_of(others) for others in set(frames.triggers.values())}
    for word, others in frames.triggers.items():
        for form in forms_of(frozenset({word})) - FUNCTION_WORDS:
            if others:
                needy[form] = needy.get(form, frozenset()) | forms[others]
            else:
                alone.add(form)
    # "X said Y must …" asks Y for something, whatever the verb.
    told = forms_of(frames.groups["report"])
    needy.update((word, needy.get(word, frozenset()) | told) for word in DUTY)
    return frozenset(alone), needy


FUNCTION_WORDS = word_set("events.sieve.function_words")


def may_hold_event(text: str, frames: Frames) -> bool:
    """Whether the words of a text could tell an event; text of which none could needs no parser.

    Only a form of a trigger counts, and where that needs company ("lay" a siege, arms or blame) only beside such.
    """
    alone, needy = _sieve(frames)
    words = set(_WORD.findall(text.lower()))
    if not words.isdisjoint(alone):
        return True
    return any(not needy[word].isdisjoint(words) for word in words if word in needy)
