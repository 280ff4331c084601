"""Files of actors, in: our own CSVs, a user's CSV, PETRARCH `.actors` dictionaries. Entries, out.

All files of names share one header: `name,country,sector,valid from,valid to,aliases`. Dates are
a year, a month or a day; both ends hold. Aliases are parted by `|`.
"""

from __future__ import annotations

import calendar
import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.actor_entries import (
    DATA,
    FIRST_DAY,
    INTERNATIONAL,
    KNOWN_SECTORS,
    LAST_DAY,
    Entry,
)
from pipeline.plover import SECTORS, read_table

HEADER = ("name", "country", "sector", "valid from", "valid to", "aliases")
PERSON_FILES = ("leaders", "persons")
ORGANISATION_CODES = ("UNO", "EUR")
"""Bodies that some users of PLOVER write in the country's place; kept beside IGO."""
_CAMEO_COUNTRIES = {"ROM": "ROU", "KSV": "XKX", "KOS": "XKX", "TMP": "TLS", "ZAR": "COD", "BUR": "MMR", "WSB": "PSE",
                    "GZS": "PSE", "PAL": "PSE", "YUG": "SRB", "SCG": "SRB", "GER": "DEU", "SUN": "RUS"}  # fmt: skip
_CAMEO_SECTORS = {"CIV": "CVL", "REL": "REL", "SET": "CVL", "RAD": "REB", "MOD": "OPP", "HRI": "NGO", "ENV": "NGO",
                  "DEV": "BUS", "MOS": "MUS", "CTH": "CHR", "INS": "REB"}  # fmt: skip
_PETRARCH_CODE = re.compile(r"\[\s*([A-Za-z0-9~_-]*)\s*([^\]]*)\]")
_PETRARCH_DATES = re.compile(r"^(?:([<>])\s*(\d{6,8})|(\d{6,8})\s*-\s*(\d{6,8}))$")


class NamedRow(NamedTuple):
    """An entry with all the surfaces that name it; an empty country means none is implied."""

    entry: Entry
    surfaces: tuple[str, ...]


def own_files() -> dict[str, Path]:
    """The name files that ship with Tocsin, by stem."""
    special = {"countries", "roles", "regions", "cities", "surnames", "things", "words"}
    return {path.stem: path for path in sorted(DATA.glob("*.csv")) if path.stem not in special}


def read_own(stem: str, path: Path) -> Iterator[NamedRow]:
    """Rows of a shipped file; trusted, and checked whole by a test."""
    kind = "person" if stem in PERSON_FILES else "organisation"
    for row in read_table(path):
        yield _named_row(row, stem, kind)


