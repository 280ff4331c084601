"""One expectation as a plain record, and short ways to write the common ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.validate.verdict import Severity

ROLES = ("actor", "recipient", "speaker")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """One expectation, in Great Expectations' vocabulary.

    Args:
        name: Ours; the reason in the quarantine.
        says: One line for the reader of Data Docs.
        kind: Class of Great Expectations (or our own `ExpectPlaceInCountryBox`).
        arguments: Its arguments.
        shows: Columns of tocsin.validation to show of a failing row.
        where: Column → its allowed values, or its least value: only rows that are so are judged.
        severity: Of batch expectations; a row that fails is always quarantined.
    """

    name: str
    says: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...] | float] = field(default_factory=dict)
    severity: Severity = "warning"


def known(name: str, column: str, vocabulary: str, says: str, *shows: str) -> Expectation:
    return Expectation(
        name=name,
        says=says,
        kind="ExpectColumnValuesToBeInVocabulary",
        arguments={"column": column, "vocabulary": vocabulary},
        shows=(column, *shows),
    )


def in_set(name: str, column: str, allowed: Iterable[Any], says: str, *shows: str) -> Expectation:
    return Expectation(
        name=name,
        says=says,
        kind="ExpectColumnValuesToBeInSet",
        arguments={"column": column, "value_set": list(allowed)},
        shows=(column, *shows),
    )


def matches(name: str, column: str, regex: str, says: str, *shows: str) -> Expectation:
    return Expectation(
        name=name,
        says=says,
        kind="ExpectColumnValuesToMatchRegex",
        arguments={"column": column, "regex": regex},
        shows=(column, *shows),
    )


def is_null(name: str, column: str, says: str, *shows: str) -> Expectation:
    return Expectation(
        name=name,
        says=says,
        kind="ExpectColumnValuesToBeNull",
        arguments={"column": column},
        shows=(column, *shows),
    )


def between(name: str, column: str, low: float, high: float | None, says: str, *shows: str) -> Expectation:
    return Expectation(
        name=name,
        says=says,
        kind="ExpectColumnValuesToBeBetween",
        arguments={"column": column, "min_value": low, "max_value": high},
        shows=(column, *(shown for shown in shows if shown != column)),
    )


def length(name: str, column: str, low: float, high: float, says: str) -> Expectation:
    return Expectation(
        name=name,
        says=says,
        kind="ExpectColumnValueLengthsToBeBetween",
        arguments={"column": column, "min_value": int(low), "max_value": int(high)},
        shows=(column,),
    )


def words(allowed: Iterable[str]) -> str:
    one = f"({'|'.join(allowed)})"
    return f"^({one}( {one})*)?$"
