"""Compiled: a rule in, the rows out by which Postgres finds it; an event in, the row that is held against them.

Values stay values: no text of a rule becomes part of a statement. A phrase is a pattern of LIKE with its signs escaped, or,
where a `*` stands inside of it, a regular expression made of its words alone, which knows no repetition but of letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.alert.anchors import branch_anchors
from pipeline.alert.branch import Branch
from pipeline.alert.event import AlertEvent, folded
from pipeline.alert.rule import Rule
from pipeline.alert.shares import Shares
from pipeline.alert.signs import event_bits, has_odd_codes, refused_bits, settled

# Changes when the rows of a rule do; then all rules are compiled anew.
VERSION = "4"
# Conditions whose column holds their values as they are.
_COLUMNS = {
    "event_type": "event_types", "status": "statuses", "told_as": "told_as", "mode": "modes",
    "quad_class": "quad_classes", "country": "countries", "language": "languages",
    "actor_country": "actor_countries", "recipient_country": "recipient_countries",
    "actor_sector": "actor_sectors", "recipient_sector": "recipient_sectors",
    "actor": "actors", "recipient": "recipients", "context": "contexts",
    "min_confidence": "min_confidence", "min_score": "min_score", "max_score": "max_score",
    "min_mentions": "min_mentions", "min_sources": "min_sources",
}  # fmt: skip
# The anchors have these beside their terms.
_SETTLED_BY_NUMBERS = frozenset({"min_confidence", "min_score", "max_score"})
_WORDS = {"text": "text", "actor_name": "actor", "recipient_name": "recipient"}


def rule_rows(rule: Rule, shares: Shares) -> list[dict[str, Any]]:
    """A row a branch, each with its anchors; the excluding branch is number 0 and has none."""
    rows = [
        {**_row(branch), **_anchored(branch, shares), "rule": rule.id, "number": number}
        for number, branch in enumerate(rule.any_branches, start=1)
    ]
    if rule.not_branch is not None:
        rows.append({**_row(rule.not_branch), "rule": rule.id, "number": 0, "anchors": [], "is_whole": False})
    return rows


def definition(rule: Rule) -> dict[str, Any]:
    """What a rule asks for and how it is told, as its file has it: what is left out there is left out here."""
    match: dict[str, Any] = {"any": [_said(branch) for branch in rule.any_branches]}
    if rule.not_branch is not None:
        match["not"] = _said(rule.not_branch)
    shown: dict[str, Any] = {"match": match}
    if rule.window.kind != "each":
        shown["window"] = rule.window.model_dump(mode="json", exclude_defaults=True)
    for name in ("group_by", "notify"):
        if (value := getattr(rule, name)) != Rule.model_fields[name].default:
            shown[name] = value
    return shown


def _said(branch: Branch) -> Mapping[str, Any]:
    if not branch.near:
        return branch.asked
    return {**branch.asked, "near": [circle.model_dump() for circle in branch.near]}


def event_row(event: AlertEvent, number: int) -> dict[str, Any]:
    """What is held against the rows of rules; `number` is given back with each rule that is met."""
    x, y, z = event.vector or (None, None, None)
    row = {
        "number": number, "bits": event_bits(event), "has_odd_codes": has_odd_codes(event),
        "event_type": event.event_type, "status": event.status, "told_as": event.told_as, "mode": event.mode,
        "quad_class": event.quad_class, "country": event.country, "language": event.language,
        "actor_country": event.actor_country, "recipient_country": event.recipient_country,
        "actor_sector": event.actor_sector, "recipient_sector": event.recipient_sector,
        "actors": event.actor_codes, "recipients": event.recipient_codes, "contexts": event.contexts,
        "admin1": event.names["admin1"], "source": event.names["source"],
        "confidence": event.confidence, "score": event.score, "mention_count": event.mention_count,
        "source_count": event.source_count, "x": x, "y": y, "z": z,
        "latitude": None if x is None else event.latitude, "longitude": None if x is None else event.longitude,
        "words": event.words["text"], "actor_words": event.words["actor_name"],
        "recipient_words": event.words["recipient_name"],
    }  # fmt: skip
    return {name: value for name, value in row.items() if value or value == 0}


def _anchored(branch: Branch, shares: Shares) -> dict[str, Any]:
    anchors = branch_anchors(branch, shares)
    return {
        "anchors": anchors.terms,
        "is_whole": branch.asked.keys() <= anchors.settled | settled(branch) | _SETTLED_BY_NUMBERS,
    }  # fmt: skip


def _row(branch: Branch) -> dict[str, Any]:
    """The columns of what the branch asks for; all others are null."""
    row: dict[str, Any] = {"refused_bits": refused_bits(branch)}
    for name, wanted in branch.asked.items():
        if column := _COLUMNS.get(name):
            row[column] = wanted
        elif name in ("admin1", "source"):
            row[name] = [folded(one) for one in wanted]
        elif name in _WORDS:
            row |= _patterns(branch.pieces[name], _WORDS[name])
        else:
            row |= _of_several(branch, name)
    return row


def _of_several(branch: Branch, name: str) -> Mapping[str, Any]:
    """The columns of a condition whose values have parts."""
    if name == "near":
        return {"circles": [part for circle in branch.near for part in (*circle.centre, circle.square)]}
    if name == "polygon":
        return {"corners": [part for corner in branch.corners for part in corner]}
    return dict(zip(("either_one", "either_other"), branch.dyad_either_way, strict=True))


def _patterns(phrases: Iterable[tuple[str, tuple[str, ...]]], column: str) -> Mapping[str, list[str] | None]:
    parts = [pieces for _, pieces in phrases]
    plain = [f"%{_like(pieces[0])}%" for pieces in parts if len(pieces) == 1]
    starred = ["[^ ]*".join(map(_regular, pieces)) for pieces in parts if len(pieces) > 1]
    return {f"{column}_like": (plain or None) if parts else None, f"{column}_patterns": starred or None}


def _like(piece: str) -> str:
    return piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _regular(piece: str) -> str:
    return "".join(sign if sign.isalnum() or sign in " _'" else f"[{sign}]" for sign in piece)
