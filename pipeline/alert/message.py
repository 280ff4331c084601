"""Message: an alert in, what is sent about it out, as plain text, HTML mail and webhook JSON.

Every value comes from the open web. Each is cleaned first (`clean.py`) and then escaped for the
form it goes into; nothing here interprets a template that anybody else could write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.alert.clean import MAX_URL, clean, safe_link
from pipeline.alert.page import render
from pipeline.alert.payload import MAX_CODE, MAX_NAME, MAX_TITLE, MAX_WHY, encoded, event_body, sentence_body
from pipeline.alert.quote import TRIGGER, Piece, Span, quote
from pipeline.alert.records import MAX_PAYLOAD_BYTES, MAX_SUBJECT, AlertEvent, Match, Message
from pipeline.alert.telling import Source, Telling

# What may be quoted of an article by default, see the copyright note in ARCHITECTURE.md.
MAX_SENTENCE = 400
# Stands for the event's id in TOCSIN_DESK_URL.
EVENT_ID = "{event_id}"

NOTHING_MORE = Telling()
TYPES = {
    "alert": "alert.raised", "update": "alert.updated", "reminder": "alert.reminder", "escalation": "alert.escalated",
}  # fmt: skip
LEADS = {"update": "update: ", "reminder": "still open: ", "escalation": "nobody took it: "}


def compose(match: Match, *, created_at: datetime, telling: Telling = NOTHING_MORE) -> Message:
    """Say who did what to whom, where, when, how sure, in which sentence, who tells it, and why the rule fired.

    Args:
        created_at: When it was raised or changed; a later attempt must pass the same, so that receivers
            see the same message.

    Raises:
        ValueError: `created_at` has no zone.
    """
    if created_at.tzinfo is None:
        raise ValueError(f"created_at must carry a time zone, got {created_at!r}")
    rows, pieces, sources = (
        _rows(match, created_at, telling),
        _pieces(match, telling),
        _sources(match, telling),
    )
    subject, foot = _subject(match, telling), _foot(match, telling)
    desk_link = safe_link(telling.desk_url.replace(EVENT_ID, str(match.event.id)))
    note = " ".join(
        part for part in (clean(telling.note, MAX_WHY), swallowed(telling.swallowed_count)) if part
    )
    changes = [clean(change, MAX_NAME) for change in telling.changes]
    links = [
        {"by": clean(source.source, MAX_NAME) or "one article",
         "title": clean(source.title, MAX_TITLE) or "The article", "url": safe_link(source.url)}
        for source in sources
    ]  # fmt: skip
    return Message(
        subject=subject,
        text=_text(rows, pieces, links, [note, *([f"New: {', '.join(changes)}"] if changes else [])], foot, desk_link),
        html=render(
            "alert.html", title=subject, severity=match.rule.severity,
            band=f"{match.rule.severity.upper()} · {clean(match.rule.title, 120)}", headline=_headline(match.event),
            note=note, changes=changes, pieces=pieces, rows=rows, links=links, desk_link=desk_link, foot=foot,
        ),
        payload=_payload(match, created_at, telling),
        fields=_fields(match, telling),
        created_at=created_at,
    )  # fmt: skip


def pack_message(message: Message) -> dict[str, Any]:
    """Turn a message into JSON values for the outbox, so that sending does not depend on the rule."""
    return {
        "subject": message.subject, "text": message.text, "html": message.html,
        "payload": message.payload.decode(), "fields": [list(pair) for pair in message.fields],
        "created_at": message.created_at.isoformat(),
    }  # fmt: skip


def unpack_message(packed: Mapping[str, Any]) -> Message:
    """Turn the outbox's JSON values back into the message."""
    return Message(
        subject=packed["subject"],
        text=packed["text"],
        html=packed["html"],
        payload=packed["payload"].encode(),
        fields=tuple((name, value) for name, value in packed["fields"]),
        created_at=datetime.fromisoformat(packed["created_at"]),
    )


