"""Operators: "refuse", "threat", "willing" make another event of their content, or say that it did not happen.

The table of what becomes of what is data/frames/outcomes.csv.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from spacy.tokens import Token

from pipeline.extract.events.parties import Parties
from pipeline.extract.events.party_words import DOCUMENTS
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.claims import ACTUAL, Claim
from pipeline.extract.grammar.clauses import Clause
from pipeline.extract.grammar.tense import is_finite
from pipeline.extract.grammar.tree import has_to, is_verbal, kids, lemma_of, preposition
from pipeline.extract.lexicon import pronouns
from pipeline.extract.lexicon.frames import COOPERATION, Operator, OperatorKind, Outcome
from pipeline.extract.lexicon.words import word_set


@dataclass(frozen=True, slots=True)
class Applied:
    """An operator in its sentence: its word, who applies it, whom it addresses, and whether a noun tells it."""

    operator: Operator
    head: Token
    agents: tuple[Token, ...]
    addressed: tuple[Token, ...] = ()
    is_nominal: bool = False


# What no frame knows can be ended where it lasts.
LASTING = frozenset({"mission", "access", "blockade", "curfew"})
# Entries whose failing is a failure to agree.
ACCORDS = frozenset({"sign", "noun:agreement", "commit-verb"})


def combine(applied: Applied, inner: Reading, parties: Parties) -> Reading | None:
    """Lay an operator on the reading of its content; None where the two make no event."""
    kind, agents = applied.operator.kind, applied.agents
    base = _joined(applied, inner)
    if kind.name == "fail":
        wanted = "AGREE" if _entry_of(inner) in ACCORDS else inner.event_type
        failed = parties.frames.outcome("fail", wanted)
        if failed is not None and failed.event_type:
            return replace(base, event_type=failed.event_type, mode=None, agents=agents or inner.agents)
    if kind.leaves_event:
        return _claimed(kind, applied.head, base, agents)
    if kind.name == "order" and inner.event_type is not None:
        patients = inner.patients or applied.addressed
        return replace(base, agents=agents or inner.agents, patients=patients, is_nominal=applied.is_nominal)
    name, outcome = _outcome("request" if kind.name == "order" else kind.name, inner, parties)
    kind = parties.frames.kinds[name]
    if outcome is None or not outcome.event_type:
        return None
    if kind.is_ending and inner.event_type is None and inner.kind not in LASTING:
        return None
    patients = _addressees(kind, agents, inner, applied.addressed, parties)
    return replace(
        base,
        event_type=outcome.event_type,
        mode=inner.mode if outcome.mode == "=" else outcome.mode,
        agents=agents or (inner.agents if kind.is_ending else ()),
        patients=patients,
        claim=ACTUAL,
        anchor=applied.head,
        is_nominal=applied.is_nominal,
        kind="",
        is_mutual=kind.name == "commit" and not patients,
    )


def _joined(applied: Applied, inner: Reading) -> Reading:
    """The reading of the content with the operator in front, its words eaten."""
    kind, head = applied.operator.kind, applied.head
    consumed = inner.consumed | {head.i}
    if kind.name not in ("factive", "decide"):
        consumed |= _beneath(inner.trigger[0])
    return replace(
        inner,
        consumed=consumed,
        lineage=(applied.operator.id, *inner.lineage),
        trigger=inner.trigger if kind.leaves_event else (head, *inner.trigger),
        weight=2,
    )


def _entry_of(inner: Reading) -> str:
    return inner.lineage[-1] if inner.lineage else ""


def _outcome(kind: str, inner: Reading, parties: Parties) -> tuple[str, Outcome | None]:
    """What an operator makes of its content, and the kind it is then: a promise not to is a refusal."""
    if inner.status == "denied" and kind == "commit":
        if inner.event_type in COOPERATION or inner.event_type is None:
            return "reject", parties.frames.outcome("reject", inner.event_type, inner.kind)
        return kind, Outcome(event_type="AGREE", mode=None)
    if inner.status == "denied" and kind == "request":
        # "urged workers not to strike" calls for no strike.
        return kind, Outcome(event_type="REQUEST", mode="change")
    return kind, parties.frames.outcome(kind, inner.event_type, inner.kind, inner.mode, _entry_of(inner))


def _addressees(
    kind: OperatorKind,
    agents: tuple[Token, ...],
    inner: Reading,
    addressed: tuple[Token, ...],
    parties: Parties,
) -> tuple[Token, ...]:
    own = {token.i for token in agents}
    doers = tuple(
        t
        for t in inner.agents
        if t.i not in own and (parties.is_actor(t) or t.pos_ == "PRON") and t.lower_ not in pronouns.PARTIES
    )
    targets = tuple(t for t in inner.patients if t.i not in own)
    found = {"named": addressed, "doers": doers, "targets": targets}
    for role in kind.addressed:
        kept = tuple(t for t in found[role] if t.i not in own)
        if kept:
            return kept
    return ()


def _claimed(kind: OperatorKind, head: Token, inner: Reading, agents: tuple[Token, ...]) -> Reading | None:
    """Operators that leave the event what it is and say what is claimed of it."""
    if inner.event_type is None:
        return None
    if kind.name == "decide" and inner.event_type == "REQUEST" and not is_verbal(inner.anchor):
        return replace(
            inner, event_type="CONCEDE", mode=None, agents=agents, patients=inner.agents, is_nominal=False
        )
    claim = inner.claim
    if kind.claims is not None and not _keeps_its_own(kind.name, inner):
        claim = Claim(kind.claims, kind.cause, head.lower_)
    doers = inner.agents or (agents if kind.name != "prevent" else ())
    only_papers = bool(doers) and all(lemma_of(token) in DOCUMENTS for token in doers)
    if kind.name in ("decide", "intend", "deny", "fail") and only_papers:
        doers = agents
    anchor = head if kind.name == "decide" and is_verbal(head) and claim.status == "actual" else inner.anchor
    return replace(inner, agents=doers or agents, claim=claim, is_nominal=False, anchor=anchor)


def _keeps_its_own(kind: str, inner: Reading) -> bool:
    """Whether the content's own claim stands: of what was denied, and of what was decided and done at once."""
    if inner.status == "denied" and kind not in ("deny", "fail"):
        return True
    if kind != "decide":
        return False
    is_open = is_verbal(inner.anchor) and has_to(inner.anchor)
    return inner.anchor.tag_ == "VBG" or not (is_open or inner.anchor.tag_.startswith("VB"))


