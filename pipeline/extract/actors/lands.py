"""Lands: a country, people or town in a phrase in; whose the actor is, and whether people and not their state, out."""

from __future__ import annotations

from pipeline.extract.actors.coding import WHERE, Coding, Core, Scan
from pipeline.extract.lexicon.actor_entries import Entry, word_list
from pipeline.extract.lexicon.actor_lexicon import Match

_PEOPLES = word_list("peoples")
_NAME_LIKE = word_list("name_like")
_FORENAMES = word_list("forenames")


def code_land(coding: Coding, core: Core, *, counted: bool) -> None:
    """A country, people or town as the head: its country; its people, where counted, are civilians."""
    head = core.head
    if head.kind == "demonym" and not core.tail:
        is_of_faith = any(entry.kind == "role" and entry.sector == "CVL" for entry in core.before)
        if counted or is_of_faith:
            coding.sector = "CVL"
    if head.kind == "country" and not core.tail:
        coding.name = head.name
    if core.tail:
        # The head is an unknown noun: a body named before it still says whose it is.
        bodies = [
            terms[0]
            for _, terms in core.solid
            if terms[0].kind in ("organisation", "role")
            and terms[0].sector
            and terms[0].strength not in ("former", "quantity")
        ]
        if bodies:
            coding.sector = bodies[-1].sector
            coding.ids.append(bodies[-1].id)


def are_people(scan: Scan, core: Core) -> bool:
    """Whether a plural means people and not their state: "Iraqi Kurds", "Cubans in Miami"."""
    match = core.solid[-1][0]
    if core.head.kind != "demonym" or not scan.words[match.end - 1].key.endswith("s"):
        return False
    if core.around.link in WHERE or core.around.link in ("of", "living"):
        return True
    before = core.solid[-2] if len(core.solid) > 1 else None
    beside = before is not None and before[0].end == match.start and before[1][0].kind == "demonym"
    return beside or _is_double(scan, match)


def _is_double(scan: Scan, match: Match) -> bool:
    """Whether one entry is a people within a state ("Iraqi Kurds")."""
    first, last = scan.words[match.start], scan.words[match.end - 1]
    kinds = {entry.kind for entry in scan.lexicon.surfaces.get(first.key, ())}
    return match.end - match.start > 1 and last.key in _PEOPLES and "demonym" in kinds


def looks_like_person(scan: Scan, core: Core) -> bool:
    """Whether the name of a country or town is half a person's name here ("Michael Jordan", "David Mills")."""
    words, match = scan.words, core.solid[-1][0]
    if core.high - core.low == 2 and all(terms[0].kind == "place" for _, terms in core.solid):
        # "David Mills": a town's name that people bear too, then one more name.
        return words[core.low].key in _FORENAMES and words[core.high - 1].text[:1].isupper()
    if words[match.start].key not in _NAME_LIKE or match.end != core.high or match.start == core.low:
        return False
    previous = words[match.start - 1].text
    return match.start - 1 not in scan.ends() and previous[:1].isupper() and not previous.isupper()


def find_country(coding: Coding, core: Core) -> None:
    """Evidence inside the core: the head's own, then adjectives of nation, bodies, countries, towns."""
    if coding.country and coding.country not in ("IMG", "NGO") and core.head.kind != "role":
        return
    found = _evidence(coding, core)
    if coding.country and "demonym" not in found:
        return
    entry = next((found[kind] for kind in _EVIDENCE if kind in found), None)
    if entry is not None:
        coding.country, coding.organisation = entry.country, entry.organisation
        if entry.id not in coding.ids:
            coding.ids.append(entry.id)


# Kinds of evidence for a country, the surest first.
_EVIDENCE = ("demonym", "body", "country", "seat", "place", "international")


def _evidence(coding: Coding, core: Core) -> dict[str, Entry]:
    """The first entry of each kind that speaks for a country."""
    found: dict[str, Entry] = {}
    is_ethnic = False
    for _, terms in core.solid:
        entry = terms[0]
        if entry.kind == "role":
            is_ethnic = entry.name == "ethnic"
            continue
        if is_ethnic and entry.kind == "demonym":
            is_ethnic = False
            continue
        if entry is core.head and coding.country and core.head.kind != "organisation":
            continue
        kind = entry.kind
        if kind in ("organisation", "person"):
            kind = "international" if entry.country in ("", "IGO", "IMG") else "body"
        if entry.country:
            found.setdefault(kind, entry)
    return found
