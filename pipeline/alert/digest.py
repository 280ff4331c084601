"""Digest: what was held for a receiver in, one message about all of it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.alert.clean import clean
from pipeline.alert.message import plain, subject_and_fields
from pipeline.alert.page import render
from pipeline.alert.payload import encoded
from pipeline.alert.plan import CAP, DIGEST, DISABLED, QUIET
from pipeline.alert.records import MAX_PAYLOAD_BYTES, MAX_SUBJECT, SEVERITIES, Match, Message
from pipeline.alert.telling import Telling

# So many are shown, the gravest first; the rest is counted.
MAX_SHOWN = 40
WHY = {
    QUIET: "came in quiet hours",
    CAP: "were more than may be told in an hour",
    DIGEST: "were gathered",
    DISABLED: "came while this receiver was disabled",
}


def compact(match: Match, telling: Telling, created_at: datetime) -> dict[str, Any]:
    """What a digest needs of an alert, as JSON values for the outbox."""
    subject, fields = subject_and_fields(match, telling)
    return {
        "subject": subject,
        "fields": [list(pair) for pair in fields],
        "created_at": created_at.isoformat(),
    }


def compose_digest(held: Sequence[Mapping[str, Any]], *, created_at: datetime) -> Message:
    """Say what was held back.

    Args:
        held: Rows of the outbox with message, rule and held_for; at least one.
        created_at: When the digest is made, aware.
    """
    items = sorted((_item(row["message"]) for row in held), key=_rank)
    shown, count = items[:MAX_SHOWN], len(items)
    reasons = [
        f"{number} {WHY[why]}" for why, number in Counter(row["held_for"] for row in held).most_common()
    ]
    rules = Counter(item["rule"] for item in items).most_common(10)
    severity = items[0]["severity"]
    subject = plain(
        clean(f"[{severity}] digest: {_alerts(count)}, {', '.join(r for r, _ in rules[:3])}", MAX_SUBJECT)
    )
    note = f"{_alerts(count)}: {', '.join(reasons)}."
    by_rule = [f"{rule}: {number}" for rule, number in rules]
    left = f"and {count - len(shown)} more; tocsin alerts list shows them" if count > len(shown) else ""
    return Message(
        subject=subject,
        text=_text(note, by_rule, shown, left),
        html=render(
            "digest.html", title=subject, severity=severity, band=f"DIGEST · {_alerts(count)}", note=note,
            by_rule=by_rule, items=shown, left=left,
        ),
        payload=_payload(held, shown, created_at, dict(rules)),
        fields=(("kind", "digest"), ("alerts", str(count)), ("severity", severity), ("rules", " ".join(r for r, _ in rules))),
        created_at=created_at,
    )  # fmt: skip


def _item(message: Mapping[str, Any]) -> dict[str, str]:
    fields = dict(message["fields"])
    return {
        "subject": clean(message["subject"], MAX_SUBJECT), "rule": fields.get("rule", ""),
        "severity": fields.get("severity", "info"), "alert_id": fields.get("alert_id", ""),
        "event_id": fields.get("event_id", ""), "url": fields.get("url", ""), "alert_key": fields.get("alert", ""),
        "raised_at": message["created_at"],
    }  # fmt: skip


def _rank(item: Mapping[str, str]) -> tuple[int, str, str]:
    return -SEVERITIES.index(item["severity"]), item["raised_at"], item["alert_key"]


def _alerts(count: int) -> str:
    return f"{count:,} alert{'' if count == 1 else 's'}"


def _text(note: str, by_rule: Sequence[str], shown: Sequence[Mapping[str, str]], left: str) -> str:
    lines = [note, "", *by_rule, ""]
    for item in shown:
        ids = ", ".join(
            part for part in (f"alert {item['alert_id']}", f"event {item['event_id']}") if part[-1:].isdigit()
        )
        lines += [item["subject"], f"  {ids}  {item['url']}".rstrip()]
    return plain("\n".join([*lines, "", left]).rstrip() + "\n")


def _payload(
    held: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, str]], created_at: datetime, rules: Mapping[str, int]
) -> bytes:  # fmt: skip
    for kept in (len(shown), len(shown) // 2, len(shown) // 4):
        body = encoded(
            {
                "type": "alert.digest",
                "timestamp": created_at.isoformat(),
                "data": {
                    "alert_count": len(held), "rules": dict(rules),
                    "held_for": dict(Counter(row["held_for"] for row in held)), "alerts": shown[:kept],
                },
            }
        )  # fmt: skip
        if len(body) <= MAX_PAYLOAD_BYTES:
            break
    return body
