"""Parties: who acts and who is meant, found from a clause or an event noun by slots; tokens in, tokens out.

A slot is a place in a clause ("obj", "against", "obj.of") or on a noun ("poss", "by", "adj").
"""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Token

from pipeline.extract.events.party_words import (
    ACTOR_ENTITIES,
    ACTOR_GROUPS,
    CARRIERS,
    DOCUMENTS,
    NO_ACTOR_ENTITIES,
    NO_PEOPLE,
    is_human_word,
    is_year,
)
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.clauses import Clause
from pipeline.extract.grammar.noun_phrases import (
    by_phrase,
    lands_after,
    lands_before,
    modifiers,
    noun_phrases,
    owners,
)
from pipeline.extract.grammar.subjects import is_time
from pipeline.extract.grammar.tree import (
    kids,
    lemma_of,
    preposition,
)
from pipeline.extract.language.parsed import once
from pipeline.extract.lexicon import pronouns
from pipeline.extract.lexicon.frames import EventNoun, Frames, Slot
from pipeline.extract.lexicon.words import word_set

HANDED_ON = word_set("events.parties.handed_on")


class Parties:
    """Finds actors and recipients; holds nothing but the lexicon and its word sets."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        groups = frames.groups
        self.noun_parts = frozenset(part for name in frames.nouns for part in name.split("-"))
        self.people = (
            frozenset().union(*(groups[name] for name in ACTOR_GROUPS if name in groups)) - NO_PEOPLE
        )

    def is_actor(self, token: Token) -> bool:
        """Whether a noun can be an actor: a name, a country, people in office, arms or the street."""
        if is_only_named(token):
            return False
        if token.ent_type_ in ACTOR_ENTITIES:
            return True
        if token.ent_type_ in NO_ACTOR_ENTITIES or lemma_of(token) in NO_PEOPLE:
            return False
        if token.lower_ in pronouns.PARTIES and token.pos_ == "PRON":
            return True
        if lemma_of(token) in self.people:
            return token.pos_ in ("NOUN", "PROPN", "NUM", "ADJ") or token.tag_.startswith("NN")
        if (
            token.pos_ == "NOUN"
            and is_human_word(lemma_of(token))
            and token.dep_
            in (
                labels.OBJECT,
                labels.SUBJECT,
                labels.PASSIVE_SUBJECT,
                labels.OBLIQUE,
                labels.CONJUNCT,
                labels.INDIRECT_OBJECT,
                labels.NOUN_MODIFIER,
            )
        ):
            return True
        if token.pos_ == "PROPN" and token.ent_type_ == "" and token.text[:1].isupper():
            return lemma_of(token) not in self.frames.nouns
        if token.pos_ == "NUM" and token.dep_ in (labels.OBJECT, labels.PASSIVE_SUBJECT, labels.SUBJECT):
            return token.text.replace(",", "").isalnum() and token.ent_type_ == "" and not is_year(token)
        if token.pos_ == "NOUN" and any(
            child.ent_type_ in ("NORP", "ORG", "GPE") for child in modifiers(token)
        ):
            return lemma_of(token) in self.frames.groups["collectives"]
        return False

    def is_name(self, noun: Token) -> bool:
        return noun.ent_type_ in ("PERSON", "PER", "GPE", "ORG")

    def names(self, noun: Token) -> frozenset[str]:
        """Lemma of a noun, with its modifiers and of-phrase: {"strike", "hunger-strike"}."""
        return _names(noun)

    def noun_entry(self, noun: Token) -> EventNoun | None:
        lemma = lemma_of(noun)
        if noun.ent_type_ in ("DATE", "TIME"):
            return None
        if lemma not in self.noun_parts and lemma not in CARRIERS:
            return None
        names = sorted(
            self.names(noun) - {lemma_of(c) for c in kids(noun) if c.dep_ == labels.CONJUNCT},
            key=lambda name: (not name.startswith("joint-"), -len(name)),
        )
        known = [name for name in names if name in self.frames.nouns]
        strict = [name for name in known if name.startswith(lemma) or name.endswith(lemma)]
        for name in (strict if lemma not in ("mission", "effort") else known) or known:
            return self.frames.nouns[name]
        return None

    def tells(self, noun: Token) -> bool:
        return self.noun_entry(noun) is not None or (lemma_of(noun), "noun") in self.frames.operators

    def agents(self, clause: Clause) -> tuple[Token, ...]:
        """Logical subjects that can act; an event noun or a document hands on to whoever stands behind it."""
        return self.actors_of(clause.agents)

    def actors_of(self, tokens: Iterable[Token]) -> tuple[Token, ...]:
        found: list[Token] = []
        for token in tokens:
            if self.is_actor(token) or token.pos_ == "PRON":
                found.extend(lands_before(token) or lands_after(token) or [token])
                continue
            inside = [c for c in kids(token) if c.dep_ == labels.SUBJECT and self.is_actor(c)]
            behind = self.behind(token) or inside
            if not behind and is_time(token):
                continue
            found.extend(behind or [token])
        return tuple(found)

    def behind(self, noun: Token) -> list[Token]:
        if (
            self.noun_entry(noun) is None
            and lemma_of(noun) not in DOCUMENTS
            and lemma_of(noun) not in self.frames.groups["means"]
        ):
            return []
        entry = self.noun_entry(noun)
        slots = entry.actor if entry else ("poss", "by", "adj", "from", "of")
        return self._wielders_of(noun) or self.noun_slots(slots, noun)

    def _wielders_of(self, noun: Token) -> list[Token]:
        """ "the missiles fired by rebels", "a bomb planted by ETA": whoever does that acts through the thing."""
        return [
            doer
            for child in kids(noun)
            if child.dep_ == labels.NOUN_CLAUSE and child.tag_ == "VBN" and child.i > noun.i
            for doer in by_phrase(child)
            if self.is_actor(doer)
        ]

    def slots(self, slots: Iterable[Slot], clause: Clause) -> list[Token]:
        for slot in slots:
            found = self.slot(slot, clause)
            if found:
                return found
        return []

    def slot(self, slot: Slot, clause: Clause) -> list[Token]:
        """Who fills one slot of a clause."""
        place, inner = slot
        if place == "iobj":
            return [token for token in clause.indirect if self.is_actor(token)]
        if inner:
            nouns = self._nouns_at(place, inner, clause)
            return [token for noun in nouns for token in self.noun_slots((inner,), noun)]
        if place == "subj":
            return [token for token in clause.agents if self.is_actor(token) or token.pos_ == "PRON"]
        if place == "obj":
            return self._acting(clause.patients)
        return self._acting(t for p, t in clause.obliques if p == place) or self._handed_on(place, clause)

    def _nouns_at(self, place: str, inner: str, clause: Clause) -> list[Token]:
        """The nouns of a clause whose own slots are asked: no names, nor who acts where its owner is."""
        if place == "subj":
            nouns = list(clause.agents)
        elif place == "obj":
            nouns = [noun for noun in clause.patients if not (inner == "poss" and self.is_actor(noun))]
        else:
            nouns = [noun for prep, noun in clause.obliques if prep == place]
        return [noun for noun in nouns if not self.is_name(noun)]

    def _acting(self, tokens: Iterable[Token]) -> list[Token]:
        """Those of the tokens that can act; for joined lands before one each of them."""
        return [one for token in tokens if self.is_actor(token) for one in lands_before(token) or [token]]

    def _handed_on(self, place: str, clause: Clause) -> list[Token]:
        """Who stands behind the noun of a preposition that hands on: "over the raids by X"."""
        if place not in HANDED_ON:
            return []
        nouns = [noun for prep, noun in clause.obliques if prep == place and noun.ent_type_ != "DATE"]
        return [token for noun in nouns for token in self.noun_slots(("by", "poss", "of", "against"), noun)]

    def noun_slots(self, slots: Iterable[str], noun: Token) -> list[Token]:
        """Who fills the first slot of a noun that somebody fills: "poss", "adj" or a preposition."""
        for slot in slots:
            found = self._noun_slot(slot, noun)
            if found:
                return found
        return []

    def _noun_slot(self, slot: str, noun: Token) -> list[Token]:
        if slot == "adj":
            return self.demonyms(noun)
        if slot != "poss":
            return self._acting(token for prep, token in noun_phrases(noun) if prep == slot)
        found = [token for token in owners(noun) if self.is_actor(token) or token.pos_ == "PRON"]
        if (noun.dep_ in labels.OBJECTS or noun.dep_ == labels.OBLIQUE) and all(
            token.pos_ == "PRON" for token in found
        ):
            # "sent its troops": whose they are is who sent them.
            found = []
        return found or self.demonyms(noun)

    def demonyms(self, noun: Token) -> list[Token]:
        found = []
        for child in modifiers(noun):
            if is_only_named(child):
                continue
            if (child.ent_type_ in ACTOR_ENTITIES and child.ent_type_ != "LOC") or (
                lemma_of(child) in self.people and child.dep_ == labels.COMPOUND
            ):
                found.append(child)
        joined = lands_before(noun)
        return joined if len(joined) > 1 else found[-1:]


_PAPERS = word_set("events.parties.papers")
_STANCES = frozenset(("anti", "pro", "non", "un"))


def is_only_named(token: Token) -> bool:
    """Whether a name says of what kind a thing is and brings nobody in: "Treaty of Lisbon", "anti-American", "US$"."""
    if token.text.endswith("$"):
        return True
    if token.ent_type_ == "GPE" and token.dep_ == labels.NOUN_MODIFIER and token.head.text[:1].isupper():
        return token.head.lower_ in _PAPERS and preposition(token) == "of"
    if token.ent_type_ == "NORP" and token.i > 1 and token.nbor(-1).text in ("-", "–"):
        return token.nbor(-2).lower_ in _STANCES
    return False


_CARRYING = word_set("events.parties.carrying")
_PORTIONS = word_set("events.parties.portions")


@once
def _names(noun: Token) -> frozenset[str]:
    lemma = lemma_of(noun)
    found = {lemma, noun.lower_}
    for child in kids(noun):
        if child.dep_ == labels.COMPOUND and lemma in _CARRYING:
            found.add(lemma_of(child))
        if child.i < noun.i and child.dep_ in (
            labels.COMPOUND,
            labels.ADJECTIVE,
            labels.NOUN_MODIFIER,
            labels.DESCRIPTION,
        ):
            found.add(f"{lemma_of(child)}-{lemma}")
        elif child.dep_ == labels.NOUN_MODIFIER and child.i > noun.i and preposition(child) == "of":
            found.add(f"{lemma}-of-{lemma_of(child)}")
            if lemma in _PORTIONS:
                found.add(lemma_of(child))
        elif child.dep_ == labels.CONJUNCT:
            found.add(lemma_of(child))
    if noun.pos_ == "PROPN" and lemma.endswith("s"):
        found.add(lemma[:-1])
    return frozenset(found)
