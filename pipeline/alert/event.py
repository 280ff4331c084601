"""Event: what rules see of an event, and the sample events in rule files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from typing import Any

from pydantic_core import PydanticCustomError

from pipeline import plover
from pipeline.alert.ground import Vector, unit_vector
from pipeline.alert.values import refused, said, values_of
from pipeline.alert.words import haystack, text_words
from pipeline.alert.yaml_file import show
from pipeline.errors import ConfigError
from pipeline.model import STATUSES, Status


@dataclass(frozen=True, kw_only=True)
class AlertEvent:
    """An event with the mention that tells it best, as the database offers it to rules.

    Args:
        event_key: The event's stable natural key.
        date_precision: day, week, month or year; `event_date` is the first day of it.
        country: Of the place, not of an actor.
        place_resolution: point, admin1 or country: how fine the place is; None for no place.
        source_count: Sources that tell it in words of their own.
        sentence: The sentence that reports it.
        trigger_start, trigger_end: Characters of `sentence`, end exclusive; both None when not known.
        language: Of the article.
        published_at: Of the article, aware.
        story_id: The story of the article; None until it is known.
        is_backfill: The event comes from a recode or an import of history, not from the news of the day.
        is_background: It is told as history or as a running total.
    """

    id: int = 0
    event_key: str
    event_date: date
    date_precision: str = "day"
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
    place_resolution: str | None = None
    admin1: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    confidence: float
    score: float | None = None
    quad_class: int
    mention_count: int = 1
    article_count: int = 1
    source_count: int = 1
    revision: int = 1
    corrected_at: datetime | None = None
    story_id: int | None = None
    sentence: str = ""
    source: str = ""
    language: str = "en"
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
        """News, or background."""
        return "background" if self.is_background else "news"

    @cached_property
    def actor_codes(self) -> tuple[str, ...]:
        """The actor's code with its ancestors: LBYGOV, LBY, GOV."""
        return _with_ancestors(self.actor_country, self.actor_sector)

    @cached_property
    def recipient_codes(self) -> tuple[str, ...]:
        """The recipient's code with its ancestors."""
        return _with_ancestors(self.recipient_country, self.recipient_sector)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What phrases are looked for in, as `haystack` writes it."""
        return {
            "text": haystack(self.sentence),
            "actor_name": haystack(self.actor_name),
            "recipient_name": haystack(self.recipient_name),
        }

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What whole names are compared with: letter case and marks aside."""
        return {"admin1": folded(self.admin1), "source": folded(self.source)}

    @cached_property
    def vector(self) -> Vector | None:
        """Where it happened as a unit vector; None where no more than the country is known."""
        if self.latitude is None or self.longitude is None or self.place_resolution in (None, "country"):
            return None
        return unit_vector(self.latitude, self.longitude)


@lru_cache(maxsize=4096)
def folded(name: str | None) -> str:
    """A whole name as names are compared: its words."""
    return " ".join(text_words(name or ""))


def _with_ancestors(country: str | None, sector: str | None) -> tuple[str, ...]:
    both = (country or "") + (sector or "")
    return tuple(dict.fromkeys(code for code in (both, country, sector) if code))


EVENT_KEYS = tuple(field.name for field in fields(AlertEvent))
_DEFAULTS: dict[str, Any] = {
    "event_key": "sample",
    "event_date": date(2020, 1, 1),
    "published_at": datetime.combine(date(2020, 1, 1), time(), UTC),
    "status": "actual",
    "confidence": 0.8,
}
_MAY_BE_NONE = frozenset(field.name for field in fields(AlertEvent) if field.default is None)
_TYPES: dict[str, tuple[type, ...]] = {
    "id": (int,), "event_date": (date,), "published_at": (datetime,), "corrected_at": (datetime,),
    "quad_class": (int,), "mention_count": (int,), "article_count": (int,), "source_count": (int,),
    "revision": (int,), "story_id": (int,), "contexts": (tuple,), "is_backfill": (bool,),
    "is_background": (bool,), "confidence": (int, float), "score": (int, float), "latitude": (int, float),
    "longitude": (int, float), "trigger_start": (int,), "trigger_end": (int,),
}  # fmt: skip


def sample_event(value: object) -> AlertEvent:
    """Make an event of a test's few fields; what is left out is an ordinary event of its type.

    Raises:
        PydanticCustomError: A field is unknown or of another kind.
    """
    if not isinstance(value, Mapping):
        raise refused(value, f"a mapping with {', '.join(EVENT_KEYS)}")
    for name in value:
        if name not in EVENT_KEYS:
            raise said(f"has no key {show(name)}; allowed: {', '.join(EVENT_KEYS)}", at=(name,))
    try:
        type_code = plover.code(value.get("event_type", ""), value.get("mode"))
    except (ConfigError, TypeError) as error:
        raise said(f"is not possible: {error}") from None
    filled = {**_DEFAULTS, "quad_class": type_code.quad_class, "score": type_code.score, **value}
    if filled.get("latitude") is not None:
        filled.setdefault("place_resolution", "point")
    if "contexts" in value:
        known = plover.contexts()
        try:
            filled["contexts"] = values_of(value["contexts"], lambda one: one in known, ", ".join(known))
        except PydanticCustomError as error:
            shown = show((error.context or {}).get("seen", value["contexts"]))
            raise said(
                f"is not possible: contexts is {shown}; allowed: {', '.join(known)}", at=("contexts",)
            ) from None
    for name, given in filled.items():
        wanted = _TYPES.get(name, (str,))
        # A bool is an int and a datetime a date to Python, but not to who wrote the test.
        if type(given) not in wanted and not (given is None and name in _MAY_BE_NONE):
            kinds = " or ".join(one.__name__ for one in wanted)
            raise said(f"is not possible: {name} is {show(given)}, wanted {kinds}", at=(name,))
    try:
        return AlertEvent(**filled)
    except ValueError as error:
        raise said(f"is not possible: {error}") from None
