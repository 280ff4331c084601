"""Carry: what the original of a wire text tells, as its copy tells it: the same candidates at the copy's own offsets."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import Candidate, Span

CONTEXTS = (60, 20, 0)  # characters on each side that help to find the right one of several places


def carried(candidate: Candidate, original: str, copy: str) -> Candidate | None:
    """A candidate of the original with its spans in the copy; None where the copy does not have the words of one."""
    within = [span for span in _spans(candidate) if _holds(candidate.sentence, span)]
    first, last = min(span.start for span in within), max(span.end for span in within)
    found = _place(original, copy, first, last)
    if found is None:
        return None
    shift = found - first
    sentence = _stretch(candidate.sentence, first, last, original=original, copy=copy, shift=shift)
    moved: dict[Span, Span] = {}
    for span in _spans(candidate):
        start = span.start + shift if span in within else _place(original, copy, span.start, span.end)
        if start is None:
            return None
        moved[span] = replace(span, start=start, end=start + span.end - span.start)
    return _with_spans(candidate, moved, sentence)


def _spans(candidate: Candidate) -> list[Span]:
    parts = (candidate.actor, candidate.recipient, candidate.speaker, candidate.place, candidate.event_date)
    spans = [candidate.trigger, *candidate.mentions, *(count.span for count in candidate.counts)]
    return spans + [part.span for part in parts if part is not None and part.span is not None]


def _holds(sentence: Span, span: Span) -> bool:
    return sentence.start <= span.start and span.end <= sentence.end


def _place(original: str, copy: str, start: int, end: int) -> int | None:
    """Where the copy has these words of the original, by as much of what stands around them as it has too."""
    for context in CONTEXTS:
        before = max(0, start - context)
        found = copy.find(original[before : end + context])
        if found >= 0:
            return found + start - before
    return None


def _stretch(sentence: Span, first: int, last: int, *, original: str, copy: str, shift: int) -> Span:
    """As much of the sentence around the words from first to last as the copy has."""
    start, end = first, last
    while start > sentence.start and start + shift > 0 and original[start - 1] == copy[start + shift - 1]:
        start -= 1
    while end < sentence.end and end + shift < len(copy) and original[end] == copy[end + shift]:
        end += 1
    return Span(start=start + shift, end=end + shift, text=original[start:end])


def _with_spans(candidate: Candidate, moved: dict[Span, Span], sentence: Span) -> Candidate:
    parts = {
        name: replace(part, span=moved[part.span])
        for name in ("actor", "recipient", "speaker", "place", "event_date")
        if (part := getattr(candidate, name)) is not None and part.span is not None
    }
    return replace(
        candidate,
        trigger=moved[candidate.trigger],
        mentions=tuple(moved[span] for span in candidate.mentions),
        counts=tuple(replace(count, span=moved[count.span]) for count in candidate.counts),
        sentence=sentence,
        **parts,
    )
