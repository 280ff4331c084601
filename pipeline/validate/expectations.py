"""What every candidate must be: a list of expectations under names of our own.

Plain records: `judge.py` makes Great Expectations' objects of them. A name is what stands in the
quarantine as the reason, so it is kept from version to version. Several expectations may carry one
name (a span has two ends); they count as one. Numbers come from `data/thresholds.csv`.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline import plover
from pipeline.model import COUNT_KINDS, DATE_PRECISIONS, RESOLUTIONS, STATUSES
from pipeline.validate.doubts import doubts
from pipeline.validate.expectation import (
    ROLES,
    Expectation,
    between,
    in_set,
    is_null,
    known,
    length,
    matches,
    words,
)
from pipeline.validate.thresholds import thresholds
from pipeline.validate.vocabularies import type_and_mode, vocabularies


def row_expectations() -> tuple[Expectation, ...]:
    """What each candidate must be; which fails goes to quarantine, and only it."""
    return (
        *_ontology(),
        *_spans(),
        *_participants(),
        *_dates(),
        *_places(),
        *_counts(),
        *_form(),
        *doubts(),
    )


def _ontology() -> Iterable[Expectation]:
    yield known(
        "event_type_in_ontology", "type_and_mode", "types", "Type and mode are a pair of the ontology."
    )
    yield Expectation(
        name="quad_class_and_score_of_type",
        says="Quad class and score are those of the type and mode.",
        kind="ExpectColumnValuesToBeInVocabulary",
        arguments={"column": "type_quad_score", "vocabulary": "scores"},
        shows=("type_quad_score",),
        where={"type_and_mode": tuple(sorted(vocabularies()["types"]))},
    )
    yield matches(
        "contexts_known", "contexts_text", words(plover.contexts()), "Every context is in the codebook."
    )
    yield in_set("status_known", "status", STATUSES, "The status is one of five.")
    yield matches("cameo_well_formed", "cameo", "^[0-9]{2,4}$", "A CAMEO code has two to four digits.")
    for role in ROLES:
        yield known(
            f"{role}_country_known",
            f"{role}_country",
            "countries",
            f"The {role}'s country is in ISO 3166 or one of PLOVER's additions.",
            f"{role}_name",
        )
        yield known(
            f"{role}_sector_known",
            f"{role}_sector",
            "sectors",
            f"The {role}'s sector is in the codebook.",
            f"{role}_name",
        )


def _spans() -> Iterable[Expectation]:
    for part in ("trigger", "sentence", *ROLES, "place", "date"):
        yield is_null(
            f"{part}_in_text", f"{part}_misread", f"The article's text holds the {part} where its span says."
        )
    yield is_null("mentions_in_text", "mentions_misread", "The article's text holds the further mentions.")
    for above, below in (("trigger_start", "sentence_start"), ("sentence_end", "trigger_end")):
        yield Expectation(
            name="trigger_in_sentence",
            says="The trigger lies inside its sentence.",
            kind="ExpectColumnPairValuesAToBeGreaterThanB",
            arguments={
                "column_A": above,
                "column_B": below,
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
            shows=("trigger_start", "trigger_end", "sentence_start", "sentence_end", "trigger_text"),
        )


def _participants() -> Iterable[Expectation]:
    yield between(
        "somebody_or_somewhere",
        "participant_count",
        1,
        3,
        "Actor, recipient or place is known.",
        "trigger_text",
    )
    demanding = sorted({type_and_mode(code) for code in plover.codes().values() if code.requires_recipient})
    yield Expectation(
        name="recipient_where_required",
        says="A type that PLOVER codes only with a recipient has one; an unknown one counts by its name.",
        kind="ExpectColumnValuesToNotBeNull",
        arguments={"column": "recipient_name"},
        shows=("type_and_mode", "actor_name", "trigger_text"),
        where={"type_and_mode": tuple(demanding)},
    )
    yield is_null("actor_is_not_recipient", "shared_span", "Actor and recipient are not the same words.")
    for role in ROLES:
        yield length(
            f"{role}_name_length",
            f"{role}_name",
            1,
            thresholds()["name_characters_max"],
            f"The {role}'s name has a name's length.",
        )


def _dates() -> Iterable[Expectation]:
    limit = thresholds()
    shown = ("event_date", "published_date", "status")
    yield in_set(
        "date_precision_known", "date_precision", DATE_PRECISIONS, "The date's precision is one of four."
    )
    yield between(
        "event_date_has_sane_year",
        "event_year",
        limit["event_year_min"],
        9999,
        "The event's year is one of news.",
        *shown,
    )
    yield between(
        "event_not_long_before_publication",
        "days_after_publication",
        -limit["days_before_publication_max"],
        None,
        "The event is not older than living memory.",
        *shown,
    )
    for name, statuses, says in (
        (
            "actual",
            ("actual", "denied", "alleged"),
            "What happened, or is denied or alleged, lies not after its publication.",
        ),
        ("planned", ("planned", "hypothetical"), "What is planned lies within reach of a plan."),
    ):
        yield Expectation(
            name=f"{name}_event_not_after_publication" if name == "actual" else "planned_event_within_reach",
            says=says,
            kind="ExpectColumnValuesToBeBetween",
            arguments={
                "column": "days_after_publication",
                "max_value": limit[f"days_after_publication_{name}"],
            },
            shows=shown,
            where={"status": statuses},
        )
    yield between(
        "date_is_first_of_period",
        "days_into_period",
        0,
        0,
        "The date of a week, month or year is its first day.",
        "event_date",
        "date_precision",
    )


def _places() -> Iterable[Expectation]:
    place = ("place_name", "place_country", "place_latitude", "place_longitude")
    yield in_set(
        "place_resolution_known",
        "place_resolution",
        RESOLUTIONS,
        "The place's resolution is one of three.",
        "place_name",
    )
    yield known(
        "place_country_known",
        "place_country",
        "countries",
        "The place's country is in ISO 3166.",
        "place_name",
    )
    yield in_set(
        "place_whole",
        "place_part_count",
        (0, 5),
        "A place has name, country, coordinates and resolution, or nothing.",
        *place,
        "place_resolution",
    )
    yield between(
        "coordinates_in_range", "place_latitude", -90, 90, "Latitude and longitude are degrees.", *place
    )
    yield between(
        "coordinates_in_range", "place_longitude", -180, 180, "Latitude and longitude are degrees.", *place
    )
    yield Expectation(
        name="coordinates_not_origin",
        says="The point 0, 0 stands for no place.",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"column": "degrees_from_origin", "min_value": 0, "strict_min": True},
        shows=place,
    )
    yield Expectation(
        name="coordinates_in_country",
        says="The point lies in a box of its country; a country without a box passes.",
        kind="ExpectPlaceInCountryBox",
        arguments={
            "column_list": ["place_country", "place_latitude", "place_longitude"],
            "ignore_row_if": "any_value_is_missing",
        },
        shows=place,
    )


def _counts() -> Iterable[Expectation]:
    limit = thresholds()
    yield matches("count_kinds_known", "count_kinds", words(COUNT_KINDS), "Every count is of a known kind.")
    yield is_null(
        "counts_in_order",
        "counts_disordered",
        "A count has a number, and its lower bound is not above the upper.",
    )
    yield is_null(
        "counts_in_text", "counts_misread", "The article's text holds the counts where their spans say."
    )
    yield between(
        "counts_not_absurd",
        "most_harmed",
        0,
        limit["people_harmed_max"],
        "No event of news harmed more people.",
        "trigger_text",
    )
    yield between(
        "counts_not_absurd",
        "most_gathered",
        0,
        limit["people_gathered_max"],
        "No event of news moved more people.",
        "trigger_text",
    )


def _form() -> Iterable[Expectation]:
    limit = thresholds()
    yield between("confidence_in_range", "confidence", 0, 1, "Confidence is a probability.")
    yield is_null(
        "not_a_duplicate",
        "duplicate_of",
        "No earlier candidate of the article says the same with the same words.",
        "type_and_mode",
        "trigger_start",
        "actor_name",
        "recipient_name",
    )
    yield length(
        "sentence_length",
        "sentence",
        limit["sentence_characters_min"],
        limit["sentence_characters_max"],
        "The sentence has a sentence's length.",
    )
    yield length(
        "codebook_named", "codebook", 1, limit["name_characters_max"], "The codebook that coded it is named."
    )
    yield length("frame_named", "frame_id", 1, limit["name_characters_max"], "The frame that fired is named.")
    yield matches(
        "article_url_is_web", "url", "^https?://[^[:space:]]+$", "The article has an address of the web."
    )
    yield in_set(
        "article_not_quarantined",
        "is_quarantined",
        (False,),
        "Its article is not in quarantine.",
        "article_id",
    )
