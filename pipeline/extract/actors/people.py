"""People: an office or a person's name at the head of a phrase in; sector and country, by day where it matters, out."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.actors.coding import ENVOYS, HONORIFICS, OF, Around, Coding, Core, Scan
from pipeline.extract.lexicon.actor_entries import Entry, Word
from pipeline.extract.lexicon.actor_lexicon import holds, sector_on, term_on
from pipeline.extract.lexicon.words import word_set

_ARMED = word_set("actors.people.armed")
# Or none at all.
_OVERRIDDEN = word_set("actors.people.overridden") | {""}
_OFFICES = frozenset(("GOV", "LEG", "JUD", "SPY", ""))
_CHAIRS = word_set("actors.people.chairs")
_OFFICIAL = frozenset(("official", "state", "staterun", "governmental"))


def code_role(scan: Scan, coding: Coding, head: Entry, before: Sequence[Entry], around: Around) -> None:
    """An office or calling as the head: its own sector, or that of the body it serves."""
    sector = head.sector
    is_chair = head.name in _CHAIRS
    coding.body = head.strength not in ("weak", "armed") and not is_chair
    if not coding.body:
        rest = around.rest if around.link in OF else None
        found = _body_sector(before, around.possessor, rest, chair=is_chair)
        if found and (head.strength != "armed" or found in _ARMED):
            sector, coding.body = found, True
    if sector == "UAF":
        bodies = (entry.sector for entry in before if entry.kind == "organisation" and entry.sector)
        sector = next(bodies, sector)
    overriding = next((entry for entry in before if entry.strength == "override"), None)
    if overriding and sector in _OVERRIDDEN:
        sector = overriding.sector
        coding.ids.append(overriding.id)
    coding.sector = _in_office(scan, sector, head, before)


def _in_office(scan: Scan, sector: str, head: Entry, before: Sequence[Entry]) -> str:
    """The state's own press is the state; who held an office is of the elite."""
    if sector == "JRN" and head.strength == "strong" and any(word.key in _OFFICIAL for word in scan.words):
        sector = "GOV"
    if sector in _OFFICES and any(entry.strength == "former" for entry in before):
        return "ELI"
    return sector


def _body_sector(
    before: Sequence[Entry], possessor: Coding | None, rest: Coding | None, *, chair: bool
) -> str:
    for entry in reversed(before):
        if entry.kind in ("organisation", "person") and entry.sector:
            return entry.sector
        if entry.kind == "role" and entry.sector and entry.strength not in ("former", "weak", "armed"):
            if chair and entry.strength in ("modifier", "believer", "title"):
                continue
            return "REL" if entry.strength == "believer" else entry.sector
    if chair:
        bodies = [part for part in (rest, possessor) if part and part.body and part.kind != "person"]
        return next((part.sector for part in bodies if part.sector not in ("", "CVL", "UNK")), "")
    return next((part.sector for part in (possessor, rest) if part and part.sector), "")


def code_person(scan: Scan, coding: Coding, core: Core) -> None:
    """A known person as the head: the office held on the day, unless the title before the name says another."""
    terms, before = core.solid[-1][1], core.before
    first = term_on(terms, scan.on)
    coding.name = first.name
    coding.country, coding.organisation = first.country, first.organisation
    coding.sector = sector_on(terms, scan.on)
    titles = (entry for entry in reversed(before) if entry.kind == "role" and entry.strength != "quantity")
    title = next(titles, None)
    if title is None:
        return
    body = next((entry for entry in reversed(before) if entry.kind == "organisation"), None)
    if body and body.country == "IGO" and title.name not in ENVOYS:
        coding.country, coding.organisation = body.country, body.organisation
    titled = Coding()
    code_role(scan, titled, title, before[: before.index(title)], Around(core.around.possessor))
    is_firm = titled.body or title.strength in ("title", "strong", "override")
    if title.strength == "former":
        titled.sector, is_firm = "ELI", True
    if titled.sector and (is_firm or not coding.sector or titled.sector == "ELI"):
        coding.sector = titled.sector
        coding.ids.append(title.id)


def code_bearer(scan: Scan, coding: Coding, tail: Sequence[Word], head: Entry, hint: str) -> None:
    """The name after a title: known by surname, or new."""
    words = [word for word in tail if word.key not in HONORIFICS]
    if not words or (not words[-1].text[:1].isupper() and head.strength != "title"):
        return
    coding.name = " ".join(word.text for word in words)
    coding.kind = "person"
    terms = people_named(scan, words, hint, titled=True)
    if terms:
        coding.country, coding.organisation = terms[0].country, terms[0].organisation
        coding.ids.append(terms[0].id)
        if len({term.name for term in terms}) == 1:
            coding.name = terms[0].name
            if head.strength in ("weak", "armed") and not coding.body:
                coding.sector = sector_on(terms, scan.on) or coding.sector


def people_named(scan: Scan, words: Sequence[Word], hint: str, *, titled: bool) -> tuple[Entry, ...]:
    """Terms of the people the last word may mean; empty where in doubt."""
    keys = [word.key for word in words]
    surnames = scan.lexicon.surnames
    found = (surnames.get(" ".join(keys[-2:])) if len(keys) > 1 else None) or surnames.get(keys[-1], ())
    if titled and len(words) > 1 and found:
        # "President Jose Ramos" is no evidence for another first name's Ramos.
        given = keys[0][:3]
        found = tuple(term for term in found if " ".join(keys[-2:]) in surnames or given in term.name.lower())
    if hint:
        found = tuple(term for term in found if term.country == hint)
    elif not titled:
        if keys[-1] in scan.lexicon.common_surnames:
            return ()
        found = tuple(term for term in found if term.id.startswith("leaders:"))
    in_office = [term for term in found if holds(term, scan.on) and term.sector == "GOV"]
    if len({term.country for term in found}) > 1 and len({term.country for term in in_office}) == 1:
        found = tuple(in_office)
    return tuple(found) if len({term.country for term in found}) == 1 else ()
