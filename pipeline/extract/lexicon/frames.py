"""Frames: what the lexicon knows of verbs, event nouns and operators, as records, and its lookups.

Nothing here sees a tree: words in, entries out. How entries combine with clauses is the room `events`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import Status

# What those who do it together do with each other, whatever is told of it.
JOINT = frozenset({"AGREE", "CONSULT", "COOPERATE"})
COOPERATION = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
CONFLICT = frozenset(
    {"REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"}
)
# What a threat is called when the thing threatened is of this type and mode, the mode first (codebook: modes of THREATEN).
THREAT_MODES: dict[tuple[str, str | None], str | None] = {
    ("COERCE", "arrest"): "arrest", ("COERCE", "deport"): "expel", ("SANCTION", "expel"): "expel",
    ("ASSAULT", None): "violence", ("COERCE", None): "restrict", ("SANCTION", None): "relations",
    ("MOBILIZE", None): "violence", ("PROTEST", None): "restrict", ("REJECT", None): "relations",
}  # fmt: skip
# Frames whose content is ground taken: a threat of it has the mode territory.
GROUND_FRAMES = frozenset({"seize-territory", "take-town", "occupy", "annex-territory", "control"})


class Slot(NamedTuple):
    """A place in a clause: "subj", "obj", "iobj" or a preposition; or, with `inner`, a slot of the noun there: "obj.of"."""

    place: str
    inner: str = ""

    @property
    def last(self) -> str:
        """The word that whoever is meant hangs by."""
        return self.inner or self.place


def slots_of(words: Iterable[str]) -> tuple[Slot, ...]:
    """Slots as the lexicon writes them, in their order."""
    return tuple(Slot(place, inner) for place, _, inner in (word.partition(".") for word in words))


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A verb (with particle), what its object and prepositions must be, and the event it tells."""

    id: str
    event_type: str
    mode: str | None
    objects: frozenset[str] | None
    takes_actor: bool
    takes_none: bool
    takes_any: bool
    takes_thing: bool
    doers: frozenset[str]
    prepositions: frozenset[tuple[str, str]]
    barred_prepositions: frozenset[str]
    recipient: tuple[Slot, ...]
    reason: str

    @property
    def weight(self) -> int:
        """How much a match says: a named object or preposition before any object."""
        return (
            2 * (self.objects is not None)
            + (self.takes_actor and self.objects is None)
            + 2 * bool(self.prepositions)
            + 2 * bool(self.doers)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class EventNoun:
    """A noun that tells an event; `event_type` is empty for one that is an event only under an operator."""

    id: str
    event_type: str
    mode: str | None
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorKind:
    """What operators of a kind do to their content; see data/frames/operator_kinds.csv.

    Args:
        claims: The status it gives an event that it leaves what it is; None where it does not.
        leaves_event: It leaves the event what it is.
        addressed: At whom the event is directed, best first: "named", "doers", "targets".
    """

    name: str
    claims: Status | None
    cause: str
    leaves_event: bool
    is_unreal: bool
    is_open: bool
    is_spoken: bool
    is_telling: bool
    is_ending: bool
    addressed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """A word that makes another event of its content: "refuse", "threat", "willing"."""

    id: str
    kind: OperatorKind
    form: str
    recipient: tuple[Slot, ...]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    event_type: str
    mode: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The whole lexicon, indexed by lemma (verbs as "lemma" or "lemma+particle").

    `triggers` holds, for each word that can tell an event, the words of which one must stand in the text too;
    none where the word tells one alone.
    """

    verbs: dict[str, tuple[Frame, ...]]
    nouns: dict[str, EventNoun]
    operators: dict[tuple[str, str], Operator]
    kinds: dict[str, OperatorKind]
    outcomes: tuple[dict[str, str], ...]
    groups: dict[str, frozenset[str]]
    triggers: dict[str, frozenset[str]]

    def entry(self, frame_id: str) -> Frame | EventNoun | Operator | None:
        """The entry of an id as candidates carry it ("operator+entry" gives the last)."""
        wanted = frame_id.split("+")[-1].split("<")[-1]
        for frames in self.verbs.values():
            for frame in frames:
                if frame.id == wanted:
                    return frame
        for table in (self.nouns.values(), self.operators.values()):
            for entry in table:
                if entry.id == wanted:
                    return entry
        return None

    def outcome(
        self,
        kind: str,
        event_type: str | None,
        noun_kind: str = "",
        mode: str | None = None,
        entry_id: str = "",
    ) -> Outcome | None:
        """What an operator makes of content of a type, mode and frame; None where it makes no event."""
        kinds = ("cancel", "reverse") if kind == "cancel" else (kind,)
        for row in sorted(self.outcomes, key=lambda row: row["kind"]) if kind == "cancel" else self.outcomes:
            if row["kind"] in kinds and _covers(row["content"], event_type, noun_kind):
                told = threat_mode(event_type, mode, entry_id) if row["mode"] == "threat" else row["mode"]
                return Outcome(event_type=row["event_type"], mode=told or None)
        return None


def threat_mode(event_type: str | None, mode: str | None, entry_id: str) -> str | None:
    """The mode of THREATEN for what is threatened."""
    if entry_id in GROUND_FRAMES:
        return "territory"
    kind = event_type or ""
    return THREAT_MODES.get((kind, mode)) or THREAT_MODES.get((kind, None))


def _covers(content: str, event_type: str | None, noun_kind: str) -> bool:
    if content == "any":
        return True
    if content in ("coop", "conflict"):
        return event_type in (COOPERATION if content == "coop" else CONFLICT)
    return content == event_type or (content == noun_kind and bool(noun_kind))
