"""Outbox: what is told of alerts in, a message a receiver out; at once, or held for a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.alert.decide import notification_key
from pipeline.alert.digest import compact
from pipeline.alert.message import compose, pack_message
from pipeline.alert.plan import Load, Plan, plan
from pipeline.alert.records import Match, Receiver
from pipeline.alert.telling import Telling, sources_from, spans_from
from pipeline.config import Settings
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Transaction
from pipeline.stages.common import iso, log


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Something that is told of an alert.

    Args:
        alert_key: As it was first met; another than the match's once another event took its event in.
        about: Which message about the alert this is; empty for the first.
        receivers: Names of who is told.
    """

    match: Match
    telling: Telling
    alert_key: str
    about: tuple[str, ...]
    receivers: tuple[str, ...]


def told_of(
    match: Match, telling: Telling, *, about: tuple[str, ...] = (), alert_key: str = "",
    receivers: tuple[str, ...] | None = None,
) -> Told:  # fmt: skip
    """Tell the receivers of the rule, unless others are named."""
    return Told(
        match=match, telling=telling, alert_key=alert_key or match.alert_key, about=about,
        receivers=match.rule.notify if receivers is None else receivers,
    )  # fmt: skip


class Outbox:
    """Writes messages within one transaction, and knows how much each receiver was told of late."""

    def __init__(
        self, transaction: Transaction, receivers: Mapping[str, Receiver], settings: Settings, now: datetime
    ):
        self._transaction, self._receivers, self._settings, self._now = transaction, receivers, settings, now
        self._disabled = {row["receiver"] for row in transaction.all("disabled_receivers")}

    def put(self, tellings: Sequence[Told]) -> None:
        """Put a message a receiver into the outbox."""
        if not tellings:
            return
        plans = self._plans(tellings)
        # Who tells the event is asked only for what is told now: of what a digest holds it has a line each.
        at_once = sorted({told.match.event.id for told, _, way in plans if way.held_for is None})
        rows = {row["id"]: row for row in self._transaction.all("tellings_of_events", event_ids=at_once)}
        messages = []
        for told, receiver, way in plans:
            packed = self._packed(told, way, rows.get(told.match.event.id))
            messages.append(_row(told, receiver, way, packed))
        self._transaction.run("insert_notifications", notifications=as_json(messages, default=iso))

    def _plans(self, tellings: Sequence[Told]) -> list[tuple[Told, Receiver, Plan]]:
        pairs = sorted({(told.match.rule.id, name) for told in tellings for name in told.receivers})
        asked = as_json([{"rule": rule, "receiver": name} for rule, name in pairs])
        loads = {
            (row.pop("rule"), row.pop("receiver")): Load(**row)
            for row in self._transaction.all("delivery_loads", pairs=asked)
        }
        plans = []
        for told in tellings:
            rule = told.match.rule
            for name in told.receivers:
                receiver = self._receivers.get(name)
                if receiver is None:
                    log.warning("no receiver %r any more, rule=%s", name, rule.id)
                    continue
                way = plan(
                    rule, receiver, loads[rule.id, name], self._now, is_disabled=name in self._disabled
                )
                loads[rule.id, name] = loads[rule.id, name].after(way)
                plans.append((told, receiver, way))
        return plans

    def _packed(self, told: Told, way: Plan, row: Mapping[str, Any] | None) -> dict[str, Any]:
        match = replace(told.match, alert_key=told.alert_key)
        if way.held_for is not None or row is None:
            return compact(match, told.telling, self._now)
        telling = replace(
            told.telling, sources=sources_from(row["sources"]), spans=spans_from(row["spans"]),
            desk_url=self._settings.desk_url,
        )  # fmt: skip
        return pack_message(compose(match, created_at=self._now, telling=telling))


def _row(told: Told, receiver: Receiver, way: Plan, packed: dict[str, Any]) -> dict[str, Any]:
    return {
        "notification_key": notification_key(told.alert_key, receiver.name, *told.about),
        "alert_id": told.telling.alert_id, "receiver": receiver.name, "channel": receiver.channel,
        "kind": told.telling.kind, "rule": told.match.rule.id, "is_urgent": way.is_urgent, "held_for": way.held_for,
        "next_attempt_at": way.at, "message": packed,
    }  # fmt: skip
