"""Dates: a word that names an event and the time of publication in, the day of that event out.

`find` marks the expressions of a text, `resolve` turns one into a date against the time of
publication, `date_of` picks the one that belongs to the event. Rules of our own: dateparser, tried
first, takes 1-5 ms an expression, reads "Friday" in the future or the past but not by tense, and
reads "May" and "sat" as dates wherever they stand.

A weekday is the most recent such day, the day of publication included, unless the words point ahead
("next Monday", or a weekday under "will"). For week, month and year the value is their first day.
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from spacy.tokens import Doc, Token
from spacy.tokens import Span as DocSpan

from pipeline.extract.language.bounds import sentence_bounds, sentence_starts, text_of
from pipeline.extract.lexicon.calendar import load_calendar
from pipeline.model import DatePrecision, EventDate, Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


Resolved = tuple[date, DatePrecision]


def _any(words: Mapping[str, int], *, dotted: bool = False) -> str:
    """An alternative of all words, the longest first."""
    choices = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return f"(?:{choices}){'[.]?' if dotted else ''}"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The kinds of expression, the most telling first; the first that matches at a place wins."""
    words = load_calendar()
    month = _any(words.months, dotted=True)
    weekday = _any({w: n for w, n in words.weekdays.items() if len(w) > 3}) + "|" + _any(
        {w: n for w, n in words.weekdays.items() if len(w) == 3 and w not in ("sat", "sun", "mon", "wed")}, dotted=True
    ) + "|(?:sat|sun|mon|wed)[.]"  # fmt: skip
    number = rf"(?:\d{{1,3}}|{_any(words.numbers)})"
    unit = r"(?P<unit>day|week|month|year|decade|hour|minute)s?"
    part = r"(?:morning|afternoon|evening|night|noon|midday|midnight|dawn|dusk|daybreak)"
    day = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
    year = r"(?P<year>1[6-9]\d\d|20\d\d)"
    late = r"(?:(?:early|late|mid)[ -])?(?:on )?"
    raw = (
        ("iso", rf"{year}-(?P<mnum>0[1-9]|1[0-2])-{day}(?=\D|$)"),
        ("numeric", r"(?P<first>\d{1,2})[/.](?P<second>\d{1,2})[/.](?P<year>\d{4}|\d\d)(?![\d/.])"),
        ("month_day", rf"(?P<month>{month})\s+{day}(?!\d)(?:,?\s+{year}(?!\d)|,?\s+(?P<short>\d\d)(?=\s+[-(\[]|$))?(?![,.]?\d)"),
        ("day_month", rf"(?<![\d.,]){day}\s+(?:of\s+)?(?P<month>{month})(?![a-z])(?:,?\s+{year}(?!\d)|\s+'?(?P<short>\d\d)(?=\W|$))?"),
        ("ago", rf"(?P<n>{number})(?:[ -]and a half)?\s+{unit}\s+(?P<dir>ago|earlier|before|previously|later|from now|after)"),
        ("within", rf"(?P<rel>past|last|previous|next|coming|following)\s+(?P<n>\d+|two|three|four|five|six|seven|eight|nine|ten|few|several)\s+{unit}"),
        ("day_rel", r"the day (?P<dir>before|after)(?: (?P<named>yesterday|tomorrow))?"),
        ("week_of_day", rf"(?P<rel>a week (?:ago|from)|a week)\s+(?:on\s+)?(?P<weekday>{weekday})"),
        ("rel_weekday", rf"(?:(?P<rel>last|next|this|coming|past|previous|following)\s+){late}(?P<weekday>{weekday})(?:'s)?(?:\s+{part})?"),
        ("weekday_rel", rf"(?P<weekday>{weekday})\s+(?P<rel>last|next)\s+week"),
        ("rel_month", rf"(?P<rel>last|next|this|past|previous|coming)\s+(?P<month>{month})(?![a-z])"),
        ("rel_season", rf"(?P<rel>last|next|this|past)\s+(?P<season>{_any(words.seasons)})(?![a-z])"),
        ("weekend", r"(?:over|during|at|on|for) (?P<named>the) weekend"),
        ("rel_unit", r"(?P<part>earlier|later|early|late)?\s*(?P<rel>last|next|this|the past|the previous|past|previous|coming|the following|the same|the coming|that|the next|the last)\s+(?P<unit>week|month|year|weekend|decade|century|morning|afternoon|evening|night)(?![a-z])"),
        ("month_year", rf"(?:(?:early|late|mid)[ -])?(?P<month>{month})(?:\s+of)?,?\s+{year}(?!\d)"),
        ("weekday", rf"(?<![a-z]){late}(?P<weekday>{weekday})(?![a-z])(?:\s+{part})?"),
        ("named", rf"(?:late |early |earlier |later )?(?P<named>{_any(words.days)})(?![a-z])(?:\s+{part})?"),
        ("month_alone", rf"(?:(?:in|since|during|until|of|by|from|through|between|for|early|late|mid)[ -]|end of )(?:early |late |mid-)?(?P<month>{month})(?![a-z])(?! \d)"),
        ("season_year", rf"(?:the )?(?P<season>{_any(words.seasons)})(?: of)? {year}(?!\d)"),
        ("year_alone", rf"(?:(?:in|since|during|until|by|from|of|before|after|between|early|late|mid)[ -]|the year )(?:early |late |mid-)?{year}(?![\d-]| (?:people|men|women|civilians|soldiers|troops|others))"),
    )  # fmt: skip
    return tuple((kind, re.compile(rf"(?<![\w-]){pattern}(?!\w)")) for kind, pattern in raw)


