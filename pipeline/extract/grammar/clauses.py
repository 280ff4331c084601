"""Clauses: a verb in its tree in, a typed clause out. Universal Dependencies labels only; no lexicon.

A clause is a predicate with who does it (agents), to whom (patients), its obliques by preposition
and its complement clauses, after passives, relatives, participles, control and coordination are
undone. All functions are pure and read `Token`s; hand-made Docs test them.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.extract.grammar.labels import INDIRECT, OBJECTS
from pipeline.extract.grammar.noun_phrases import by_phrase, noun_phrases, obliques_of
from pipeline.extract.grammar.subjects import (
    RELATIVES,
    coordinated_before,
    of_the_dead,
    surface_subjects,
    with_antecedent,
)
from pipeline.extract.grammar.tree import (
    children,
    coordinated,
    has_to,
    is_verbal,
    kids,
    lemma_of,
    marker,
    verb_conjuncts,
)
from pipeline.extract.grammar.verbs import is_passive, is_swallowed, own_subjects, particle_of
from pipeline.extract.language.parsed import once
from pipeline.extract.lexicon.words import word_list

TEMPORAL_MARKERS = word_list("grammar.clauses.temporal_markers")


@dataclass(frozen=True, slots=True)
class Clause:
    """One predicate and what hangs on it, as tokens of the Doc.

    `agents` and `patients` are logical: the subject of a passive is a patient. `obliques` holds
    (preposition, noun) in text order, conjuncts included; `complements` the heads of clauses that
    complete the predicate (ccomp and xcomp, and to-infinitives the parser hung as advcl).
    """

    predicate: Token
    lemma: str
    particle: str
    is_passive: bool
    agents: tuple[Token, ...]
    patients: tuple[Token, ...]
    indirect: tuple[Token, ...]
    obliques: tuple[tuple[str, Token], ...]
    complements: tuple[Token, ...]

    @property
    def key(self) -> str:
        return f"{self.lemma}+{self.particle}" if self.particle else self.lemma


def complements_of(verb: Token) -> list[Token]:
    found: list[Token] = []
    inner = [
        g
        for child in children(verb, OBJECTS | frozenset({"advmod"}))
        for g in kids(child)
        if g.dep_ in ("acl", "advcl") and g.tag_ == "VBG" and marker(g) in ("of", "for")
    ]
    for child in [*kids(verb), *inner]:
        if (
            child.dep_ in ("ccomp", "xcomp")
            or (child.dep_ == "advcl" and child.i > verb.i and has_to(child))
            or (
                child.dep_ in ("advcl", "obl")
                and is_verbal(child)
                and child.tag_ == "VBG"
                and marker(child) not in ("", *TEMPORAL_MARKERS)
            )
            or (child.dep_ == "acl" and child.tag_ == "VBG" and marker(child) == "of")
        ):
            found.extend([child, *verb_conjuncts(child)])
    return found


@once
def clause_of(verb: Token) -> Clause:
    """Build the clause of one verbal token."""
    passive = is_passive(verb)
    subjects = of_the_dead(with_antecedent(surface_subjects(verb)))
    objects = with_antecedent(
        [m for child in children(verb, OBJECTS) if not _is_gerunds(child) for m in coordinated(child)]
    )
    if not objects and not passive:
        objects = _odd_objects(verb)
    if is_swallowed(verb):
        objects = coordinated(verb.head)
    if not objects and verb.dep_ == "acl" and verb.tag_ == "VBG" and is_verbal(verb.head.head):
        objects = [m for c in children(verb.head.head, OBJECTS) if c.i > verb.i for m in coordinated(c)]
    if not objects and verb.dep_ == "conj" and is_verbal(verb.head) and not passive:
        objects = _shared_objects(verb)
    obliques = [(prep, noun) for prep, told in obliques_of(verb) for noun in with_antecedent([told])]
    if is_swallowed(verb):
        obliques = noun_phrases(verb.head)
    if passive:
        agents, patients = [t for p, t in obliques if p == "by"] or _shared_doers(verb), [*subjects, *objects]
    else:
        agents, patients = subjects, objects
    if verb.dep_ == "acl:relcl" and not passive and not objects:
        gap = _relative_gap(verb)
        patients = gap or patients
    return Clause(
        predicate=verb,
        lemma=lemma_of(verb),
        particle=particle_of(verb),
        is_passive=passive,
        agents=tuple(agents),
        patients=tuple(patients),
        indirect=tuple(children(verb, INDIRECT)),
        obliques=tuple((p, t) for p, t in obliques if not (passive and p == "by")),
        complements=tuple(complements_of(verb)),
    )


def _odd_objects(verb: Token) -> list[Token]:
    """Objects the parser hung elsewhere: "kills at least 21 people", "injures about 70", "lets in observers"."""
    for child in kids(verb):
        if child.i <= verb.i or child.ent_type_ in ("DATE", "TIME"):
            continue
        marks = [mark.lower_ for mark in kids(child) if mark.dep_ == "case" and mark.i < child.i]
        measured = any(
            inner.lower_ in ("least", "most", "about", "around", "nearly") for inner in kids(child)
        )
        if (
            child.dep_ == "obl"
            and child.pos_ in ("NOUN", "NUM", "PROPN")
            and ((marks == ["at"] and measured) or (not marks and (measured or particle_of(verb))))
        ):
            return coordinated(child)
        if child.dep_ == "appos" and child.pos_ == "PROPN":
            return coordinated(child)
        if child.dep_ == "xcomp" and child.pos_ == "ADJ":
            # "shot dead two policemen": the parser hung the object on the adjective.
            hung = [noun for noun in kids(child) if noun.dep_ in OBJECTS and noun.i > child.i]
            if hung:
                return [member for noun in hung for member in coordinated(noun)]
    return []


def _shared_objects(verb: Token) -> list[Token]:
    """ "killed and wounded soldiers": the object hangs on one of two adjacent verbs."""
    siblings = [child for child in kids(verb.head) if child.dep_ in OBJECTS and child.i > verb.i]
    return [m for child in siblings for m in coordinated(child)]


def _is_gerunds(noun: Token) -> bool:
    """ "accused Mali of aiding rebels": rebels are the object of aiding, though the parser made that an adjective."""
    return any(
        child.dep_ == "amod" and child.tag_ == "VBG" and marker(child) in ("of", "for", "from")
        for child in kids(noun)
    )


def _shared_doers(verb: Token) -> list[Token]:
    """ "was shot and killed by rebels": the doers stand with the last of joined passives."""
    last = [child for child in verb_conjuncts(verb) if child.tag_ == "VBN" and not own_subjects(child)]
    return [doer for child in last for doer in by_phrase(child)]


def _relative_gap(verb: Token) -> list[Token]:
    """ "the town rebels attacked": the noun is the object when the relative has a subject of its own."""
    own = own_subjects(verb)
    if own and not any(child.lower_ in RELATIVES for child in own):
        return coordinated_before(verb.head, verb)
    return []
