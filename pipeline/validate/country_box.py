"""An expectation of our own: a point lies in a box of its country. Needs great_expectations to be imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)

from pipeline.validate.expectations import Boxes, country_boxes


def in_box(country: Any, latitude: Any, longitude: Any, boxes: Mapping[str, Boxes]) -> Any:
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

    @multicolumn_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column_list: Any, **_: Any) -> Any:
        country, latitude, longitude = column_list
        return in_box(country, latitude, longitude, country_boxes())


class ExpectPlaceInCountryBox(MulticolumnMapExpectation):
    """`column_list` is country, latitude, longitude."""

    map_metric = "tocsin.place_in_country_box"
    args_keys = ("column_list",)
