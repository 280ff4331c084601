"""Presupposed: a sentence in, the deeds it takes for granted out.

"The council condemned the killing of two nurses in Goma on Friday" tells of a killing too, and so does "a
suspect in the murder of the mayor". A deed is told only where its own words name its victim; its place and day
must be theirs as well, for those of the sentence are another event's (the room `article` sees to that).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from spacy.tokens import Span, Token

from pipeline.extract.events.party_words import is_human_word
from pipeline.extract.events.reader import Reader
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.claims import Claim
from pipeline.extract.grammar.governors import CLAIM_NOUNS
from pipeline.extract.grammar.labels import SUBJECTS
from pipeline.extract.grammar.modality import modality, negated_noun, unreal_noun
from pipeline.extract.grammar.surroundings import surroundings
from pipeline.extract.grammar.tree import is_verbal, kids, lemma_of
from pipeline.extract.lexicon.frame_files import load_frames
from pipeline.extract.lexicon.frames import Operator
from pipeline.extract.lexicon.words import word_set

# How the noun of the deed hangs on the verb that judges it.
JUDGED = frozenset({labels.OBJECT, labels.OBLIQUE, labels.PASSIVE_SUBJECT})
DEFINITE = frozenset({"the", "this", "that", "these", "those"})
# Deeds that are taken for granted wherever they are spoken of with their victim, not only where they are judged.
SPOKEN_OF = frozenset({"noun:killing", "noun:abduction"})
# Verbs whose participle, put before a victim, says what befell it.
UNDERGONE = frozenset({"kill", "murder", "abduct"})
# Below words of these kinds a deed may not have been done; below those of blame it was, if not by the one blamed.
# What is counted of an attack is told of one that was.
TOLLS = word_set("events.presupposed.tolls")
OPEN_WORDS = CLAIM_NOUNS | word_set("events.presupposed.open_words")


def presupposed(reader: Reader, sentence: Span, told: Sequence[Reading]) -> Iterator[Reading]:
    """Attacks that the readings `told` of a sentence judge, and killings it speaks of; `bounds` says where their words lie."""
    judging = reader.frames.groups["judgement"]
    verbs = {token.i: token for reading in told for token in reading.trigger if lemma_of(token) in judging}
    judged = {noun.i for verb in verbs.values() for noun in kids(verb) if noun.dep_ in JUDGED}
    known = {number for reading in told if reading.event_type == "ASSAULT" for number in reading.consumed}
    for token in sentence:
        if token.tag_ == "VBN" and token.dep_ == labels.ADJECTIVE and token.i not in known:
            yield from _undergone(token, reader)
    for noun in sentence:
        if lemma_of(noun) in TOLLS and (reading := _of_toll(noun, reader)) is not None:
            yield reading
        if noun.pos_ != "NOUN" or noun.i in known or not (noun.i in judged or _names_deed(noun, reader)):
            continue
        if not _is_definite(noun) or not (noun.i in judged or _is_spoken_of(noun, reader)):
            continue
        deed = reader.read_noun(noun)
        if deed is None or deed.event_type != "ASSAULT" or deed.status != "actual" or not deed.patients:
            continue
        if len(deed.lineage) > 1 or noun in deed.patients:
            continue
        if any(_is_accusation(above, reader) for above in noun.ancestors):
            deed = replace(deed, agents=())  # that it was done is granted, not by whom
        claim = Claim(cause="granted", word=noun.head.text)
        yield replace(deed, bounds=(noun.left_edge.i, noun.right_edge.i + 1), claim=claim)


def _of_toll(toll: Token, reader: Reader) -> Reading | None:
    """ "The death toll from Monday's bombing in Quetta has risen to 34" tells the bombing, with its dead as far as known."""
    for noun in kids(toll):
        if noun.dep_ != labels.NOUN_MODIFIER or noun.pos_ != "NOUN":
            continue
        deed = reader.read_noun(noun)
        if deed is not None and deed.event_type == "ASSAULT" and deed.status == "actual":
            struck = deed.patients or tuple(t for t in noun.subtree if t.ent_type_ == "GPE")[:1]
            return replace(deed, patients=struck, claim=Claim(cause="granted", word=toll.text))
    return None


def _undergone(word: Token, reader: Reader) -> Iterator[Reading]:
    """ "The murdered priests": what was done to somebody known, as an adjective."""
    frames = reader.frames.verbs.get(lemma_of(word), ())
    frame = next((frame for frame in frames if frame.id in UNDERGONE), None)
    victim = word.head
    if frame is None or not (_is_definite(victim) and _is_people(victim)):
        return
    yield Reading(
        event_type=frame.event_type,
        mode=frame.mode,
        lineage=(frame.id,),
        anchor=word,
        trigger=(word,),
        patients=(victim,),
        claim=Claim(cause="granted", word=victim.text),
        consumed=frozenset({word.i}),
        bounds=(word.i, word.i + 1),
        weight=1,
    )


def _names_deed(noun: Token, reader: Reader) -> bool:
    entry = reader.frames.nouns.get(lemma_of(noun))
    return entry is not None and entry.id in SPOKEN_OF


def _is_definite(noun: Token) -> bool:
    return any(child.lower_ in DEFINITE or child.dep_ == labels.OWNER for child in kids(noun))


def _is_spoken_of(noun: Token, reader: Reader) -> bool:
    """Whether a killing of somebody certain is spoken of, below no word that leaves it open."""
    entry = reader.parties.noun_entry(noun)
    if entry is None or entry.id not in SPOKEN_OF:
        return False
    if not any(is_certain_somebody(victim) for victim in reader.parties.noun_slots(entry.recipient, noun)):
        return False
    if negated_noun(noun) or unreal_noun(noun) or surroundings(noun).status != "actual":
        return False
    return not is_left_open(noun, reader)


def is_left_open(noun: Token, reader: Reader) -> bool:
    """Whether a deed is only thought of: "the murder of X would change all", "… was not", "rumours of …", "plotted …"."""
    if noun.dep_ in SUBJECTS and is_verbal(noun.head):
        said = modality(noun.head)
        if said.modal or said.is_negated:
            return True
    for above in noun.ancestors:
        if _leaves_open(above, reader):
            return True
        if is_verbal(above):
            # Whoever hopes to solve a murder does not doubt it.
            return False
    return False


def _leaves_open(word: Token, reader: Reader) -> bool:
    return lemma_of(word) in OPEN_WORDS or _is_open(word, reader)


def _is_open(word: Token, reader: Reader) -> bool:
    """Whether a word is an operator that leaves open whether its content was."""
    operator = _operator(word, reader)
    return operator is not None and operator.kind.is_open


def _is_accusation(word: Token, reader: Reader) -> bool:
    operator = _operator(word, reader)
    return operator is not None and operator.kind.name == "accuse"


def _operator(word: Token, reader: Reader) -> Operator | None:
    form = "verb" if is_verbal(word) else "noun" if word.pos_ == "NOUN" else "adjective"
    return reader.frames.operators.get((lemma_of(word), form))


def is_certain_somebody(noun: Token) -> bool:
    """A named person, or people of a number or known: "six priests", "the two women"; not people at large."""
    named = (
        noun,
        *(
            child
            for child in kids(noun)
            if child.dep_ in (labels.APPOSITION, labels.NAME_PART, labels.DESCRIPTION)
        ),
    )
    if any(token.ent_type_ in ("PERSON", "PER") for token in named):
        return True
    return _is_people(noun) and any(
        child.dep_ == labels.NUMBER
        or (child.dep_ == labels.DETERMINER and child.lower_ in ("the", "these", "those"))
        for child in kids(noun)
    )


def _is_people(noun: Token) -> bool:
    lemma = lemma_of(noun)
    return (
        lemma in _people()
        or is_human_word(lemma)
        or (noun.ent_type_ == "NORP" and noun.tag_ in ("NNS", "NNPS"))
    )


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    groups = load_frames().groups
    return (
        groups["persons"]
        | groups["people_in_office"]
        | groups["people_by_calling"]
        | groups["people_at_large"]
    )
