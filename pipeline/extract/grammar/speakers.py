"""Speakers: a word in, who says so out; and whether two noun phrases name one party."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.tree import MAX_CLIMB, coordinated, is_verbal, kids, lemma_of
from pipeline.extract.lexicon.pronouns import OF_THE_LAST_NAMED

PASSED_THROUGH = frozenset(
    {"conj", "xcomp", "ccomp", "acl", "acl:relcl", "advcl", "parataxis", "obj", "obl", "nmod"}
)


def speaker_of(token: Token, report_verbs: frozenset[str]) -> Token | None:
    """Who reports the clause of this token: subject of the say-verb above or beside it, or "according to X"."""
    current = token
    for _ in range(MAX_CLIMB):
        for child in kids(current):
            if (
                child.dep_ in ("parataxis", "ccomp", "discourse", "appos")
                and lemma_of(child) in report_verbs
                and is_verbal(child)
            ):
                said = _speaker(child)
                if said is not None and (child.dep_ != "ccomp" or child.i < current.i):
                    return said
            if child.dep_ in ("obl", "nmod", "advcl", "parataxis") and _according(child):
                return child
        head = current.head
        if head.i == current.i:
            return None
        if (
            current.dep_ in ("ccomp", "xcomp", "parataxis", "obj", "advcl")
            and is_verbal(head)
            and lemma_of(head) in report_verbs
        ):
            said = _speaker(head)
            if said is not None and current.dep_ != "advcl":
                return said
        if current.dep_ not in PASSED_THROUGH and current.dep_ not in SUBJECTS:
            return None
        current = head
    return None


def _speaker(verb: Token) -> Token | None:
    for child in kids(verb):
        if child.dep_ in SUBJECTS and child.pos_ != "SCONJ":
            return child
    if verb.dep_ == "conj" and is_verbal(verb.head):
        return _speaker(verb.head)
    if verb.dep_ in ("xcomp", "advcl") and is_verbal(verb.head):
        return _speaker(verb.head)
    if verb.dep_.startswith("acl"):
        return verb.head
    return None


def _according(noun: Token) -> bool:
    return any(child.dep_ == "case" and child.lower_ == "according" for child in kids(noun))


def same_party(first: Token, second: Token) -> bool:
    """Whether two noun phrases plainly name one party: a pronoun, or a shared name stem."""
    if first.pos_ == "PRON" or first.lower_ in OF_THE_LAST_NAMED:
        return True
    names = [_stems(first), _stems(second)]
    return bool(names[0] & names[1])


def _stems(noun: Token) -> set[str]:
    found = set()
    for member in coordinated(noun):
        for token in member.subtree:
            if token.dep_.startswith("acl") or token.i > member.i + 6:
                continue
            if token.pos_ in ("PROPN", "NOUN", "ADJ") and token.is_alpha and len(token) > 2:
                found.add(token.lower_[:4])
    return found
