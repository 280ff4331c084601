"""The records of alerting. Frozen, keyword-only; an empty tuple in a branch means "no condition"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal

from pipeline.alert.quiet import QuietHours
from pipeline.model import STATUSES, Status

RuleStatus = Literal["staging", "active", "retired"]
RULE_STATUSES: tuple[RuleStatus, ...] = ("staging", "active", "retired")

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")

Channel = Literal["log", "webhook", "email", "slack", "feed", "apprise", "heartbeat"]
CHANNELS: tuple[Channel, ...] = ("log", "webhook", "email", "slack", "feed", "apprise", "heartbeat")

MAX_SUBJECT = 150
MAX_PAYLOAD_BYTES = 20_000


TOLD_AS = ("news", "background")


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertEvent:
    """An event with the mention that tells it best, as the database offers it to rules.

    Args:
        event_key: The event's stable natural key.
        country: Of the place, not of an actor.
        sentence: The sentence that reports it.
        trigger_start, trigger_end: Characters of `sentence`, end exclusive; both None when not known.
        published_at: Of the article, aware.
        is_backfill: The event comes from a recode or an import of history, not from the news of the day.
        is_background: It is told as history or as a running total.
    """

    id: int = 0
    event_key: str
    event_date: date
    event_type: str
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    status: Status
    actor_name: str | None = None
    actor_country: str | None = None
    actor_sector: str | None = None
    recipient_name: str | None = None
    recipient_country: str | None = None
    recipient_sector: str | None = None
    place_name: str | None = None
    admin1: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    confidence: float
    score: float | None = None
    quad_class: int
    mention_count: int = 1
    sentence: str = ""
    source: str = ""
    article_url: str = ""
    article_title: str = ""
    published_at: datetime
    trigger_start: int | None = None
    trigger_end: int | None = None
    is_backfill: bool = False
    is_background: bool = False

    def __post_init__(self) -> None:
        if self.published_at.tzinfo is None:
            raise ValueError(f"published_at must carry a time zone, got {self.published_at!r}")
        if self.status not in STATUSES:
            raise ValueError(f"no status {self.status!r}; there are: {', '.join(STATUSES)}")
        if self.trigger_start is None or self.trigger_end is None:
            return
        if not 0 <= self.trigger_start < self.trigger_end <= len(self.sentence):
            raise ValueError(
                f"trigger {self.trigger_start}..{self.trigger_end} lies outside its sentence "
                f"of {len(self.sentence)} characters"
            )

    @property
    def actor(self) -> str:
        """The actor's code, country then sector ("LBYGOV"); empty when neither is known."""
        return (self.actor_country or "") + (self.actor_sector or "")

    @property
    def recipient(self) -> str:
        """The recipient's code; empty when neither country nor sector is known."""
        return (self.recipient_country or "") + (self.recipient_sector or "")

    @property
    def told_as(self) -> str:
        """One of TOLD_AS: news, or background."""
        return "background" if self.is_background else "news"


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """Conditions that must all hold. Within one condition any of its values is enough.

    Args:
        actor, recipient: A whole code ("LBYGOV"), a country ("LBY") or a sector ("GOV").
        actor_name, recipient_name, text: Words in a row, letter case aside; a `*` at the end of
            a word stands for any ending.
    """

    actor: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    actor_country: tuple[str, ...] = ()
    recipient_country: tuple[str, ...] = ()
    actor_sector: tuple[str, ...] = ()
    recipient_sector: tuple[str, ...] = ()
    actor_name: tuple[str, ...] = ()
    recipient_name: tuple[str, ...] = ()
    event_type: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    quad_class: tuple[int, ...] = ()
    country: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    told_as: tuple[str, ...] = ()
    min_confidence: float | None = None
    min_score: float | None = None
    max_score: float | None = None
    text: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTest:
    """A sample event of a rule file, and whether the rule must match it."""

    name: str
    event: AlertEvent
    expect: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalation:
    """Who is told of an alert that nobody took: so many minutes after it was raised."""

    after_minutes: float
    notify: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """An analyst's saved condition on events.

    Args:
        any_branches: One of them must hold.
        not_branch: Must not hold.
        group_by: Fields of the event; alerts alike in all of them are one group.
        notify: Names of receivers.
        dedup_hours: A group is not notified again within so many hours; 0 notifies every alert.
        max_age_days: Events from articles older than this are history, not news; None for no limit.
        path: The file it came from, for messages.
        version: Of the file, as messages show it; empty when it came from none.
        max_per_hour: Messages to one receiver; what is beyond is told in one digest. None takes the receiver's.
        digest_minutes: Alerts are gathered and told together every so many minutes; None tells each at once.
        quiet_hours: Of this rule, for every receiver, beside the receiver's own.
        escalate: Who is told of an alert that nobody acknowledged, the earliest first.
    """

    id: str
    title: str
    owner: str
    status: RuleStatus
    severity: Severity
    any_branches: tuple[Branch, ...]
    not_branch: Branch | None = None
    group_by: tuple[str, ...] = ("event",)
    notify: tuple[str, ...] = ()
    dedup_hours: float = 24.0
    max_age_days: float | None = None
    tests: tuple[RuleTest, ...] = ()
    path: str = ""
    version: str = ""
    max_per_hour: int | None = None
    digest_minutes: float | None = None
    quiet_hours: QuietHours | None = None
    escalate: tuple[Escalation, ...] = ()


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