# What every expression of a kind contains. One look for these spares most texts the twenty patterns.
_ANCHOR = re.compile(r"[a-z]{3,}|\d[\d/.-]{3,}")


@lru_cache(maxsize=1)
def _anchors() -> dict[str, str]:
    """Word to the kind of expression it may be part of."""
    words = load_calendar()
    units = [
        "day",
        "week",
        "weekend",
        "month",
        "year",
        "decade",
        "century",
        "hour",
        "minute",
        "morning",
        "afternoon",
        "evening",
        "night",
    ]
    anchors = {form: "unit" for unit in units for form in (unit, f"{unit}s")}
    for kind in ("months", "weekdays", "days", "seasons"):
        anchors |= dict.fromkeys(getattr(words, kind), kind)
    return anchors


_ANCHORED_BY = {
    "months": ("month_day", "day_month", "rel_month", "month_year", "month_alone"),
    "weekdays": ("week_of_day", "rel_weekday", "weekday_rel", "weekday"),
    "unit": ("ago", "within", "day_rel", "rel_unit", "weekend"),
    "days": ("named", "day_rel"),
    "seasons": ("rel_season", "season_year"),
    "year": ("iso", "numeric", "year_alone", "season_year"),
}
# The longest expression, "earlier in the …", and the longest word stay within this of an anchor.
_WINDOW = 34


def _windows(text: str) -> list[tuple[int, int, set[str]]]:
    """Where to look, and for which kinds: around the anchors, near ones together."""
    windows: list[tuple[int, int, set[str]]] = []
    anchors = _anchors()
    for match in _ANCHOR.finditer(text):
        word = match.group()
        anchor = anchors.get(word) or ("year" if word[0].isdigit() else None)
        if anchor is None:
            continue
        kinds = _ANCHORED_BY[anchor]
        start, end = match.start() - _WINDOW, match.end() + _WINDOW
        if windows and start <= windows[-1][1]:
            first, _, known = windows[-1]
            known.update(kinds)
            windows[-1] = first, end, known
        else:
            windows.append((max(0, start), end, set(kinds)))
    return windows


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """A date expression in a text: where, and what kind."""

    start: int
    end: int
    text: str
    kind: str


def find(text: str) -> tuple[Expression, ...]:
    """Mark the date expressions of a text, in order, none over another. Only the text is read."""
    found: list[Expression] = []
    lowered = _lower(text)
    taken = bytearray(len(text))
    for low, high, kinds in _windows(lowered):
        for kind, pattern in _patterns():
            if kind not in kinds:
                continue
            for match in pattern.finditer(lowered, low, high):
                start, end = match.span()
                while start < end and text[start].isspace():
                    start += 1
                if not any(taken[start:end]):
                    taken[start:end] = b"\x01" * (end - start)
                    found.append(Expression(start=start, end=end, text=text[start:end], kind=kind))
    return tuple(sorted(found, key=lambda expression: expression.start))


# What is longer is no expression, and must not cost time.
_LONGEST_PHRASE = 200


def _lower(text: str) -> str:
    """In small letters, at the same length: a few letters grow when made small."""
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


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
    for kind, pattern in _patterns():
        match = pattern.search(_lower(phrase[:_LONGEST_PHRASE]))
        if match:
            try:
                return _RESOLVERS[kind](match.groupdict(), published_at.date(), ahead)
            except (ValueError, OverflowError):
                return None
    return None


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


