"""Dates as feeds write them, read strictly: what is doubtful is None, never a guess.

feedparser's own reading makes 2027-01-01 of 2026-13-45, the year -1 of 0000-00-00, 2017 of a count of
seconds, and forgets the zone of "14:00 CEST"; so only the raw text is taken from it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

# The web's first feeds are of 1997; archives put older pieces into theirs. Before this it is a default.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks differ; a publisher who names local time as UTC is hours ahead, and that is not believed.
AHEAD = timedelta(hours=1)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Hours east of Greenwich, of the abbreviations that mean one thing in practice. Not here: IST, CST of
# China, BST of Bangladesh, AST, as three countries use each.
_ZONES = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0, "west": 1.0, "bst": 1.0, "cet": 1.0, "met": 1.0,
    "mez": 1.0, "cest": 2.0, "mest": 2.0, "mesz": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "sast": 2.0,
    "cat": 2.0, "eat": 3.0, "wat": 1.0, "trt": 3.0, "pkt": 5.0, "wib": 7.0, "hkt": 8.0, "sgt": 8.0, "awst": 8.0,
    "jst": 9.0, "kst": 9.0, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0,
    "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0,
}  # fmt: skip

_TIME = r"(?:,?\s*(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?)?"
_ZONE = (
    r"\s*(?P<zone>[A-Za-z]{1,4}(?:\s*[+-]\d{1,2}:?\d{2})?|[+-]\d{1,2}:?\d{2}|[+-]\d{1,2})?\s*(?:\([^)]*\))?"
)
_SHAPES = tuple(
    re.compile(rf"\s*{shape}\s*", re.IGNORECASE)
    for shape in (
        # 2026-11-22T10:00:00+01:00, 2026-11-22 10:00, 2026/11/22, 20261122T100000Z is below
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})T?{_TIME}{_ZONE}",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
        + _ZONE,
        # Sun, 22 Nov 2026 10:00:00 GMT; 22 November 2026
        rf"(?:[a-z]+\.?,?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[-\s]+(?P<name>[a-z]{{3,9}})\.?,?[-\s]+(?P<year>\d{{4}}|\d{{2}}){_TIME}{_ZONE}",
        # November 22, 2026 10:00 am; Sunday, November 22, 2026
        rf"(?:[a-z]+\.?,?\s+)?(?P<name>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}{_ZONE}",
        # Sun Nov 22 10:00:00 UTC 2026
        r"[a-z]{3,9}\s+(?P<name>[a-z]{3,9})\s+(?P<day>\d{1,2})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})"
        r"\s+(?:(?P<zone>[a-z]{1,4}|[+-]\d{4})\s+)?(?P<year>\d{4})",
    )
)


def parse_date(raw: str | None) -> datetime | None:
    """Read a date; UTC. Without a zone it is taken as UTC, as the feed formats say.

    None where the shape is unknown, a part is out of range, the zone is unknown, or it is no date a
    news article can have (before 1990).
    """
    if not raw or len(raw) > 100:
        return None
    for shape in _SHAPES:
        if match := shape.fullmatch(raw):
            return _read(match.groupdict())
    return None


def sane_date(value: datetime | None, *, fetched_at: datetime) -> datetime | None:
    """The date if an article fetched at that time can have it, else None."""
    return value if value is not None and EARLIEST <= value <= fetched_at + AHEAD else None


def _read(parts: dict[str, str | None]) -> datetime | None:
    month = _month(parts.get("name")) if parts.get("name") else int(parts.get("month") or 0)
    offset = _offset(parts.get("zone") or "")
    hour = _hour(int(parts.get("hour") or 0), (parts.get("half") or "").lower())
    if not month or offset is None or hour is None:
        return None
    try:
        value = datetime(
            _year(parts["year"] or ""),
            month,
            int(parts["day"] or 0),
            hour,
            int(parts.get("minute") or 0),
            # A leap second is a time all the same.
            min(int(parts.get("second") or 0), 59)
            if parts.get("second") in (None, "60")
            else int(parts["second"] or 0),
            tzinfo=timezone(offset),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return value if value >= EARLIEST else None


def _year(raw: str) -> int:
    return int(raw) if len(raw) == 4 else 2000 + int(raw) if int(raw) < 70 else 1900 + int(raw)


def _month(name: str | None) -> int:
    name = (name or "").lower()[:3]
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0


def _hour(hour: int, half: str) -> int | None:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half[0] == "p" else 0)


def _offset(zone: str) -> timedelta | None:
    zone = zone.strip().lower()
    # "GMT+0200" says both; the number counts.
    name = re.match("[a-z]*", zone)
    number = zone[name.end() :].strip() if name else zone
    if not number:
        hours = _ZONES.get(zone) if zone else 0.0
        return None if hours is None else timedelta(hours=hours)
    digits = re.sub(r"\D", "", number)
    hours_part, minutes_part = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours_part or 0), minutes=int(minutes_part))
    if offset > timedelta(hours=14) or int(minutes_part) > 59:
        return None
    return -offset if number.startswith("-") else offset
