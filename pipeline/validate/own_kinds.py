"""Kinds of expectations of our own. Importing this module loads Great Expectations.

All leave their long lists out of the expectation's arguments and name them instead: Great Expectations
copies the arguments some hundred times an expectation, and with 250 countries that took longer than the
queries. (A regex of all countries is short to copy, but Postgres builds its automaton anew for every row.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

from pipeline.validate.vocabularies import PAIRS, Boxes, country_boxes, vocabularies


def in_vocabulary(value: Any, words: Collection[str]) -> Any:
    """Build the SQL condition."""
    return value.in_(sorted(words))


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
    return sa.or_(country.not_in(sorted(boxes)), *inside)


def fits_name(value: Any, pairs: Collection[str]) -> Any:
    """Build the SQL condition; `value` is name=country, and a name that is in no pair passes."""
    names = sorted({pair.partition("=")[0] for pair in pairs})
    return sa.or_(sa.func.split_part(value, "=", 1).not_in(names), value.in_(sorted(pairs)))


class ValuesInVocabulary(ColumnMapMetricProvider):
    """The metric behind ExpectColumnValuesToBeInVocabulary."""

    condition_metric_name = "tocsin.values_in_vocabulary"
    condition_value_keys = ("vocabulary",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, vocabulary: str, **_: Any) -> Any:
        condition = fits_name if vocabulary in PAIRS else in_vocabulary
        return condition(column, vocabularies()[vocabulary])


class ExpectColumnValuesToBeInVocabulary(ColumnMapExpectation):
    """`vocabulary` is a name of `vocabularies()`; of one of pairs, what it does not name passes."""

    vocabulary: str

    map_metric = "tocsin.values_in_vocabulary"
    success_keys = ("mostly", "vocabulary")
    args_keys = ("column", "vocabulary")


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

    @multicolumn_condition_partial(engine=SqlAlchemyExecutionEngine)  # type: ignore[untyped-decorator]
    def _sqlalchemy(cls, column_list: Any, **_: Any) -> Any:
        country, latitude, longitude = column_list
        return in_box(country, latitude, longitude, country_boxes())


class ExpectPlaceInCountryBox(MulticolumnMapExpectation):
    """`column_list` is country, latitude, longitude."""

    map_metric = "tocsin.place_in_country_box"
    args_keys = ("column_list",)
