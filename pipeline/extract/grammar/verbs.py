"""Verbs: a verb in; its particle, its voice, whether the parser took it for a modifier, out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.labels import OBJECTS, PASSIVE_SUBJECTS, SUBJECTS
from pipeline.extract.grammar.tree import is_verbal, kids
from pipeline.extract.language.parsed import once
from pipeline.extract.lexicon.words import word_set

PARTICLES = word_set("grammar.verbs.particles")


def particle_of(verb: Token) -> str:
    for child in kids(verb):
        if child.dep_ in ("compound:prt", "prt") and child.i > verb.i:
            return child.lower_
    if verb.i + 1 < len(verb.doc) and verb.nbor(1).lower_ in PARTICLES and verb.nbor(1).dep_ != "case":
        return verb.nbor(1).lower_
    return ""


def first_part(verb: Token) -> Token | None:
    """The word a hyphen joins to a verb: "baton" of "baton-charged"; None where there is none."""
    if verb.i < 2 or verb.nbor(-1).text != "-" or verb.nbor(-1).whitespace_ or verb.nbor(-2).whitespace_:
        return None
    return verb.nbor(-2)


def is_swallowed(verb: Token) -> bool:
    """A past-tense verb the parser made a modifier of its own object: "Qatar withdrew peacekeepers"."""
    if verb.dep_ != "amod" or verb.head.i <= verb.i or verb.i == 0:
        return False
    first = first_part(verb) or verb
    if first.i == 0:
        return False
    before = first.nbor(-1)
    if verb.tag_ == "VBD" or (verb.tag_ == "VBN" and before.lower_ in ("has", "have", "had")):
        return True
    head = verb.head
    return (
        verb.tag_ == "VBN"
        and before.pos_ in ("PROPN", "NOUN")
        and head.dep_ in ("ROOT", "ccomp", "parataxis")
        and not any(child.dep_ in ("cop", "nsubj", "nsubj:pass") for child in kids(head))
    )


def is_headless(verb: Token) -> bool:
    """ "A minister threatened to …" read as "a minister (who was) threatened": the sentence has no other verb."""
    head = verb.head
    return (
        verb.dep_ == "acl"
        and verb.tag_ in ("VBN", "VBD")
        and head.head.i == head.i
        and head.pos_ in ("NOUN", "PROPN")
        and verb.i > head.i
        and not any(token.text == "," for token in verb.doc[head.i : verb.i])
        and not any(child.dep_ in ("cop", "aux") for child in kids(head))
        and not any(child.lower_ == "by" for token in kids(verb) for child in kids(token))
    )


@once
def is_passive(verb: Token) -> bool:
    if is_swallowed(verb) or is_headless(verb):
        return False
    if any(child.dep_ in ("aux:pass", "auxpass") or child.dep_ in PASSIVE_SUBJECTS for child in kids(verb)):
        return True
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ in ("acl", "amod") or (verb.dep_ == "advcl" and not _has_aux(verb)):
        return not any(child.dep_ in OBJECTS and child.i > verb.i for child in kids(verb))
    if verb.dep_ == "conj" and is_verbal(verb.head) and not _has_aux(verb) and not own_subjects(verb):
        return is_passive(verb.head) and verb.head.tag_ == "VBN"
    return False


def _has_aux(verb: Token) -> bool:
    return any(child.dep_ in ("aux", "aux:pass", "auxpass") for child in kids(verb))


def own_subjects(verb: Token) -> list[Token]:
    return [child for child in kids(verb) if child.dep_ in SUBJECTS or child.dep_ in PASSIVE_SUBJECTS]