def _iso(groups: Groups, today: date, ahead: bool) -> Resolved:
    return date(int(groups["year"] or 0), int(groups["mnum"] or 0), int(groups["day"] or 0)), "day"


def _numeric(groups: Groups, today: date, ahead: bool) -> Resolved:
    first, second = int(groups["first"] or 0), int(groups["second"] or 0)
    year = _full_year(groups, today) or today.year
    # American news write the month first; 25/12 can only be the other way.
    month, day = (first, second) if first <= 12 else (second, first)
    return date(year, month, day), "day"


def _day_month(groups: Groups, today: date, ahead: bool) -> Resolved:
    month, day = _month(groups), int(groups["day"] or 0)
    year = _full_year(groups, today) or _nearest_year(month, day, today, ahead)
    return date(year, month, day), "day"


def _ago(groups: Groups, today: date, ahead: bool) -> Resolved:
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


def _within(groups: Groups, today: date, ahead: bool) -> Resolved:
    forward = (groups["rel"] or "") in ("next", "coming", "following")
    if groups["unit"] in ("hour", "minute"):
        return today, "day"
    day, precision = _shift(
        today, _number(groups["n"] or "1") * (1 if forward else -1), (groups["unit"] or "")
    )
    return (_monday(day), "week") if precision == "day" else (day, precision)


def _day_rel(groups: Groups, today: date, ahead: bool) -> Resolved:
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


def _weekday_rel(groups: Groups, today: date, ahead: bool) -> Resolved:
    step = 7 if (groups["rel"] or "") == "next" else -7
    return _monday(today) + timedelta(days=step + _weekday(groups)), "day"


def _week_of_day(groups: Groups, today: date, ahead: bool) -> Resolved:
    day, _ = _of_weekday(groups, today, ahead=False)
    return day - timedelta(days=7), "day"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _rel_month(groups: Groups, today: date, ahead: bool) -> Resolved:
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


def _season_year(groups: Groups, today: date, ahead: bool) -> Resolved:
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


def _weekend(groups: Groups, today: date, ahead: bool) -> Resolved:
    back = (today.weekday() - 5) % 7
    return today + timedelta(days=(5 - today.weekday()) % 7 if ahead else -back), "day"


def _month_year(groups: Groups, today: date, ahead: bool) -> Resolved:
    return date(int(groups["year"] or 0), _month(groups), 1), "month"


def _month_alone(groups: Groups, today: date, ahead: bool) -> Resolved:
    month = _month(groups)
    year = today.year + (month < today.month) if ahead else today.year - (month > today.month)
    return date(year, month, 1), "month"


def _named(groups: Groups, today: date, ahead: bool) -> Resolved:
    return today + timedelta(days=load_calendar().days[(groups["named"] or "")]), "day"


def _year_alone(groups: Groups, today: date, ahead: bool) -> Resolved:
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
# What a date is linked by, and how doubtful that is; as in places, set by hand.
_CLIMB = {"conj": 0.5, "xcomp": 0.3, "advcl": 0.8, "acl": 0.6, "acl:relcl": 0.7, "nsubj": 0.5, "nsubj:pass": 0.6,
          "obj": 0.5, "obl": 0.6, "nmod": 0.8, "compound": 0.4, "amod": 0.5, "ccomp": 2.2, "parataxis": 2.4}  # fmt: skip
_DESCEND = {"obl": 0.0, "obl:unmarked": 0.0, "nmod:unmarked": 0.2, "nmod": 0.4, "advmod": 0.0, "nmod:poss": 0.4,
            "obj": 0.5, "compound": 0.3, "conj": 0.9, "xcomp": 0.3, "advcl": 1.4, "acl": 2.7, "acl:relcl": 2.7,
            "ccomp": 2.7, "nsubj": 0.8, "nsubj:pass": 0.6, "obl:agent": 0.8, "appos": 1.0, "parataxis": 2.2}  # fmt: skip
_OTHER_STEP = 1.0
_LIMIT = 2.6
_SPAN_WORDS = frozenset(("since", "until", "till", "by", "from", "before"))
_FUTURE = frozenset(("will", "shall", "'ll", "’ll", "would"))


