"""Phrases: a noun in, the words that name whom or what it means out; no clauses."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.tree import kids, preposition
from pipeline.extract.grammar.verbs import is_swallowed
from pipeline.extract.language.parsed import once, piece_of
from pipeline.extract.lexicon.words import word_set


@once
def phrase(noun: Token) -> tuple[int, int]:
    """Token range of the noun phrase that names an actor: modifiers, flat names, an of-phrase; no clauses."""
    left = noun.i
    right = noun.i
    for entity in (
        piece_of(noun).entities if noun.ent_type_ in ("ORG", "PERSON", "PER", "GPE", "NORP", "LOC") else ()
    ):
        if entity.start <= noun.i < entity.end:
            left, right = entity.start, entity.end - 1
    while left < noun.i and noun.doc[left].lower_ in ("the", "a", "an"):
        left += 1
    swallowed = [child.i for child in kids(noun) if is_swallowed(child)]
    for child in kids(noun):
        if any(child.i <= verb for verb in swallowed):
            continue
        if child.dep_ in (
            "det",
            "case",
            "punct",
            "cc",
            "mark",
            "advmod",
            "aux",
            "cop",
            "nsubj",
            "det:predet",
        ):
            continue
        if child.i < noun.i and child.dep_ in (
            "amod",
            "compound",
            "nmod:poss",
            "nummod",
            "flat",
            "nmod",
            "nmod:desc",
            "nmod:unmarked",
            "obl",
        ):
            left = (
                min(left, _left_edge(child))
                if not any(t.pos_ in ("VERB", "AUX") for t in child.subtree)
                else left
            )
        elif (
            child.i > noun.i
            and child.dep_ in ("flat", "flat:name", "fixed", "compound")
            and child.ent_type_ not in ("DATE", "TIME")
        ):
            right = max(right, child.right_edge.i)
        elif (child.i > noun.i and child.dep_ == "nmod" and preposition(child) == "of") or (
            child.i > noun.i
            and child.dep_ in ("nmod:desc", "appos")
            and child.i - right <= 1
            and child.pos_ == "PROPN"
        ):
            right = max(right, phrase(child)[1] - 1)
    return left, right + 1


APPROXIMATE = word_set("grammar.phrases.approximate")


def _left_edge(token: Token) -> int:
    """Leftmost token below a modifier, determiners cut off."""
    edge = token.left_edge
    while edge.i < token.i and (
        edge.dep_ in ("det", "punct", "case", "cc") or edge.is_punct or edge.lower_ in APPROXIMATE
    ):
        edge = edge.nbor(1)
    return edge.i
