"""Export: each form read back by a reader that is not ours, with what is hard to write in it."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from pipeline.errors import ConfigError, OperateError
from pipeline.export.dictionary import dictionary
from pipeline.export.write import export_view
from pipeline.postgres.database import connect
from tests.store.conftest import select

NAMES = [
    "=HYPERLINK(1)",
    '-quoted "and, parted"',
    "two\nlines\tand a tab",
    "\u00e9l\u00e8ve \U0001f514",
    "back\\slash",
    "",
    None,
]
MAKE = """
INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, actor_name, place_latitude,
    place_longitude, counts, quad_class, score, confidence, codebook, mention_count, article_count, source_count, first_reported_at)
SELECT 'made ' || number, date '2026-01-01' + number::integer, 'day', 'ASSAULT', (ARRAY['{}', '{a,b}'])[1 + mod(number, 2)]::text[],
       'actual', name, CASE WHEN mod(number, 2) = 0 THEN -33.5 END, CASE WHEN mod(number, 2) = 0 THEN 18.25 END,
       '[{"kind": "killed", "lower": 3, "upper": null}]', 4, -9.5, 0.5, 'made', 1, 1, 1, '2026-01-01 12:00:00.25+00'
FROM unnest(%s::text[]) WITH ORDINALITY AS given (name, number)
"""


@pytest.fixture
def url(settings) -> str:
    """A database with an event for each name."""
    connection = connect(settings.database_url, autocommit=True)
    select(connection, MAKE, NAMES)
    connection.close()
    return str(settings.database_url)


def by_key(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["event_key"])


def test_parquet_has_types_lists_and_every_value(url: str, tmp_path: Path) -> None:
    """As Postgres holds them: null is not an empty text, a list is a list, a time has its zone."""
    assert export_view(url, "events", tmp_path / "events.parquet") == len(NAMES)
    table = pyarrow.parquet.read_table(tmp_path / "events.parquet")
    rows = by_key(table.to_pylist())

    assert [row["actor_name"] for row in rows] == NAMES
    assert [row["contexts"] for row in rows[:2]] == [["a", "b"], []]
    assert (rows[0]["event_date"], rows[0]["killed_lower"], rows[0]["killed_upper"]) == (
        date(2026, 1, 2),
        3,
        None,
    )
    assert (rows[0]["score"], rows[0]["is_background"], rows[0]["place_latitude"]) == (-9.5, False, None)
    assert rows[0]["first_reported_at"].isoformat() == "2026-01-01T12:00:00.250000+00:00"
    assert table.schema.field("id").type == pyarrow.int64()


def test_csv_runs_no_formula(url: str, tmp_path: Path) -> None:
    """What a spreadsheet would take for one gets an apostrophe; numbers below zero stay numbers."""
    export_view(url, "events", tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(newline="", encoding="utf-8") as lines:
        rows = by_key(list(csv.DictReader(lines)))

    assert [row["actor_name"] for row in rows] == [
        "'=HYPERLINK(1)",
        '\'-quoted "and, parted"',
        *NAMES[2:6],
        "",
    ]
    assert (rows[0]["score"], rows[0]["contexts"]) == ("-9.5", "a;b")


def test_tsv_has_a_line_a_row_and_no_stray_tab(url: str, tmp_path: Path) -> None:
    """So that the simplest reader reads it: split at newlines, split at tabs."""
    export_view(url, "names", tmp_path / "names.tsv")
    lines = (tmp_path / "names.tsv").read_text("utf-8").splitlines()

    assert {line.count("\t") for line in lines} == {2}
    assert "two lines and a tab\t1\t0" in lines


def test_geojson_is_points_with_properties(url: str, tmp_path: Path) -> None:
    """Longitude first; an event without a place has no geometry, and is there."""
    export_view(url, "events", tmp_path / "events.geojson")
    found = json.loads((tmp_path / "events.geojson").read_text("utf-8"))
    features = sorted(found["features"], key=lambda feature: feature["properties"]["event_key"])

    assert found["type"] == "FeatureCollection"
    assert [feature["properties"]["actor_name"] for feature in features] == NAMES
    assert [feature["geometry"] for feature in features[:2]] == [
        None,
        {"type": "Point", "coordinates": [18.25, -33.5]},
    ]


@pytest.mark.parametrize("form", ["csv", "tsv", "geojson", "parquet"])
def test_nothing_is_a_file_that_can_be_read(settings, tmp_path: Path, form: str) -> None:
    """An empty view gives a head and no rows."""
    assert export_view(settings.database_url, "events", tmp_path / f"none.{form}") == 0
    if form == "geojson":
        assert json.loads((tmp_path / "none.geojson").read_text())["features"] == []
    if form == "parquet":
        assert "event_key" in pyarrow.parquet.read_table(tmp_path / "none.parquet").column_names


@pytest.mark.parametrize("view", ["events", "polecat_events", "gdelt_events", "icews_events", "calendar"])
def test_a_span_takes_both_its_days(url: str, tmp_path: Path, view: str) -> None:
    """Whatever a view calls its date."""
    span = {"since": date(2026, 1, 3), "until": date(2026, 1, 5)}

    assert export_view(url, view, tmp_path / "some.parquet", **span) == 3


@pytest.mark.parametrize(
    ("view", "name", "message"),
    [
        pytest.param(
            "event", "x.csv", "no view 'event' in schema analysis; there are: .*events", id="no view"
        ),
        pytest.param("events", "x.xlsx", "must end in one of .csv, .tsv, .geojson, .parquet", id="no form"),
        pytest.param("names", "x.geojson", "has no coordinates", id="no point"),
        pytest.param('events"; DROP TABLE tocsin.events; --', "x.csv", "no view", id="no SQL"),
    ],
)
def test_what_cannot_be_had_is_refused(settings, tmp_path: Path, view: str, name: str, message: str) -> None:
    """And leaves no file."""
    with pytest.raises(ConfigError, match=message):
        export_view(settings.database_url, view, tmp_path / name)

    assert list(tmp_path.glob("x*")) == []


def test_a_file_that_is_there_is_not_overwritten(settings, tmp_path: Path) -> None:
    """Nor one in a folder that is not there begun."""
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        export_view(settings.database_url, "events", tmp_path / "mine.csv")
    with pytest.raises(OperateError, match="cannot write"):
        export_view(settings.database_url, "events", tmp_path / "nowhere" / "x.parquet")

    assert (tmp_path / "mine.csv").read_text() == "mine"


def test_what_postgres_cannot_give_is_told_and_leaves_no_file(url: str, tmp_path: Path) -> None:
    """A view that fails in the middle of its rows."""
    connection = connect(url, autocommit=True)
    select(
        connection,
        "CREATE VIEW analysis.broken AS SELECT id, 1 / (3 - row_number() OVER (ORDER BY id)) AS x FROM tocsin.events",
    )
    try:
        for form in ("csv", "parquet"):
            with pytest.raises(Exception, match="division by zero"):
                export_view(url, "broken", tmp_path / f"broken.{form}")
    finally:
        select(connection, "DROP VIEW analysis.broken")
        connection.close()

    assert list(tmp_path.glob("broken*")) == []


def test_the_data_dictionary_is_what_the_database_says(db) -> None:
    """DICTIONARY.md is made by `tocsin dictionary`; make it again when a view changes: `make dictionary`."""
    from pipeline.config import ROOT

    assert (ROOT / "DICTIONARY.md").read_text("utf-8") == dictionary(db.all("describe_views"))
