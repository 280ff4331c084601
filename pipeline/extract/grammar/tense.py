"""Tense: a verb in; whether it tells of what has happened, what is, or what lies ahead, out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.tree import kids
from pipeline.extract.lexicon.words import word_set

AUXILIARIES = frozenset({"aux", "aux:pass"})
FINITE = frozenset({"VBD", "VBZ", "VBP"})
AHEAD = word_set("grammar.tense.ahead")
_HAPPENED = word_set("grammar.tense.happened")
_PLANS = word_set("grammar.tense.plans")


def auxiliaries(verb: Token) -> list[Token]:
    """What stands before a verb and says when: "has", "was", "will"."""
    return [child for child in kids(verb) if child.dep_ in AUXILIARIES]


def is_finite(verb: Token) -> bool:
    """Whether a verb has a tense of its own, by its form or by an auxiliary."""
    return verb.tag_ in FINITE or any(
        child.tag_ in FINITE or child.tag_ == "MD" for child in auxiliaries(verb)
    )


def has_happened(verb: Token) -> bool:
    """Whether a verb tells of what has happened: a past tense, or a participle with "was" or "has"."""
    return verb.tag_ == "VBD" or (
        verb.tag_ == "VBN" and any(child.lower_ in _HAPPENED for child in auxiliaries(verb))
    )


def is_finite_past(verb: Token) -> bool:
    """A past tense, by its form or by a word beside it: "fled", "had fled", "were there"."""
    return verb.tag_ == "VBD" or any(child.lower_ in ("had", "was", "were", "did") for child in kids(verb))


def is_present(verb: Token) -> bool:
    """A present that is no perfect: "flees", but not "has fled"."""
    return verb.tag_ in ("VBZ", "VBP") and not any(child.lower_ in ("has", "have") for child in kids(verb))


def lies_ahead(word: Token) -> bool:
    """Whether the tense of an event's clause points ahead: "will meet", "is to visit", "plans to"."""
    for token in (word, *list(word.ancestors)[:2]):
        if any(child.lower_ in AHEAD for child in auxiliaries(token)):
            return True
        if token.dep_ in ("xcomp", "ccomp") and token.head.lemma_ in _PLANS and token.head.tag_ != "VBD":
            return True
        if token.dep_ in ("ccomp", "parataxis", "acl:relcl", "advcl"):
            break
    return False