def subject_and_fields(
    match: Match, telling: Telling = NOTHING_MORE
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a digest says of an alert: the subject of its message, and its flat fields."""
    return _subject(match, telling), _fields(match, telling)


def party(name: str | None, code: str) -> str:
    """Name an actor or recipient: "NATO (IGO)"; "" if nothing is known of it."""
    shown = clean(name, MAX_NAME)
    if not shown:
        return clean(code, MAX_CODE)
    return f"{shown} ({clean(code, MAX_CODE)})" if code else shown


def place(event: AlertEvent) -> str:
    """Name the place from small to large: "Benghazi, Banghazi, LBY"; "" if there is none."""
    parts = [clean(part, MAX_NAME) for part in (event.place_name, event.admin1, event.country)]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def what(event: AlertEvent) -> str:
    """Name the event type with its mode: "RETREAT (withdraw)"."""
    return clean(f"{event.event_type} ({event.mode})" if event.mode else event.event_type, 60)


def look_up(event: AlertEvent) -> str:
    """The command that tells all about the event, on the machine that coded it."""
    return f"tocsin explain {event.id}" if event.id else ""


def swallowed(count: int) -> str:
    """Say how many alerts of a group were kept and not told; "" for none."""
    return (
        f"{count} more of its group {'was' if count == 1 else 'were'} not told since the last message."
        if count
        else ""
    )


def plain(text: str) -> str:
    """Take the angle brackets out: what shows plain text often guesses that it is HTML."""
    return text.replace("<", "‹").replace(">", "›")


def _headline(event: AlertEvent) -> str:
    actor, recipient = (
        clean(name or code, 40)
        for name, code in ((event.actor_name, event.actor), (event.recipient_name, event.recipient))
    )
    parts = [actor, what(event), f"→ {recipient}" if recipient else ""]
    where = clean(event.place_name or event.country, 30)
    told = " ".join(part for part in parts if part) + (f", {where}" if where else "")
    return told if event.status == "actual" else f"{told} ({event.status})"


def _subject(match: Match, telling: Telling) -> str:
    new = f"{clean(', '.join(telling.changes), 60)}: " if telling.changes else ""
    lead = f"[{match.rule.severity}] {LEADS.get(telling.kind, '')}{new}"
    return plain(clean(f"{lead}{_headline(match.event)}: {clean(match.rule.title, 120)}", MAX_SUBJECT))


def _rows(match: Match, created_at: datetime, telling: Telling) -> list[tuple[str, str]]:
    event = match.event
    rows = [
        ("Who", party(event.actor_name, event.actor)),
        ("What", what(event)),
        ("To whom", party(event.recipient_name, event.recipient)),
        ("Where", place(event)),
        ("When", event.event_date.isoformat()),
        ("Status", event.status),
        ("Confidence", f"{event.confidence:.0%}"),
        ("Context", clean(", ".join(event.contexts), MAX_NAME)),
        ("Reported by", _reported(event, telling)),
        ("Published", event.published_at.isoformat(timespec="minutes")),
        ("Raised" if telling.kind == "alert" else "Told", created_at.isoformat(timespec="seconds")),
        ("Why", clean(match.why, MAX_WHY)),
    ]
    return [(label, value) for label, value in rows if value]


def _foot(match: Match, telling: Telling) -> list[str]:
    rule, event = match.rule, match.event
    version = f", version {clean(rule.version, 20)}" if rule.version else ""
    lines = [
        f"Rule: {clean(rule.title, 120)} ({rule.id}, {rule.severity}{version}), of {clean(rule.owner, 120)}"
    ]
    if event.id:
        lines.append(f"Event {event.id}, told by: {look_up(event)}")
    if telling.alert_id:
        lines.append(f"Alert {telling.alert_id}, taken by: tocsin alerts ack {telling.alert_id}")
    return lines


def _reported(event: AlertEvent, telling: Telling) -> str:
    source = clean(event.source, MAX_NAME) or "one article"
    if len(telling.sources) > 1:
        return f"{len(telling.sources)} sources, {event.mention_count} mentions"
    others = event.mention_count - 1
    return f"{source} and {others} more mention{'s' if others > 1 else ''}" if others > 0 else source


def _pieces(match: Match, telling: Telling) -> tuple[Piece, ...]:
    event, trigger = match.event, list[Span]()
    if event.trigger_start is not None and event.trigger_end is not None:
        trigger = [Span(start=event.trigger_start, end=event.trigger_end, role=TRIGGER)]
    return quote(event.sentence, (*telling.spans, *trigger), MAX_SENTENCE)


def _sources(match: Match, telling: Telling) -> Sequence[Source]:
    event = match.event
    return telling.sources or [
        Source(
            source=event.source,
            title=event.article_title,
            url=event.article_url,
            published_at=event.published_at,
        )
    ]


def _text(
    rows: Sequence[tuple[str, str]], pieces: Sequence[Piece], links: Sequence[Mapping[str, str]],
    notes: Sequence[str], foot: Sequence[str], desk_link: str,
) -> str:  # fmt: skip
    marks = {TRIGGER: "»{}«", "": "{}"}
    quoted = "".join(marks.get(piece.role, "_{}_").format(piece.text) for piece in pieces)
    lines = [line for line in notes if line]
    lines += [f"  {quoted}".rstrip(), "", *(f"{label + ':':<13}{value}" for label, value in rows), ""]
    for link in links:
        lines += [
            f"{link['by']}: {link['title']}", f"  {link['url'] or '(its address is no web link and is left out)'}",
        ]  # fmt: skip
    lines += ["", *([f"Look it up:  {desk_link}"] if desk_link else []), *foot]
    return plain("\n".join(lines) + "\n")


def _payload(match: Match, created_at: datetime, telling: Telling) -> bytes:
    """Encode the webhook's body; the quoted texts shrink until it is small enough."""
    for share in (1.0, 0.5, 0.25):
        body = encoded(_body(match, created_at, telling, share))
        if len(body) <= MAX_PAYLOAD_BYTES:
            break
    return body


def _body(match: Match, created_at: datetime, telling: Telling, share: float) -> dict[str, Any]:
    rule, event = match.rule, match.event
    sources = _sources(match, telling)
    return {
        "type": TYPES[telling.kind],
        "timestamp": created_at.isoformat(),
        "data": {
            "alert_key": match.alert_key,
            "alert_id": telling.alert_id or None,
            "rule": {"id": rule.id, "title": clean(rule.title, 120), "owner": clean(rule.owner, 120),
                     "version": clean(rule.version, 20) or None},
            "severity": rule.severity,
            "why": clean(match.why, int(MAX_WHY * share)),
            "changes": [clean(change, int(MAX_NAME * share)) for change in telling.changes],
            "swallowed_count": telling.swallowed_count,
            "event": event_body(event, look_up(event), share),
            "sentence": sentence_body(_pieces(match, telling)),
            "article": _article(sources[0] if len(sources) == 1 else _own(match), share),
            "sources": [_article(source, share) for source in sources],
        },
    }  # fmt: skip


def _own(match: Match) -> Source:
    return _sources(match, NOTHING_MORE)[0]


def _article(source: Source, share: float) -> dict[str, Any]:
    return {
        "url": safe_link(source.url) or None,
        "title": clean(source.title, int(MAX_TITLE * share)),
        "source": clean(source.source, int(MAX_NAME * share)),
        "published_at": source.published_at.isoformat(),
    }


def _fields(match: Match, telling: Telling) -> tuple[tuple[str, str], ...]:
    rule, event = match.rule, match.event
    fields = {
        "alert": match.alert_key,
        "alert_id": str(telling.alert_id) if telling.alert_id else "",
        "kind": "" if telling.kind == "alert" else telling.kind,
        "changes": ", ".join(telling.changes),
        "rule": rule.id,
        "version": rule.version,
        "severity": rule.severity,
        "event": clean(event.event_key, 100),
        "event_id": str(event.id) if event.id else "",
        "look_up": look_up(event),
        "event_type": event.event_type,
        "mode": event.mode or "",
        "status": event.status,
        "actor": party(event.actor_name, event.actor),
        "recipient": party(event.recipient_name, event.recipient),
        "place": place(event),
        "event_date": event.event_date.isoformat(),
        "confidence": f"{event.confidence:.2f}",
        "url": safe_link(event.article_url),
    }
    return tuple((name, plain(clean(value, MAX_URL))) for name, value in fields.items() if value)
