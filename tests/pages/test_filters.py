"""Filters: a wrong one is told, a right one comes back as a link."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.errors import ConfigError
from pipeline.pages.filters import Filter, read_filter


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"country": "France"}, "three capital letters"),
        ({"event_type": "WAR"}, "one of AGREE"),
        ({"status": "maybe"}, "one of actual"),
        ({"quad_class": "5"}, "from 1 to 4"),
        ({"days": "1_0"}, "whole number"),
        ({"days": "٣"}, "whole number"),
        ({"confidence": "nan"}, "from 0 to 1"),
        ({"until": "yesterday"}, "a day such as"),
        ({"until": "0001-01-01"}, "1900 to 2200"),
        ({"before": "9" * 5000}, "whole number"),
        ({"words": "x" * 81}, "at most 80"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(given: dict[str, str], told: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ConfigError, match=told):
        read_filter(given)


def test_a_filter_comes_back_as_its_link() -> None:
    """So that every state of a page can be passed on."""
    given = {"country": "FRA", "event_type": "PROTEST", "until": "2026-11-29", "days": "7"}

    assert read_filter(given) == Filter(country="FRA", event_type="PROTEST", until=date(2026, 11, 29), days=7)
    assert read_filter(given).query(days=None) == "?country=FRA&event_type=PROTEST&until=2026-11-29"


def test_empty_and_unknown_names_are_no_condition() -> None:
    """A form sends all its fields, and a mail program adds its own."""
    assert read_filter({"country": "", "utm_source": "mail"}) == Filter()


def test_words_are_no_pattern() -> None:
    """A % in a name means itself."""
    assert Filter(words="50%_\\").parameters()["words"] == "%50\\%\\_\\\\%"


def test_the_first_day_follows_from_the_last() -> None:
    """Both ends are shown."""
    assert Filter(until=date(2026, 3, 1), days=7).since == date(2026, 2, 23)
