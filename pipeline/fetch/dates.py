"""Dates as feeds write them, read strictly: what is doubtful is None, never a guess.

feedparser's own reading makes 2027-01-01 of 2026-13-45, the year -1 of 0000-00-00, 2017 of a count of
seconds, and forgets the zone of "14:00 CEST"; so only the raw text is taken from it.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from pipeline.fetch.tables import months, zones

# The web's first feeds are of 1997; archives put older pieces into theirs. Before this it is a default.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks differ; a publisher who names local time as UTC is hours ahead, and that is not believed.
AHEAD = timedelta(hours=1)

# Elsewhere 5/11/2026 is in November, where a country is known.
MONTH_FIRST = ("USA", "PHL", "FSM", "MHL", "PLW")
EITHER_FIRST = (None, "CAN")

_LETTERS = r"[^\W\d_]"
_TIME = r"(?:,?\s*(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?)?"
_ZONE = r",?\s*(?P<zone>[A-Za-z]{1,5}(?:\s*[+-]\d{1,2}:?\d{2})?|[+-]\d{1,2}:?\d{2}|(?:UTC|GMT)?[+-]\d{1,2})?\s*(?:\([^)]*\))?"
_WEEKDAY = rf"(?:{_LETTERS}{{2,12}}(?:-{_LETTERS}{{2,8}})?\.?(?:,\s*|\s+))?"
_OF = r"(?:(?:of|de|d[ei]l?)\s+)?"
_SHAPES = tuple(
    re.compile(rf"\s*{shape}\s*", re.IGNORECASE)
    for shape in (
        # 2026-11-22T10:00:00+01:00, 2026-11-22 10:00, 2026/11/22, 20261122T100000Z is below
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})T?{_TIME}{_ZONE}",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
        + _ZONE,
        # Sun, 22 Nov 2026 10:00:00 GMT; Sun,22 Nov 2026; 22 November 2026; lun., 22 févr. 2026; 22 de noviembre de 2026
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[-\s]+{_OF}(?P<name>{_LETTERS}{{3,14}})\.?,?[-\s]+{_OF}(?P<year>\d{{4}}|\d{{2}}){_TIME}{_ZONE}",
        # November 22, 2026 10:00 am; Sunday, November 22, 2026
        rf"{_WEEKDAY}(?P<name>{_LETTERS}{{3,14}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}{_ZONE}",
        # Sun Nov 22 10:00:00 UTC 2026
        rf"{_LETTERS}{{3,9}}\s+(?P<name>{_LETTERS}{{3,9}})\s+(?P<day>\d{{1,2}})\s+(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})"
        r"\s+(?:(?P<zone>[a-z]{1,5}|[+-]\d{4})\s+)?(?P<year>\d{4})",
        # 22.11.2026 10:00
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_TIME}{_ZONE}",
        # 22/11/2026 10:00 or 11/22/2026 10:00 AM
        rf"{_WEEKDAY}(?P<one>\d{{1,2}})(?P<mark>[-/])(?P<two>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_TIME}{_ZONE}",
        # 2026年11月22日 10:00, 2026년 11월 22일
        rf"(?P<year>\d{{4}})\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]?{_TIME}{_ZONE}",
    )
)
_SECONDS = re.compile(r"\s*(\d{9,10})(?:\d{3})?(?:\.\d+)?\s*")


def parse_date(raw: str | None, *, country: str | None = None) -> datetime | None:
    """Read a date; UTC. Without a zone it is taken as UTC, as the feed formats say.

    Args:
        country: The publisher's (ISO 3166 alpha-3): it decides what IST means, and which number is the month.

    Returns:
        None where the shape is unknown, a part is out of range, the zone is unknown or doubtful, or it is no
        date a news article can have (before 1990).
    """
    if not raw or len(raw) > 100:
        return None
    for shape in _SHAPES:
        if match := shape.fullmatch(raw):
            return _read(match.groupdict(), country)
    if seconds := _SECONDS.fullmatch(raw):
        return _not_too_early(datetime.fromtimestamp(int(seconds[1]), UTC))
    return None


def sane_date(value: datetime | None, *, fetched_at: datetime) -> datetime | None:
    """The date if an article fetched at that time can have it, else None."""
    return value if value is not None and EARLIEST <= value <= fetched_at + AHEAD else None


def _read(parts: dict[str, str | None], country: str | None) -> datetime | None:
    day, month = _day_and_month(parts, country)
    offset = _offset(parts.get("zone") or "", country)
    hour = _hour(int(parts.get("hour") or 0), (parts.get("half") or "").lower())
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if not month or offset is None or hour is None:
        return None
    # The end of a day is the beginning of the next.
    is_end = (hour, minute, second) == (24, 0, 0)
    try:
        value = datetime(
            _year(parts["year"] or ""),
            month,
            day,
            0 if is_end else hour,
            minute,
            # A leap second is a time all the same.
            59 if second == 60 else second,
            tzinfo=timezone(offset),
        )
        return _not_too_early((value + timedelta(days=is_end)).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _not_too_early(value: datetime) -> datetime | None:
    return value if value >= EARLIEST else None


def _day_and_month(parts: dict[str, str | None], country: str | None) -> tuple[int, int]:
    """The two numbers; 0 for a month that is unknown or doubtful."""
    if parts.get("name"):
        return int(parts["day"] or 0), _month(parts["name"] or "")
    if not parts.get("one"):
        return int(parts["day"] or 0), int(parts.get("month") or 0)
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    if one > 12 or one == two:
        return one, two
    if two > 12 or country in MONTH_FIRST:
        return two, one
    return one, 0 if country in EITHER_FIRST else two


def _year(raw: str) -> int:
    return int(raw) if len(raw) == 4 else 2000 + int(raw) if int(raw) < 70 else 1900 + int(raw)


def _month(name: str) -> int:
    name = unicodedata.normalize("NFC", name.casefold())
    # English is cut anywhere: Sept, Novem.
    english = next((long for long in calendar.month_name[1:] if long.lower().startswith(name)), "")
    return months().get(name, 0) or (list(calendar.month_name).index(english) if english else 0)


def _hour(hour: int, half: str) -> int | None:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half[0] == "p" else 0)


def _offset(zone: str, country: str | None) -> timedelta | None:
    zone = zone.strip().lower()
    # "GMT+0200" says both; the number counts.
    name = re.match("[a-z]*", zone)
    number = zone[name.end() :].strip() if name else zone
    if not number:
        meanings = zones().get(zone, {}) if zone else {"": 0.0}
        hours = meanings.get(country or "", meanings.get(""))
        return None if hours is None else timedelta(hours=hours)
    digits = re.sub(r"\D", "", number)
    hours_part, minutes_part = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours_part or 0), minutes=int(minutes_part))
    if offset > timedelta(hours=14) or int(minutes_part) > 59:
        return None
    return -offset if number.startswith("-") else offset
