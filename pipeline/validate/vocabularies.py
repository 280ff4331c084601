"""What words a candidate may have: lists too long for an expectation's arguments, which name them instead."""

from __future__ import annotations

from functools import cache

from pipeline import plover
from pipeline.errors import ConfigError
from pipeline.validate.thresholds import DATA

# Vocabularies of pairs name=value, which say something of the names they hold alone.
PAIRS = frozenset({"named_countries"})

Boxes = tuple[tuple[float, float, float, float], ...]


@cache
def country_boxes() -> dict[str, Boxes]:
    """Country → boxes it lies in: south, north, west, east, in degrees."""
    boxes: dict[str, Boxes] = {}
    for row in plover.read_table(plover.DATA / "countries.csv"):
        box = (
            float(row["min_latitude"]),
            float(row["max_latitude"]),
            float(row["min_longitude"]),
            float(row["max_longitude"]),
        )
        boxes[row["iso3"]] = (*boxes.get(row["iso3"], ()), box)
    return boxes


@cache
def countries() -> tuple[str, ...]:
    """ISO 3166 alpha-3 and PLOVER's additions, sorted."""
    return tuple(sorted({*country_boxes(), *_additional("country")}))


@cache
def sectors() -> tuple[str, ...]:
    """Sectors of the codebook, and those its coders add, sorted."""
    return tuple(sorted({*plover.SECTORS, *_additional("sector")}))


@cache
def vocabularies() -> dict[str, frozenset[str]]:
    """Each by its name, for ExpectColumnValuesToBeInVocabulary."""
    codes = plover.codes().values()
    return {
        "types": frozenset(type_and_mode(code) for code in codes),
        "scores": frozenset(type_quad_score(code) for code in codes),
        "countries": frozenset(countries()),
        "sectors": frozenset(sectors()),
        "named_countries": _named_countries(),
        "cameo_roots": frozenset(
            f"{row['event_type']} {root}"
            for row in plover.read_table(DATA / "cameo_roots.csv")
            for root in row["roots"].split()
        ),
    }


def type_and_mode(code: plover.TypeCode) -> str:
    """One word as the view writes it: PROTEST/riot."""
    return f"{code.event_type}/{code.mode}" if code.mode else code.event_type


def type_quad_score(code: plover.TypeCode) -> str:
    """Type, mode, quad class and score as the view writes them: PROTEST/riot quad_class=4 score=-7."""
    score = "none" if code.score is None else format(code.score, "g")
    return f"{type_and_mode(code)} quad_class={code.quad_class} score={score}"


def _additional(kind: str) -> frozenset[str]:
    rows = plover.read_table(DATA / "additional_codes.csv")
    unknown = sorted({row["kind"] for row in rows} - {"country", "sector"})
    if unknown:
        raise ConfigError(f"additional_codes.csv: no kind {unknown[0]!r}; there are: country, sector")
    return frozenset(row["code"] for row in rows if row["kind"] == kind)


def _named_countries() -> frozenset[str]:
    """Names of countries in small letters, = and the code, but for those that name something else as well."""
    shared = {row["name"] for row in plover.read_table(DATA / "shared_names.csv")}
    rows = plover.read_table(plover.DATA / "countries.csv")
    named = {(row["name"].strip().removeprefix("The ").lower(), row["iso3"]) for row in rows}
    return frozenset(f"{name}={code}" for name, code in named if name not in shared)
