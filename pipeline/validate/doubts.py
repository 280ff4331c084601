"""What can not be true of a candidate although each of its columns is well formed: parts that do not fit each other.

Each was held against the candidates of some 430 articles of news: what it refuses there was read, and is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.validate.expectation import ROLES, Expectation, between, is_null
from pipeline.validate.thresholds import thresholds

# Nothing that names anybody: marks alone, markup, or an article or conjunction alone.
NO_NAME = (
    "(?i)^[^[:alnum:]]+$|[<>]|&[a-z]+;|&#[0-9]+;|"
    "^[^[:alnum:]]*(the|a|an|of|and|or|in|on|at|to|for|by|with|from)[^[:alnum:]]*$"
)


def doubts() -> Iterable[Expectation]:
    """The expectations, in the order of parties, dates, counts and the rest."""
    yield from _parties()
    yield from _dates()
    yield from _counts()
    yield Expectation(
        name="cameo_of_type",
        says="The CAMEO code is one that PLOVER's crosswalk gives the event type.",
        kind="ExpectColumnValuesToBeInVocabulary",
        arguments={"column": "type_and_cameo", "vocabulary": "cameo_roots"},
        shows=("event_type", "cameo"),
    )
    yield Expectation(
        name="confidence_above_nothing",
        says="A candidate that is certainly wrong, confidence 0, is none.",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"column": "confidence", "min_value": 0, "strict_min": True},
        shows=("confidence",),
    )


def _parties() -> Iterable[Expectation]:
    yield is_null("parties_apart", "overlapping_parties", "The words of actor and recipient do not overlap.")
    yield is_null(
        "parties_differ",
        "same_party",
        "Actor and recipient do not have the same name and code.",
        "recipient_name",
    )
    yield is_null(
        "trigger_is_no_actor", "acting_trigger", "The trigger does not lie in the words of the actor."
    )
    yield is_null(
        "place_is_not_the_actor",
        "place_on_actor",
        "The place is not read off the words of the actor.",
        "sentence",
    )
    for role in (*ROLES, "place"):
        yield Expectation(
            name=f"{role}_name_is_a_name",
            says=f"The {role}'s name is more than marks, markup or an article.",
            kind="ExpectColumnValuesToNotMatchRegex",
            arguments={"column": f"{role}_name", "regex": NO_NAME},
            shows=(f"{role}_name",),
        )
        yield Expectation(
            name=f"{role}_country_of_its_name",
            says=f"Where the {role} is called by the name of a country, its country is that one.",
            kind="ExpectColumnValuesToBeInVocabulary",
            arguments={"column": f"{role}_and_country", "vocabulary": "named_countries"},
            shows=(f"{role}_name", f"{role}_country"),
        )


def _dates() -> Iterable[Expectation]:
    limit = thresholds()
    shown = ("event_date", "published_date", "status", "date_text")
    yield Expectation(
        name="planned_event_not_long_past",
        says="What is planned at the time of publication does not lie years before it.",
        kind="ExpectColumnValuesToBeBetween",
        arguments={
            "column": "days_after_publication",
            "min_value": -limit["days_planned_before_publication_max"],
        },
        shows=shown,
        where={"status": ("planned",)},
    )
    yield is_null(
        "weekday_of_date", "weekday_misread", "Where the date's words name a weekday, the date is one."
    )
    yield between(
        "article_not_of_the_future",
        "days_published_ahead",
        -40_000,
        limit["days_published_ahead_max"],
        "The article was not published long after it was fetched.",
        "published_date",
    )


def _counts() -> Iterable[Expectation]:
    yield is_null("counts_from_words", "counts_beside_words", "A count is a number that its words can say.")
    yield is_null("counts_are_no_dates", "counts_on_dates", "The words of a count are not a date.")
    yield is_null("counts_of_somebody", "counts_of_nobody", "A count of 0 is none.")
    yield is_null("one_count_of_a_kind", "kinds_counted_twice", "No kind is counted twice.")