def read_user(path: Path, countries: Iterable[str]) -> list[NamedRow]:
    """A user's actors.

    Args:
        path: A CSV with the header of this module, or a PETRARCH dictionary if it ends in `.actors` or `.txt`.
        countries: The country codes a row may have.

    Raises:
        ConfigError: The file is missing or a row is wrong; names file, line, value and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the actors file {path}: {error}") from error
    if path.suffix in (".actors", ".txt"):
        return read_petrarch(text, path.name, countries)
    return _read_user_csv(text, path.name, frozenset(countries) | frozenset(INTERNATIONAL))


def _read_user_csv(text: str, file: str, countries: frozenset[str]) -> list[NamedRow]:
    # A comment is blanked, not dropped, so that line numbers stay those of the file.
    lines = ["" if line.startswith("#") else line for line in text.splitlines()]
    above = next((number for number, line in enumerate(lines) if line.strip()), 0)
    reader = csv.DictReader(lines[above:])
    header = tuple(name.strip() for name in reader.fieldnames or ())
    if "name" not in header or not set(header) <= set(HEADER):
        raise ConfigError(
            f"{file}: the header must be {','.join(HEADER)}, got {','.join(header) or 'nothing'}"
        )
    reader.fieldnames = list(header)
    rows = []
    for row in reader:
        where = f"{file} line {reader.line_num + above}"
        if None in row or None in row.values():
            raise ConfigError(f"{where}: {len(header)} columns are needed: {','.join(header)}")
        values = {name: (row.get(name) or "").strip() for name in HEADER}
        _check_row(values, where, countries)
        try:
            rows.append(_named_row(values, "user", "organisation"))
        except ValueError as error:
            raise ConfigError(f"{where}: {error}") from None
    return rows


def _check_row(row: dict[str, str], where: str, countries: frozenset[str]) -> None:
    if not row["name"]:
        raise ConfigError(f"{where}: the name is empty")
    if row["country"] and row["country"] not in countries:
        raise ConfigError(
            f"{where}: no country {row['country']!r}; allowed are ISO 3166 alpha-3 codes in capitals and "
            f"{', '.join(INTERNATIONAL)}"
        )
    if row["sector"] and row["sector"] not in KNOWN_SECTORS:
        raise ConfigError(
            f"{where}: no sector {row['sector']!r}; there are: {', '.join(sorted(KNOWN_SECTORS))}"
        )
    if not row["country"] and not row["sector"]:
        raise ConfigError(f"{where}: {row['name']!r} has neither country nor sector; give at least one")


def _named_row(row: dict[str, str], stem: str, kind: str) -> NamedRow:
    first, last = _day(row["valid from"], end=False), _day(row["valid to"], end=True)
    if first > last:
        raise ValueError(f"valid from {row['valid from']} lies after valid to {row['valid to']}")
    country, organisation = row["country"], ""
    if country in ORGANISATION_CODES:
        country, organisation = "IGO", country
    name = row["name"]
    entry = Entry(f"{stem}:{name}", name, country, row["sector"], kind, "", first, last, organisation)
    aliases = row["aliases"]
    return NamedRow(entry, (name, *filter(None, map(str.strip, aliases.split("|")))) if aliases else (name,))


def _day(text: str, *, end: bool) -> int:
    if not text:
        return LAST_DAY if end else FIRST_DAY
    try:
        parts = [int(part) for part in text.split("-")]
        year, month, day = (*parts, *([12, 31] if end else [1, 1])[len(parts) - 1 :])
        if end and len(parts) < 3:
            day = calendar.monthrange(year, month)[1]
        return date(year, month, day).toordinal()
    except ValueError:
        raise ValueError(f"a date is YYYY, YYYY-MM or YYYY-MM-DD, got {text!r}") from None


def read_petrarch(text: str, file: str, countries: Iterable[str]) -> list[NamedRow]:
    """Entries of a PETRARCH actor dictionary: `NAME_ [CODE dates]`, then `+SYNONYM_` lines.

    CAMEO codes become country and sector (first and next letters); an entry may have several dated
    codes, on its own line or on tab-indented lines below it. Verbs' and agents' files do not load.

    Raises:
        ConfigError: A line is neither a name with a code, a synonym, a further code nor a comment.
    """
    allowed = frozenset(countries)
    rows: list[NamedRow] = []
    names: list[str] = []
    found: list[Entry] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#", 1)[0].split(";", 1)[0].rstrip()
        if not line.strip() or line.lstrip().startswith("<!"):
            continue
        where = f"{file} line {number}"
        if line.startswith("+"):
            if not names:
                raise ConfigError(f"{where}: synonym {line.strip()!r} stands before any name")
            names.append(_petrarch_name(line[1:]))
            continue
        codes = _PETRARCH_CODE.findall(line)
        if not line[0].isspace():
            rows.extend(NamedRow(entry, tuple(names)) for entry in found)
            names, found = [_petrarch_name(_PETRARCH_CODE.sub("", line))], []
        if not names or not names[0] or (not codes and "[" in line):
            raise ConfigError(
                f"{where}: expected `NAME_ [CODE dates]`, `+SYNONYM_` or `[CODE dates]`, got {line.strip()!r}"
            )
        found.extend(_petrarch_entry(names[0], code, dates, allowed, where) for code, dates in codes)
    rows.extend(NamedRow(entry, tuple(names)) for entry in found)
    return rows


def _petrarch_name(text: str) -> str:
    return text.strip().strip("_").replace("_", " ").strip().title()


def _petrarch_entry(name: str, code: str, dates: str, allowed: frozenset[str], where: str) -> Entry:
    country, sector = split_cameo(code, allowed)
    first, last = FIRST_DAY, LAST_DAY
    if dates.strip():
        found = _PETRARCH_DATES.match(dates.strip())
        if not found:
            raise ConfigError(
                f"{where}: dates must be <YYYYMMDD, >YYYYMMDD or YYYYMMDD-YYYYMMDD, got {dates.strip()!r}"
            )
        sign, one, start, stop = found.groups()
        try:
            if sign == "<":
                last = _compact_day(one) - 1
            elif sign == ">":
                first = _compact_day(one) + 1
            else:
                first, last = _compact_day(start), _compact_day(stop)
        except ValueError:
            raise ConfigError(f"{where}: no such day in {dates.strip()!r}") from None
    return Entry(f"user:{name}", name, country, sector, "organisation", "", first, last)


def _compact_day(text: str) -> int:
    if len(text) == 6:
        # Two-digit years: PETRARCH's own convention turns at 30.
        text = ("20" if int(text[:2]) < 30 else "19") + text
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    # Dictionaries write 00 and 31 for "the whole month".
    month, day = max(1, month), max(1, day)
    last = calendar.monthrange(year, month)[1]
    return (date(year, month, 1) + timedelta(days=min(day, last) - 1)).toordinal()


def split_cameo(code: str, countries: Iterable[str]) -> tuple[str, str]:
    """Country and PLOVER sector of a CAMEO actor code ("AFGGOV" -> "AFG", "GOV"); empty where it has none."""
    code = re.sub(r"[^A-Z]", "", code.upper())
    parts = [code[at : at + 3] for at in range(0, len(code) - 2, 3)]
    country = ""
    if parts:
        head = _CAMEO_COUNTRIES.get(parts[0], parts[0])
        if head in countries or head in INTERNATIONAL:
            country, parts = head, parts[1:]
    mapped = (_CAMEO_SECTORS.get(part, part) for part in parts)
    return country, next((part for part in mapped if part in SECTORS or part in KNOWN_SECTORS), "")
