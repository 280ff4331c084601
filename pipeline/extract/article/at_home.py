"""At home: generic parties in, the same with the country they are of where the event's place or counterpart says it, out."""

from __future__ import annotations

from dataclasses import replace

from pipeline.extract.lexicon.words import word_set
from pipeline.model import Actor

# Civil bodies that act on their own soil unless the text says otherwise; armies do not.
DOMESTIC = frozenset({"COP", "JUD", "GOV", "LEG"})
DOMESTIC_TYPES = frozenset({"COERCE", "ASSAULT", "PROTEST", "SANCTION", "ACCUSE", "CONCEDE"})


def at_home(
    actor: Actor | None, recipient: Actor | None, country: str | None, event_type: str
) -> tuple[Actor | None, Actor | None]:
    """Give a generic party without a country the country of the event's place, or of a domestic counterpart."""
    if event_type in GROUND_TYPES:
        actor = _settle(actor, country) if actor and actor.sector in LOCAL_SECTORS else actor
        recipient = (
            _settle(recipient, country) if recipient and recipient.sector in LOCAL_SECTORS else recipient
        )
    if event_type in DOMESTIC_TYPES and actor and recipient:
        if actor.country and not recipient.country and actor.sector in DOMESTIC:
            recipient = _settle(recipient, actor.country)
        elif (
            recipient.country
            and not actor.country
            and (recipient.sector in DOMESTIC or event_type == "PROTEST")
        ):
            actor = _settle(actor, recipient.country)
    return actor, recipient


LOCAL_SECTORS = word_set("article.at_home.local_sectors")
# Events that happen on the ground, where the place says whose people they are.
GROUND_TYPES = frozenset({"PROTEST", "ASSAULT", "COERCE", "MOBILIZE", "RETREAT", "CONCEDE"})


def _settle(actor: Actor | None, country: str | None) -> Actor | None:
    if (
        actor is None
        or country is None
        or actor.country
        or actor.sector in (None, "NGO", "IGO", "MNC", "NGM")
        # "Western countries" are at home nowhere.
        or any(entry_id.startswith("organisations:") for entry_id in actor.entry_ids)
    ):
        return actor
    return replace(actor, country=country)
