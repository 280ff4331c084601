"""Sentences: which of them can hold an event at all, and the readings of one that does.

Walks the tree from the top, so that an operator has read its content before the content could be
taken for an event of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from spacy.attrs import DEP, HEAD
from spacy.tokens import Doc, Span, Token

from pipeline.extract import status
from pipeline.extract.clauses import is_verbal, kids, lemma_of, preposition
from pipeline.extract.event_types import Frames, load_frames
from pipeline.extract.party_words import CARRIERS, is_human_word
from pipeline.extract.reading import Reading
from pipeline.extract.readings import Reader

_WORD = re.compile(r"[a-z]+")
# A nominal event needs more than its noun to be worth a candidate of its own.
SELF_STANDING = frozenset({"ASSAULT", "PROTEST", "COERCE", "CONSULT", "RETREAT", "ACCUSE", "REQUEST"})

# Prepositions that set an event behind another: it is told all the same.
BACKGROUND = frozenset(
    {"despite", "after", "following", "amid", "before", "since", "over", "because+of", "due+to", "in"}
)
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


@lru_cache(maxsize=8)
def _forms(triggers: frozenset[str]) -> frozenset[str]:
    """Every form a trigger may take in a text, regular ones made, irregular ones listed."""
    found = set(IRREGULAR)
    for word in triggers:
        stem = word[:-1] if word.endswith("e") else word
        found.update((word, f"{word}s", f"{word}es", f"{stem}ed", f"{stem}ing", f"{stem}er", f"{word}d"))
        if word.endswith("y"):
            found.update((f"{word[:-1]}ies", f"{word[:-1]}ied"))
        if word[-1:] in "bdglmnprt":
            found.update((f"{word}{word[-1]}ed", f"{word}{word[-1]}ing"))
        if word.endswith("ize"):
            found.update(form.replace("iz", "is") for form in (word, f"{word}s", f"{word}d", f"{stem}ing"))
    return frozenset(found - FUNCTION_WORDS)


TELLING = frozenset({"VERB", "AUX", "NOUN", "ADJ", "PROPN"})
IRREGULAR = frozenset(
    "shot met held gave given sent cut hit beat beaten sold took taken fled fought struck threw thrown broke broken lost left "
    "laid led drove driven burnt told rose risen hung slew slain sought caught won went gone came shut swore sworn spoke "
    "spoken chose chosen forgave forgiven kept dealt stood withdrew withdrawn overthrew overthrown overran undertook "
    "undertaken upheld forbade forbidden stole stolen blew blown began begun brought bought built put set ran spent stuck "
    "swept taught tore torn arose bound found felt flew flown got hurt made said saw seen wrote written "
    "lay paid bade bidden quit".split()
)
# Parts of hyphenated nouns and verbs of the lexicon that tell nothing alone; their other part is asked for too.
FUNCTION_WORDS = frozenset(
    "in out up back of on off over down by be to at for with under away into through is being".split()
)


def may_hold_event(text: str, frames: Frames) -> bool:
    """Whether any word could be a form of a trigger; text in which none is needs no parser."""
    forms = _forms(frames.triggers)
    return any(word in forms for word in _WORD.findall(text.lower()))


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
        if not keep_all and reading.is_nominal and not _stands_alone(token, reading, consumed):
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
    return found


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


def _tops(doc: Doc) -> list[int]:
    """Indexes of the tokens that hang on no other; from one array, for each question of a head makes a token."""
    tops = doc.user_data.get("tops")
    if tops is None:
        table = doc.to_array([HEAD, DEP])
        is_top = (table[:, 0] == 0) | (table[:, 1] == doc.vocab.strings["ROOT"])
        tops = doc.user_data["tops"] = is_top.nonzero()[0].tolist()
    return tops


def _top_down(sentence: Span) -> list[Token]:
    """Tokens by depth in the tree, then by position; each once."""
    doc = sentence.doc
    order = [doc[number] for number in _tops(doc) if sentence.start <= number < sentence.end]
    tops = {token.i for token in order}
    for token in order:
        below = kids(token)
        if below:
            order.extend(child for child in below if child.i not in tops)
    return order


def _stands_alone(token: Token, reading: Reading, consumed: set[int]) -> bool:
    """A noun is an event of its own when no verb near it told one and it names enough of its parties."""
    if reading.event_type not in SELF_STANDING:
        return False
    if token.ent_type_ in ("ORG", "PERSON", "GPE", "DATE", "EVENT", "LAW") or token.pos_ == "PROPN":
        return False
    if token.dep_ in ("compound", "amod", "nmod:poss", "nmod:desc"):
        return False
    if token.head.i in consumed and not (token.dep_ == "obl" and preposition(token) in BACKGROUND):
        return False
    if token.dep_ == "conj" and token.head.i in consumed:
        return False
    if reading.agents and reading.patients:
        return True
    return reading.frame_id in AGENTLESS and any(_is_certain_somebody(victim) for victim in reading.patients)


def _is_certain_somebody(noun: Token) -> bool:
    """A named person, or people of a number or known: "six priests", "the two women"; not people at large."""
    if noun.ent_type_ in ("PERSON", "PER"):
        return True
    lemma = lemma_of(noun)
    return (lemma in _people() or is_human_word(lemma)) and any(
        child.dep_ == "nummod" or (child.dep_ == "det" and child.lower_ in ("the", "these", "those"))
        for child in kids(noun)
    )


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    groups = load_frames().groups
    return groups["persons"] | groups["people_in_office"] | groups["people_by_calling"]


def _serves_another(reading: Reading, told: set[int]) -> bool:
    """A purpose or a possibility below an event that was told belongs to that event."""
    if not reading.reason.startswith(
        ("purpose", "under", "leave", "request", "commit", "accuse", "threaten", "reject", "intend")
    ):
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
    claimed, reason = status.surroundings(top)
    if claimed == "actual":
        claimed, reason = status.non_finite(top)
    if claimed == "actual":
        claimed, reason = status.governed(top, kinds)
    if claimed == "actual":
        return reading
    return replace(reading, status=claimed, reason=reason)
