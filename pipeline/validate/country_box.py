"""An expectation of our own: a point lies in a box of its country. Needs great_expectations to be imported."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)


def in_box(country: Any, latitude: Any, longitude: Any, boxes: dict[str, list[list[float]]]) -> Any:
    """Build the SQL condition; a country without a box passes."""
    inside = (
        sa.and_(
            country == code,
            sa.or_(
                *(
                    sa.and_(latitude.between(south, north), longitude.between(west, east))
                    for south, north, west, east in its_boxes
                )
            ),
        )
        for code, its_boxes in boxes.items()
    )
    return sa.or_(country.not_in(list(boxes)), *inside)


class PlaceInCountryBox(MulticolumnMapMetricProvider):
    """The metric behind ExpectPlaceInCountryBox."""

    condition_metric_name = "tocsin.place_in_country_box"
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_list",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
    condition_value_keys = ("boxes",)

    @multicolumn_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column_list: Any, boxes: dict[str, list[list[float]]], **_: Any) -> Any:
        country, latitude, longitude = column_list
        return in_box(country, latitude, longitude, boxes)


class ExpectPlaceInCountryBox(MulticolumnMapExpectation):
    """`column_list` is country, latitude, longitude; `boxes` is country → [south, north, west, east], degrees."""

    boxes: dict[str, list[list[float]]]

    map_metric = "tocsin.place_in_country_box"
    success_keys = ("mostly", "boxes")
    args_keys = ("column_list", "boxes")
    domain_keys: ClassVar[tuple[str, ...]] = (
        "batch_id",
        "table",
        "column_list",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
