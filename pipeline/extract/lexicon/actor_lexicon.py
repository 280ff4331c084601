"""The actor lexicon: names, in many files, become one table from tokens to entries.

Lookup is one dictionary probe per candidate length, longest first; no pattern is run per entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.extract.lexicon import words
from pipeline.extract.lexicon.actor_entries import DATA, Entry, Word, fold, surface_key, word_list
from pipeline.extract.lexicon.actor_files import PERSON_FILES, NamedRow, own_files, read_own, read_user
from pipeline.plover import read_table

GRACE_DAYS = 7
"""A leader who fell this week is still written of by his office."""
_PARTICLES = word_list("particles")
_UNPLURALLED = words.word_list("lexicon.actor_lexicon.unpluralled")
_FAMILY_NAME_FIRST = frozenset({"CHN", "TWN", "KOR", "PRK"})
_IRREGULAR = {"child": "children", "man": "men", "woman": "women", "person": "people", "wife": "wives"}
# Country and people names that are also words in lower case.
_COMMON = word_list("common_words")


class Match(NamedTuple):
    """Tokens start..end (exclusive) name these entries."""

    start: int
    end: int
    entries: tuple[Entry, ...]


class ActorLexicon:
    """All names. Build with `load_lexicon`.

    `surfaces` maps the tokens of a name, joined by blanks, to its meanings; `surnames` the last names of
    known people to their terms of office; `countries` the codes to their names.
    """

    def __init__(self, countries: dict[str, str]) -> None:
        self.countries = countries
        self.surfaces: dict[str, tuple[Entry, ...]] = {}
        self.surnames: dict[str, tuple[Entry, ...]] = {}
        self.common_surnames: frozenset[str] = frozenset()
        self._longest: dict[str, int] = {}
        self._guards: dict[str, str] = {}

    def add(self, surface: str, entry: Entry) -> None:
        """Enter one name; an entry of the same id and time is not entered twice."""
        keys = surface_key(surface.removeprefix("="))
        if not keys:
            return
        self._put(" ".join(keys), keys, entry)
        guard = _guard(surface, keys, entry)
        if guard:
            self._guards.setdefault(" ".join(keys), guard)

    def _put(self, key: str, keys: Sequence[str], entry: Entry) -> None:
        present = self.surfaces.get(key)
        if present is None:
            self.surfaces[key] = (entry,)
        elif entry not in present:
            self.surfaces[key] = (*present, entry)
        if self._longest.get(keys[0], 0) < len(keys):
            self._longest[keys[0]] = len(keys)

    def add_place(self, name: str, country: str, stem: str) -> None:
        """Enter a town or region, already folded; any other meaning of the name goes before it."""
        if name not in self.surfaces:
            self._put(name, name.split(" "), Entry(f"{stem}:{name}", name.title(), country, "", "place"))
            self._guards[name] = "title"

    def add_surname(self, entry: Entry) -> None:
        """Let a known person be found by the last name."""
        for surname in _surnames(entry):
            self.surnames[surname] = (*self.surnames.get(surname, ()), entry)

    def scan(self, words: Sequence[Word]) -> list[Match]:
        """Non-overlapping matches, left to right, longest first.

        Role words give way to a longer name that starts among them: "opposition Movement for Peace".
        """
        matches: list[Match] = []
        at, count = 0, len(words)
        keys = [word.key for word in words]
        while at < count:
            found = self._longest_at(words, keys, at, count - at)
            if found and found.end - at > 1 and found.entries[0].kind == "role":
                found = self._before_name(words, keys, found)
            if found:
                matches.append(found)
                at = found.end
            else:
                at += 1
        return matches

    def _longest_at(self, words: Sequence[Word], keys: Sequence[str], at: int, most: int) -> Match | None:
        surfaces, guards = self.surfaces, self._guards
        for length in range(min(self._longest.get(keys[at], 0), most), 0, -1):
            key = keys[at] if length == 1 else " ".join(keys[at : at + length])
            entries = surfaces.get(key)
            if entries and key in guards and not _passes(guards[key], words[at]):
                # "Army" may be somebody's name; "army" is the role.
                entries = tuple(entry for entry in entries if entry.kind == "role")
            if entries:
                return Match(at, at + length, entries)
        return None

    def _before_name(self, words: Sequence[Word], keys: Sequence[str], found: Match) -> Match | None:
        length = found.end - found.start
        for start in range(found.start + 1, found.end):
            inner = self._longest_at(words, keys, start, len(keys) - start)
            if inner and inner.end - start > length and inner.entries[0].kind in ("organisation", "person"):
                return self._longest_at(words, keys, found.start, start - found.start)
        return found


def _guard(surface: str, keys: Sequence[str], entry: Entry) -> str:
    """How the text must be written for this name to count: "upper", "title" or "" for any way."""
    if surface.startswith("=") or (
        len(keys) == 1 and len(keys[0]) <= 3 and surface.replace(".", "").isupper()
    ):
        return "upper"
    if len(keys) > 1:
        return ""
    if entry.kind in ("organisation", "person", "place", "seat") or keys[0] in _COMMON:
        return "title"
    return ""


def _passes(guard: str, word: Word) -> bool:
    return word.text.isupper() if guard == "upper" else word.text[:1].isupper()


def holds(entry: Entry, on: date | None) -> bool:
    """Whether the entry's code holds on that day; without a day, always."""
    return on is None or entry.first <= on.toordinal() <= entry.last + (
        GRACE_DAYS if entry.kind == "person" else 0
    )


