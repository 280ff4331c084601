"""Recipients: a clause and a frame in; whom it is directed at where no slot of the frame says so, out."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.events.parties import Parties, is_only_named
from pipeline.extract.events.party_words import (
    NOT_TOWARDS,
    OBJECT_SLOTS,
    PHRASES,
    RECIPIENT_PREPOSITIONS,
    SPOKEN_TYPES,
    TOLD_ON_OCCASION,
)
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.clauses import Clause
from pipeline.extract.grammar.labels import OBJECTS
from pipeline.extract.grammar.noun_phrases import (
    noun_phrases,
)
from pipeline.extract.grammar.phrases import phrase
from pipeline.extract.grammar.tree import (
    children,
    coordinated,
    has_to,
    is_verbal,
    kids,
    lemma_of,
    marker,
    preposition,
)
from pipeline.extract.lexicon.frames import CONFLICT, Frame
from pipeline.extract.lexicon.words import word_list, word_set

TELLING_PREPOSITIONS = word_set("events.recipients.telling_prepositions")
NOUN_SLOTS = word_list("events.recipients.noun_slots")


def fallback(parties: Parties, clause: Clause, event_type: str = "", mode: str | None = None) -> list[Token]:
    """A recipient where no slot of the frame has one: who it is against, the object's owner, a telling preposition.

    Args:
        event_type: Of the frame; empty for content no frame knows.
    """
    hit = _against(parties, clause.predicate, event_type)
    if hit:
        return hit
    slots = tuple(prep for prep in OBJECT_SLOTS if not _is_setting(prep, event_type))
    for noun in clause.patients:
        found = [t for t in parties.noun_slots(slots, noun) if not _is_moved(parties, t, event_type, mode)]
        if found:
            return found
    for prep in RECIPIENT_PREPOSITIONS:
        if _is_setting(prep, event_type):
            continue
        found = [t for p, t in clause.obliques if p == prep and parties.is_actor(t)]
        if prep in ("in", "at", "into", "by") and found and found[0].ent_type_ != "GPE":
            continue
        if found:
            return found
    for prep, noun in clause.obliques:
        if prep in TELLING_PREPOSITIONS:
            if _is_aside(parties, prep, noun, event_type):
                continue
            found = parties.noun_slots(NOUN_SLOTS, noun)
            if found:
                return found
    return []


def asked_from(parties: Parties, clause: Clause) -> list[Token]:
    """ "asked for the returns of the firm from the revenue service": "from" may hang on any noun of what is asked."""
    level = list(clause.patients)
    for noun in level:
        found = [t for p, t in noun_phrases(noun) if p == "from" and _is_nameable(parties, t)]
        if found:
            return found
        level.extend(t for p, t in noun_phrases(noun) if p == "of" and len(level) < 20)
    return []


def _against(parties: Parties, head: Token, event_type: str) -> list[Token]:
    """Whoever stands behind "against" anywhere in the clause: "a lawsuit in a Paris court against the prince"."""
    if event_type not in CONFLICT:
        return []
    level = [child for child in kids(head) if child.i > head.i]
    for token in level:
        if token.dep_ not in PHRASES or len(level) > 40:
            continue
        if preposition(token) == "against" and _is_nameable(parties, token):
            return [member for member in coordinated(token) if _is_nameable(parties, member)]
        level.extend(child for child in kids(token) if child.i > token.i)
    return []


def _is_moved(parties: Parties, noun: Token, event_type: str, mode: str | None) -> bool:
    """Troops that are sent or taken home are those of the actor, who does nothing to them."""
    if lemma_of(noun) not in parties.frames.groups["troops"] | parties.frames.groups["peace_units"]:
        return False
    if event_type == "AGREE":
        return any(child.dep_ == labels.OWNER and child.pos_ == "PRON" for child in kids(noun))
    return event_type == "MOBILIZE" or mode == "withdraw"


def _is_aside(parties: Parties, prep: str, noun: Token, event_type: str) -> bool:
    """ "in response to …", "at its first meeting": a phrase of the circumstances or the occasion names no recipient."""
    if _is_source(prep, event_type):
        return True
    if prep in ("in", "on", "as", "for") and lemma_of(noun) in parties.frames.groups["circumstances"]:
        return True
    return (
        prep in ("in", "at", "during", "on")
        and event_type in TOLD_ON_OCCASION
        and lemma_of(noun) in parties.frames.groups["occasions"]
    )


def wielders(parties: Parties, frame: Frame, clause: Clause) -> tuple[Token, ...]:
    """ "killed in an Israeli air strike": where nobody is named, whoever the attack is told of."""
    if frame.event_type != "ASSAULT" or not clause.is_passive:
        return ()
    for prep, noun in clause.obliques:
        entry = parties.noun_entry(noun) if prep in ("in", "during", "from") else None
        if entry is not None and entry.event_type == "ASSAULT" and entry.kind != "mutual":
            found = parties.noun_slots(("by", "poss", "adj"), noun)
            if found:
                return tuple(found)
    return ()


def are_among_themselves(parties: Parties, frame: Frame, clause: Clause, recipients: list[Token]) -> bool:
    """ "A and B met in Vienna", "A and B flew to Vienna for talks": they are the sides, the town is the place."""
    if frame.event_type != "CONSULT":
        return False
    for_talks = any(p == "for" and lemma_of(t) in parties.frames.groups["talks"] for p, t in clause.obliques)
    return not recipients or (for_talks and all(token.ent_type_ == "GPE" for token in recipients))


def reach(
    parties: Parties, head: Token, own: tuple[Token, ...], event_type: str = "", mode: str | None = None
) -> tuple[Token, ...]:
    """The nearest actor below a word, through objects, phrases and infinitives; the last resort for a recipient."""
    hit = [token for token in _against(parties, head, event_type) if token not in own]
    if hit:
        return tuple(hit)
    taken = {token.i for token in own}
    names = {token.lower_ for token in own}
    wide = {" ".join(t.lower_ for t in token.doc[slice(*phrase(token))]) for token in own}
    level, second = [head], []
    for _ in range(6):
        below: list[Token] = []
        for token in level:
            for child in kids(token):
                if not _leads_on(parties, child, head) or _is_aside(
                    parties, preposition(child), child, event_type
                ):
                    continue
                if (
                    child.i > head.i
                    and child.i not in taken
                    and child.lower_ not in names
                    and child.pos_ != "PRON"
                    and _is_nameable(parties, child)
                    and not _is_moved(parties, child, event_type, mode)
                ):
                    if _in_relative(child, head):
                        second.extend([child] if child.ent_type_ == "GPE" else [])
                    elif preposition(child) == "in" and child.ent_type_ == "GPE":
                        is_where = child.head.i == head.i or event_type == "CONSULT"
                        if not (is_where and event_type in SPOKEN_TYPES):
                            second.append(child)
                    elif any(child.lower_ in name.split() for name in wide):
                        continue
                    else:
                        return (child,)
                below.append(child)
        level = below
    return tuple(second[:1])


def _is_nameable(parties: Parties, token: Token) -> bool:
    if is_only_named(token):
        return False
    if token.ent_type_ in ("GPE", "NORP", "ORG", "PERSON", "PER"):
        return True
    return token.pos_ in ("NOUN", "PROPN") and parties.is_actor(token) and token.dep_ != labels.COMPOUND


def _leads_on(parties: Parties, child: Token, head: Token) -> bool:
    if (child.i < head.i and child.head.i == head.i) or _is_other_deed(child):
        return False
    if child.dep_ in (
        labels.OBJECT,
        labels.NOUN_MODIFIER,
        labels.OWNER,
        labels.OPEN_COMPLEMENT,
        labels.INDIRECT_OBJECT,
        labels.ADJECTIVE,
        labels.COMPOUND,
        labels.OBLIQUE,
        labels.CONJUNCT,
        labels.COMPLEMENT_CLAUSE,
    ):
        # After a noun "by" says whose doing it is: "protest against abuses by the army".
        led = preposition(child) == "by" and not is_verbal(child.head) and child.head.i != head.i
        return (
            (led or preposition(child) not in NOT_TOWARDS)
            and child.ent_type_ not in ("DATE", "TIME")
            and marker(child) not in ("if", "unless", "because", "after", "as")
        )
    if child.dep_ == labels.NOUN_CLAUSE and child.tag_ == "VBG":
        return True
    if child.dep_ == labels.RELATIVE_CLAUSE:
        # "ended a mandate that covered Libya" says whom the mandate is about; other relatives tell other events.
        return parties.noun_entry(child.head) is not None
    return child.dep_ in (labels.NOUN_CLAUSE, labels.ADVERBIAL_CLAUSE) and has_to(child)


def _is_setting(prep: str, event_type: str) -> bool:
    """Whether a preposition says where words were spoken or whence an attack came, and names no recipient."""
    return (prep in ("in", "at") and event_type in SPOKEN_TYPES) or _is_source(prep, event_type)


def _is_source(prep: str, event_type: str) -> bool:
    """ "a rocket fired from Lebanon": whence it came is not whom it was meant for."""
    return prep == "from" and event_type == "ASSAULT"


def _in_relative(token: Token, top: Token) -> bool:
    while token.i != top.i and token.head.i != token.i:
        if token.dep_ == labels.RELATIVE_CLAUSE:
            return True
        token = token.head
    return False


def _is_other_deed(verb: Token) -> bool:
    """Whether a joined verb has its own object, as the first has: "cut aid and arrested critics" are two deeds."""
    return (
        verb.dep_ == labels.CONJUNCT
        and is_verbal(verb)
        and bool(children(verb, OBJECTS))
        and bool(children(verb.head, OBJECTS))
    )
