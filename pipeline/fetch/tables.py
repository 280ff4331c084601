"""The data files of fetch: CSV with a line or two on top that say where they come from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipeline import plover

FOLDER = Path(__file__).resolve().parent / "data"


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of a file; lines that start with # are passed over."""
    return plover.read_table(FOLDER / name)


@cache
def months() -> dict[str, int]:
    """Names and abbreviations of months in small letters, without full stops, each of one meaning."""
    return {row["name"]: int(row["month"]) for row in read_table("months.csv")}


def month_names(month: int) -> list[str]:
    """Its names in all languages of the table."""
    return [name for name, number in months().items() if number == month]


@cache
def zones() -> dict[str, dict[str, float]]:
    """Abbreviation in small letters → country ("" for anywhere) → hours east of Greenwich."""
    table: dict[str, dict[str, float]] = {}
    for row in read_table("zones.csv"):
        for country in row["countries"].split():
            table.setdefault(row["name"].lower(), {})[country.replace("*", "")] = float(row["hours"])
    return table
