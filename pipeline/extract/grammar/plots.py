"""Plots: a word in; whether it stands in the plot of a film, a book or a game out.

A plot is told in the present, below a verb by which a work tells ("the novel tells how troops invade Taiwan"), beside a phrase that
sets it in one ("in the new thriller, …"), or of whom an actor plays. What is done to a work or about it is news as any other.
"""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.tense import is_present
from pipeline.extract.grammar.tree import MAX_CLIMB, is_verbal, kids, lemma_of, preposition
from pipeline.extract.lexicon.words import word_set

WORKS = word_set("grammar.plots.works")
# These are works as subjects only where no "of" says what they are a series or a play of.
PARTS = word_set("grammar.plots.parts")
TELLING = word_set("grammar.plots.telling")
ACTING = word_set("grammar.plots.acting")


def is_in_plot(token: Token) -> bool:
    """Whether an event's word belongs to a made-up story."""
    current = token
    for _ in range(MAX_CLIMB):
        head = current.head
        if is_verbal(current) and is_present(current) and _is_set_in_work(current):
            return True
        if head.i == current.i:
            return _is_about(current, token)
        if _is_played(current) or _is_about(current, token):
            return True
        if lemma_of(head) in TELLING and _has_work(head) and current.dep_ not in SUBJECTS:
            return _is_timeless(token)
        current = head
    return False


def _is_timeless(token: Token) -> bool:
    """Whether a word is a noun or in the present: what a book tells of the past may have been."""
    return not is_verbal(token) or is_present(token)


def _is_set_in_work(verb: Token) -> bool:
    """ "In the new thriller, …", "… in the opening chapter of the novel"."""
    return any(
        child.dep_ == labels.OBLIQUE
        and preposition(child) == "in"
        and (_is_work(child) or (lemma_of(child) in PARTS and any(map(_is_work, kids(child)))))
        for child in kids(verb)
    )


def _is_work(noun: Token) -> bool:
    return lemma_of(noun) in WORKS and not (
        lemma_of(noun) in PARTS and any(preposition(child) == "of" for child in kids(noun))
    )


def _has_work(verb: Token) -> bool:
    return any(child.dep_ in SUBJECTS and _is_work(child) for child in kids(verb))


def _is_about(noun: Token, token: Token) -> bool:
    """ "The movie is about a woman who shoots …"."""
    return preposition(noun) == "about" and _has_work(noun) and _is_timeless(token)


def _is_played(clause: Token) -> bool:
    """ "Who played a killer who stabbed …", "stars as a soldier who …"."""
    role = clause.head
    if clause.dep_ != labels.RELATIVE_CLAUSE or lemma_of(role.head) not in ACTING:
        return False
    is_person = any(child.lower_ == "who" for child in kids(clause))
    return is_person and (role.dep_ == labels.OBJECT or preposition(role) == "as")