def term_on(terms: Sequence[Entry], on: date | None) -> Entry:
    """The term of a person that counts on a day: an office of state before others, the latest before earlier ones."""
    current = [term for term in terms if holds(term, on)]
    if current:
        return max(current, key=lambda term: (term.sector == "GOV", term.first))
    day = on.toordinal() if on else 0
    return max(terms, key=lambda term: (term.last < day, term.last if term.last < day else -term.first))


def sector_on(terms: Sequence[Entry], on: date | None) -> str:
    """The sector of a person on a day: the office held; ELI after an office of state; "" before the first.

    Without a day the office of state counts, because a text that names a leader most often means him in office.
    """
    term = term_on(terms, on)
    if holds(term, on):
        return term.sector
    if on and term.first > on.toordinal():
        return ""
    return "ELI" if term.sector in ("GOV", "ELI") else term.sector


def _surnames(entry: Entry) -> list[str]:
    parts = surface_key(entry.name)
    if len(parts) < 2:
        return []
    if entry.country in _FAMILY_NAME_FIRST:
        return [parts[0], parts[-1]] if entry.country == "TWN" else [parts[0]]
    found = [parts[-1]]
    if parts[-2] in _PARTICLES:
        found.append(f"{parts[-2]} {parts[-1]}")
    return found


def _plural(form: str) -> str:
    head, _, tail = form.partition(" of ")
    words = head.split(" ")
    last = words[-1]
    ending = next((irregular for irregular in _IRREGULAR if last.endswith(irregular)), None)
    if ending:
        plural = last[: -len(ending)] + _IRREGULAR[ending]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        plural = last[:-1] + "ies"
    elif last.endswith(("s", "x", "ch", "sh")):
        plural = last + "es"
    else:
        plural = last + "s"
    joined = " ".join([*words[:-1], plural])
    return f"{joined} of {tail}" if tail else joined


def _add_countries(lexicon: ActorLexicon) -> None:
    for row in read_table(DATA / "countries.csv"):
        code, name = row["code"], row["name"]
        noun = Entry(f"countries:{name}", name, code, "", "country")
        people = Entry(f"countries:{name}", name, code, "", "demonym")
        seat = Entry(f"countries:{name}", f"Government of {name}", code, "GOV", "seat")
        for surface in _split(row["demonyms"]):
            lexicon.add(surface, people)
            if not surface.endswith(_UNPLURALLED) and surface not in ("US", "UK"):
                lexicon.add(surface + "s", people)
        for surface in (name, *_split(row["aliases"])):
            lexicon.add(surface, noun)
        for surface in _split(row["seats"]):
            lexicon.add(surface, seat)


def _add_roles(lexicon: ActorLexicon) -> None:
    for row in read_table(DATA / "roles.csv"):
        for form in _split(row["forms"]):
            entry = Entry(f"roles:{form}", form, "", row["sector"], "role", row["strength"])
            lexicon.add(form, entry)
            if row["strength"] not in ("quantity", "former", "modifier"):
                lexicon.add(_plural(form), entry)


def _add_names(lexicon: ActorLexicon, rows: Iterable[NamedRow], stem: str) -> None:
    """Enter rows; rows of one name (terms of office, changes of side) share their aliases."""
    together: dict[tuple[str, str], tuple[list[Entry], dict[str, None]]] = {}
    for entry, surfaces in rows:
        key = (entry.id, entry.country) if stem in PERSON_FILES else (entry.id, "")
        entries, names = together.setdefault(key, ([], {}))
        entries.append(entry)
        names.update(dict.fromkeys(surfaces))
    for entries, names in together.values():
        for entry in entries:
            for surface in names:
                lexicon.add(surface, entry)
            if stem in PERSON_FILES:
                lexicon.add_surname(entry)


def _add_places(lexicon: ActorLexicon) -> None:
    for stem in ("regions", "cities"):
        for row in read_table(DATA / f"{stem}.csv"):
            for name in _split(row["names"]):
                lexicon.add_place(fold(name).replace("-", " "), row["country"], stem)


def _split(text: str) -> list[str]:
    return text.split("|") if text else []


@lru_cache(maxsize=4)
def load_lexicon(user_path: str = "") -> ActorLexicon:
    """Read the lexicon once.

    Args:
        user_path: A CSV of own actors or a PETRARCH dictionary; its names replace ours. Empty for none.

    Raises:
        ConfigError: A row of the user's file is wrong.
    """
    countries = {row["code"]: row["name"] for row in read_table(DATA / "countries.csv")}
    lexicon = ActorLexicon(countries)
    _add_countries(lexicon)
    _add_roles(lexicon)
    for stem, path in own_files().items():
        _add_names(lexicon, read_own(stem, path), stem)
    lexicon.common_surnames = frozenset(
        fold(name) for row in read_table(DATA / "surnames.csv") for name in _split(row["names"])
    )
    _add_places(lexicon)
    if user_path:
        rows = read_user(Path(user_path), countries)
        for key in {" ".join(surface_key(surface)) for row in rows for surface in row.surfaces}:
            lexicon.surfaces.pop(key, None)
        _add_names(lexicon, rows, "user")
    return lexicon
