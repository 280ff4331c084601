"""Claims: what the sentence claims of an event - actual, planned, hypothetical, denied or alleged - and what makes it so."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import Status


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed of an event.

    Args:
        cause: What makes it so, one of `REASONS`; empty where it is told as a fact and nothing stands about it.
        word: The word of the text that does, in small letters; empty where none does.
    """

    status: Status = "actual"
    cause: str = ""
    word: str = ""

    def __post_init__(self) -> None:
        if self.cause and self.cause not in REASONS:
            raise ValueError(f"no cause {self.cause!r} of a claim; there are: {', '.join(sorted(REASONS))}")

    @property
    def reason(self) -> str:
        """The cause in words, for the candidate's row and `tocsin explain`."""
        return REASONS[self.cause].format(word=repr(self.word)) if self.cause else ""


# Operators in whose content nothing happened, as far as is told; the reading may have missed the operator itself.
GOVERNING = (
    "deny",
    "fail",
    "prevent",
    "hypothetical",
    "intend",
    "commit",
    "threaten",
    "request",
    "reject",
    "accuse",
)
REASONS = {
    **{kind: f"{kind}: {{word}}" for kind in GOVERNING},
    "alleged": "alleged: {word}",
    "negated": "negated",
    "reader": "as the trained reader has it",
    "negated-noun": "negated noun",
    "unreal-noun": "{word}",
    "denied-before": "denied just before",
    "held": "held: {word}",
    "modal": "modal {word}",
    "doubted": "doubted",
    "future": "future {word}",
    "commitment": "commitment {word}",
    "announcement": "announced {word}",
    "duty": "duty laid on another",
    "in-mind": "in a mind: {word}",
    "leave": "leave only: {word}",
    "intention": "intention: {word}",
    "decision": "decided: {word}",
    "failure": "did not happen: {word}",
    "denial": "denied: {word}",
    "prevention": "prevented: {word}",
    "granted": "taken for granted by {word}",
    "in-case": "under 'in case'",
    "under": "under {word}",
    "under-future": "under {word} of a future",
    "question": "question",
    "inversion": "inverted condition",
    "being": "bare 'being'",
    "purpose": "purpose",
    "purpose-undone": "purpose of what was not done",
    "purpose-future": "purpose of future {word}",
    "purpose-modal": "purpose under modal {word}",
}
ACTUAL = Claim()
