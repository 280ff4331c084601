"""Raise: matches in, alerts and what their receivers are told out, in the transaction of the matching.

An alert is one rule's, one group's and one event's. What later mentions change of the event changes the alert; an
event that another took in takes its alerts along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pipeline.alert.changes import Change, Facts, change_of, unpack_facts
from pipeline.alert.decide import decide
from pipeline.alert.message import party, place
from pipeline.alert.records import AlertEvent, Match, Reason, Receiver, Rule
from pipeline.alert.silence import Silence, silence_of
from pipeline.alert.telling import Telling
from pipeline.config import Settings
from pipeline.errors import StoreBusyError
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Row, Transaction
from pipeline.stages.common import database_time, iso, quarantine
from pipeline.stages.outbox import Outbox, told_of

# The state of an alert that is not told, by its reason; the others are open.
STATES = {Reason.STAGING: "closed", Reason.OLD_BACKFILL: "closed", Reason.SILENCED: "silenced"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _New:
    """An alert that is not there yet."""

    match: Match
    reason: Reason
    facts: Facts
    silence: Silence | None
    swallowed_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Changed:
    """An alert that is there, whose event is not what it was."""

    alert: Row
    match: Match
    facts: Facts
    change: Change
    is_told: bool


def raise_alerts(
    transaction: Transaction, met: Sequence[Match], receivers: Mapping[str, Receiver], settings: Settings
) -> Counter[str]:
    """Raise the alerts of matches that are new, change those that are there, and put into the outbox what is told.

    Where that fails, fewer are tried, until it is known which match it is; that one is quarantined.
    """
    if not met:
        return Counter()
    try:
        with transaction.part():
            return _raise_all(transaction, met, receivers, settings)
    except StoreBusyError:
        raise
    except Exception as error:  # noqa: BLE001  (the edge of one match: the others are raised)
        if len(met) == 1:
            quarantine_pair(transaction, met[0].rule, met[0].event, error)
            return Counter()
    half = len(met) // 2
    return raise_alerts(transaction, met[:half], receivers, settings) + raise_alerts(
        transaction, met[half:], receivers, settings
    )


def _raise_all(
    transaction: Transaction, met: Sequence[Match], receivers: Mapping[str, Receiver], settings: Settings
) -> Counter[str]:
    now = database_time(transaction)
    event_ids = sorted({match.event.id for match in met})
    transaction.run("follow_superseded", event_ids=event_ids)
    known = _known(transaction, met, event_ids)
    facts = _facts(transaction, met, event_ids)
    changed = [
        one for match in met if (alert := known.get(match.alert_key))
        for one in [_changed(alert, match, facts[match.event.id])] if one.change.words
    ]  # fmt: skip
    new = _decided(transaction, [match for match in met if match.alert_key not in known], facts, now)
    ids = _insert(transaction, new, now)
    _change(transaction, changed)
    outbox = Outbox(transaction, receivers, settings, now)
    outbox.put(
        [
            *(
                told_of(one.match, Telling(alert_id=ids[one.match.alert_key], swallowed_count=one.swallowed_count))
                for one in new if one.reason.is_notified and one.match.alert_key in ids
            ),
            *(
                told_of(
                    one.match, Telling(kind="update", alert_id=one.alert["id"], changes=one.change.words),
                    about=("update", str(one.alert["change_count"] + 1)), alert_key=one.alert["alert_key"],
                )
                for one in changed if one.is_told
            ),
        ]
    )  # fmt: skip
    return Counter({"alerts": len(ids), "alerts_changed": len(changed)})


def quarantine_pair(transaction: Transaction, rule: Rule, event: AlertEvent, error: Exception) -> None:
    """Note a rule and an event that could not be held against each other."""
    reason = f"rule {rule.id} could not be held against it: {type(error).__name__}: {error}"
    quarantine(transaction, "alert", f"event {event.id}", reason, event.event_key)


def alert_event(row: Mapping[str, Any]) -> AlertEvent:
    """The event of a row of alert_events; further columns are passed over."""
    known = {field.name for field in fields(AlertEvent)}
    return AlertEvent(
        **({name: row[name] for name in known & row.keys()} | {"contexts": tuple(row["contexts"])})
    )


def facts_of(event: AlertEvent, row: Mapping[str, Any]) -> Facts:
    """What may change of an event, from its record and a row of facts_of_events."""
    return Facts(
        source_count=row["source_count"], killed=row["killed"], injured=row["injured"], arrested=row["arrested"],
        crowd=row["crowd"], mode=event.mode, actor=party(event.actor_name, event.actor) or None,
        recipient=party(event.recipient_name, event.recipient) or None, place=place(event) or None,
    )  # fmt: skip


def _known(transaction: Transaction, met: Sequence[Match], event_ids: list[int]) -> dict[str, Row]:
    """The alerts that are there, by the key of the match; where two came to tell one thing, one of them is closed."""
    rows = transaction.all("known_alerts", event_ids=event_ids, alert_keys=[match.alert_key for match in met])
    by_event: dict[int, list[Row]] = {}
    for row in rows:
        by_event.setdefault(row["event_id"], []).append(row)
    by_key = {row["alert_key"]: row for row in rows}
    known: dict[str, Row] = {}
    joined: list[dict[str, Any]] = []
    for match in met:
        fitting = [row for row in by_event.get(match.event.id, []) if _tells_the_same(row, match)]
        if match.alert_key in by_key and by_key[match.alert_key] not in fitting:
            fitting.append(by_key[match.alert_key])
        if not fitting:
            continue
        first = min(fitting, key=lambda row: (row["state"] == "closed", row["id"]))
        known[match.alert_key] = first
        joined += [
            {"id": row["id"], "closing": f"tells the same as alert {first['id']}"}
            for row in fitting if row is not first
        ]  # fmt: skip
    if joined:
        transaction.run("join_alerts", alerts=as_json(joined))
    return known


def _tells_the_same(alert: Row, match: Match) -> bool:
    # A group that is the event alone bears its key, and an event that took another one in has another key.
    is_by_event = set(match.rule.group_by) <= {"event", "incident"}
    return (
        alert["rule"] == match.rule.id
        and alert["event_id"] == match.event.id
        and (is_by_event or alert["group_key"] == match.group_key)
    )


def _facts(transaction: Transaction, met: Iterable[Match], event_ids: list[int]) -> dict[int, Facts]:
    rows = {row["id"]: row for row in transaction.all("facts_of_events", event_ids=event_ids)}
    return {match.event.id: facts_of(match.event, rows[match.event.id]) for match in met}


def _changed(alert: Row, match: Match, facts: Facts) -> _Changed:
    change = change_of(unpack_facts(alert["told"]), facts)
    is_told = (
        change.is_worth_telling and alert["state"] == "open" and alert["reason"] == "new"
        and match.rule.status == "active" and bool(match.rule.notify)
    )  # fmt: skip
    return _Changed(alert=alert, match=match, facts=facts, change=change, is_told=is_told)


def _decided(
    transaction: Transaction, matches: Sequence[Match], facts: Mapping[int, Facts], now: datetime
) -> list[_New]:
    once = {match.alert_key: match for match in matches}
    groups = [
        {"rule": rule, "group_key": key}
        for rule, key in sorted({(match.rule.id, match.group_key) for match in once.values()})
    ]
    told = {
        (row["rule"], row["group_key"]): row for row in transaction.all("groups_told", groups=as_json(groups))
    }
    silences = [Silence(**row) for row in transaction.all("silences_now")]
    told_at = {group: row["told_at"] for group, row in told.items()}
    new = []
    for match in once.values():
        group = (match.rule.id, match.group_key)
        silence = silence_of(match, silences, now)
        reason = decide(match, told_at[group], now, is_silenced=silence is not None)
        if reason is Reason.RETIRED:
            continue
        count = told[group]["swallowed_count"] if reason.is_notified else 0
        if reason.is_notified:
            told_at[group] = now
        new.append(
            _New(
                match=match, reason=reason, facts=facts[match.event.id], swallowed_count=count,
                silence=silence if reason is Reason.SILENCED else None,
            )
        )  # fmt: skip
    return new


def _insert(transaction: Transaction, new: Sequence[_New], now: datetime) -> dict[str, int]:
    """Raise the alerts; the id of each by its key."""
    rows = [
        {
            "alert_key": one.match.alert_key, "rule": one.match.rule.id, "rule_version": one.match.rule.version,
            "severity": one.match.rule.severity, "event_date": one.match.event.event_date,
            "event_id": one.match.event.id, "group_key": one.match.group_key, "reason": str(one.reason),
            "why": one.match.why, "state": STATES.get(one.reason, "open"), "told": one.facts.pack(),
            "silence_id": one.silence.id if one.silence else None, "created_at": now,
            "escalates_at": _escalates_at(one.match.rule, now) if one.reason.is_notified else None,
        }
        for one in new
    ]  # fmt: skip
    made = transaction.all("insert_alerts", alerts=as_json(rows, default=iso)) if rows else []
    return {row["alert_key"]: row["id"] for row in made}


def _escalates_at(rule: Rule, now: datetime) -> datetime | None:
    return now + timedelta(minutes=rule.escalate[0].after_minutes) if rule.escalate else None


def _change(transaction: Transaction, changed: Sequence[_Changed]) -> None:
    rows = [
        {
            "id": one.alert["id"], "why": one.match.why, "changes": one.change.text,
            # An open alert is told all that is new since it was last told; of the others nobody waits to hear.
            "told": one.facts.pack() if one.is_told or one.alert["state"] != "open" else None,
        }
        for one in changed
    ]  # fmt: skip
    if rows:
        transaction.run("change_alerts", alerts=as_json(rows))
