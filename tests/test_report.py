"""The report: what a person reads at a glance, with nothing taken for markup."""

from __future__ import annotations

from datetime import date

import pytest
from rich.console import Console

from pipeline.report import report, what, when, who

EVENT = {
    "id": 7, "event_type": "RETREAT", "mode": "withdraw", "status": "planned", "event_date": date(2011, 10, 31),
    "date_precision": "day", "actor_name": "NATO", "actor_country": None, "actor_sector": "IGO",
    "recipient_name": None, "recipient_country": None, "recipient_sector": None, "place_name": "Libya",
    "confidence": 0.815,
}  # fmt: skip
FEED = {"source": "Reuters", "url": "http://x", "fetched_at": 1, "last_error": None, "article_count": 1}


def shown(*, width: int = 140, is_news: bool = True, **parts: list[dict]) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    values: dict = {"feeds": [FEED], "events": [EVENT], "alerts": [], "quarantine": []} | parts
    console.print(report(**values, next_steps="type this", is_news=is_news))
    return console.export_text()


def test_an_event_is_two_lines() -> None:
    """What, when, where and how sure; who to whom."""
    lines = shown().splitlines()
    (second,) = [number for number, line in enumerate(lines) if "NATO" in line]

    assert lines[second - 1].split() == [
        "7",
        "RETREAT",
        "withdraw,",
        "planned",
        "2011-10-31",
        "Libya",
        "0.81",
    ]
    assert lines[second].strip() == "NATO (IGO) → –"


def test_the_report_fits_80_columns() -> None:
    """Whatever the names, a terminal of the old width cuts no line and tears no column."""
    long = EVENT | {
        "id": 12345, "event_type": "MOBILIZE", "mode": "weapons", "status": "hypothetical", "date_precision": "week",
        "actor_name": "Office of the United Nations High Commissioner for Human Rights in the Sahel", "confidence": 1,
        "place_name": "Saint-Rémy-lès-Chevreuse", "recipient_name": "the government " * 8,
    }  # fmt: skip
    alert = {
        "severity": "high", "rule": "r" * 30, "event_id": 12345, "notifications": "desk by log: sent", "reason": "x",
        "sentence": "word " * 80, "why": "matched branch 2 of 4: event_type RETREAT, status actual " * 3,
    }  # fmt: skip
    refused = {"stage": "validate", "reason": "a reason of " * 9, "item_count": 5, "example": "value " * 30}
    text = shown(
        width=80, events=[long], alerts=[alert], quarantine=[refused],
        feeds=[FEED, *(FEED | {"source": f"The Long Paper {n}", "last_error": "no host " * 40} for n in range(9))],
    )  # fmt: skip

    assert max(map(len, text.splitlines())) <= 80
    assert "12345  MOBILIZE weapons, hypothetical" in text


def test_a_run_without_news_says_so() -> None:
    """Earlier events are not shown as if they were new."""
    assert "no new ones" in shown(is_news=False)


def test_an_actual_event_needs_no_word_for_it() -> None:
    """Only what is not a plain fact says so."""
    assert what(EVENT | {"status": "actual"}) == "RETREAT withdraw"


@pytest.mark.parametrize(
    ("precision", "told"),
    [("day", "2011-10-31"), ("week", "week of 2011-10-31"), ("month", "2011-10"), ("year", "2011")],
)
def test_a_date_is_told_as_precisely_as_it_is_known(precision: str, told: str) -> None:
    """A month is not shown as its first day."""
    assert when(EVENT | {"date_precision": precision}) == told


def test_an_unknown_actor_is_shown_by_name_alone() -> None:
    """No empty brackets."""
    assert who(EVENT | {"actor_sector": None}, "actor") == "NATO"


def test_many_unreachable_feeds_take_two_lines() -> None:
    """Without a network the report stays readable."""
    failed = [FEED | {"source": f"Paper {number}", "last_error": "no such host"} for number in range(9)]
    text = shown(feeds=[FEED, *failed])

    assert "9 feeds" in text
    assert text.count("no such host") == 1


def test_text_from_outside_is_not_markup() -> None:
    """A title in square brackets is shown as it is."""
    row = {"stage": "extract", "reason": "[bold]x[/]", "item_count": 1, "example": "[link=http://evil]y[/]"}

    assert "[link=http://evil]y[/]" in shown(quarantine=[row])
