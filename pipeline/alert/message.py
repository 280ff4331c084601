"""Message: an alert in, what is sent about it out, as plain text, HTML mail and webhook JSON.

Every value comes from the open web. Each is cleaned first (`clean.py`) and then escaped for the
form it goes into; nothing here interprets a template that anybody else could write.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.alert.clean import MAX_URL, clean, safe_link
from pipeline.alert.records import MAX_PAYLOAD_BYTES, MAX_SUBJECT, AlertEvent, Match, Message, Rule

# What may be quoted of an article by default, see the copyright note in ARCHITECTURE.md.
MAX_SENTENCE = 400
MAX_NAME = 200
MAX_CODE = 40
MAX_TITLE = 300
MAX_WHY = 500
# Stands for the event's id in TOCSIN_DESK_URL.
EVENT_ID = "{event_id}"


def compose(match: Match, *, created_at: datetime, desk_url: str = "") -> Message:
    """Say who did what to whom, where, when, how sure, in which sentence, and why the rule fired.

    Args:
        created_at: When the alert was raised; a later attempt must pass the same, so that receivers
            see the same message.
        desk_url: Address where events are looked up; empty for none.

    Raises:
        ValueError: `created_at` has no zone.
    """
    if created_at.tzinfo is None:
        raise ValueError(f"created_at must carry a time zone, got {created_at!r}")
    rule, event = match.rule, match.event
    rows = _rows(match, created_at)
    quoted = _quote(event)
    links = _links(event, desk_url)
    return Message(
        subject=_subject(rule, event),
        text=_text(rows, quoted, links),
        html=_html(rows, quoted, links),
        payload=_payload(match, created_at),
        fields=_fields(match),
        created_at=created_at,
    )


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


def _subject(rule: Rule, event: AlertEvent) -> str:
    actor, recipient = (
        clean(name or code, 40)
        for name, code in ((event.actor_name, event.actor), (event.recipient_name, event.recipient))
    )
    parts = [actor, what(event), f"→ {recipient}" if recipient else ""]
    where = clean(event.place_name or event.country, 30)
    told = " ".join(part for part in parts if part) + (f", {where}" if where else "")
    status = "" if event.status == "actual" else f" ({event.status})"
    return _plain(clean(f"[{rule.severity}] {told}{status}: {clean(rule.title, 120)}", MAX_SUBJECT))


def _plain(text: str) -> str:
    """Take the angle brackets out: what shows plain text often guesses that it is HTML."""
    return text.replace("<", "‹").replace(">", "›")


def _rows(match: Match, created_at: datetime) -> list[tuple[str, str]]:
    rule, event = match.rule, match.event
    rows = [
        ("Rule", f"{clean(rule.title, 120)} ({rule.id}, {rule.severity})"),
        ("Event", f"{event.id}, told by: {look_up(event)}" if event.id else ""),
        ("Who", party(event.actor_name, event.actor)),
        ("What", what(event)),
        ("To whom", party(event.recipient_name, event.recipient)),
        ("Where", place(event)),
        ("When", event.event_date.isoformat()),
        ("Status", event.status),
        ("Confidence", f"{event.confidence:.0%}"),
        ("Context", clean(", ".join(event.contexts), MAX_NAME)),
        ("Reported by", _reported(event)),
        ("Published", event.published_at.isoformat(timespec="minutes")),
        ("Raised", created_at.isoformat(timespec="seconds")),
        ("Why", clean(match.why, MAX_WHY)),
    ]
    return [(label, value) for label, value in rows if value]


def _reported(event: AlertEvent) -> str:
    source = clean(event.source, MAX_NAME) or "one article"
    others = event.mention_count - 1
    return f"{source} and {others} more mention{'s' if others > 1 else ''}" if others > 0 else source


def _quote(event: AlertEvent) -> tuple[str, str, str]:
    """Cut the sentence into before, trigger and after, each cleaned, together at most 400 characters."""
    if event.trigger_start is None or event.trigger_end is None:
        return clean(event.sentence, MAX_SENTENCE), "", ""
    start, end = event.trigger_start, event.trigger_end
    trigger = clean(event.sentence[start:end], 100)
    room = MAX_SENTENCE - len(trigger)
    after = _beside(event.sentence[end:], room // 2, is_before=False)
    before = _beside(event.sentence[:start], room - len(after), is_before=True)
    return before, trigger, after


def _beside(text: str, limit: int, *, is_before: bool) -> str:
    """Clean one side of the trigger, keeping its near end and the space that parts it from the trigger."""
    # An escape is up to ten times as long as the character it shows.
    near = text[-limit:] if is_before else text[:limit]
    shown = clean(near, limit * 10)
    room = limit - 1
    if is_before:
        cut = shown if len(shown) <= room and near == text else f"…{shown[-(room - 1) :]}"
        return cut + " " if text[-1:].isspace() else cut
    cut = shown if len(shown) <= room and near == text else f"{shown[: room - 1]}…"
    return " " + cut if text[:1].isspace() else cut


def _links(event: AlertEvent, desk_url: str) -> list[tuple[str, str]]:
    links = [(clean(event.article_title, MAX_TITLE) or "The article", safe_link(event.article_url))]
    desk_link = safe_link(desk_url.replace(EVENT_ID, str(event.id)))
    if desk_link:
        links.append(("Look it up", desk_link))
    return links


def _text(rows: list[tuple[str, str]], quoted: tuple[str, str, str], links: list[tuple[str, str]]) -> str:
    before, trigger, after = quoted
    marked = f"»{trigger}«" if trigger else ""
    lines = [f"{label + ':':<13}{value}" for label, value in rows]
    lines += ["", f"  {before}{marked}{after}".rstrip(), ""]
    for label, link in links:
        lines += [label, f"  {link or '(its address is no web link and is left out)'}"]
    return _plain("\n".join(lines) + "\n")


def _html(rows: list[tuple[str, str]], quoted: tuple[str, str, str], links: list[tuple[str, str]]) -> str:
    before, trigger, after = map(html.escape, quoted)
    marked = f"<mark>{trigger}</mark>" if trigger else ""
    table = "\n".join(
        f"<tr><th>{html.escape(label)}</th><td>{html.escape(value)}</td></tr>" for label, value in rows
    )
    anchors = "\n".join(f"<p>{_anchor(label, link)}</p>" for label, link in links)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Alert</title></head><body>\n'
        f"<table>\n{table}\n</table>\n<blockquote>{before}{marked}{after}</blockquote>\n{anchors}\n</body></html>\n"
    )


def _anchor(label: str, link: str) -> str:
    if not link:
        return f"{html.escape(label)} (its address is no web link and is left out)"
    return f'<a href="{html.escape(link)}" rel="noopener noreferrer nofollow">{html.escape(label)}</a>'


def _payload(match: Match, created_at: datetime) -> bytes:
    """Encode the webhook's body; the quoted texts shrink until it is small enough."""
    for share in (1.0, 0.5, 0.25):
        body = _encode(_body(match, created_at, share))
        if len(body) <= MAX_PAYLOAD_BYTES:
            break
    return body