ENDED = word_set("events.operators.ended")
CONTENT = word_set("events.operators.content")


def contents_of(clause: Clause, operator: Operator, parties: Parties) -> list[Token]:
    """What may be the content of a verb that is an operator, likeliest first."""
    found = [
        c
        for c in clause.complements
        if c.dep_ in (labels.COMPLEMENT_CLAUSE, labels.OPEN_COMPLEMENT, labels.CONJUNCT)
        or not clause.patients
    ]
    found.extend(
        noun
        for noun in clause.patients
        if not parties.is_name(noun) and noun.pos_ != "PRON" and parties.tells(noun)
    )
    found.extend(c for c in clause.complements if c not in found)
    found.extend(
        noun
        for noun in clause.patients
        if not parties.is_name(noun) and noun.pos_ != "PRON" and noun not in found
    )
    preps = ENDED if operator.kind.is_ending else CONTENT
    found.extend(
        t
        for p, t in clause.obliques
        if p in preps
        and not parties.is_name(t)
        and t.ent_type_ != "DATE"
        and not (p == "in" and lemma_of(t) in parties.frames.groups["circumstances"])
    )
    if operator.kind.name in ("request", "order", "prevent"):
        found = [
            t
            for t in found
            if not (t in clause.patients and lemma_of(t) in parties.people and len(found) > 1)
        ]
    return found


def noun_contents(noun: Token) -> list[Token]:
    """What may be the content of a noun that is an operator, likeliest first."""
    found = []
    for child in kids(noun):
        if child.i < noun.i:
            continue
        if child.dep_ in (
            labels.NOUN_CLAUSE,
            labels.COMPLEMENT_CLAUSE,
            labels.OPEN_COMPLEMENT,
            labels.ADVERBIAL_CLAUSE,
        ) and is_verbal(child):
            found.append(child)
            found.extend(
                g
                for g in kids(child)
                if g.dep_ in (labels.ADVERBIAL_CLAUSE, labels.OPEN_COMPLEMENT)
                and has_to(g)
                and child.tag_ in ("VBN", "VBD")
            )
        elif (
            child.dep_ in (labels.NOUN_MODIFIER, labels.OBLIQUE)
            and preposition(child) in ("for", "of", "to", "on")
            and child.pos_ != "PROPN"
        ):
            found.append(child)
    head = noun.head
    if is_verbal(head) and noun.dep_ in (labels.OBJECT, labels.OBLIQUE, labels.PASSIVE_SUBJECT):
        found.extend(
            c
            for c in kids(head)
            if c.dep_ in (labels.ADVERBIAL_CLAUSE, labels.OPEN_COMPLEMENT, labels.COMPLEMENT_CLAUSE)
            and c.i > noun.i
            and (has_to(c) or c.dep_ == labels.COMPLEMENT_CLAUSE)
        )
    # "a resolution ending the mandate", "a decision made there to end it"; then what hangs on the verb above.
    found.sort(key=lambda token: not _is_content_clause(token, noun))
    return found


def _is_content_clause(token: Token, noun: Token) -> bool:
    return is_verbal(token) and (has_to(token) or (token.head.i == noun.i and token.tag_ == "VBG"))


def _beneath(content: Token) -> frozenset[int]:
    """Events inside an operator's content: they are asked for, alleged or promised, not told."""
    found: set[int] = set()
    level = [content]
    while level and len(found) < 60:
        token = level.pop()
        found.add(token.i)
        level.extend(child for child in kids(token) if not _is_told(child) and child.i > content.i)
    return frozenset(found)


def is_completed(operator: Operator, clause: Clause) -> bool:
    """Whether a clause completes the operator: a purpose does not ("blocked roads to demand …")."""
    if operator.kind.name in ("reject", "reverse", "cancel", "prevent"):
        return any(
            content.dep_ != labels.ADVERBIAL_CLAUSE or content.tag_ == "VBG" for content in clause.complements
        )
    return any(not _is_bare_adjective(content) for content in clause.complements)


def _is_bare_adjective(token: Token) -> bool:
    """ "pleaded guilty": an adjective without a verb to it asks for nothing."""
    return token.pos_ == "ADJ" and not any(
        child.dep_ in (labels.COPULA, labels.MARK, labels.AUXILIARY) for child in kids(token)
    )


def says(clause: Clause) -> bool:
    """ "charged that …": a finite clause and nobody charged makes it a verb of saying."""
    return not clause.patients and any(
        content.dep_ == labels.COMPLEMENT_CLAUSE and content.tag_ != "VBG" for content in clause.complements
    )


def _is_told(token: Token) -> bool:
    """Whether a word below an operator's content is claimed on its own: a relative or a finite clause of time or reason."""
    if token.dep_ == labels.RELATIVE_CLAUSE:
        return True
    return (
        is_finite(token)
        and token.dep_ in (labels.ADVERBIAL_CLAUSE, labels.PARATAXIS, labels.CONJUNCT)
        and is_verbal(token)
    )
