"""Core: the words of a phrase between what owns it and what follows it in; their code, in the light of both, out."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.actors.coding import (
    ARTICLES,
    BREAKS,
    ELSEWHERE,
    ENVOYS,
    HONORIFICS,
    OF,
    WHERE,
    Around,
    Coding,
    Core,
    Scan,
)
from pipeline.extract.actors.lands import are_people, code_land, find_country, looks_like_person
from pipeline.extract.actors.people import code_bearer, code_person, code_role, people_named
from pipeline.extract.lexicon.actor_entries import QUALIFIER, Entry, Word, tokenize
from pipeline.extract.lexicon.actor_lexicon import Match, holds, sector_on
from pipeline.extract.lexicon.words import word_set

_LANDS = frozenset(("country", "demonym", "place"))
_OWNING = word_set("actors.core.owning")
_HEADS = ("strong", "title", "believer", "weak", "armed", "override", "modifier", "former", "quantity")
_COLOURS = ("override", "modifier", "strong", "believer", "title", "former", "weak", "armed", "quantity")


def read_core(scan: Scan, low: int, high: int, around: Around, *, nested: bool) -> Coding:
    """Code the words low..high; `nested` where they only say whose or where somebody else is."""
    matches = [match for index in range(low, high) if (match := scan.at.get(index)) and match.end <= high]
    hint = _hint(matches, around)
    meanings = [
        (match, _choose(scan, match, hint, is_head=number == len(matches) - 1))
        for number, match in enumerate(matches)
    ]
    solid = tuple(meaning for meaning in meanings if meaning[1][0].strength != "quantity")
    coding = Coding()
    if not solid:
        _code_unknown(scan, coding, scan.words[low:high], around, counted=bool(meanings))
        return finish(coding, around)
    tail = tuple(word for word in scan.words[solid[-1][0].end : high] if not word.key.startswith(QUALIFIER))
    core = Core(low, high, solid, tail, around)
    coding.kind = core.head.kind
    if core.head.kind in _LANDS and looks_like_person(scan, core):
        return finish(coding, around)
    coding.ids.append(core.head.id)
    if core.head.kind in _LANDS:
        counted = len(solid) < len(meanings) or any(word.key.isdigit() for word in scan.words[low:high])
        _code_land_or_people(scan, coding, core, counted=counted)
    else:
        _code_head(scan, coding, core, hint, nested=nested)
    find_country(coding, core)
    coding.country = coding.country or _of_owner(scan, low, high)
    owner = around.possessor
    if core.head.name in ENVOYS and coding.country == "IGO" and owner and owner.country:
        # "Russia's U.N. ambassador" is Russia's, whatever the post.
        coding.country, coding.organisation = owner.country, owner.organisation
    return finish(coding, around)


def _code_head(scan: Scan, coding: Coding, core: Core, hint: str, *, nested: bool) -> None:
    head = core.head
    if head.kind == "role":
        code_role(scan, coding, head, core.before, core.around)
        if core.tail and (core.tail[0].text[:1].isupper() or head.strength == "title"):
            code_bearer(scan, coding, core.tail, head, hint)
    elif head.kind == "person":
        code_person(scan, coding, core)
    elif head.kind == "organisation":
        coding.name, coding.body = head.name, True
        coding.country, coding.sector, coding.organisation = head.country, head.sector, head.organisation
    else:
        is_government = not nested and len(core.solid) == 1 and not core.tail and not core.around.possessor
        coding.country = head.country
        if is_government:
            coding.sector, coding.name = "GOV", head.name


def _code_land_or_people(scan: Scan, coding: Coding, core: Core, *, counted: bool) -> None:
    people, rest = are_people(scan, core), core.around.rest
    code_land(coding, core, counted=counted or people)
    if people and core.around.link == "of" and rest and rest.country:
        # The Kurds of Iraq are Iraq's, whatever people they are.
        coding.country = rest.country


def _of_owner(scan: Scan, low: int, high: int) -> str:
    """The country in "U.S.-led forces" or "a London-based group"; "U.S.-backed" says nothing of the kind."""
    for index in range(low, high):
        word = scan.words[index]
        first, _, last = word.text.rpartition("-")
        if word.key.startswith(QUALIFIER) and last.lower() in _OWNING:
            # "North Korean-led", "Papua New Guinean-led": words before the hyphenated one belong to the name.
            for start in range(max(low, index - 2), index + 1):
                name = " ".join([*(part.text for part in scan.words[start:index]), first])
                matches = scan.lexicon.scan(tokenize(name))
                found = [match.entries[0].country for match in matches if match.entries[0].country]
                if found and matches[0].start == 0:
                    return found[-1]
    return ""


def _choose(scan: Scan, match: Match, hint: str, *, is_head: bool) -> tuple[Entry, ...]:
    """The meaning of a match here: terms of one person, or one entry."""
    entries = match.entries
    if len(entries) == 1:
        return entries
    roles = [entry for entry in entries if entry.kind == "role"]
    named = [entry for entry in entries if entry.kind != "role"]
    if roles and (not named or not scan.words[match.start].text[:1].isupper()):
        order = _HEADS if is_head else _COLOURS
        return (min(roles, key=lambda entry: order.index(entry.strength)),)
    people = [entry for entry in named if entry.kind == "person"]
    if people and len({entry.name for entry in people}) == 1 and len(people) == len(named):
        return tuple(people)
    return _one_of(scan, named, hint)


def _one_of(scan: Scan, named: Sequence[Entry], hint: str) -> tuple[Entry, ...]:
    lands = [entry for entry in named if entry.kind in ("country", "demonym", "seat")]
    if lands:
        return (lands[0],)
    fitting = [entry for entry in named if not hint or entry.country == hint] or list(named)
    fitting = [entry for entry in fitting if holds(entry, scan.on)] or fitting
    if len({entry.id for entry in fitting}) == 1:
        if fitting[0].kind == "person":
            return tuple(fitting)
        return (fitting[0] if scan.on else fitting[-1],)
    countries = {entry.country for entry in fitting}
    sectors = {entry.sector for entry in fitting}
    first = fitting[0]
    if len(countries) == 1 and len(sectors) == 1:
        return (first,)
    # Namesakes: only what they have in common is known.
    return (first._replace(
        name="", country=first.country if len(countries) == 1 else "",
        sector=first.sector if len(sectors) == 1 else "", kind="organisation",
    ),)  # fmt: skip


def _hint(matches: Sequence[Match], around: Around) -> str:
    """The country that the words beside an ambiguous name speak for; empty where none does."""
    for match in matches:
        first = match.entries[0]
        if first.kind in ("demonym", "country") or (first.kind in ("seat", "place") and len(matches) > 1):
            return first.country
    if around.possessor and around.possessor.country:
        return around.possessor.country
    return around.rest.country if around.rest and around.link in WHERE | BREAKS else ""


def _code_unknown(scan: Scan, coding: Coding, core: Sequence[Word], around: Around, *, counted: bool) -> None:
    """No head in the lexicon: the words count what follows "of", or are a name."""
    rest, possessor = around.rest, around.possessor
    words = [
        word for word in core if word.key not in HONORIFICS | ARTICLES and not word.key.startswith(QUALIFIER)
    ]
    if rest and around.link == "of" and (counted or all(word.key.isdigit() for word in words)):
        coding.sector = rest.sector or ("CVL" if rest.kind == "demonym" else "")
        coding.name, coding.kind, coding.body = rest.name, rest.kind, rest.body
        return
    if len(words) == 1 and words[0].text[:1].isupper() and not possessor:
        _code_surname(scan, coding, words)
    if (
        words
        and around.link in OF
        and rest
        and rest.sector
        and not possessor
        and not words[-1].text[:1].isupper()
    ):
        coding.sector = rest.sector


def _code_surname(scan: Scan, coding: Coding, words: Sequence[Word]) -> None:
    terms = people_named(scan, words, "", titled=False)
    if not terms:
        return
    one = len({term.name for term in terms}) == 1
    coding.name = terms[0].name if one else ""
    coding.country, coding.sector = terms[0].country, sector_on(terms, scan.on) if one else ""
    coding.kind = "person"
    coding.ids.append(terms[0].id)


def finish(coding: Coding, around: Around) -> Coding:
    """Fill what the core left open from the possessor, an apposition, or where the actor is."""
    parts: list[tuple[Coding, bool]] = []
    if around.possessor:
        parts.append((around.possessor, False))
    if around.rest and around.link not in ELSEWHERE:
        parts.append((around.rest, around.link in BREAKS))
    for part, is_apposition in parts:
        if not coding.country and part.country:
            coding.country, coding.organisation = part.country, part.organisation
            coding.ids.extend(part.ids)
        is_open = not coding.sector or (coding.kind == "person" and part.body)
        if is_apposition and part.sector and is_open:
            coding.sector = part.sector
            coding.ids.extend(identifier for identifier in part.ids if identifier not in coding.ids)
    return coding