def date_of(trigger: Token, published_at: datetime, *, status: str = "") -> EventDate | None:
    """Say when the event that this word names happened.

    Args:
        trigger: Verb or noun that names the event, in a parsed text.
        published_at: When the text was published.
        status: What the text claims of it. What is done has no day to come, what is planned no "last
            week": such an expression is another event's, and the next nearest is asked.

    Returns:
        The date with its span in the text; None where the text links none to the event, and the
        publication date is then the caller's to fall back on.
    """
    first, behind = sentence_bounds(trigger)
    low = trigger.doc[first].idx
    high = trigger.doc[behind - 1].idx + len(trigger.doc[behind - 1])
    linked = [
        (cost, expression)
        for expression in _expressions(trigger.doc)
        if low <= expression.start < high and (cost := _link_cost(trigger, expression)) <= _LIMIT
    ]
    ahead = bool(linked) and is_ahead(trigger)
    for _, expression in sorted(linked, key=lambda pair: pair[0]):
        resolved = _resolve_for(trigger, expression, published_at, ahead)
        if resolved is None:
            return None
        if status == "actual" and resolved[0] > published_at.date():
            continue
        if status == "planned" and _POINTS_BACK.search(expression.text):
            continue
        span = Span(start=expression.start, end=expression.end, text=expression.text)
        return EventDate(value=resolved[0], precision=resolved[1], span=span)
    return None


_POINTS_BACK = re.compile(r"\b(?:ago|last|past|previous|earlier|yesterday)\b", re.I)


def _resolve_for(
    trigger: Token, expression: Expression, published_at: datetime, ahead: bool
) -> Resolved | None:
    resolved = resolve(expression.text, published_at, ahead=ahead)
    if resolved is None or ahead or resolved[0] <= published_at.date():
        return resolved
    if expression.kind in _YEARLESS and _is_past(trigger):
        return _a_year_before(resolved)
    return resolved


# Kinds of expression that may lack the year.
_YEARLESS = frozenset(("month_day", "day_month", "month_alone"))


def _a_year_before(resolved: Resolved) -> Resolved:
    day, precision = resolved
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last)), precision


def _is_past(trigger: Token) -> bool:
    """Whether the word tells of what has happened: a past tense, or a participle with "was" or "has"."""
    auxiliaries = {child.lower_ for child in trigger.children if child.dep_ in ("aux", "aux:pass")}
    return trigger.tag_ == "VBD" or (trigger.tag_ == "VBN" and bool(auxiliaries & _PAST))


_PAST = frozenset(("was", "were", "had", "has", "have", "'ve", "’ve"))


def nearby_date(
    trigger: Token, docs: Sequence[Doc], number: int, published_at: datetime
) -> tuple[EventDate, int] | None:
    """The day that the sentences around an event tell of, when its own clause names none.

    A report says the day once and then what happened on it; so the nearest past day counts, up to three
    sentences before the event and one behind it, but not the day something was said or sent. On
    reports of terrorist acts it is right twice as often as the day of publication; it stays a guess,
    and the caller says that it was inferred.

    Args:
        docs: The paragraphs of the article, parsed, in order. number: Which of them holds the trigger.

    Returns:
        The date, its span within the paragraph whose number comes with it; None when there is none.
    """
    before = [len(sentence_starts(doc)) for doc in docs[:number]]
    place = sum(before) + bisect_right(sentence_starts(trigger.doc), trigger.i) - 1
    best: tuple[tuple[float, int], EventDate, int] | None = None
    at = 0
    for index, doc in enumerate(docs):
        starts = sentence_starts(doc)
        if at - place > _SENTENCES_BEHIND:
            break
        if at + len(starts) >= place - _SENTENCES_BEFORE:
            for start, found in _told_days(doc, published_at, is_first=index == 0):
                sentence = at + bisect_right(starts, start) - 1
                if -_SENTENCES_BEFORE <= sentence - place <= _SENTENCES_BEHIND:
                    rank = (
                        abs(sentence - place) + (0.5 if sentence > place else 0.0),
                        abs(start - trigger.i),
                    )
                    if best is None or rank < best[0]:
                        best = rank, found, index
        at += len(starts)
    return (best[1], best[2]) if best else None


_SENTENCES_BEFORE = 3
_SENTENCES_BEHIND = 1
# Older days are history told beside the news.
_LONGEST_AGO = timedelta(days=400)
# The head of the first paragraph, where the dateline stands.
_DATELINE_CHARACTERS = 60
_TELLING = _words(
    "say report state tell add announce reveal confirm inform note indicate declare disclose broadcast claim"
)


