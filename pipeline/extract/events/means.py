"""Means: what an attack was done with, and troops that are sent to help, told by words around the trigger."""

from __future__ import annotations

from dataclasses import replace

from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar import labels
from pipeline.extract.lexicon.words import word_list, word_set

# What an attack was done with, by words beside its trigger; first match from the top.
MEANS_MODES = {
    "ASSAULT": tuple((mode, word_set(f"events.means.{mode}")) for mode in word_list("events.means.order"))
}


def means_mode(reading: Reading) -> str | None:
    """The mode that words within the trigger's own clause give; None where none does."""
    words = {
        token.lower_
        for token in reading.anchor.subtree
        if token.dep_ not in labels.NOUN_CLAUSES and token.ent_type_ not in ("GPE", "ORG", "PERSON")
    } | {t.lower_ for t in reading.trigger}
    for mode, telling in MEANS_MODES.get(reading.event_type or "", ()):
        if words.intersection(telling):
            return mode
    return None


def purposed(reading: Reading) -> Reading:
    """Troops sent to keep the peace are help, and manoeuvres of two armies are cooperation (codebook: AID, COOPERATE)."""
    words = {token.lower_ for token in reading.anchor.sent if token.i >= reading.anchor.left_edge.i}
    if any(word.startswith("peacekeep") for word in words):
        return replace(reading, event_type="AID", mode=None)
    if reading.lineage[-1] in ("exercise", "joint-exercise", "noun:mobilization") and (
        len(reading.agents) > 1 or "joint" in words
    ):
        return replace(reading, event_type="COOPERATE", mode=None, is_mutual=True)
    return reading
