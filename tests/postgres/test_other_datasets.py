"""The views in the columns of GDELT 2.0, POLECAT and ICEWS: by name, order and type, so that old notebooks go on."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime

import pytest

from pipeline.config import ROOT
from tests.store.conftest import select

TEXT, INTEGER, BIG, FLOAT, DAY = "text", "integer", "bigint", "double precision", "date"


def actor_of_gdelt(number: int) -> list[tuple[str, str]]:
    parts = "Code Name CountryCode KnownGroupCode EthnicCode Religion1Code Religion2Code Type1Code Type2Code Type3Code"
    return [(f"Actor{number}{part}", TEXT) for part in parts.split()]


def place_of_gdelt(name: str) -> list[tuple[str, str]]:
    parts = [("Type", INTEGER), ("FullName", TEXT), ("CountryCode", TEXT), ("ADM1Code", TEXT), ("ADM2Code", TEXT),
             ("Lat", FLOAT), ("Long", FLOAT), ("FeatureID", TEXT)]  # fmt: skip
    return [(f"{name}Geo_{part}", kind) for part, kind in parts]


def party_of_polecat(who: str) -> list[tuple[str, str]]:
    return [(f"{who} Name", TEXT), (f"{who} Country", TEXT), (f"{who} COW", INTEGER), (f"Primary {who} Sector", TEXT),
            (f"{who} Sectors", TEXT), (f"{who} Title", TEXT), (f"{who} Name Raw", TEXT), (f"Wikipedia {who} ID", TEXT)]  # fmt: skip


COLUMNS = {
    "gdelt_events": [
        ("GLOBALEVENTID", BIG), ("SQLDATE", INTEGER), ("MonthYear", INTEGER), ("Year", INTEGER), ("FractionDate", FLOAT),
        *actor_of_gdelt(1), *actor_of_gdelt(2),
        ("IsRootEvent", INTEGER), ("EventCode", TEXT), ("EventBaseCode", TEXT), ("EventRootCode", TEXT),
        ("QuadClass", INTEGER), ("GoldsteinScale", FLOAT), ("NumMentions", INTEGER), ("NumSources", INTEGER),
        ("NumArticles", INTEGER), ("AvgTone", FLOAT),
        *place_of_gdelt("Actor1"), *place_of_gdelt("Actor2"), *place_of_gdelt("Action"),
        ("DATEADDED", BIG), ("SOURCEURL", TEXT),
    ],
    "polecat_events": [
        ("Event ID", TEXT), ("Event Date", DAY), ("Event Type", TEXT), ("Event Mode", TEXT), ("Intensity", FLOAT),
        ("Quad Code", TEXT), ("Contexts", TEXT),
        *party_of_polecat("Actor"), *party_of_polecat("Recipient"),
        ("Placename", TEXT), ("City", TEXT), ("District", TEXT), ("Province", TEXT), ("Country", TEXT),
        ("Latitude", FLOAT), ("Longitude", FLOAT), ("GeoNames ID", BIG), ("Raw Placename", TEXT), ("Feature Type", TEXT),
        ("Source", TEXT), ("Publication Date", DAY), ("Story People", TEXT), ("Story Organizations", TEXT),
        ("Story Locations", TEXT), ("Language", TEXT), ("Version", TEXT),
    ],
    "icews_events": [
        ("Event ID", BIG), ("Event Date", DAY), ("Source Name", TEXT), ("Source Sectors", TEXT), ("Source Country", TEXT),
        ("Event Text", TEXT), ("CAMEO Code", TEXT), ("Intensity", FLOAT), ("Target Name", TEXT), ("Target Sectors", TEXT),
        ("Target Country", TEXT), ("Story ID", BIG), ("Sentence Number", INTEGER), ("Publisher", TEXT), ("City", TEXT),
        ("District", TEXT), ("Province", TEXT), ("Country", TEXT), ("Latitude", FLOAT), ("Longitude", FLOAT),
    ],
}  # fmt: skip


@pytest.mark.parametrize("view", COLUMNS)
def test_a_view_has_exactly_the_columns_of_its_data_set(db, view: str) -> None:
    """Names, order and types."""
    found = select(
        db.connection,
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'analysis' AND table_name = %s ORDER BY ordinal_position",
        view,
    )

    assert found == COLUMNS[view]


PLANTED = """
INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method)
VALUES ('https://news.example/1', 'Example', 'T', 'Troops shelled Ariha.', 'en', '2026-03-05 23:30+00', now(), 'made');
INSERT INTO tocsin.mentions (event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
                             sentence, sentence_start, confidence)
SELECT date '2026-03-04', number, number, id, 7, 14, 'shelled', 'Troops shelled Ariha.', 0, 0.8
FROM tocsin.articles, generate_series(1, 3) AS number;
INSERT INTO tocsin.events (id, event_key, event_date, date_precision, event_type, mode, contexts, status, actor_name,
    actor_country, actor_sector, recipient_name, place_name, place_country, place_admin1, place_latitude, place_longitude,
    place_resolution, geonames_id, counts, quad_class, score, cameo, confidence, codebook, mention_count, article_count,
    source_count, first_reported_at, stored_at, is_lead, candidate_id, trigger_start, deleted_at)
