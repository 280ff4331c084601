"""Sentence guard: a Doc in, the same with the places marked where no sentence can start."""

from __future__ import annotations

from spacy.attrs import ORTH
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc

from pipeline.extract.lexicon.words import word_set

_NEVER_BEFORE_A_START = word_set("language.sentence_guard.never_before_a_start")
_NEVER_A_START = word_set("language.sentence_guard.never_a_start")
_ABBREVIATIONS = word_set("language.sentence_guard.abbreviations")
_BAR_AFTER = frozenset(map(get_string_id, _NEVER_BEFORE_A_START | _ABBREVIATIONS))
_BAR_BEFORE = frozenset(map(get_string_id, _NEVER_A_START))


@Language.component("sent_guard", assigns=["token.is_sent_start"])
def sentence_guard(doc: Doc) -> Doc:
    """Tell the parser where no sentence starts: after a comma, a hyphen, an opening bracket or an
    abbreviation, and before a closing mark. A line break between the two lifts the bar."""
    forms = doc.to_array(ORTH).tolist()
    for index in range(1, len(forms)):
        if forms[index - 1] in _BAR_AFTER or (
            forms[index] in _BAR_BEFORE and not doc[index - 1].text.isspace()
        ):
            doc[index].is_sent_start = False
    return doc
