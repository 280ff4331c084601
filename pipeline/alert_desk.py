"""The desk of alerts: what `tocsin alerts` asks for in, lines of text out."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable
from datetime import datetime

from pipeline.alert.clean import clean
from pipeline.alert.silence import read_duration, read_matcher, read_text
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Row, Transaction
from pipeline.report import what, who
from pipeline.stages.common import database

STATES = ("open", "acknowledged", "closed", "silenced")


def answer(options: argparse.Namespace, settings: Settings) -> list[str]:
    """Do what an action of `tocsin alerts` asks for; give the lines to print.

    Raises:
        ConfigError: An id that is not there, or an argument that is none.
    """
    with database(settings).transaction() as transaction:
        return ACTIONS[options.action](transaction, options)


def _list(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    states = [options.state] if options.state else list(STATES[:2])
    if options.state == "all":
        states = list(STATES)
    rows = transaction.all("list_alerts", states=states, rule=options.rule, limit=options.limit)
    return [_line(row) for row in rows] or [f"no alert is {' or '.join(states)}"]


def _line(row: Row) -> str:
    untold = "" if row["reason"] == "new" else f", not told: {row['reason']}"
    taken = (
        f" by {row['acknowledged_by']} until {_at(row['acknowledged_until'])}"
        if row["state"] == "acknowledged"
        else ""
    )
    changed = f" | {row['changes']}" if row["changes"] else ""
    place = f", {clean(row['place_name'], 40)}" if row["place_name"] else ""
    told = f"{clean(who(row, 'actor'), 60)} {what(row)} → {clean(who(row, 'recipient'), 60)}{place}"
    return (
        f"{row['id']:>6}  {_at(row['created_at'])}  [{row['severity']}] {row['rule']}: {told}"
        f" | event {row['event_id']} | {row['state']}{taken}{untold}{changed}"
    )


def _show(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    alert = transaction.one("show_alert", alert_id=options.ids[0])
    if alert is None:
        raise ConfigError(f"no alert {options.ids[0]}; `tocsin alerts list` shows them")
    version = f" (version {alert['rule_version']})" if alert["rule_version"] else ""
    lines = [
        f"alert {alert['id']}, {alert['state_now']}, severity {alert['severity']}, raised {_at(alert['created_at'])}",
        f"rule {alert['rule']}{version}: {alert['why']}",
        f"event {alert['event_id']}: tocsin explain {alert['event_id']}",
        f"“{clean(alert['sentence'], 400)}” {clean(alert['source'], 80)} {alert['article_url'] or ''}".rstrip(),
        f"told: {alert['reason']}",
    ]
    if alert["changes"]:
        lines.append(
            f"changed {alert['change_count']} times, last {_at(alert['changed_at'])}: {alert['changes']}"
        )
    if alert["acknowledged_by"]:
        until = _at(alert["acknowledged_until"])
        lines.append(f"taken by {alert['acknowledged_by']} until {until}: {alert['acknowledgement']}")
    if alert["closed_at"]:
        lines.append(
            f"closed {_at(alert['closed_at'])} by {alert['closed_by'] or 'Tocsin'}: {alert['closing'] or alert['reason']}"
        )
    if alert["silence_id"]:
        lines.append(
            f"silence {alert['silence_id']} by {alert['silenced_by']} until {_at(alert['silenced_until'])}: {alert['silence_reason']}"
        )
    return [*lines, *(_message(row) for row in transaction.all("messages_of_alert", alert_id=alert["id"]))]


def _message(row: Row) -> str:
    how = {
        "sent": f"sent {_at(row['sent_at'])}",
        "held": f"held ({row['held_for']}) until {_at(row['next_attempt_at'])}",
        "pending": f"pending, {row['attempt_count']} attempts, next {_at(row['next_attempt_at'])}",
    }.get(row["state"], row["state"])
    error = f": {row['last_error']}" if row["last_error"] else ""
    return f"  {row['kind']} to {row['receiver']} by {row['channel']}: {how}{error}"


def _ack(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    lasts = read_duration(options.lasts) if options.lasts else None
    done = transaction.all(
        "acknowledge_alerts",
        alert_ids=options.ids, author=_author(options), lasts=lasts,
        comment=read_text(options.comment, "the comment") if options.comment else "",
    )  # fmt: skip
    return _done(options.ids, done, "taken")


def _close(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    comment = read_text(options.comment, "the comment") if options.comment else ""
    done = transaction.all("close_alerts", alert_ids=options.ids, author=_author(options), comment=comment)
    return _done(options.ids, done, "closed")


def _silence(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    made = transaction.one(
        "insert_silence",
        matcher=json.dumps(read_matcher(options.matcher)), author=_author(options),
        reason=read_text(options.reason, "the reason"), lasts=read_duration(options.lasts),
    )  # fmt: skip
    assert made
    return [
        f"silence {made['id']} holds until {_at(made['ends_at'])}; `tocsin alerts unsilence {made['id']}` ends it"
    ]


def _unsilence(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    return _done(options.ids, transaction.all("end_silences", silence_ids=options.ids), "ended", "silence")


def _silences(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    return [
        f"{row['id']:>6}  {'holds' if row['holds_now'] else 'ended'} until {_at(row['ends_at'])}, by {row['author']}: {row['reason']} | "
        f"{' '.join(f'{key}={value}' for key, value in row['matcher'].items())} | {row['alert_count']} alerts"
        for row in transaction.all("list_silences", limit=options.limit)
    ] or ["there are no silences"]


def _receivers(transaction: Transaction, _options: argparse.Namespace) -> list[str]:
    return [_receiver(row) for row in transaction.all("list_receivers")] or [
        "no receiver was told anything yet"
    ]


def _receiver(row: Row) -> str:
    how = "good"
    if row["disabled_at"]:
        how = f"disabled {_at(row['disabled_at'])}: {row['disabled_reason']}"
    elif row["failure_count"]:
        how = f"failed {row['failure_count']} times in a row, asked again {_at(row['resumes_at']) if row['resumes_at'] else 'at once'}"
    last = f"last sent {_at(row['sent_at'])}" if row["sent_at"] else "nothing sent yet"
    return f"{row['receiver']}: {how}; {last}; {row['pending_count']} pending, {row['held_count']} held"


def _enable(transaction: Transaction, options: argparse.Namespace) -> list[str]:
    if not transaction.one("enable_receiver", receiver=options.receiver):
        raise ConfigError(
            f"receiver {options.receiver!r} is not disabled; `tocsin alerts receivers` shows them"
        )
    return [f"{options.receiver} is asked again"]


def _done(asked: list[int], done: list[Row], how: str, of: str = "alert") -> list[str]:
    found = {row["id"] for row in done}
    missing = sorted(set(asked) - found)
    if missing:
        raise ConfigError(
            f"no {of} to be {how}: {', '.join(map(str, missing))}; nothing was changed. `tocsin alerts list` shows what is open"
        )
    return [f"{of} {number} {how}" for number in sorted(found)]


def _author(options: argparse.Namespace) -> str:
    return read_text(options.by or getpass.getuser(), "who it is")


def _at(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else "further notice"


ACTIONS: dict[str, Callable[[Transaction, argparse.Namespace], list[str]]] = {
    "list": _list, "show": _show, "ack": _ack, "close": _close, "silence": _silence, "unsilence": _unsilence,
    "silences": _silences, "receivers": _receivers, "enable": _enable,
}  # fmt: skip