SELECT number, 'key' || number, date '2026-03-04', 'day', 'ASSAULT', 'artillery', '{military,terror}',
    (ARRAY['actual', 'denied', 'actual'])[number], 'Syrian army', 'SYR', 'MIL', 'rebels', 'Ariha', 'SYR', 'Idlib', 35.8, 36.6, 'point',
    171000, '[]', 4, -9, '194', 0.8, 'book', 2, 1, 1, now(), '2026-03-06 01:02:03+00', true, number, 7,
    CASE WHEN number = 3 THEN now() END
FROM generate_series(1, 3) AS number;
"""


def planted(db, view: str) -> dict[str, object]:
    select(db.connection, PLANTED)
    rows = db.connection.cursor()
    rows.execute(f"SELECT * FROM analysis.{view}")  # noqa: S608
    (row,) = rows.fetchall()
    return {
        column.name: value for column, value in zip(rows.description, row, strict=True) if value is not None
    }


def test_an_event_in_the_words_of_gdelt(db) -> None:
    """One row for the one actual event that stands; what is not coded is null."""
    assert planted(db, "gdelt_events") == {
        "GLOBALEVENTID": 1, "SQLDATE": 20260304, "MonthYear": 202603, "Year": 2026,
        "FractionDate": pytest.approx(2026 + 94 / 365),
        "Actor1Code": "SYRMIL", "Actor1Name": "SYRIAN ARMY", "Actor1CountryCode": "SYR", "Actor1Type1Code": "MIL",
        "Actor2Name": "REBELS", "IsRootEvent": 1, "EventCode": "194", "EventBaseCode": "194", "EventRootCode": "19",
        "QuadClass": 4, "GoldsteinScale": -9.0, "NumMentions": 2, "NumSources": 1, "NumArticles": 1,
        "Actor1Geo_Type": 0, "Actor2Geo_Type": 0, "ActionGeo_Type": 4, "ActionGeo_FullName": "Ariha, Idlib, Syria",
        "ActionGeo_CountryCode": "SY", "ActionGeo_Lat": 35.8, "ActionGeo_Long": 36.6, "ActionGeo_FeatureID": "171000",
        "DATEADDED": 20260306010203, "SOURCEURL": "https://news.example/1",
    }  # fmt: skip


def test_an_event_in_the_words_of_polecat(db) -> None:
    """Contexts parted by semicolons, quad class in words."""
    assert planted(db, "polecat_events") == {
        "Event ID": "key1", "Event Date": date(2026, 3, 4), "Event Type": "ASSAULT", "Event Mode": "artillery",
        "Intensity": -9.0, "Quad Code": "MATERIAL CONFLICT", "Contexts": "military;terror", "Actor Name": "Syrian army",
        "Actor Country": "SYR", "Actor COW": 652, "Primary Actor Sector": "MIL", "Actor Sectors": "MIL",
        "Actor Name Raw": "Syrian army", "Recipient Name": "rebels", "Recipient Name Raw": "rebels",
        "Placename": "Ariha", "City": "Ariha", "Province": "Idlib", "Country": "SYR", "Latitude": 35.8, "Longitude": 36.6,
        "GeoNames ID": 171000, "Raw Placename": "Ariha", "Feature Type": "point", "Source": "Example",
        "Publication Date": datetime(2026, 3, 5, tzinfo=UTC).date(), "Language": "en", "Version": "book",
    }  # fmt: skip


def test_an_event_in_the_words_of_icews(db) -> None:
    """Countries by name, the title of the code."""
    row = planted(db, "icews_events")

    assert row.pop("Story ID")
    assert row == {
        "Event ID": 1, "Event Date": date(2026, 3, 4), "Source Name": "Syrian army", "Source Sectors": "MIL",
        "Source Country": "Syria", "Event Text": "Fight with artillery and tanks", "CAMEO Code": "194", "Intensity": -9.0,
        "Target Name": "rebels", "Publisher": "Example", "City": "Ariha", "Province": "Idlib", "Country": "Syria",
        "Latitude": 35.8, "Longitude": 36.6,
    }  # fmt: skip


def test_every_country_and_every_cameo_code_of_the_codebook_has_its_row(db) -> None:
    """None is lost between our files and the words of others; and no code stands twice."""
    with (ROOT / "pipeline/data/countries.csv").open(encoding="utf-8") as lines:
        countries = {
            row["iso3"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))
        }
    with (ROOT / "pipeline/extract/data/cameo.csv").open(encoding="utf-8") as lines:
        codes = {row["cameo"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
    known = [country for (country,) in select(db.connection, "SELECT country FROM tocsin.country_codes")]
    titled = [cameo for (cameo,) in select(db.connection, "SELECT cameo FROM tocsin.cameo_titles")]

    assert countries - set(known) == set()
    assert codes - set(titled) == set()
    assert (len(known), len(titled)) == (len(set(known)), len(set(titled)))