def _told_days(doc: Doc, published_at: datetime, *, is_first: bool) -> Iterator[tuple[int, EventDate]]:
    """Days of a text that something happened on, with the index of their first word."""
    today = published_at.date()
    for expression in _expressions(doc):
        if (
            is_first
            and expression.start < _DATELINE_CHARACTERS
            and "--" in text_of(doc)[: 2 * _DATELINE_CHARACTERS]
        ):
            continue
        resolved = resolve(expression.text, published_at)
        if resolved is None or resolved[1] != "day" or not today - _LONGEST_AGO < resolved[0] <= today:
            continue
        words = doc.char_span(expression.start, expression.end, alignment_mode="expand")
        if words is None or words.root.head.lemma_.lower() in _TELLING or _is_aside(words.root):
            continue
        span = Span(start=expression.start, end=expression.end, text=expression.text)
        yield words.start, EventDate(value=resolved[0], precision="day", span=span)


def _is_aside(word: Token) -> bool:
    """Whether a word stands in a clause that only says which thing is meant: "the mission it took over in May"."""
    clauses = [over for over in word.ancestors if over.dep_ in _ASIDES]
    return any(clause.head.lemma_.lower() not in _HAPPENING for clause in clauses)


_ASIDES = frozenset(("acl", "acl:relcl"))
# "the attack that killed nine on Friday" tells the day of the event itself.
_HAPPENING = _words(
    """
    attack bombing bomb blast explosion raid clash fighting battle assault protest demonstration rally riot shooting killing
    massacre murder assassination kidnapping abduction strike siege operation ambush incident violence arrest
    """
)


def is_ahead(trigger: Token) -> bool:
    """Whether the tense of the event's clause points ahead: "will meet", "is to visit", "plans to"."""
    for token in (trigger, *list(trigger.ancestors)[:2]):
        for child in token.children:
            if child.dep_ in ("aux", "aux:pass") and child.lower_ in _FUTURE:
                return True
        if token.dep_ in ("xcomp", "ccomp") and token.head.lemma_ in _PLANS and token.head.tag_ != "VBD":
            return True
        if token.dep_ in ("ccomp", "parataxis", "acl:relcl", "advcl"):
            break
    return False


_PLANS = frozenset(
    ("plan", "intend", "schedule", "expect", "prepare", "vow", "pledge", "promise", "be", "due", "set")
)


def _expressions(doc: Doc) -> tuple[Expression, ...]:
    known = doc.user_data.get("dates")
    if known is None:
        known = doc.user_data["dates"] = find(text_of(doc))
    return known


def _link_cost(trigger: Token, expression: Expression) -> float:
    span = trigger.doc.char_span(expression.start, expression.end, alignment_mode="expand")
    if span is None or span.start <= trigger.i < span.end:
        return 99.0
    over = {token.i: number for number, token in enumerate((trigger, *trigger.ancestors))}
    cost, step, depth = 0.0, span.root, 0
    while step.i not in over and step.head.i != step.i:
        cost += _DESCEND.get(step.dep_, _OTHER_STEP)
        step = step.head
        depth += 1
    token = trigger
    while token.i != step.i and token.head.i != token.i:
        cost += _CLIMB.get(token.dep_, _OTHER_STEP)
        token = token.head
    cost = min(cost, _by_order(trigger, span))
    return cost + 0.02 * abs(span.start - trigger.i) + _kind_cost(expression, span)


def _by_order(trigger: Token, words: DocSpan) -> float:
    """A date in the event's clause, by the order of words: no other verb between, and none before it has it."""
    start, end = words.start, words.end
    low, high = (trigger.i + 1, start) if start > trigger.i else (end, trigger.i)
    if high - low > 25:
        return 99.0
    owner = words.root.head
    if end <= trigger.i and owner.pos_ == "VERB" and owner.i < start and not owner.is_ancestor(trigger):
        return 99.0
    for token in trigger.doc[low:high]:
        if token.pos_ == "VERB" or token.lower_ in _CLAUSE_WORDS:
            return 99.0
    return 0.9


_CLAUSE_WORDS = _words("who which that when where while after before as because since although though whose")


def _kind_cost(expression: Expression, span: object) -> float:
    """ "since 1964", "until May": when it began or ends, not when it happened."""
    first = expression.text.split(" ", 1)[0].lower()
    return 0.8 if first in _SPAN_WORDS else 0.0
