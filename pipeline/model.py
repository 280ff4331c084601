"""The records that travel between the stages. Frozen, keyword-only, and they check themselves.

Words as in ARCHITECTURE.md. Offsets are characters of `Article.text`, end exclusive, so that
`article.text[span.start:span.end] == span.text` always. Times are aware; dates are dates.
Nothing here imports anything of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Status = Literal["actual", "planned", "hypothetical", "denied", "alleged"]
STATUSES: tuple[Status, ...] = ("actual", "planned", "hypothetical", "denied", "alleged")
# What has happened, and what is said to have.
DONE: frozenset[Status] = frozenset(("actual", "alleged"))

DatePrecision = Literal["day", "week", "month", "year"]
DATE_PRECISIONS: tuple[DatePrecision, ...] = ("day", "week", "month", "year")

Resolution = Literal["point", "admin1", "country"]
RESOLUTIONS: tuple[Resolution, ...] = ("point", "admin1", "country")

CountKind = Literal["killed", "injured", "arrested", "displaced", "abducted", "crowd"]
COUNT_KINDS: tuple[CountKind, ...] = ("killed", "injured", "arrested", "displaced", "abducted", "crowd")


def _check_aware(name: str, value: datetime | None) -> None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"{name} must carry a time zone, got {value!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A run of characters of the article's text."""

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span runs forward from 0 or later, got {self.start}..{self.end}")
        if len(self.text) != self.end - self.start:
            raise ValueError(f"span {self.start}..{self.end} does not fit its text {self.text!r}")

    def holds(self, other: Span) -> bool:
        """Whether the other lies in this one, ends included."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One item of a feed document, as parsed, before it is an article.

    Times are what the feed claims, already checked to be sane; None where it claims none.
    `summary_html` may hold markup and is never shown or stored unescaped.
    """

    guid: str | None
    url: str
    title: str
    summary_html: str = ""
    content_html: str = ""
    published_at: datetime | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        _check_aware("published_at", self.published_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One news text we keep. `id` is 0 before the database gave it one.

    Args:
        text_method: Which way the text was had.
        text_flags: What may be wrong with it: paywall, other_page, short, summary_only.
    """

    id: int = 0
    url: str
    source: str
    title: str
    text: str
    published_at: datetime
    fetched_at: datetime
    language: str = "en"
    feed_id: int | None = None
    text_method: str = "unknown"
    text_flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_aware("published_at", self.published_at)
        _check_aware("fetched_at", self.fetched_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The entity that starts an event, receives it, or speaks of it.

    Args:
        name: Resolved name ("NATO"), or the phrase itself where nothing is known.
        country: ISO 3166 alpha-3 or one of PLOVER's additions; None when not known.
        sector: PLOVER sector (GOV, MIL, REB …); None when not known.
        span: Where the article says it; text may be a pronoun that was resolved.
        entry_ids: Ids of the lexicon entries that gave the code, for `tocsin explain`.
    """

    name: str
    country: str | None
    sector: str | None
    span: Span
    entry_ids: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Country then sector ("LBYGOV"); empty when neither is known."""
        return (self.country or "") + (self.sector or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the event happened; degrees WGS 84. Null rather than wrong."""

    name: str
    country: str
    latitude: float
    longitude: float
    resolution: Resolution
    geonames_id: int | None = None
    admin1: str | None = None
    span: Span | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventDate:
    """When it happened. For week, month and year, `value` is the first day of it.

    `span` is None when the text says nothing and the publication date stands in.
    """

    value: date
    precision: DatePrecision = "day"
    span: Span | None = None

    @property
    def is_publication_date(self) -> bool:
        return self.span is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many, with bounds: "at least 12" is (12, None), "12" is (12, 12)."""

    kind: CountKind
    lower: int | None
    upper: int | None
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An event as extracted from one article, not yet judged.

    Args:
        event_type: One of PLOVER's 16 roots.
        mode: A mode of that type, or None.
        contexts: PLOVER contexts, sorted.
        status: What the sentence claims of it.
        speaker: Who reports it, where the sentence says so.
        trigger: The word or words that name the event.
        sentence: The sentence that reports it; contains the trigger.
        mentions: Triggers of further tellings of the same event in this article.
        frame_id: The lexicon frame that fired.
        status_reason: Why this status, in a few fixed words ("modal 'would'").
        confidence: Calibrated probability that type, actor and recipient are right.
        is_background: Told as history, or as a running total: kept, and no news.
        is_lead: Told in the title or the first two sentences (GDELT's IsRootEvent).
    """

    event_type: str
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    status: Status
    status_reason: str = ""
    actor: Actor | None
    recipient: Actor | None
    speaker: Actor | None = None
    trigger: Span
    sentence: Span
    mentions: tuple[Span, ...] = ()
    place: Place | None = None
    event_date: EventDate
    counts: tuple[Count, ...] = ()
    quad_class: int
    score: float | None
    cameo: str | None = None
    frame_id: str
    confidence: float = field(default=0.5)
    is_background: bool = False
    is_lead: bool = False

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"no status {self.status!r}; there are: {', '.join(STATUSES)}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence lies in 0..1, got {self.confidence}")
