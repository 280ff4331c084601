"""Words that tell people from things, and prepositions that lead to a recipient from those that do not."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.lexicon.frames import slots_of
from pipeline.extract.lexicon.words import word_list, word_set

ACTOR_ENTITIES = frozenset({"PERSON", "PER", "ORG", "GPE", "NORP", "LOC"})
ACTOR_GROUPS = (
    "persons",
    "officials",
    "leaders",
    "police_units",
    "peace_units",
    "people_in_office",
    "people_by_calling",
    "people_at_large",
)
NO_ACTOR_ENTITIES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "EVENT", "LAW"})
RECIPIENT_PREPOSITIONS = word_list("events.party_words.recipient_prepositions")
OBJECT_SLOTS = word_list("events.party_words.object_slots")
# Events of speech: "in Geneva" says where they were told, not to whom.
SPOKEN_TYPES = frozenset({"ACCUSE", "REJECT", "SUPPORT", "CONSULT", "REQUEST"})
# Events that a meeting, a court or a speech is only the occasion of.
TOLD_ON_OCCASION = (SPOKEN_TYPES | {"AGREE"}) - {"CONSULT"}
# What a phrase below a verb may hang by without being a clause.
PHRASES = frozenset(
    {labels.OBJECT, labels.OBLIQUE, labels.NOUN_MODIFIER, labels.CONJUNCT, labels.INDIRECT_OBJECT}
)
HUMAN_ENDINGS = word_list("events.party_words.human_endings")
THING_ENDINGS = word_list("events.party_words.thing_endings")
THINGS = word_set("events.party_words.things")
NO_PEOPLE = word_set("events.party_words.no_people")
CARRIERS = word_set("events.party_words.carriers")
DOER_SLOTS = slots_of(word_list("events.party_words.doer_slots"))
NOT_TOWARDS = word_set("events.party_words.not_towards")
DOCUMENTS = word_set("events.party_words.documents")


def is_human_word(lemma: str) -> bool:
    """Whether a noun's ending says that it is a person: "homeguard", "strategist", "councillor"."""
    return (
        lemma.endswith(HUMAN_ENDINGS)
        and not lemma.endswith(THING_ENDINGS)
        and lemma not in THINGS
        and len(lemma) > 4
    )


def is_year(token: Token) -> bool:
    """Whether a number is a year and counts nobody."""
    return token.text.isdigit() and len(token.text) == 4 and token.text[:2] in ("19", "20")
