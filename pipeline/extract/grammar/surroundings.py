"""Surroundings: a word in; what the conditions, questions and clauses of time above it make of it out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.claims import ACTUAL, Claim
from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.modality import modality
from pipeline.extract.grammar.tense import is_finite_past, is_present
from pipeline.extract.grammar.tree import MAX_CLIMB, is_verbal, kids, marker
from pipeline.extract.lexicon.words import word_set

TIME_MARKERS = word_set("grammar.surroundings.time_markers")
INVERTED = frozenset({"had", "should", "were"})
STRONG_CONDITIONS = frozenset({"if", "unless", "whether", "lest", "provided"})


def surroundings(token: Token) -> Claim:
    """What stands above the event in the tree: conditions and questions; governing verbs are operators' affair."""
    current = token
    for _ in range(MAX_CLIMB):
        word = marker(current)
        if current.dep_ == "advcl" and _in_case(current):
            return Claim("hypothetical", "in-case")
        if word in STRONG_CONDITIONS:
            return Claim("hypothetical", "under", word)
        if current.dep_ == "advcl" and word in TIME_MARKERS:
            return _temporal(current, word)
        if _is_question(current):
            return Claim("hypothetical", "question")
        if _inverted(current):
            return Claim("hypothetical", "inversion")
        if current.head.i == current.i:
            break
        current = current.head
    return ACTUAL


def _temporal(clause: Token, word: str) -> Claim:
    own = modality(clause)
    main = modality(clause.head)
    finite_past = is_finite_past(clause)
    if (word in ("before", "until", "till", "once") and not finite_past) or (
        word == "after" and is_present(clause)
    ):
        return Claim("planned", "under", word)
    if (
        word in ("when", "once", "after", "as", "while")
        and not finite_past
        and main.is_future
        and not own.is_past
    ):
        return Claim("planned", "under-future", word)
    return ACTUAL


def _in_case(clause: Token) -> bool:
    edge = clause.left_edge
    return any(
        token.lower_ == "case" and token.nbor(-1).lower_ == "in"
        for token in clause.doc[max(1, edge.i - 1) : clause.i]
    )


def _is_question(token: Token) -> bool:
    if token.head.i != token.i:
        return False
    last = token.sent[-1] if len(token.sent) else token
    return last.text.startswith("?") or any(child.text == "?" for child in kids(token))


def _inverted(token: Token) -> bool:
    """ "Had rebels attacked …, …", "Should Iran attack …", "… would have fled had rebels attacked"."""
    if not is_verbal(token) or token.dep_ not in ("advcl", "ccomp", "parataxis"):
        return False
    if token.dep_ != "advcl" or token.i > token.head.i:
        return _follows_would(token)
    auxiliaries = [c for c in kids(token) if c.dep_ in ("aux", "aux:pass") and c.lower_ in INVERTED]
    subjects = [c for c in kids(token) if c.dep_ in SUBJECTS | {"nsubj:pass"}]
    return bool(auxiliaries and subjects and auxiliaries[0].i < subjects[0].i and not marker(token))


def _follows_would(token: Token) -> bool:
    """A clause behind one with "would", its "had" before its subject: the parser may hang it on the subject."""
    subjects = [child for child in kids(token) if child.dep_ in SUBJECTS | {"nsubj:pass"}]
    if (
        not subjects
        or marker(token)
        or not any(child.lower_ in ("would", "could", "might") for child in kids(token.head))
    ):
        return False
    first = min([subjects[0], *kids(subjects[0])], key=lambda word: word.i)
    opener = first if first.lower_ in INVERTED else token.doc[first.i - 1]
    return token.head.i < opener.i < subjects[0].i and opener.lower_ in INVERTED
