"""Presupposed: a judgement in, the deed it takes for granted out.

"The council condemned the killing of two nurses in Goma on Friday" tells of a killing too. It is told
only where the words of the deed itself name its victim; its place and day must be theirs as well, for those of
the sentence are the judgement's (coder.py sees to that).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Token

from pipeline.extract.clauses import kids, lemma_of
from pipeline.extract.reading import Reading
from pipeline.extract.readings import Reader

# How the noun of the deed hangs on the verb that judges it.
JUDGED = frozenset({"obj", "obl", "nsubj:pass"})
DEFINITE = frozenset({"the", "this", "that", "these", "those"})


def presupposed(reader: Reader, told: Sequence[Reading]) -> Iterator[Reading]:
    """Attacks and killings that the readings `told` of a sentence judge; `bounds` says where their words lie."""
    judging = reader.frames.groups["judgement"]
    verbs = {token.i: token for reading in told for token in reading.trigger if lemma_of(token) in judging}
    nouns = [noun for verb in verbs.values() for noun in kids(verb) if _is_definite_object(noun)]
    for noun in sorted(nouns, key=lambda noun: noun.i):
        deed = reader.read_noun(noun)
        if deed is None or deed.event_type != "ASSAULT" or deed.status != "actual" or not deed.patients:
            continue
        if "+" in deed.frame_id or noun in deed.patients:
            continue
        reason = f"taken for granted by {noun.head.text!r}"
        yield replace(deed, bounds=(noun.left_edge.i, noun.right_edge.i + 1), reason=reason)


def _is_definite_object(noun: Token) -> bool:
    return (
        noun.dep_ in JUDGED
        and noun.pos_ == "NOUN"
        and any(child.lower_ in DEFINITE or child.dep_ == "nmod:poss" for child in kids(noun))
    )
