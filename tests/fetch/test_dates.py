"""Dates as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.fetch.dates import parse_date, sane_date

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "Sun, 22 Nov 2026 12:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 +0000",
        "Sun, 22 Nov 2026 13:00:00 CET",
        "Sun, 22 Nov 2026 14:00:00 CEST",
        "Sun, 22 Nov 2026 07:00:00 EST",
        "Sun, 22 Nov 2026 14:00:00 GMT+0200",
        "Sun, 22 Nov 2026 14:00:00 +02:00 (EET)",
        "Sunday, 22 November 2026 12:00",
        "22 Nov 26 12:00 UT",
        "22-Nov-2026 12:00:00 Z",
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:00:00.123456Z",
        "2026-11-22T17:30:00+05:30",
        "2026-11-22T17:30:00+0530",
        "2026-11-22T06:00-06",
        "2026-11-22 12:00:00",
        "2026-11-22 14:00:00 CEST",
        "2026/11/22 12:00",
        "20261122T120000Z",
        "November 22, 2026 12:00 pm",
        "Sunday, Nov. 22nd, 2026 at 12:00",
        "Sun Nov 22 12:00:00 UTC 2026",
        "Sun Nov 22 12:00:00 2026",
        "  Sun,  22 Nov 2026  12:00:00 GMT \n",
        "Sun,22 Nov 2026 12:00:00 GMT",
        "Sun, Nov 22 2026 12:00:00 +0000",
        "Sun, 22 Nov 2026 20:00:00 PHT",
        "dim., 22 nov. 2026 13:00:00 +0100",
        "dom, 22 novembre 2026 12:00:00 GMT",
        "Sonntag, 22. November 2026 13:00 MEZ",
        "воскресенье, 22 ноября 2026 12:00",
        "domingo, 22 de noviembre de 2026 12:00",
        "22 Kasım 2026 15:00 TRT",
        "22.11.2026 12:00",
        "22/11/2026 12:00:00",
        "11/22/2026 12:00:00 PM",
        "2026年11月22日 12:00",
        "2026년 11월 22일 12:00",
        "1795348800",
        "1795348800000",
        "Sun, 22 Nov 2026 12:00:00 B",
        "November 22nd, 2026, 7:00 AM EST",
    ],
)
def test_date_is_noon(raw: str) -> None:
    """Twenty ways to write one time; without a zone it is UTC."""
    assert parse_date(raw) == NOON


@pytest.mark.parametrize(
    "raw", ["2026-11-22", "22 November 2026", "Sunday, 22. November 2026", "Nov 22, 2026", "20261122"]
)
def test_day_alone_is_its_beginning(raw: str) -> None:
    """In UTC."""
    assert parse_date(raw) == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [("Nov 22, 2026 12:00 am", 0), ("Nov 22, 2026 1:00 a.m.", 1), ("Nov 22, 2026 11:00 PM", 23)],
)
def test_half_days(raw: str, hour: int) -> None:
    """Midnight is 12 am."""
    assert parse_date(raw) == datetime(2026, 11, 22, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "yesterday", "0000-00-00", "0000-00-00 00:00:00", "2026-13-45", "2026-02-30", "1795", "179534880011",
        "02/11/2026 05:42", "02-11-2026", "2026-11-22T24:00:01Z", "22 listopad 2026", "2026-11-22T25:00:00Z", "2026-11-22T12:61:00Z", "-0001-11-30T00:00:00Z",
        "Sun, 22 Foo 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 XYZ", "Sun, 22 Nov 2026 12:00:00 IST",
        "2026-11-22T12:00:00+99:00", "2026-11-22T12:00:00+02:75", "1970-01-01T00:00:00Z", "1806-02-09T00:00:00Z",
        "Nov 22, 2026 13:00 pm", "2026", "2026-11", "9999-12-31T23:59:59-14:00", "1" * 5000,
    ],
    ids=str,
)  # fmt: skip
def test_doubtful_date_is_none(raw: str | None) -> None:
    """Out of range, in an unknown shape, with an ambiguous zone, or before there was a web."""
    assert parse_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "country", "hour"),
    [
        ("Sun, 22 Nov 2026 12:00:00 IST", "IND", 6.5),
        ("Sun, 22 Nov 2026 12:00:00 IST", "IRL", 11),
        ("Sun, 22 Nov 2026 12:00:00 IST", "ISR", 10),
        ("Sun, 22 Nov 2026 12:00:00 CST", "CHN", 4),
        ("Sun, 22 Nov 2026 12:00:00 CST", "USA", 18),
        ("Sun, 22 Nov 2026 12:00:00 EST", "AUS", 2),
        ("Sun, 22 Nov 2026 12:00:00 BST", "BGD", 6),
    ],
)
def test_country_of_the_feed_decides_what_a_zone_means(raw: str, country: str, hour: float) -> None:
    """Three countries say IST."""
    assert parse_date(raw, country=country) == datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("country", "expected"),
    [("USA", (11, 5)), ("GBR", (5, 11)), ("IND", (5, 11)), ("CAN", None), (None, None)],
)
def test_country_of_the_feed_decides_which_number_is_the_month(
    country: str | None, expected: tuple[int, int] | None
) -> None:
    """11/5 is in November in America alone; where nobody can tell it is not read."""
    value = parse_date("11/5/2026 10:00", country=country)

    assert (value and (value.month, value.day)) == expected


def test_end_of_a_day_is_the_beginning_of_the_next() -> None:
    """24:00, and not a second later."""
    assert parse_date("Tue, 30 Nov 2026 24:00:00 GMT") == datetime(2026, 12, 1, tzinfo=UTC)


def test_leap_second_is_a_time() -> None:
    """Some clocks write it."""
    assert parse_date("2016-12-31T23:59:60Z") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "is_sane"),
    [
        (NOON, True),
        (NOON + timedelta(minutes=59), True),
        (NOON + timedelta(minutes=61), False),
        (datetime(2011, 10, 28, tzinfo=UTC), True),
        (datetime(1989, 12, 31, tzinfo=UTC), False),
    ],
)
def test_date_must_fit_the_time_of_fetching(value: datetime, is_sane: bool) -> None:
    """An hour ahead at most, and not before 1990."""
    assert sane_date(value, fetched_at=NOON) == (value if is_sane else None)
