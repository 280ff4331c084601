"""Plan: an alert, its receiver and what that was told of late in; whether it is sent now or held for a digest out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.alert.quiet import next_time, quiet_until
from pipeline.alert.records import Receiver, Rule

# How long what is beyond the cap is gathered before the first digest; a further one comes an hour after the last.
CAP_WAIT = timedelta(minutes=5)
CAP_WINDOW = timedelta(hours=1)
FOR_EVER = timedelta(days=36_500)

QUIET, CAP, DIGEST, DISABLED = "quiet hours", "cap", "digest", "disabled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What a receiver was told of one rule of late.

    Args:
        sent_count: Messages of the past hour that went out at once.
        cap_due_at, digest_due_at: When what waits beyond the cap, or for a digest of the rule's, is told; None where
            nothing waits.
        capped_at: When the last digest of what was beyond the cap was made; None if none was in the past hour.
    """

    sent_count: int = 0
    cap_due_at: datetime | None = None
    digest_due_at: datetime | None = None
    capped_at: datetime | None = None

    def after(self, plan: Plan) -> Load:
        """The load once a message was planned."""
        if plan.held_for is None:
            return replace(self, sent_count=self.sent_count + 1)
        if plan.held_for == CAP:
            return replace(self, cap_due_at=plan.at)
        return replace(self, digest_due_at=plan.at) if plan.held_for == DIGEST else self


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """When a message goes out.

    Args:
        at: Not before; of a held one, when its digest is due.
        held_for: Why it is held; None sends it at once.
    """

    at: datetime
    held_for: str | None = None
    is_urgent: bool = False


def plan(
    rule: Rule | None, receiver: Receiver, load: Load, now: datetime, *, is_disabled: bool = False
) -> Plan:
    """Say when a message about an alert of a rule goes to a receiver.

    Args:
        rule: None for what is told of Tocsin itself, which only the receiver's own wishes hold back.
        now: Aware.
    """
    is_urgent = rule is not None and rule.severity in receiver.urgent
    if is_disabled:
        return Plan(at=now + FOR_EVER, held_for=DISABLED, is_urgent=is_urgent)
    if not is_urgent:
        if end := quiet_end(rule, receiver, now):
            return Plan(at=end, held_for=QUIET)
        if digest := _digest(rule, receiver, load, now):
            return digest
    cap = receiver.max_per_hour if rule is None or rule.max_per_hour is None else rule.max_per_hour
    if cap and load.sent_count >= cap:
        first = now + CAP_WAIT if load.capped_at is None else max(now + CAP_WAIT, load.capped_at + CAP_WINDOW)
        return Plan(at=load.cap_due_at or first, held_for=CAP, is_urgent=is_urgent)
    return Plan(at=now, is_urgent=is_urgent)


def quiet_end(rule: Rule | None, receiver: Receiver, now: datetime) -> datetime | None:
    """When the quiet ends that a receiver or a rule wishes for now; None when it is not quiet."""
    wishes = (receiver.quiet_hours, rule.quiet_hours if rule else None)
    ends = [end for quiet in wishes if quiet and (end := quiet_until(quiet, now))]
    return max(ends, default=None)


def _digest(rule: Rule | None, receiver: Receiver, load: Load, now: datetime) -> Plan | None:
    if receiver.digest_at:
        return Plan(at=next_time(receiver.digest_at, receiver.zone, now), held_for=DIGEST)
    if rule is None or not rule.digest_minutes:
        return None
    due_at = load.digest_due_at or now + timedelta(minutes=rule.digest_minutes)
    return Plan(at=due_at, held_for=DIGEST)
