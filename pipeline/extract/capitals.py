"""Capitals: a text all in capitals in, the same text in the usual letters out, not one character longer.

Teletype services and headlines are set in capitals; a parser that learned on usual letters takes
every word there for a name. Words of the language go small, all else (names) gets a first capital,
so that tags, trees and entities come out as they would have. Dictionaries list names among words; which
of those news writes with a capital stands in data/capitals.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language


def dictionary(nlp: Language) -> frozenset[str]:
    """The words the shipped pipeline's lemmatizer knows, for `recase`; empty for a pipeline without it."""
    if "news_lemmatizer" not in nlp.pipe_names:
        return frozenset()
    pipe: Any = nlp.get_pipe("news_lemmatizer")
    known: frozenset[str] = pipe.base_forms | pipe.irregular_forms
    return known
