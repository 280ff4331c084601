"""What a batch as a whole must be: shares of its rows, and its last day against the four weeks before."""

from __future__ import annotations

from pipeline.validate.expectation import Expectation
from pipeline.validate.thresholds import thresholds


def batch_expectations() -> tuple[Expectation, ...]:
    """Shares over the rows of one batch: a sudden change is a broken part, not a bad row."""
    shares = (
        ("actor_share", "actor_name", "Enough candidates have an actor."),
        ("recipient_share", "recipient_name", "Enough candidates have a recipient."),
        ("place_share", "place_name", "Enough candidates have a place."),
        ("date_share", "date_text", "Enough candidates have a date of their own."),
    )
    return (
        *(
            Expectation(
                name=name,
                says=says,
                kind="ExpectColumnValuesToNotBeNull",
                arguments={"column": column, "mostly": thresholds()[f"{name}_min"]},
            )
            for name, column, says in shares
        ),
        Expectation(
            name="confidence_mean",
            says="The mean confidence is above a guess.",
            kind="ExpectColumnMeanToBeBetween",
            arguments={
                "column": "confidence",
                "min_value": thresholds()["confidence_mean_min"],
                "max_value": 1,
            },
        ),
    )


def drift_expectations() -> tuple[Expectation, ...]:
    """The last day against the four weeks before, on the one row of tocsin.validation_drift.

    Without enough history, or enough rows in the last day, nothing is said.
    """
    limit = thresholds()
    history = {"history_day_count": limit["history_days_min"], "history_count": limit["history_rows_min"]}
    return (
        Expectation(
            name="volume_near_mean",
            says="The last day brought about as many candidates as the days of the four weeks before.",
            kind="ExpectColumnValuesToBeBetween",
            arguments={
                "column": "volume_ratio",
                "min_value": limit["volume_ratio_min"],
                "max_value": limit["volume_ratio_max"],
            },
            shows=("volume_ratio", "recent_count", "history_count", "history_day_count"),
            where=history,
        ),
        Expectation(
            name="type_mix_near_mean",
            says="The event types of the last day are spread as in the four weeks before.",
            kind="ExpectColumnValuesToBeBetween",
            arguments={"column": "type_distance", "min_value": 0, "max_value": limit["type_distance_max"]},
            shows=("type_distance", "type_moved_most", "recent_count"),
            where={**history, "recent_count": limit["recent_rows_min"]},
        ),
    )
