"""The id of a reading in, the reason of each of its parts out: what the lexicon says of a frame, in words."""

from __future__ import annotations

from pipeline.extract.lexicon.frame_files import load_frames
from pipeline.extract.lexicon.frames import EventNoun, Frame, Frames, Operator

MADE = {
    "will": "rule: what somebody will do is promised or threatened",
    "will-not": "rule: what somebody will not do is refused",
    "duty": "rule: what a speaker says another must do is asked of him",
}


def reasons(frame_id: str, frames: Frames | None = None) -> tuple[tuple[str, str], ...]:
    """Id and reason of each frame, noun, operator and rule that a reading was put together from."""
    frames = frames or load_frames()
    return tuple((part, _reason(part, frames)) for part in frame_id.split("+"))


def _reason(part: str, frames: Frames) -> str:
    entry = frames.entry(part)
    return _entry(entry) if entry else MADE.get(part, "rule")


def _entry(entry: Frame | EventNoun | Operator) -> str:
    if isinstance(entry, Operator):
        return f"{entry.form} of kind {entry.kind.name}: {entry.reason}"
    return f"{entry.event_type or 'content only'}{f'/{entry.mode}' if entry.mode else ''}: {entry.reason}"
