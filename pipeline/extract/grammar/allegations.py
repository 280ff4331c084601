"""Allegations: an event's word in; whether it is told as what somebody is accused of, and by whom, out.

"Allegedly killed", "the alleged attack", "accused of using rape", "charged that troops shot …", "allegations that …": the text does not
stand for it. What is said by one side ("the ministry said rebels killed …") is told as a fact, with a speaker.
"""

from __future__ import annotations

from typing import NamedTuple

from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.grammar.claims import Claim
from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.tree import MAX_CLIMB, is_verbal, kids, lemma_of
from pipeline.extract.lexicon.words import word_set

ADVERBS = word_set("grammar.allegations.adverbs")
ADJECTIVES = word_set("grammar.allegations.adjectives")
VERBS = word_set("grammar.allegations.verbs")
NOUNS = word_set("grammar.allegations.nouns")
LEADS = word_set("grammar.allegations.leads")
CONTENT = frozenset(
    (
        labels.COMPLEMENT_CLAUSE,
        labels.OPEN_COMPLEMENT,
        labels.ADVERBIAL_CLAUSE,
        labels.NOUN_CLAUSE,
        labels.OBLIQUE,
        labels.NOUN_MODIFIER,
        labels.OBJECT,
    )
)
# Clauses that are told for themselves, whatever is alleged above them.
TOLD = frozenset((labels.RELATIVE_CLAUSE, labels.PARATAXIS))


class Allegation(NamedTuple):
    """What makes an event one that is alleged, and who alleges it, where the text has a word for both."""

    claim: Claim
    accuser: Token | None


def allegation(token: Token) -> Allegation | None:
    """Whether an event's word is alleged; None where it is not, as far as the words above and beside it say."""
    words = ADVERBS if is_verbal(token) else ADJECTIVES
    for child in kids(token):
        if child.lower_ in words and child.i < token.i + 3:
            return Allegation(Claim("alleged", "alleged", child.lower_), None)
    current = token
    for _ in range(MAX_CLIMB):
        head = current.head
        if head.i == current.i or current.dep_ in TOLD or current.dep_ in SUBJECTS:
            return None
        is_accusing = (is_verbal(head) and lemma_of(head) in VERBS) or (
            not is_verbal(head) and lemma_of(head) in NOUNS
        )
        if is_accusing and current.dep_ in CONTENT and _is_content(current, head):
            return Allegation(Claim("alleged", "alleged", head.lower_), _accuser(head))
        current = head
    return None


def _is_content(word: Token, head: Token) -> bool:
    """Whether a word is what is alleged: a clause, or a noun of a deed behind "of", "for", "with", "in", "over"."""
    if word.dep_ == labels.OBJECT:
        return not is_verbal(head) or lemma_of(head) == "allege"
    leads = {child.lower_ for child in kids(word) if child.dep_ in (labels.CASE, labels.MARK)}
    if is_verbal(word) and word.dep_ != labels.ADVERBIAL_CLAUSE:
        return True
    return not leads.isdisjoint(LEADS)


def _accuser(word: Token) -> Token | None:
    """Who accuses: the subject of the verb, "by X" beside it, or the owner of the noun."""
    wanted = (*SUBJECTS, labels.AGENT) if is_verbal(word) else (labels.OWNER, labels.NOUN_MODIFIER)
    for child in kids(word):
        by = any(mark.lower_ in ("by", "from") for mark in kids(child))
        if child.dep_ in wanted and (child.dep_ != labels.NOUN_MODIFIER or by):
            return child
    return None
