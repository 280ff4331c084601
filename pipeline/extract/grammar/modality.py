"""Modality: a verb or an event noun in; what its auxiliaries, particles and adjectives say of it out."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.extract.grammar.claims import ACTUAL, Claim
from pipeline.extract.grammar.tense import AHEAD, AUXILIARIES
from pipeline.extract.grammar.tree import is_verbal, kids, lemma_of
from pipeline.extract.language.parsed import once
from pipeline.extract.lexicon.words import word_set

NEGATIONS = word_set("grammar.modality.negations")
# "wo" of "won't"; "'d" may be "had" too, which other words around it say.
FUTURE = AHEAD | {"wo", "'d"}
POSSIBLE = frozenset({"may", "might", "could", "can", "ca"})
GOING_TO = word_set("grammar.modality.going_to")
UNREAL_LEMMAS = word_set("grammar.modality.unreal_lemmas")
DUTY = frozenset({"must", "should", "ought"})
HYPOTHETICAL_ADVERBS = word_set("grammar.modality.hypothetical_adverbs")


@dataclass(frozen=True, slots=True)
class Modality:
    """What the auxiliaries and particles of one verb say; `modal` in small letters."""

    modal: str = ""
    is_negated: bool = False
    is_infinitive: bool = False
    is_past: bool = False
    is_going_to: bool = False

    @property
    def is_future(self) -> bool:
        return self.modal in FUTURE or self.is_going_to

    @property
    def is_possible(self) -> bool:
        return self.modal in POSSIBLE

    @property
    def is_duty(self) -> bool:
        return self.modal in DUTY


@once
def modality(verb: Token) -> Modality:
    """Read the auxiliaries of a verb; those of the first conjunct where it has none of its own."""
    modal, is_negated, is_infinitive = _shared_with_first(verb)
    for child in kids(verb):
        if child.tag_ == "MD" or (_is_auxiliary(child) and child.lower_ in FUTURE | POSSIBLE | DUTY):
            modal = child.lower_
        is_negated = is_negated or _negates(child)
        is_infinitive = is_infinitive or (child.lower_ == "to" and child.dep_ in ("mark", "aux"))
    return Modality(modal, is_negated, is_infinitive, verb.tag_ in ("VBD", "VBN"), _going_to(verb))


def _is_auxiliary(child: Token) -> bool:
    return child.dep_ in AUXILIARIES or child.dep_ == "cop"


def _shared_with_first(verb: Token) -> tuple[str, bool, bool]:
    """Modal, negation and "to" that a joined verb has from the first: "will seize and hold", "did not seize or hold"."""
    has_own = any(child.dep_ in AUXILIARIES or child.dep_.startswith("nsubj") for child in kids(verb))
    if verb.dep_ != "conj" or has_own or not is_verbal(verb.head):
        return "", False, False
    if verb.tag_ not in ("VB", "VBP", "VBN") or verb.tag_[:3] != verb.head.tag_[:3]:
        return "", False, False
    first = modality(verb.head)
    joined = {child.lower_ for child in kids(verb) if child.dep_ == "cc"}
    is_negated = ("or" in joined and first.is_negated) or "nor" in joined
    return first.modal, is_negated, first.is_infinitive


def _negates(child: Token) -> bool:
    """Whether a word on a verb says that it is not so: "not", "no soldiers", "rather than", "cannot"."""
    word, label = child.lower_, child.dep_
    if word in NEGATIONS and label in ("advmod", "neg", "det", "cc:preconj", "discourse"):
        return True
    if label.startswith(("nsubj", "obj")) and _is_nobody(child):
        return True
    if word == "rather":
        return any(grand.lower_ == "than" for grand in kids(child))
    is_helper = _is_auxiliary(child) or child.tag_ == "MD"
    return is_helper and any(grand.lower_ in NEGATIONS for grand in kids(child))


def _is_nobody(noun: Token) -> bool:
    """ "no soldiers", "nobody", "none of them"."""
    if noun.lower_ in ("nobody", "none", "no-one", "nothing", "neither"):
        return True
    return any(child.lower_ in ("no", "neither") and child.dep_ in ("det", "advmod") for child in kids(noun))


def _going_to(verb: Token) -> bool:
    """ "is going to send", "is due to send", "is to send"."""
    if any(
        child.lower_ in ("is", "are") and child.i < verb.i and child.nbor(1).lower_ == "to"
        for child in kids(verb)
    ):
        return verb.tag_ == "VB" or any(child.tag_ == "VB" for child in kids(verb))
    head = verb.head
    return verb.dep_ == "xcomp" and head.lower_ in GOING_TO


def negated_noun(noun: Token) -> bool:
    """ "no attack", "without an attack", "not a protest"."""
    for child in kids(noun):
        if child.lower_ in ("no", "neither", "without", "not") and child.dep_ in (
            "det",
            "case",
            "advmod",
            "cc:preconj",
        ):
            return True
    return False


UNREAL = word_set("grammar.modality.unreal")


def unreal_noun(noun: Token) -> str:
    """The adjective that makes an event noun unreal ("a possible attack"); empty where there is none."""
    for child in kids(noun):
        if (
            child.i < noun.i
            and lemma_of(child) in UNREAL | UNREAL_LEMMAS
            and child.dep_ in ("amod", "compound")
        ):
            return child.lower_
    return ""


def claim_of_noun(noun: Token) -> Claim:
    """What the words before an event noun claim of it."""
    if negated_noun(noun):
        return Claim("denied", "negated-noun")
    unreal = unreal_noun(noun)
    return Claim("hypothetical", "unreal-noun", unreal) if unreal else ACTUAL


def is_doubted(token: Token) -> bool:
    return any(child.lower_ in HYPOTHETICAL_ADVERBS for child in kids(token))
