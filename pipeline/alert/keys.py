"""Keys: a rule and an event in, the name out under which their group is known for good."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pipeline.alert.event import AlertEvent

if TYPE_CHECKING:
    from pipeline.alert.rule import Rule

# Fields of the event that alerts may be grouped by.
EVENT_FIELDS: tuple[str, ...] = (
    "event_type", "mode", "status", "event_date", "quad_class",
    "actor", "actor_name", "actor_country", "actor_sector",
    "recipient", "recipient_name", "recipient_country", "recipient_sector",
    "place_name", "admin1", "country", "source", "language",
)  # fmt: skip
# The others are worked out: `event` is each by itself, `rule` all alerts of the rule.
GROUP_FIELDS: tuple[str, ...] = ("event", "incident", "story", "dyad", "rule", *EVENT_FIELDS)


def group_key(rule: Rule, event: AlertEvent) -> str:
    """Name the group: alike for events alike in every field of the rule's `group_by`."""
    parts = (part for name in rule.group_by for part in group_values(name, event))
    return digest("group", rule.id, *rule.group_by, *parts)


def group_values(name: str, event: AlertEvent) -> tuple[str | None, ...]:
    """What an event shows in a field of `group_by`."""
    match name:
        case "event":
            return (event.event_key,)
        case "rule":
            return ()
        case "incident":
            return incident(event)
        case "story":
            return (event.event_key if event.story_id is None else str(event.story_id),)
        case "dyad":
            return tuple(sorted((event.actor, event.recipient)))
    value = getattr(event, name)
    return (None if value is None else str(value),)


def incident(event: AlertEvent) -> tuple[str | None, ...]:
    """What two papers agree in when they tell one happening: its kind, day and place, not whom they name or how many.

    "12 soldiers" and "13 soldiers" are one incident; so are an attack by "gunmen" and by a group that is named.
    Without a place, the parties' countries tell incidents apart.
    """
    place = event.place_name or event.admin1
    where = (event.country, place) if event.country else (event.actor_country, event.recipient_country)
    return (event.event_type, event.status, event.event_date.isoformat(), *where)


def digest(*parts: str | None) -> str:
    """A name of 32 letters and digits for what these parts name together."""
    # JSON keeps ("ab", "c") and ("a", "bc"), None and "" apart; joining would not.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
