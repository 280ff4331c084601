"""Resolve: a date expression and the time of publication in, the day out.

A weekday is the most recent such day, the day of publication included, unless the words point ahead
("next Monday", or a weekday under "will"). For week, month and year the value is their first day.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from pipeline.extract.dates.expressions import lower, patterns
from pipeline.extract.lexicon.calendar import load_calendar
from pipeline.model import DatePrecision

Resolved = tuple[date, DatePrecision]
# What is longer is no expression, and must not cost time.
_LONGEST_PHRASE = 200


def resolve(phrase: str, published_at: datetime, *, ahead: bool = False) -> Resolved | None:
    """Turn a date expression into a date.

    Args:
        phrase: The expression alone, in any case: "on Friday", "last month", "Oct. 3, 2011".
        published_at: The day it is read against.
        ahead: The event lies in the future ("will meet on Monday"), so that a bare weekday or month
            is the next one.

    Returns:
        The day, or the first day of the week, month or year, and how exact it is; None when the
        phrase holds no date, or one that no calendar has.
    """
    for kind, pattern in patterns():
        match = pattern.search(lower(phrase[:_LONGEST_PHRASE]))
        if match:
            try:
                return _RESOLVERS[kind](match.groupdict(), published_at.date(), ahead)
            except (ValueError, OverflowError):
                return None
    return None


def a_year_before(resolved: Resolved) -> Resolved:
    """The same day of the year before; 28 February for the 29th."""
    day, precision = resolved
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last)), precision


Groups = dict[str, str | None]


def _month(groups: Groups) -> int:
    return load_calendar().months[(groups["month"] or "").rstrip(".")]


def _weekday(groups: Groups) -> int:
    return load_calendar().weekdays[(groups["weekday"] or "").rstrip(".")]


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return load_calendar().numbers.get(word, 3)  # "few"


def _full_year(groups: Groups, today: date) -> int | None:
    if groups.get("year"):
        year = int(groups["year"] or 0)
        return _century(year, today) if year < 100 else year
    return _century(int(groups["short"] or 0), today) if groups.get("short") else None


def _century(short: int, today: date) -> int:
    """Two digits: the year that is not more than one ahead of today."""
    year = today.year // 100 * 100 + short
    return year - 100 if year > today.year + 1 else year


def _nearest_year(month: int, day: int, today: date, ahead: bool) -> int:
    """The year of a day without one: this year's, or last year's where that lies ahead."""
    is_later = (month, day) > (today.month, today.day)
    if ahead:
        return today.year if is_later or (month, day) == (today.month, today.day) else today.year + 1
    # "December 3" in a report of November may be an appointment; half a year ahead it is not.
    days_ahead = (month - today.month) * 30 + day - today.day
    return today.year - 1 if is_later and days_ahead > _FARTHEST_PLAN else today.year


# Without a tense to tell, a day up to this many days ahead is taken for a plan, not for last year's.
_FARTHEST_PLAN = 31


def _iso(groups: Groups, _today: date, _ahead: bool) -> Resolved:
    return date(int(groups["year"] or 0), int(groups["mnum"] or 0), int(groups["day"] or 0)), "day"


def _numeric(groups: Groups, today: date, _ahead: bool) -> Resolved:
    first, second = int(groups["first"] or 0), int(groups["second"] or 0)
    year = _full_year(groups, today) or today.year
    # American news write the month first; 25/12 can only be the other way.
    month, day = (first, second) if first <= 12 else (second, first)
    return date(year, month, day), "day"


def _day_month(groups: Groups, today: date, ahead: bool) -> Resolved:
    month, day = _month(groups), int(groups["day"] or 0)
    year = _full_year(groups, today) or _nearest_year(month, day, today, ahead)
    return date(year, month, day), "day"


def _ago(groups: Groups, today: date, _ahead: bool) -> Resolved:
    forward = (groups["dir"] or "") in ("later", "from now", "after")
    return _shift(today, _number(groups["n"] or "1") * (1 if forward else -1), (groups["unit"] or ""))


def _shift(today: date, count: int, unit: str) -> Resolved:
    if unit in ("hour", "minute"):
        return today + timedelta(days=-1 if unit == "hour" and count <= -24 else 0), "day"
    if unit == "day":
        return today + timedelta(days=count), "day"
    if unit == "week":
        return _monday(today + timedelta(weeks=count)), "week"
    if unit == "month":
        return _add_months(today, count), "month"
    return date(today.year + count * (10 if unit == "decade" else 1), 1, 1), "year"


def _add_months(today: date, count: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return date(year, month + 1, 1)


def _within(groups: Groups, today: date, _ahead: bool) -> Resolved:
    forward = (groups["rel"] or "") in ("next", "coming", "following")
    if groups["unit"] in ("hour", "minute"):
        return today, "day"
    day, precision = _shift(
        today, _number(groups["n"] or "1") * (1 if forward else -1), (groups["unit"] or "")
    )
    return (_monday(day), "week") if precision == "day" else (day, precision)


def _day_rel(groups: Groups, today: date, _ahead: bool) -> Resolved:
    step = 1 if (groups["dir"] or "") == "after" else -1
    return today + timedelta(days=step * (2 if groups.get("named") else 1)), "day"


def _of_weekday(groups: Groups, today: date, ahead: bool) -> Resolved:
    weekday = _weekday(groups)
    if ahead:
        return today + timedelta(days=(weekday - today.weekday()) % 7), "day"
    return today - timedelta(days=(today.weekday() - weekday) % 7), "day"


def _rel_weekday(groups: Groups, today: date, ahead: bool) -> Resolved:
    relation, weekday = (groups["rel"] or ""), _weekday(groups)
    back = (today.weekday() - weekday) % 7
    if relation in ("next", "coming", "following"):
        return today + timedelta(days=(weekday - today.weekday()) % 7 or 7), "day"
    if relation in ("last", "past", "previous"):
        return today - timedelta(days=back or 7), "day"
    return _of_weekday(groups, today, ahead)


def _weekday_rel(groups: Groups, today: date, _ahead: bool) -> Resolved:
    step = 7 if (groups["rel"] or "") == "next" else -7
    return _monday(today) + timedelta(days=step + _weekday(groups)), "day"


def _week_of_day(groups: Groups, today: date, _ahead: bool) -> Resolved:
    day, _ = _of_weekday(groups, today, ahead=False)
    return day - timedelta(days=7), "day"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _rel_month(groups: Groups, today: date, _ahead: bool) -> Resolved:
    relation, month = (groups["rel"] or ""), _month(groups)
    if relation == "this":
        year = today.year
    elif relation in ("next", "coming"):
        year = today.year + (month <= today.month)
    else:
        year = today.year - (month >= today.month)
    return date(year, month, 1), "month"


def _rel_season(groups: Groups, today: date, ahead: bool) -> Resolved:
    month = load_calendar().seasons[(groups["season"] or "")]
    groups = groups | {"month": calendar.month_name[month].lower()}
    return _rel_month(groups, today, ahead)


def _season_year(groups: Groups, _today: date, _ahead: bool) -> Resolved:
    return date(int(groups["year"] or 0), load_calendar().seasons[(groups["season"] or "")], 1), "month"


_STEPS = {"last": -1, "past": -1, "the past": -1, "the last": -1, "previous": -1, "the previous": -1,
          "next": 1, "coming": 1, "the next": 1, "the following": 1, "the coming": 1}  # fmt: skip


def _rel_unit(groups: Groups, today: date, ahead: bool) -> Resolved:
    step = _STEPS.get((groups["rel"] or ""), 0)
    unit = groups["unit"] or ""
    if unit in ("morning", "afternoon", "evening", "night"):
        return today + timedelta(days=step if unit == "night" else 0), "day"
    if unit == "week":
        return _monday(today) + timedelta(weeks=step), "week"
    if unit == "weekend":
        saturday = _monday(today) + timedelta(days=5)
        if step >= 0 and not ahead and saturday > today and (groups["rel"] or "") != "this":
            step = 1
        return saturday + timedelta(weeks=step), "day"
    if unit == "month":
        return _add_months(today, step), "month"
    return date(today.year + step * {"year": 1, "decade": 10, "century": 100}[unit], 1, 1), "year"


def _weekend(_groups: Groups, today: date, ahead: bool) -> Resolved:
    back = (today.weekday() - 5) % 7
    return today + timedelta(days=(5 - today.weekday()) % 7 if ahead else -back), "day"


def _month_year(groups: Groups, _today: date, _ahead: bool) -> Resolved:
    return date(int(groups["year"] or 0), _month(groups), 1), "month"


def _month_alone(groups: Groups, today: date, ahead: bool) -> Resolved:
    month = _month(groups)
    year = today.year + (month < today.month) if ahead else today.year - (month > today.month)
    return date(year, month, 1), "month"


def _named(groups: Groups, today: date, _ahead: bool) -> Resolved:
    return today + timedelta(days=load_calendar().days[(groups["named"] or "")]), "day"


def _year_alone(groups: Groups, _today: date, _ahead: bool) -> Resolved:
    return date(int(groups["year"] or 0), 1, 1), "year"


_RESOLVERS = {
    "iso": _iso,
    "numeric": _numeric,
    "month_day": _day_month,
    "day_month": _day_month,
    "ago": _ago,
    "within": _within,
    "day_rel": _day_rel,
    "week_of_day": _week_of_day,
    "rel_weekday": _rel_weekday,
    "weekday_rel": _weekday_rel,
    "rel_month": _rel_month,
    "rel_season": _rel_season,
    "rel_unit": _rel_unit,
    "weekend": _weekend,
    "month_year": _month_year,
    "weekday": _of_weekday,
    "named": _named,
    "month_alone": _month_alone,
    "season_year": _season_year,
    "year_alone": _year_alone,
}
