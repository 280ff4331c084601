"""Tree: a word in; its lemma, its children, its conjuncts, the words that mark it, out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.labels import OBJECTS, SUBJECTS
from pipeline.extract.language.parsed import once, piece_of
from pipeline.extract.lexicon.words import word_list

REPAIRED_LEMMAS = dict(pair.split("=") for pair in word_list("grammar.tree.repaired_lemmas"))
# A chain of controllers or conjuncts longer than this is a broken tree.
MAX_CLIMB = 12


@once
def lemma_of(token: Token) -> str:
    """The lemma in small letters, plurals and "-eed" pasts made regular; the word where the pipeline gave none."""
    lemma = (token.lemma_ or token.text).lower()
    if lemma in REPAIRED_LEMMAS:
        return REPAIRED_LEMMAS[lemma]
    if (
        lemma.endswith("s")
        and len(lemma) > 4
        and not lemma.endswith(("ss", "us", "is"))
        and token.tag_ in ("NNS", "NNPS")
    ):
        return lemma[:-1]
    if lemma.endswith("eed") and token.tag_ in ("VBD", "VBN") and len(lemma) > 4:
        return lemma[:-1]
    return lemma


def kids(token: Token) -> list[Token]:
    """The children of a token, left to right."""
    return piece_of(token).children[token.i]


def is_verbal(token: Token) -> bool:
    return token.pos_ == "VERB" or token.tag_.startswith("VB")


def children(token: Token, labels: frozenset[str]) -> list[Token]:
    return [child for child in kids(token) if child.dep_ in labels]


@once
def coordinated(token: Token) -> list[Token]:
    """The token and what is joined to it by "and", "or", commas: [Iraq, Iran, Syria]."""
    found = [token]
    for member in found:
        if len(found) > 40:
            break
        found.extend(
            child for child in kids(member) if child.dep_ == "conj" and not is_clause_conjunct(child)
        )
        for name in kids(member):
            if name.dep_ in ("appos", "flat") and name.pos_ == "PROPN" and name.i - member.i <= 2:
                found.extend(child for child in kids(name) if child.dep_ == "conj" and not is_verbal(child))
    found = list({member.i: member for member in found}.values())
    if len(found) == 2 and not any(child.dep_ == "cc" for member in found for child in kids(member)):
        return [token]
    return found


def is_clause_conjunct(token: Token) -> bool:
    return is_verbal(token) and any(child.dep_ in SUBJECTS | OBJECTS for child in kids(token))


@once
def preposition(token: Token) -> str:
    """The case marker(s) of a noun: "on", "because+of"; empty where there is none."""
    marks = [child for child in kids(token) if child.dep_ == "case" and child.i < token.i]
    if not marks and token.dep_ == "conj":
        return preposition(token.head) if token.head.i != token.i else ""
    words = [mark.lower_ for mark in marks if mark.lower_ not in ("'s", "’s", "'", "’")]
    if marks and words:
        for child in kids(marks[0]):
            if child.dep_ == "fixed":
                words.append(child.lower_)
    return "+".join(words)


def verb_conjuncts(verb: Token) -> list[Token]:
    return [
        child for child in kids(verb) if child.dep_ == "conj" and (is_verbal(child) or child.pos_ == "ADJ")
    ]


def has_to(verb: Token) -> bool:
    return any(child.dep_ == "mark" and child.lower_ == "to" for child in kids(verb))


def marker(verb: Token) -> str:
    """The subordinator of a clause: "if", "that", "of", "for"; empty where there is none."""
    for child in kids(verb):
        if child.dep_ in ("mark", "case") and child.i < verb.i and child.lower_ != "to":
            return child.lower_
    return ""
