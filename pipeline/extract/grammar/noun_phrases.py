"""Noun phrases: a noun or a verb in; the phrases that hang on it by preposition, its owners, its modifiers, the lands it joins, out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.labels import OBLIQUES
from pipeline.extract.grammar.tree import coordinated, is_verbal, kids, lemma_of, preposition
from pipeline.extract.language.parsed import once
from pipeline.extract.lexicon.words import word_set


@once
def obliques_of(verb: Token) -> list[tuple[str, Token]]:
    found: list[tuple[str, Token]] = []
    for child in kids(verb):
        if child.dep_ in OBLIQUES or (child.dep_ == "advcl" and child.pos_ in ("NOUN", "PROPN")):
            prep = preposition(child)
            for member in coordinated(child):
                found.append((preposition(member) or prep, _undated(member)))
    return found


def _undated(noun: Token) -> Token:
    """ "in Gaza Sunday": where the parser made the weekday the head, the name before it is meant."""
    if noun.ent_type_ in ("DATE", "TIME"):
        for child in kids(noun):
            if (
                child.i < noun.i
                and child.dep_ in ("compound", "flat", "nmod", "amod")
                and child.ent_type_ not in ("", "DATE", "TIME")
            ):
                return child
    return noun


def by_phrase(verb: Token) -> list[Token]:
    return [token for prep, token in obliques_of(verb) if prep == "by"]


@once
def noun_phrases(noun: Token) -> list[tuple[str, Token]]:
    """Prepositional phrases on a noun, conjuncts included: "talks with Iran and Iraq"."""
    found: list[tuple[str, Token]] = []
    for child in kids(noun):
        if (
            child.dep_ in ("nmod", "obl", "nmod:desc", "nmod:unmarked", "acl")
            and child.i > noun.i
            and not (child.dep_ == "acl" and is_verbal(child))
        ):
            prep = preposition(child)
            if prep:
                found.extend((preposition(member) or prep, _undated(member)) for member in coordinated(child))
                if prep == "of" and lemma_of(noun) in CONTAINERS:
                    found.extend(noun_phrases(child))
                elif prep == "of":
                    # "the killing of a priest by rebels": the doer hung on the victim.
                    found.extend((inner, doer) for inner, doer in noun_phrases(child) if inner == "by")
    return found


JOINTS = word_set("grammar.noun_phrases.joints")
CONTAINERS = word_set("grammar.noun_phrases.containers")


def owners(noun: Token) -> list[Token]:
    return [m for child in kids(noun) if child.dep_ == "nmod:poss" for m in coordinated(child)]


def modifiers(noun: Token) -> list[Token]:
    """Words before the noun that may name its owner: "Israeli", "NATO", "U.N."."""
    return [
        child for child in kids(noun)
        if child.i < noun.i and child.dep_ in ("amod", "compound", "nmod", "nmod:desc", "flat", "nmod:unmarked")
    ]  # fmt: skip


@once
def lands_before(noun: Token) -> list[Token]:
    """The lands joined before a noun, each a side of its own: "U.S. and Chinese diplomats", "Israeli-Palestinian talks".

    Empty unless there are two or more, parted by nothing but "and", commas, hyphens.
    """
    named = [child for child in modifiers(noun) if child.ent_type_ in ("NORP", "GPE")]
    named += [
        inner
        for child in named
        for inner in kids(child)
        if inner.dep_ == "conj" and inner.ent_type_ in ("NORP", "GPE")
    ]
    found = sorted(
        {token.i: token for token in named if token.i < noun.i}.values(), key=lambda token: token.i
    )
    if len(found) < 2:
        return []
    between = noun.doc[found[0].i + 1 : found[-1].i]
    joints = [token for token in between if token.lower_ in JOINTS]
    if not joints or any(token not in found and token not in joints for token in between):
        return []
    return found


def lands_after(noun: Token) -> list[Token]:
    """The lands whose several people a plural names: "the foreign ministers of Egypt and Ethiopia"; else empty."""
    if noun.tag_ not in ("NNS", "NNPS"):
        return []
    found = [token for prep, token in noun_phrases(noun) if prep == "of" and token.ent_type_ == "GPE"]
    return found if len(found) > 1 else []
