"""Naming: a token that is a party in; who that is, by name, country and sector, out."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.actors.can_act import may_act
from pipeline.extract.actors.code import ActorCode
from pipeline.extract.grammar import labels, phrases
from pipeline.extract.grammar.tree import kids
from pipeline.extract.language.parsed import piece_of


def may_be_party(noun: Token) -> bool:
    """Whether a noun names somebody; one of a list of common nouns is of the kind of its fellows."""
    if noun.pos_ == "PRON" or noun.ent_type_ in ("PERSON", "PER", "GPE", "NORP"):
        return True
    if not may_act(wide(noun)):
        return False
    fellows = [child for child in kids(noun) if child.dep_ == labels.CONJUNCT] if noun.pos_ == "NOUN" else []
    is_bare = noun.tag_ == "NN" and not any(
        child.dep_ in (labels.DETERMINER, labels.OWNER) for child in kids(noun)
    )
    return not (is_bare and any(not may_act(wide(fellow)) for fellow in fellows))


def name_of(coded: str, phrase: str, entry_ids: Iterable[str]) -> str:
    """The lexicon's own name where an entry bears it, else the words of the text."""
    if coded and any(entry.partition(":")[2] == coded for entry in entry_ids):
        return coded
    return phrase[:80]


def with_title(noun: Token) -> DocSpan:
    """The name with the capitalised words straight before it, whatever the tree says of them: titles, offices, demonyms."""
    start, end = phrases.phrase(noun)
    left = start
    while left > 0 and start - left < 8:
        before = noun.doc[left - 1]
        if not (
            before.pos_ in ("PROPN", "NOUN", "ADJ") or before.text in ("-", "of")
        ) or before.ent_type_ in ("DATE", "TIME"):
            break
        left -= 1
    return noun.doc[left:end]


def wide(noun: Token) -> DocSpan:
    """The noun with all that hangs on it, for the lexicon; cut where a list or a clause makes it long."""
    if noun.ent_type_ in ("GPE", "NORP"):
        start, end = phrases.phrase(noun)
        return noun.doc[start:end]
    left = max(noun.left_edge.i, noun.i - 20)
    right = min([noun.right_edge.i + 1, noun.i + 20, *_relative_clauses(noun)])
    return noun.doc[left:right]


def _relative_clauses(noun: Token) -> Iterable[int]:
    """Where what is only told of the noun begins: in "the bombing, which killed 17 Kenyans" the Kenyans do not own it."""
    return (
        child.left_edge.i
        for child in kids(noun)
        if child.dep_ == labels.RELATIVE_CLAUSE and child.left_edge.i > noun.i
    )


def is_named_like_place(noun: Token, coded: ActorCode) -> bool:
    """Whether a person's code is that of the land or town which the first name is too: Paris Holloway, Chad Mendez."""
    if noun.ent_type_ != "PERSON" or not coded.entry_ids:
        return False
    if any(not entry.startswith(("countries:", "cities:")) for entry in coded.entry_ids):
        return False
    name = next((span for span in piece_of(noun).entities if span.start <= noun.i < span.end), None)
    is_entry = any(entry.partition(":")[2].casefold() == coded.name.casefold() for entry in coded.entry_ids)
    return (
        not is_entry and name is not None and len(name) > 1 and coded.name.casefold() == name.text.casefold()
    )
