"""Explain: why an event was coded - its sentence with the spans marked, the frame, the entries, the status.

Pure: a candidate (fresh, or rebuilt from its row) and the article's text in, text for a terminal out.
"""

from __future__ import annotations

from pipeline.extract.article.scene import is_inferred
from pipeline.extract.lexicon.frame_reasons import reasons
from pipeline.extract.lexicon.frames import Frames
from pipeline.model import Actor, Candidate, Span

_MARKS = (
    ("trigger", "[", "]"),
    ("actor", "<", ">"),
    ("recipient", "{", "}"),
    ("place", "@(", ")"),
    ("date", "~(", ")"),
)


def explain(article_text: str, candidate: Candidate, *, frames: Frames | None = None) -> str:
    """Say who did what to whom, where it stands, and which entries of the lexicon said so."""
    lines = [
        _headline(candidate),
        "",
        f"  {marked_sentence(article_text, candidate)}",
        "  marks: [trigger] <actor> {recipient} @(place) ~(date)",
        "",
        f"  status      {candidate.status}{f', because: {candidate.status_reason}' if candidate.status_reason else ''}"
        + (f"; as said by {candidate.speaker.name}" if candidate.speaker else ""),
        *_party("actor", candidate.actor),
        *_party("recipient", candidate.recipient),
        f"  place       {_place(candidate)}",
        f"  date        {_date(candidate)}",
        *(
            f"  {count.kind:<11} {_bounds(count.lower, count.upper)} ({count.span.text!r})"
            for count in candidate.counts
        ),
        f"  contexts    {', '.join(candidate.contexts) or 'none'}",
        f"  CAMEO       {candidate.cameo or 'none'}; quad class {candidate.quad_class}; score {candidate.score}",
        f"  confidence  {candidate.confidence:.2f}",
        f"  told as     {_told_as(candidate)}",
        "  frames",
        *(f"    {part:<16} {reason}" for part, reason in reasons(candidate.frame_id, frames)),
    ]
    if candidate.mentions:
        told = ", ".join(f"{span.text!r} at {span.start}" for span in candidate.mentions)
        lines.append(f"  told again  {told}")
    return "\n".join(lines)


def _told_as(candidate: Candidate) -> str:
    what = "history or a running total" if candidate.is_background else "news"
    return f"{what}, in title or lead" if candidate.is_lead else what


def _headline(candidate: Candidate) -> str:
    mode = f"/{candidate.mode}" if candidate.mode else ""
    sides = [
        f"{side.name} ({side.code or 'no code'})" if side else "nobody named"
        for side in (candidate.actor, candidate.recipient)
    ]
    return f"{sides[0]} - {candidate.event_type}{mode} - {sides[1]}"


def marked_sentence(article_text: str, candidate: Candidate) -> str:
    """The sentence with its spans marked; spans outside it are left out. Crossing marks are dropped, never shifted."""
    sentence = candidate.sentence
    spans: dict[str, Span | None] = {
        "trigger": candidate.trigger,
        "actor": candidate.actor.span if candidate.actor else None,
        "recipient": candidate.recipient.span if candidate.recipient else None,
        "place": candidate.place.span if candidate.place else None,
        "date": candidate.event_date.span,
    }
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    taken: list[Span] = []
    for name, start_mark, end_mark in _MARKS:
        span = spans[name]
        if (
            span is None
            or not (sentence.start <= span.start and span.end <= sentence.end)
            or any(_cross(span, other) for other in taken)
        ):
            continue
        taken.append(span)
        opened.setdefault(span.start, []).insert(0, start_mark)
        closed.setdefault(span.end, []).append(end_mark)
    pieces = []
    for position in range(sentence.start, sentence.end + 1):
        pieces.extend(closed.get(position, []))
        pieces.extend(opened.get(position, []))
        if position < sentence.end:
            pieces.append(article_text[position])
    return " ".join("".join(pieces).split())


def _cross(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _party(role: str, actor: Actor | None) -> list[str]:
    if actor is None:
        return [f"  {role:<11} none named"]
    said = "" if actor.span.text == actor.name else f", said as {actor.span.text!r}"
    entries = ", ".join(actor.entry_ids) or "no entry of the lexicon: kept by name"
    return [f"  {role:<11} {actor.name} = {actor.code or 'no code'}{said}", f"  {'':<11} entries: {entries}"]


def _place(candidate: Candidate) -> str:
    place = candidate.place
    if place is None:
        return "the text links no place to the event"
    where = ", ".join(part for part in (place.name, place.admin1, place.country) if part)
    said = _said(place.span, candidate)
    return f"{where} ({place.latitude:.2f}, {place.longitude:.2f}; {place.resolution}; GeoNames {place.geonames_id or 'none'}){said}"


def _date(candidate: Candidate) -> str:
    when = candidate.event_date
    if when.span is None:
        return f"{when.value} (day of publication: the text links no date to the event)"
    return f"{when.value} to the {when.precision}{_said(when.span, candidate)}"


def _said(span: Span | None, candidate: Candidate) -> str:
    if span is None:
        return ""
    if is_inferred(span, candidate):
        return f", inferred from {span.text!r} at {span.start}: this sentence says none"
    return f", said as {span.text!r}"


def _bounds(lower: int | None, upper: int | None) -> str:
    if lower is not None and lower == upper:
        return str(lower)
    if upper is None:
        return f"at least {lower}"
    return f"up to {upper}" if lower is None else f"{lower} to {upper}"
