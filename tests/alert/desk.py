"""A desk for tests: rules and receivers of a test's own, tellings put in, and time that passes when it is told to."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.alert.records import Channel, Receiver
from pipeline.config import Settings
from pipeline.model import Actor, Candidate, Count, EventDate
from pipeline.postgres.database import Database
from pipeline.stages.alert import alert, ring
from pipeline.stages.rulebook import sync_rules
from pipeline.stages.store import store
from tests.records import candidate, span
from tests.store.conftest import Tell, tell

__all__ = ["Desk", "desk", "tell"]

RULE = """\
rule: {rule}
title: Anything
owner: test
status: active
severity: high
max_age_days: any
max_event_age_days: any
match:
  any:
    - event_type: RETREAT
notify: [{notify}]
dedup_hours: 24
"""
# Every time that alerting goes by; letting an hour pass is to move all of them an hour back.
TIMES = {
    "alerts": (
        "created_at",
        "acknowledged_at",
        "acknowledged_until",
        "closed_at",
        "changed_at",
        "escalates_at",
    ),
    "silences": ("starts_at", "ends_at"),
    "notifications": ("created_at", "next_attempt_at", "sent_at"),
    "receivers": ("resumes_at", "sent_at", "lease_until"),
    "troubles": ("began_at", "seen_at", "told_at", "ended_at"),
}


@dataclass(kw_only=True)
class Desk:
    """What a test of the whole of alerting works with."""

    settings: Settings
    tell: Tell
    named: dict[str, Receiver] = field(default_factory=dict)

    def rule(self, text: str = "", *, rule: str = "everything", notify: str = "desk") -> None:
        """Write a rule file; further keys are added to it."""
        path = self.settings.rules_path / f"{rule}.yaml"
        grouped = "" if "group_by" in text else "group_by: [event]\n"
        path.write_text(RULE.format(rule=rule, notify=notify) + grouped + textwrap.dedent(text))

    def receivers(self, text: str) -> None:
        """Write the receivers' file."""
        self.settings.receivers_path.write_text(textwrap.dedent(text))

    def run(self) -> dict[str, int]:
        """Store and alert."""
        store(0, self.settings)
        if not self.named:
            return alert("test", self.settings)
        home = Database(self.settings.database_url)
        rules, named = sync_rules(home, self.settings, self.named)
        with home.session() as session:
            return ring(session, rules, named, self.settings)

    def told_by(self, channel: Channel = "log", name: str = "desk", **fields: Any) -> None:
        """Name a receiver in place of those of the file."""
        self.named[name] = Receiver(name=name, channel=channel, **fields)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with (
            Database(self.settings.database_url).transaction() as transaction,
            transaction.connection.cursor() as cursor,
        ):
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def column(self, statement: str, *values: Any) -> list[Any]:
        """Ask for one column."""
        return [row[0] for row in self.rows(statement, *values)]

    def hours_pass(self, hours: float) -> None:
        """Let time pass by the clock of the database."""
        for table, columns in TIMES.items():
            moved = ", ".join(f"{name} = {name} - make_interval(secs => {hours * 3600})" for name in columns)
            self.rows(f"UPDATE tocsin.{table} SET {moved}")  # noqa: S608  (names of our own)

    @property
    def log(self) -> list[str]:
        """Lines that receivers with the channel log were told."""
        path = self.settings.alerts_log
        return path.read_text("utf-8").splitlines() if path.exists() else []


@pytest.fixture
def desk(settings: Settings, tell: Tell, tmp_path: Path) -> Desk:
    """A desk with one rule and one receiver, a log."""
    (tmp_path / "rules").mkdir()
    made = Desk(
        settings=replace(
            settings, rules_path=tmp_path / "rules", receivers_path=tmp_path / "receivers.yaml",
        ),
        tell=tell,
    )  # fmt: skip
    made.rule()
    made.receivers("desk:\n  channel: log\n")
    return made


def killed(count: int, **changes: Any) -> Candidate:
    """A telling in which so many were killed."""
    return candidate(counts=(Count(kind="killed", lower=count, upper=count, span=span("NATO")),), **changes)


_DAYS: dict[str, int] = {}


def named(name: str, **changes: Any) -> Candidate:
    """A telling with an actor of this name, on a day of its own: another event, and another incident."""
    day = date(2011, 1, 1) + timedelta(days=_DAYS.setdefault(name, len(_DAYS)))
    changes = {"event_date": EventDate(value=day, span=span("on Monday")), **changes}
    actor = Actor(name=name, country=None, sector="IGO", span=span("NATO"), entry_ids=())
    return candidate(actor=actor, **changes)
