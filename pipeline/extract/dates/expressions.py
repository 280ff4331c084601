"""Expressions: a text in; where it says a date, and what kind of date, out.

Rules of our own: dateparser, tried first, takes 1-5 ms an expression, reads "Friday" in the future or the
past but not by tense, and reads "May" and "sat" as dates wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.extract.lexicon.calendar import load_calendar
from pipeline.extract.lexicon.words import word_set


def _any(words: Mapping[str, int], *, dotted: bool = False) -> str:
    """An alternative of all words, the longest first."""
    choices = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return f"(?:{choices}){'[.]?' if dotted else ''}"


@lru_cache(maxsize=1)
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
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


UNITS = word_set("dates.expressions.units")
# What every expression of a kind contains. One look for these spares most texts the twenty patterns.
_ANCHOR = re.compile(r"[a-z]{3,}|\d[\d/.-]{3,}")


@lru_cache(maxsize=1)
def _anchors() -> dict[str, str]:
    """Word to the kind of expression it may be part of."""
    words = load_calendar()
    anchors = {form: "unit" for unit in UNITS for form in (unit, f"{unit}s")}
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
    lowered = lower(text)
    taken = bytearray(len(text))
    for low, high, kinds in _windows(lowered):
        for kind, pattern in patterns():
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


def lower(text: str) -> str:
    """In small letters, at the same length: a few letters grow when made small."""
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )
