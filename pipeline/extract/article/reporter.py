"""Reporter: who says so and who takes part in; the one who reports it where one side alone does, out. Pure."""

from __future__ import annotations

from pipeline.extract.lexicon.words import word_set
from pipeline.model import Actor, Candidate, Status

STATE = word_set("article.reporter.state")
AGAINST = word_set("article.reporter.against")
FORCES = frozenset(("MIL", "PRM"))
# They report and take no side, wherever they are from.
OUTSIDE = word_set("article.reporter.outside")


def reported_by(candidate: Candidate) -> str | None:
    """The name of the one side that says so, or of who alleges it; None where it is told as a fact or by somebody else."""
    speaker = candidate.speaker
    if speaker is None:
        return None
    if candidate.status == "alleged":
        return speaker.name
    return speaker.name if takes_side(speaker, candidate.actor, candidate.recipient) else None


def takes_side(speaker: Actor, actor: Actor | None, recipient: Actor | None) -> bool:
    """Whether who says so is one of two sides: of one party's land alone, of the same force, or its enemy at home."""
    sides = [side for side in (actor, recipient) if side is not None]
    if speaker.sector in OUTSIDE or not sides:
        return False
    if speaker.country and len(sides) == 2 and all(side.country for side in sides):
        own = [side.country == speaker.country for side in sides]
        if own[0] != own[1]:
            return True
    if _is_of(speaker, STATE) and any(_is_of(side, AGAINST) for side in sides):
        return True
    if _is_of(speaker, AGAINST):
        return any(_is_of(side, STATE) or side.name == speaker.name for side in sides)
    # "The ministry said its troops took the town."
    is_own = actor is not None and actor.sector in FORCES and actor.country == speaker.country
    return is_own and bool(speaker.country) and (recipient is None or recipient.country != speaker.country)


def _is_of(side: Actor, sectors: frozenset[str]) -> bool:
    return side.sector in sectors


def reason_of(status: Status, reason: str, speaker: Actor | None, *sides: Actor | None) -> str:
    """Why the status is what it is; of a fact that one side alone tells, who."""
    actor, recipient = sides
    if status == "actual" and not reason and speaker is not None and takes_side(speaker, actor, recipient):
        return f"as {speaker.name} has it"
    return reason
