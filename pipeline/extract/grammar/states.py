"""States: "is critical", "are at war", "remains opposed" in; their names in the lexicon and their clauses out."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Token

from pipeline.extract.grammar.clauses import Clause, clause_of, complements_of
from pipeline.extract.grammar.noun_phrases import modifiers, noun_phrases, obliques_of
from pipeline.extract.grammar.subjects import surface_subjects, with_antecedent
from pipeline.extract.grammar.tree import is_verbal, kids, lemma_of, preposition
from pipeline.extract.grammar.verbs import is_passive
from pipeline.extract.lexicon.words import word_set


def state_keys(token: Token) -> list[str]:
    """["be+critical"] for "is critical", ["be+at+war"] for "are at war", ["be+opposed"] for "is opposed"; else empty.

    Also below "remain", "become" and the like, where the state is a complement. A compound comes first:
    ["be+on+hunger-strike", "be+on+strike"].
    """
    if is_verbal(token):
        return [f"be+{token.lower_}"] if token.tag_ == "VBN" and is_passive(token) else []
    linked = any(child.dep_ == "cop" for child in kids(token)) or (
        token.dep_ in ("xcomp", "obl", "advcl") and lemma_of(token.head) in LINKING
    )
    if not linked:
        return []
    lemma = lemma_of(token)
    if token.pos_ == "ADJ" or token.tag_.startswith("JJ"):
        return [f"be+{lemma}"]
    marks = preposition(token).removesuffix("+of")
    names = [f"{lemma_of(child)}-{lemma}" for child in modifiers(token)] + [lemma]
    return [f"be+{marks}+{name}" if marks else f"be+{name}" for name in names]


LINKING = word_set("grammar.states.linking")


def state_verb(token: Token) -> Token:
    """The word whose auxiliaries say whether a state holds: the linking verb above it, else the state itself."""
    if token.dep_ in ("xcomp", "obl", "advcl") and lemma_of(token.head) in LINKING and not is_verbal(token):
        return token.head
    return token


def state_clause(token: Token, key: str) -> Clause:
    """The clause of a predicative adjective or noun: its subject is the agent."""
    if is_verbal(token):
        made = clause_of(token)
        return replace(made, lemma=key, particle="", is_passive=False, agents=made.patients, patients=())
    return Clause(
        predicate=token,
        lemma=key,
        particle="",
        is_passive=False,
        agents=tuple(with_antecedent(surface_subjects(token))),
        patients=(),
        indirect=(),
        obliques=tuple(dict.fromkeys([*obliques_of(token), *noun_phrases(token)])),
        complements=tuple(complements_of(token)),
    )
