"""Sentences: a parsed sentence in, the readings of its events out.

Walks the tree from the top, so that an operator has read its content before the content could be
taken for an event of its own.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Span, Token

from pipeline.extract.events.party_words import CARRIERS
from pipeline.extract.events.presupposed import is_certain_somebody, is_left_open, presupposed
from pipeline.extract.events.reader import Reader
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.governors import governed, non_finite
from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.surroundings import surroundings
from pipeline.extract.grammar.tree import is_verbal, kids, lemma_of, preposition
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.frames import Frames
from pipeline.extract.lexicon.words import word_set

# A nominal event needs more than its noun to be worth a candidate of its own.
SELF_STANDING = frozenset({"ASSAULT", "PROTEST", "COERCE", "CONSULT", "RETREAT", "ACCUSE", "REQUEST"})
BACKGROUND = word_set("events.sentences.background")
# Event nouns whose named victim is enough.
AGENTLESS = frozenset(
    {
        "noun:killing",
        "noun:abduction",
        "noun:arrest",
        "noun:overthrow",
        "noun:seizure",
        "noun:torture",
        "noun:deportation",
    }
)
TELLING = frozenset({"VERB", "AUX", "NOUN", "ADJ", "PROPN"})


def readings_of(sentence: Span, reader: Reader, *, keep_all: bool = False) -> list[Reading]:
    """All events of one parsed sentence, outermost first, none told twice; `keep_all` keeps those without parties."""
    consumed: set[int] = set()
    told: set[int] = set()
    found: list[Reading] = []
    for token in _top_down(sentence):
        if token.i in consumed or not _may_trigger(token, reader):
            continue
        reading = reader.read(token)
        if reading is None or reading.event_type is None or not reading.event_type:
            continue
        if not keep_all and reading.is_nominal and not _stands_alone(token, reading, consumed, reader):
            continue
        consumed |= reading.consumed
        reading = _placed(reading, reader.kinds)
        if keep_all:
            found.append(reading)
            continue
        if not (reading.agents or reading.patients):
            continue
        if reading.status != "actual" and _serves_another(reading, told):
            continue
        told |= reading.consumed
        found.append(reading)
    return found if keep_all else [*found, *presupposed(reader, sentence, found)]


def _may_trigger(token: Token, reader: Reader) -> bool:
    if token.pos_ not in TELLING:
        return False
    if is_verbal(token):
        return not reader.words.isdisjoint((lemma_of(token), token.lower_)) or token.tag_ in (
            "MD",
            "VB",
            "VBP",
            "VBZ",
        )
    lemma = lemma_of(token)
    return lemma in reader.words or lemma in CARRIERS


def _top_down(sentence: Span) -> list[Token]:
    """Tokens by depth in the tree, then by position; each once."""
    doc = piece_of(sentence)
    order = [doc[number] for number in doc.tops if sentence.start <= number < sentence.end]
    tops = {token.i for token in order}
    for token in order:
        below = kids(token)
        if below:
            order.extend(child for child in below if child.i not in tops)
    return order


def _stands_alone(token: Token, reading: Reading, consumed: set[int], reader: Reader) -> bool:
    """A noun is an event of its own when no verb near it told one and it names enough of its parties."""
    if reading.event_type not in SELF_STANDING:
        return False
    if token.ent_type_ in ("ORG", "PERSON", "GPE", "DATE", "EVENT", "LAW") or token.pos_ == "PROPN":
        return False
    if token.dep_ in (labels.COMPOUND, labels.ADJECTIVE, labels.OWNER, labels.DESCRIPTION):
        return False
    if token.head.i in consumed and not (token.dep_ == labels.OBLIQUE and preposition(token) in BACKGROUND):
        return False
    if token.dep_ == labels.CONJUNCT and token.head.i in consumed:
        return False
    if reading.agents and reading.patients:
        return True
    if reading.event_type == "ASSAULT" and is_left_open(token, reader):
        return False
    if reading.event_type == "ASSAULT" and reading.agents and _is_said_to_occur(token, reader.frames):
        return True
    return reading.frame_id in AGENTLESS and any(is_certain_somebody(victim) for victim in reading.patients)


def _is_said_to_occur(noun: Token, frames: Frames) -> bool:
    """ "The rebel attack took place at night"."""
    if noun.dep_ not in SUBJECTS or not is_verbal(noun.head):
        return False
    verb = lemma_of(noun.head)
    keys = {verb, *(f"{verb}+{child.lower_}" for child in kids(noun.head) if child.dep_ == labels.OBJECT)}
    return not frames.groups["occurrence"].isdisjoint(keys)


# Causes by which a reading below a told event belongs to that event: its purpose, what may be or is asked for.
SERVING = frozenset(
    {"purpose", "purpose-undone", "purpose-future", "purpose-modal", "under", "under-future", "in-case", "leave"}
) | {"request", "commit", "accuse", "threaten", "reject", "intend"}  # fmt: skip


def _serves_another(reading: Reading, told: set[int]) -> bool:
    """A purpose or a possibility below an event that was told belongs to that event."""
    if reading.claim.cause not in SERVING:
        return False
    token = reading.trigger[0]
    for _ in range(4):
        if token.head.i == token.i:
            return False
        token = token.head
        if token.i in told:
            return True
    return False


def _placed(reading: Reading, kinds: dict[str, str]) -> Reading:
    """Add what stands above the event in the tree: conditions, questions, purposes, abilities."""
    if reading.status != "actual":
        return reading
    top = reading.trigger[0] if reading.trigger else reading.anchor
    claim = surroundings(top)
    if claim.status == "actual":
        claim = non_finite(top)
    if claim.status == "actual":
        claim = governed(top, kinds)
    return reading if claim.status == "actual" else replace(reading, claim=claim)
