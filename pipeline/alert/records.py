"""The records of alerting beside event and rule. Frozen, keyword-only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Literal

from pipeline.alert.event import AlertEvent as AlertEvent
from pipeline.alert.quiet import QuietHours
from pipeline.alert.rule import Rule as Rule
from pipeline.alert.values import SEVERITIES as SEVERITIES
from pipeline.alert.values import Severity

Channel = Literal["log", "webhook", "email", "slack", "feed", "apprise", "heartbeat"]
CHANNELS: tuple[Channel, ...] = ("log", "webhook", "email", "slack", "feed", "apprise", "heartbeat")

MAX_SUBJECT = 150
MAX_PAYLOAD_BYTES = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A rule that an event meets, with all that is worked out of the two: made once, by whoever matches.

    Args:
        alert_key: Names the alert: the same at every run, so that it is raised once.
        group_key: Alike for events alike in every field of the rule's `group_by`.
        why: One line: which conditions hold.
    """

    rule: Rule
    event: AlertEvent
    alert_key: str
    group_key: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """To whom a notification goes, by which channel, and how much of it.

    Args:
        url: Of a webhook, Slack, a heartbeat or apprise; empty otherwise. It may carry a secret path, so it is kept out
            of repr.
        to: The one address of an e-mail receiver; a second address is a second receiver, so that
            each is tried again by itself.
        secret_file: Standard Webhooks secrets of this receiver; empty takes the one of the settings.
        file: Of a receiver that is a file; empty takes alerts.log or alerts.atom under the home.
        max_per_minute: Messages in any minute; they wait for it. 0 for no limit.
        max_per_hour: Messages about one rule in any hour; what is beyond is told in one digest. 0 for no limit.
        quiet_hours: Nothing is delivered in them; what is urgent is.
        urgent: Severities that pass quiet hours and digests.
        digest_at: Everything is told together, at these times of day in the zone; empty tells at once.
        is_owner: Told what is wrong with Tocsin itself.
        every_minutes: Of a heartbeat: how often it is told that Tocsin lives.
    """

    name: str
    channel: Channel
    url: str = field(default="", repr=False)
    to: str = ""
    secret_file: str = ""
    file: str = ""
    max_per_minute: float = 0.0
    max_per_hour: int = 0
    quiet_hours: QuietHours | None = None
    urgent: tuple[Severity, ...] = ("critical",)
    digest_at: tuple[time, ...] = ()
    zone: str = "UTC"
    is_owner: bool = False
    every_minutes: float = 0.0


class Reason(StrEnum):
    """Why an alert is notified, or why it is not. Stored with the alert; the names are fixed."""

    NEW = "new"
    RETIRED = "retired"
    STAGING = "staging"
    SILENCED = "silenced"
    OLD_BACKFILL = "old_backfill"
    DUPLICATE_GROUP = "duplicate_group"
    NO_RECEIVER = "no_receiver"

    @property
    def is_notified(self) -> bool:
        """Whether notifications are written; every other reason keeps the alert and sends nothing."""
        return self is Reason.NEW


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is sent about one alert, in each form a channel may want.

    Args:
        subject: One line of at most 150 characters.
        text, html: The body of a mail.
        payload: The webhook's body: JSON in UTF-8, at most 20 kB.
        fields: The alert as flat key and value, for the log.
        created_at: When the alert was raised, aware.
    """

    subject: str
    text: str
    html: str
    payload: bytes
    fields: tuple[tuple[str, str], ...]
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """One sending of one alert to one receiver; its key stays the same at every attempt."""

    notification_key: str
    alert_key: str
    receiver: Receiver
    attempt_count: int = 0
