"""Frame fit: a clause in, the frame of the lexicon that fits it best, and the reading that gives, out."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Token

from pipeline.extract.events.parties import Parties
from pipeline.extract.events.party_words import DOER_SLOTS
from pipeline.extract.events.reading import CLASHES, Reading
from pipeline.extract.events.recipients import are_among_themselves, fallback, wielders
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.clauses import Clause
from pipeline.extract.grammar.noun_phrases import noun_phrases
from pipeline.extract.grammar.tree import is_verbal, kids, lemma_of, marker, preposition
from pipeline.extract.grammar.verbs import first_part
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.frames import COOPERATION, JOINT, Frame, Operator, Slot
from pipeline.extract.lexicon.words import word_set

# Words of a slot that stand for any name of a kind, by the entity label; among objects "person" is the noun.
NAME_KINDS = {"GPE": "gpe", "NORP": "norp", "ORG": "org"}
# The frame that tells of an attack by who claims it.
CLAIM = "claim-responsibility"
NO_KEYS = word_set("events.frame_fit.no_keys")
PLACE_ENTITIES = frozenset({"GPE", "LOC", "FAC"})


def keys_of(clause: Clause) -> list[str]:
    """The names under which a verb may stand in the lexicon, most telling first; made once a clause, to be read only."""
    known = piece_of(clause.predicate).memory_of(_keys_of)
    # A state has its own lemma ("be+critical"): a word is the predicate of one clause under each.
    name = (clause.predicate.i, clause.lemma, clause.particle)
    if name not in known:
        known[name] = _keys_of(clause)
    return known[name]


def _keys_of(clause: Clause) -> list[str]:
    found = []
    first = first_part(clause.predicate)
    if first is not None:
        found.append(f"{first.lower_}-{clause.lemma}")
    if clause.particle:
        found.append(clause.key)
    for child in kids(clause.predicate):
        if (
            child.dep_
            in (
                labels.ADVERB,
                labels.OPEN_COMPLEMENT,
                labels.PARTICLE,
                labels.OBLIQUE,
                labels.ADVERBIAL_CLAUSE,
            )
            and child.i > clause.predicate.i
            and child.i - clause.predicate.i <= 4
        ):
            found.append(f"{clause.lemma}+{child.lower_}")
    if clause.lemma == "find" and any(
        t.lower_ == "guilty" for t in clause.predicate.doc[clause.predicate.i : clause.predicate.i + 14]
    ):
        found.append("find+guilty")
    before = clause.predicate.i - 1
    if (
        before >= 0
        and clause.predicate.nbor(-1).tag_ == "RB"
        and clause.predicate.nbor(-1).lower_.endswith("ly")
    ):
        found.append(f"{clause.lemma}+{clause.predicate.nbor(-1).lower_}")
    found.extend(f"{clause.lemma}+{lemma_of(noun)}" for noun in clause.patients)
    found.extend(
        f"{clause.lemma}+{prep.removesuffix('+of')}"
        for prep, noun in clause.obliques
        if prep and prep not in NO_KEYS and noun.ent_type_ not in ("DATE", "TIME")
    )
    if clause.lemma == "call" and _is_given_a_name(clause):
        found.append("call+name")
    found.extend(f"{clause.lemma}+{marker(content)}" for content in clause.complements if marker(content))
    found.append(clause.lemma)
    return found


def _is_given_a_name(clause: Clause) -> bool:
    """ "called him a dictator", whether the parser takes the word for a complement or for an apposition."""
    if any(child.dep_ == labels.OPEN_COMPLEMENT and not is_verbal(child) for child in kids(clause.predicate)):
        return True
    return any(
        word.dep_ == labels.APPOSITION
        and any(child.lower_ in ("a", "an") and child.nbor(-1).text != "," for child in kids(word))
        for noun in clause.patients
        for word in kids(noun)
    )


def operator_of(clause: Clause, parties: Parties) -> Operator | None:
    """The operator a verb is."""
    for key in keys_of(clause):
        found = parties.frames.operators.get((key, "verb"))
        if found is not None:
            return found
    return None


def frame_of(clause: Clause, parties: Parties) -> Frame | None:
    """The frame that fits best under the most telling name of the verb."""
    best: Frame | None = None
    for key in keys_of(clause):
        for frame in parties.frames.verbs.get(key, ()):
            if _fits(frame, clause, parties) and (best is None or frame.weight > best.weight):
                best = frame
        if best is not None:
            return best
    return None


def _fits(frame: Frame, clause: Clause, parties: Parties) -> bool:
    if frame.barred_prepositions or frame.prepositions:
        preps = [*clause.obliques, *(pair for noun in clause.patients for pair in noun_phrases(noun))]
        if any(_is_barred(frame, p, noun) for p, noun in preps):
            return False
        if frame.prepositions and not any(
            p == wanted and (not noun or _is_one_of(frozenset({noun}), t, parties))
            for wanted, noun in frame.prepositions
            for p, t in preps
        ):
            return False
    if frame.doers and not any(_is_doer(frame, token, parties) for token in clause.agents):
        return False
    if frame.takes_any or (frame.takes_thing and clause.patients):
        return True
    if not clause.patients:
        return frame.takes_none
    if frame.objects and any(_is_one_of(frame.objects, noun, parties) for noun in clause.patients):
        return True
    return frame.takes_actor and any(parties.is_actor(noun) for noun in clause.patients)


def _is_barred(frame: Frame, prep: str, noun: Token) -> bool:
    """Whether a phrase rules a frame out: its preposition does ("!from"), or does before a place ("!from:place")."""
    barred = frame.barred_prepositions
    return prep in barred or (f"{prep}:place" in barred and noun.ent_type_ in PLACE_ENTITIES)


def _is_doer(frame: Frame, token: Token, parties: Parties) -> bool:
    if "person" in frame.doers and token.ent_type_ in ("PERSON", "PER"):
        return True
    # "We will crush the rebels", says whoever may do it.
    return (token.lower_ == "we" and "gpe" in frame.doers) or _is_one_of(frame.doers, token, parties)


def _is_one_of(words: frozenset[str], token: Token, parties: Parties) -> bool:
    """Whether a noun, or a name of a kind ("gpe", "norp", "org"), is among the words of a slot."""
    return NAME_KINDS.get(token.ent_type_, "") in words or bool(parties.names(token) & words)


def framed(frame: Frame, clause: Clause, parties: Parties) -> Reading:
    """The reading of a clause by a frame that fits it."""
    agents = parties.agents(clause) or wielders(parties, frame, clause)
    if frame.recipient and frame.recipient[0].place == "subj":
        return _undergone(frame, clause, parties)
    if frame.mode in ("withdraw", "disarm") and clause.is_passive and not agents:
        # "Troops were withdrawn from …": those moved are those who go.
        agents = tuple(token for token in clause.patients if parties.is_actor(token))
        frame_slots = tuple(slot for slot in frame.recipient if slot.place != "obj")
        recipients = parties.slots(frame_slots, clause)
    else:
        recipients = parties.slots(frame.recipient, clause)
        if len(agents) > 1 and are_among_themselves(parties, frame, clause, recipients):
            recipients = []
        elif not recipients and not (len(agents) > 1 and clause.lemma in CLASHES):
            recipients = fallback(parties, clause, frame.event_type, frame.mode)
        if not any(map(parties.is_actor, agents)) and _are_sides(frame, recipients):
            # "fighting erupted between A and B": both are at it.
            agents, recipients = tuple(recipients[:1]), recipients[1:]
    reading = _told(
        frame, clause, parties, agents, tuple(token for token in recipients if token not in agents)
    )
    return replace(reading, is_mutual=_binds_both(frame) and not recipients)


def _binds_both(frame: Frame) -> bool:
    """Whether joined doers may do it with each other: "A and B signed a pact", but not "A and B praised the pact"."""
    if frame.event_type == "SUPPORT":
        return any(slot.last in ("with", "between") for slot in frame.recipient)
    return frame.event_type in JOINT


def _are_sides(frame: Frame, recipients: list[Token]) -> bool:
    return (
        len(recipients) > 1
        and preposition(recipients[0]) == "between"
        and (Slot("between") in frame.recipient or frame.event_type in COOPERATION)
    )


def _undergone(frame: Frame, clause: Clause, parties: Parties) -> Reading:
    """ "stands trial", "comes under fire": what the subject does is done to it, by whom a phrase may say."""
    recipients = tuple(parties.slots((slot for slot in frame.recipient if slot.place == "subj"), clause))
    doers = parties.slots(DOER_SLOTS, clause)
    return _told(
        frame, clause, parties, tuple(token for token in doers if token not in recipients), recipients
    )


def _told(
    frame: Frame, clause: Clause, parties: Parties, agents: tuple[Token, ...], patients: tuple[Token, ...]
) -> Reading:
    return Reading(
        event_type=frame.event_type,
        mode=frame.mode,
        lineage=(frame.id,),
        anchor=_anchor(frame, clause),
        trigger=_trigger(clause),
        agents=agents,
        patients=patients,
        consumed=_eaten(clause, parties),
        weight=frame.weight,
    )


def _anchor(frame: Frame, clause: Clause) -> Token:
    """The word whose place and time are the event's: the verb, but of a claim the attack that is claimed."""
    if frame.id != CLAIM:
        return clause.predicate
    claimed = [noun for prep, noun in clause.obliques if prep == "for"]
    claimed.extend(noun for thing in clause.patients for prep, noun in noun_phrases(thing) if prep == "for")
    return claimed[0] if claimed else clause.predicate


def _trigger(clause: Clause) -> tuple[Token, ...]:
    particles = [c for c in kids(clause.predicate) if c.dep_ == labels.PARTICLE]
    return (clause.predicate, *particles)


def _eaten(clause: Clause, parties: Parties) -> frozenset[int]:
    return frozenset({clause.predicate.i, *(noun.i for noun in clause.patients if parties.noun_entry(noun))})
