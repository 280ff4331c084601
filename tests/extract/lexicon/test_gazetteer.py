"""The gazetteer: names in, places out, offline and within a second."""

from __future__ import annotations

import time

import pytest

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.actor_entries import DATA as ACTORS
from pipeline.extract.lexicon.gazetteer import COUNTRIES, fold, load_gazetteer
from pipeline.plover import read_table

ACTOR_COUNTRIES = ACTORS / "countries.csv"


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Buôn Ma Thuột", "buon ma thuot"),
        ("LUHANS’K", "luhansk"),
        ("Deir ez-Zor", "deir ez zor"),
        ("Łódź", "lodz"),
        ("U.S.", "us"),
        ("  Ağrı ", "agri"),
    ],
)
def test_fold_leaves_small_ascii_letters(written, key):
    """Accents, capitals, hyphens and apostrophes do not tell names apart."""
    assert fold(written) == key


def test_loading_takes_under_a_second():
    """The lists are read once, fast."""
    load_gazetteer.cache_clear()
    began = time.process_time()
    load_gazetteer()

    assert time.process_time() - began < 1.5  # a second, and half of one for a busy machine


def test_a_second_load_gives_the_same_gazetteer(gazetteer):
    """It is kept."""
    assert load_gazetteer() is gazetteer


def test_a_name_gives_every_place_that_bears_it(gazetteer):
    """Division and town of one name are both there."""
    levels = {entry.resolution for entry in gazetteer.find("Aleppo") if entry.country == "SYR"}

    assert levels == {"admin1", "point"}


def test_an_unknown_name_gives_nothing(gazetteer):
    """No guess."""
    assert gazetteer.find("Qwertyville-on-Nothing") == ()


@pytest.mark.parametrize("name", ["", "  ", "…", "'", "\x00", "😀"])
def test_a_name_without_letters_gives_nothing(gazetteer, name):
    """Nor does it fail."""
    assert gazetteer.find(name) == ()


@pytest.mark.parametrize(
    ("word", "iso3"),
    [
        ("Syria", "SYR"),
        ("Syrian", "SYR"),
        ("U.S.", "USA"),
        ("ZAIRE", "COD"),
        ("Burma", "MMR"),
        ("Kosovo", "XKX"),
        ("the Netherlands", "NLD"),
        ("St. Lucia", "LCA"),
        ("State of Palestine", "PSE"),
    ],
)
def test_country_of_reads_names_and_adjectives(gazetteer, word, iso3):
    """Old names point at the state of today."""
    assert gazetteer.country_of(word) == iso3


def test_every_country_of_the_actors_is_on_the_map(gazetteer):
    """Who acts has a place, under the name that actors bear."""
    countries = read_table(ACTOR_COUNTRIES)
    missing = [row["name"] for row in countries if gazetteer.country_of(row["name"]) != row["code"]]

    assert missing == []


def test_country_of_a_town_is_nothing(gazetteer):
    """Only names and adjectives of countries count."""
    assert gazetteer.country_of("Aleppo") is None


def test_first_and_last_town_of_the_file_are_found(gazetteer):
    """The search does not miss the ends."""
    lines = gazetteer.town_keys.rstrip(b"\n").split(b"\n")
    for line in (lines[0], lines[1], lines[len(lines) // 2], lines[-1]):
        assert gazetteer.find(line.split(b"\t")[0].decode())


def test_every_town_lies_in_a_box_of_its_country(gazetteer):
    """The boxes that validate judges by hold for what we code ourselves."""
    boxes: dict[str, list[tuple[float, ...]]] = {}
    for row in read_table(COUNTRIES):
        edges = ("min_latitude", "max_latitude", "min_longitude", "max_longitude")
        boxes.setdefault(row["iso2"], []).append(tuple(float(row[edge]) for edge in edges))
    outside = []
    for row in gazetteer.town_rows:
        iso2, _, latitude, longitude, *_ = row.decode().split("\t")
        if not any(
            south <= float(latitude) <= north and west <= float(longitude) <= east
            for south, north, west, east in boxes[iso2]
        ):
            outside.append(row)

    assert outside == []


def test_every_own_place_lies_in_a_box_of_its_country(gazetteer):
    """A slip in our own table shows."""
    boxes: dict[str, list[tuple[float, ...]]] = {}
    for row in read_table(COUNTRIES):
        edges = ("min_latitude", "max_latitude", "min_longitude", "max_longitude")
        boxes.setdefault(row["iso3"], []).append(tuple(float(row[edge]) for edge in edges))
    entries = [*gazetteer.own.values(), *gazetteer.countries.values()]
    outside = [
        entry.name
        for entry in entries
        if not any(
            s <= entry.latitude <= n and w <= entry.longitude <= e for s, n, w, e in boxes[entry.country]
        )
    ]

    assert outside == []


def test_a_row_with_a_field_too_many_is_refused(tmp_path):
    """The message names the file and shows the row."""
    path = tmp_path / "places.csv"
    path.write_text("name,country\nHere,AAA,more\n", "utf-8")

    with pytest.raises(ConfigError, match=r"places.csv: a row has not the fields"):
        read_table(path)


def test_a_missing_list_is_named(tmp_path):
    """So that it can be put back."""
    with pytest.raises(ConfigError, match=r"gone.csv cannot be read"):
        read_table(tmp_path / "gone.csv")
