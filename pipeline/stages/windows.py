"""Windows: matches in; those that their rule's window tells, out. Only groups that the batch touched are looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.alert.age import is_old
from pipeline.alert.decide import match_of
from pipeline.alert.records import Match
from pipeline.alert.rule import Rule
from pipeline.alert.window import Past, is_silent, reach, told_because
from pipeline.postgres.database import Transaction
from pipeline.stages.common import database_time
from pipeline.stages.raising import alert_event


def windowed(transaction: Transaction, met: Sequence[Match]) -> list[Match]:
    """Note what rules with a window matched, and give the matches that are told, with why. History counts for nothing."""
    now = database_time(transaction)
    each = [match for match in met if match.rule.window.kind == "each"]
    counted = [
        match for match in met
        if match.rule.window.kind != "each" and not is_old(match.rule, match.event, now)
    ]  # fmt: skip
    if not counted:
        return each
    rows = json.dumps([_row(match, number) for number, match in enumerate(counted)])
    transaction.run("save_rule_hits", hits=rows)
    pasts = {
        row["number"]: Past(
            recent_count=row["recent_count"], baseline_count=row["baseline_count"], last_at=row["last_at"]
        )
        for row in transaction.all("rule_pasts", hits=rows)
    }
    told = [
        replace(match, why=f"{because}; {match.why}") for number, match in enumerate(counted)
        if (because := told_because(match.rule.window, pasts[number]))
    ]  # fmt: skip
    return [*each, *told]


def silent(transaction: Transaction, rules: Mapping[str, Rule]) -> list[Match]:
    """Rules that wait for something and heard nothing for too long: a match on the last event of each such group."""
    now = database_time(transaction)
    found = []
    for row in transaction.all("last_rule_hits"):
        rule = rules.get(row["hit_rule"])
        if rule is not None and is_silent(rule.window, row["hit_at"], now):
            because = (
                f"none in {rule.window.within_hours:g} hours, the last at {row['hit_at']:%Y-%m-%d %H:%M} UTC"
            )
            found.append(match_of(rule, alert_event(row), because))
    return found


def _row(match: Match, number: int) -> dict[str, object]:
    window = match.rule.window
    return {
        "number": number, "rule": match.rule.id, "group_key": match.group_key, "event_id": match.event.id,
        "event_date": match.event.event_date.isoformat(), "at": match.event.published_at.isoformat(),
        "is_silence": window.kind == "silence",
        "recent_seconds": (window.within_hours or 0) * 3600, "reach_seconds": reach(window).total_seconds(),
    }  # fmt: skip
