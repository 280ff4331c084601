"""Governors: a word in; what the verbs and nouns above it make of it out: denied, held, wished, aimed at."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.claims import ACTUAL, Claim
from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.modality import modality
from pipeline.extract.grammar.tree import MAX_CLIMB, is_verbal, kids, lemma_of, marker
from pipeline.extract.grammar.verbs import is_swallowed
from pipeline.extract.lexicon.words import word_set

BREAKS = word_set("grammar.governors.breaks")
OPEN_MARKERS = word_set("grammar.governors.open_markers")
CLAIM_NOUNS = word_set("grammar.governors.claim_nouns")


def governed(token: Token, kinds: dict[str, str]) -> Claim:
    """The last safeguard: an event under a word of denial, blame, wish or asking is no fact.

    `kinds` maps a verb's lemma to the operator kind it has; reduced relatives and finite clauses of
    time stand for themselves and end the climb.
    """
    if _word_denied(token):
        return Claim("denied", "denied-before")
    current = token
    for _ in range(MAX_CLIMB):
        head = current.head
        if current.dep_ == "acl:relcl" and _is_claim(current):
            return Claim("hypothetical", "held", head.lower_)
        if head.i == current.i or _stands_for_itself(current):
            break
        if _is_held(current):
            return Claim("hypothetical", "held", head.lower_)
        if current.dep_ in GOVERNED and is_verbal(head):
            kind = kinds.get(lemma_of(head), "")
            if kind in ("deny", "fail", "prevent"):
                return Claim("denied", kind, head.lower_)
            if kind and not (is_event_noun(current) and kind in ("accuse", "praise")):
                return Claim("hypothetical", kind, head.lower_)
        current = head
    return ACTUAL


def _stands_for_itself(clause: Token) -> bool:
    """Whether a clause is claimed whatever stands above it: a relative, "rebels killed in …", a finite clause of time."""
    if clause.dep_ in ("acl:relcl", "parataxis"):
        return True
    if clause.dep_ == "acl":
        return clause.tag_ == "VBN" and not is_swallowed(clause)
    if clause.dep_ != "advcl":
        return False
    is_aimed = clause.tag_ == "VBG" and marker(clause) in ("of", "for", "from")
    return not (clause.tag_ == "VB" or is_aimed)


def _is_held(clause: Token) -> bool:
    """Whether a clause is what a claim, a fear or a rumour is about."""
    head = clause.head
    if clause.dep_ in ("acl", "ccomp") and lemma_of(head) in CLAIM_NOUNS and not is_verbal(head):
        return True
    return clause.dep_ == "ccomp" and is_verbal(head) and _is_rumored(head)


def _is_rumored(verb: Token) -> bool:
    """ "Rumours abound that …", "fears grow that …": who says so is nobody; reports are news."""
    return any(
        child.dep_ in SUBJECTS and lemma_of(child) in CLAIM_NOUNS - {"report"} and child.i < verb.i
        for child in kids(verb)
    )


def _is_claim(clause: Token) -> bool:
    """ "reports that rebels attacked …", though the parser took "that" for a relative."""
    noun = clause.head
    follows = noun.i + 1 < len(noun.doc) and noun.nbor(1).lower_ == "that"
    return (
        follows
        and lemma_of(noun) in CLAIM_NOUNS
        and any(c.dep_ in SUBJECTS and c.lower_ != "that" for c in kids(clause))
    )


def _word_denied(token: Token) -> bool:
    """ "denies it bombed", "nor wounded": plain words where the tree may have gone wrong."""
    if token.i > 0 and token.nbor(-1).lower_ in ("nor", "neither"):
        return True
    for before in reversed(token.doc[max(0, token.i - 6) : token.i]):
        if before.is_punct or before.lower_ in BREAKS:
            return False
        if before.lower_ in ("denied", "denies", "deny", "denying"):
            return True
    return False


GOVERNED = frozenset({"ccomp", "xcomp", "acl", "advcl", "obj", "obl", "nmod", "amod"})


def is_event_noun(token: Token) -> bool:
    return not is_verbal(token)


POTENTIAL = word_set("grammar.governors.potential")
HAPPENED = word_set("grammar.governors.happened")


def non_finite(token: Token) -> Claim:
    """Infinitives of purpose and gerunds under words of ability, blame or wish are no facts."""
    current = token
    helpers = [child.lower_ for child in kids(token) if child.dep_ in ("aux", "aux:pass")]
    if helpers == ["being"] and not token.dep_.startswith("acl"):
        return Claim("hypothetical", "being")
    for _ in range(4):
        head = current.head
        if head.i == current.i:
            return ACTUAL
        if is_verbal(current) and current.dep_ in (
            "advcl",
            "acl",
            "xcomp",
            "ccomp",
            "obl",
            "nmod",
            "conj",
            "csubj",
        ):
            if current.dep_ != "conj":
                if lemma_of(head) in POTENTIAL and current.tag_ in ("VB", "VBG"):
                    return Claim("hypothetical", "under", head.lower_)
                to = any(child.lower_ == "to" and child.dep_ in ("mark", "aux") for child in kids(current))
                if to and current.tag_ == "VB" and lemma_of(head) not in HAPPENED:
                    return Claim("planned", "purpose")
                if current.tag_ == "VBG" and marker(current) in OPEN_MARKERS:
                    return (
                        Claim("denied", "under", marker(current))
                        if marker(current) in ("without", "instead", "from")
                        else Claim("hypothetical", "under", marker(current))
                    )
                if current.dep_ not in ("xcomp",):
                    return _unreal_main(head) if to else ACTUAL
            current = head
            continue
        return ACTUAL
    return ACTUAL


def _unreal_main(verb: Token) -> Claim:
    """What the verb says that a purpose serves: "will begin using drones to fight rebels"."""
    for _ in range(4):
        own = modality(verb)
        if own.is_negated:
            return Claim("denied", "purpose-undone")
        if own.is_future:
            return Claim("planned", "purpose-future", own.modal or "going to")
        if own.is_possible or own.is_duty:
            return Claim("hypothetical", "purpose-modal", own.modal)
        if verb.dep_ not in ("xcomp", "conj") or not is_verbal(verb.head):
            break
        verb = verb.head
    return ACTUAL