def _body(match: Match, created_at: datetime, share: float) -> dict[str, Any]:
    rule, event = match.rule, match.event
    before, trigger, after = _quote(event)
    name_limit = int(MAX_NAME * share)
    return {
        "type": "alert.raised",
        "timestamp": created_at.isoformat(),
        "data": {
            "alert_key": match.alert_key,
            "rule": {"id": rule.id, "title": clean(rule.title, 120), "owner": clean(rule.owner, 120)},
            "severity": rule.severity,
            "why": clean(match.why, int(MAX_WHY * share)),
            "event": {
                "id": event.id or None,
                "event_key": clean(event.event_key, 100),
                "look_up": look_up(event) or None,
                "event_type": clean(event.event_type, MAX_CODE),
                "mode": clean(event.mode, MAX_CODE) or None,
                "contexts": [clean(context, MAX_CODE) for context in event.contexts[:20]],
                "status": event.status,
                "quad_class": event.quad_class,
                "score": event.score,
                "confidence": round(event.confidence, 3),
                "event_date": event.event_date.isoformat(),
                "actor": _party_body(event.actor_name, event.actor_country, event.actor_sector, name_limit),
                "recipient": _party_body(
                    event.recipient_name, event.recipient_country, event.recipient_sector, name_limit
                ),
                "place": {
                    "name": clean(event.place_name, name_limit) or None,
                    "admin1": clean(event.admin1, name_limit) or None,
                    "country": clean(event.country, MAX_CODE) or None,
                    "latitude": event.latitude,
                    "longitude": event.longitude,
                },
                "mention_count": event.mention_count,
            },
            "sentence": {"before": before, "trigger": trigger, "after": after},
            "article": {
                "url": safe_link(event.article_url) or None,
                "title": clean(event.article_title, int(MAX_TITLE * share)),
                "source": clean(event.source, name_limit),
                "published_at": event.published_at.isoformat(),
            },
        },
    }


def _party_body(name: str | None, country: str | None, sector: str | None, limit: int) -> dict[str, Any]:
    return {
        "name": clean(name, limit) or None,
        "country": clean(country, MAX_CODE) or None,
        "sector": clean(sector, MAX_CODE) or None,
    }


def _encode(body: Mapping[str, Any]) -> bytes:
    # A receiver may paste the JSON into a page: no character in it can open a tag there.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").encode()


def _fields(match: Match) -> tuple[tuple[str, str], ...]:
    rule, event = match.rule, match.event
    fields = {
        "alert": match.alert_key,
        "rule": rule.id,
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
    return tuple((name, _plain(clean(value, MAX_URL))) for name, value in fields.items() if value)
