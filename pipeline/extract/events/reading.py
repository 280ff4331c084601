"""Reading: one event as read from a sentence, in tokens; what `reader` makes and `article` turns into candidates."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.extract.grammar.claims import ACTUAL, Claim
from pipeline.extract.lexicon.frames import JOINT
from pipeline.model import Status

CLASHES = frozenset({"clash", "skirmish"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One event as read from a sentence. `event_type` is None for content no frame knows.

    `lineage` names the entries that made it, the outermost first: an operator, then the frame of its content.
    `bounds` are the tokens, from the first up to but not with the last, in which alone its place and day
    may stand, one of which it then must have; None for the whole sentence.
    """

    event_type: str | None
    mode: str | None
    lineage: tuple[str, ...]
    anchor: Token
    trigger: tuple[Token, ...]
    agents: tuple[Token, ...] = ()
    patients: tuple[Token, ...] = ()
    kind: str = ""
    claim: Claim = ACTUAL
    speaker: Token | None = None
    consumed: frozenset[int] = frozenset()
    is_mutual: bool = False
    is_nominal: bool = False
    weight: int = 0
    is_reached: bool = False
    bounds: tuple[int, int] | None = None

    @property
    def status(self) -> Status:
        """What is claimed of it."""
        return self.claim.status

    @property
    def frame_id(self) -> str:
        """The lineage in one word, as candidates carry it."""
        return "+".join(self.lineage)

    @property
    def is_shared(self) -> bool:
        """Whether joined doers are each other's recipients where nobody else is one."""
        if self.event_type == "SUPPORT":
            return self.is_mutual or self.is_between
        return self.event_type in JOINT or self.is_between

    @property
    def is_between(self) -> bool:
        """Whether joined doers do it to each other: "police and monks clashed", "A and B failed to agree"."""
        return self.lineage[:1] == ("fail-verb",) or self.anchor.lemma_.lower() in CLASHES
