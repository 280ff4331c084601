"""Locate: the words that name a place in, the place on the map out.

A name the gazetteer does not hold still gives a place when the text says what contains it ("the
Salam quarter of Aleppo") or when just one country is in question; its resolution then is that of the
coordinates we have, not of the name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from spacy.tokens import Span as DocSpan

from pipeline.extract.language.parsed import Parsed, piece_of, sentence_bounds
from pipeline.extract.lexicon.gazetteer import Entry, Gazetteer
from pipeline.extract.places.apposed import within_apposed
from pipeline.extract.places.finer import holds, holds_tokens
from pipeline.extract.places.names import place_spans
from pipeline.extract.places.resolve import DIVISION, LONGEST_NAME, as_place, resolve_entry
from pipeline.model import Place, Span


def locate(span: DocSpan, *, gazetteer: Gazetteer, country_hints: Collection[str] = ()) -> Place | None:
    """Put the words that name a place on the map; by what contains it where its own name is not known."""
    where = piece_of(span).span(span.start, span.end)
    apposed = within_apposed(span, gazetteer)
    if apposed is not None:
        return as_place(apposed, where)
    near = _containers(span, gazetteer)
    named = frozenset(entry.country for entry in near)
    home = frozenset(filter(None, (piece_of(span).home,)))
    told = frozenset(country_hints) | _sentence_countries(span, gazetteer)
    name = _with_kind(span)[:LONGEST_NAME]
    hints = named or (told | home if _may_be_at_home(name, home, gazetteer) else told)
    entry = resolve_entry(name, gazetteer, hints)
    entry = entry or resolve_entry(name, gazetteer, hints | _text_countries(piece_of(span), gazetteer))
    if entry and (
        (near and _is_namesake(entry, span, named)) or (home and _is_chance(entry, name, hints, gazetteer))
    ):
        entry = None
    if entry:
        return as_place(entry, where)
    if near:
        return as_place(near[0], where, span.text)
    abroad = gazetteer.find(span.text)
    if abroad and (only := _only_bearer(abroad, where)) is not None:
        return only
    hints = told or home
    if len(hints) == 1:
        country = gazetteer.country(next(iter(hints)))
        return as_place(country, where, span.text) if country else None
    return None


def _only_bearer(entries: Sequence[Entry], where: Span) -> Place | None:
    """A name that one land alone bears is meant there, whoever acts: Kidal lies in Mali also where Chadians are hit."""
    best = max(entries, key=lambda entry: entry.population)
    rivals = (entry for entry in entries if entry.country != best.country)
    if best.population < _TOLD_OF or any(one.population >= _RIVAL_SHARE * best.population for one in rivals):
        return None
    return as_place(best, where) if best.is_official or best.population >= _SPELT_ABROAD else None


# From so many people a town is told of abroad without its land.
_TOLD_OF = 5_000
# And under another spelling than the map's (Janīn, Nābulus) from so many: smaller ones are chance.
_SPELT_ABROAD = 30_000


def _may_be_at_home(name: str, home: frozenset[str], gazetteer: Gazetteer) -> bool:
    """Whether a name may be that of a place in the land a report was sent from: San José in one from San Salvador.

    Neither a country nor, unless it lies there, a city of millions is one: Paris is not Paris, Texas.
    """
    if gazetteer.country_of(name):
        return False
    cities = [
        entry for entry in gazetteer.find(name) if entry.is_official and entry.population >= _WORLD_KNOWN
    ]
    return not cities or any(city.country in home for city in cities)


def _is_chance(entry: Entry, name: str, hints: frozenset[str], gazetteer: Gazetteer) -> bool:
    """Whether a place abroad bears a name borne in several lands: not the one meant in a report from another land.

    "San Rafael" in a report from San Salvador is a farm near by, not the town in Argentina.
    """
    if entry.resolution == "country" or entry.country in hints or entry.population >= _WORLD_KNOWN:
        return False
    return any(
        other.country != entry.country and other.population >= _RIVAL_SHARE * entry.population
        for other in gazetteer.find(name)
    )


# A namesake with this share of its people makes a place one of several; Kandahar is the one in Afghanistan.
_RIVAL_SHARE = 0.1
# Towns of a million are meant wherever they are named.
_WORLD_KNOWN = 1_000_000


def _is_namesake(entry: Entry, span: DocSpan, holders: frozenset[str]) -> bool:
    """Whether what is on the map lies abroad of "X, Y": another X then, in Y. A list of places holds nothing."""
    if entry.resolution == "country" or entry.country in holders:
        return False
    listed = [
        token.lower_ for token in span.doc[span.end : span.end + _NEAR] if token.lower_ in (",", "and", "or")
    ]
    return listed == [","]


def _with_kind(span: DocSpan) -> str:
    """The name with the word behind it that says what it is: "Homs" in "Homs province"."""
    if span.end < len(span.doc):
        after = span.doc[span.end].text
        if DIVISION.search(f" {after}"):
            return f"{span.text} {after}"
    before = span.doc[max(0, span.start - 2) : span.start].text.lower()
    if before.endswith(" of") and DIVISION.search(f" {before[:-3]}"):
        return f"{span.text} province"
    return span.text


# A container stands within this many words.
_NEAR = 8


def _containers(span: DocSpan, gazetteer: Gazetteer) -> list[Entry]:
    """What the text says holds this place: what follows as ", X" or "in/of X", or owns it."""
    doc = piece_of(span)
    found = []
    for other in place_spans(doc):
        if not span.start - _NEAR <= other.start <= span.end + _NEAR:
            continue
        gap = doc[span.end : other.start].text.lower() if other.start >= span.end else None
        is_behind = (
            gap is not None and len(gap) < 40 and (holds(gap) or holds_tokens(doc[span.end : other.start]))
        )
        is_owner = other.end <= span.start and doc[other.end : span.start].text.lower() in ("'s", "’s", "")
        if is_behind or is_owner:
            entry = resolve_entry(
                _with_kind(other)[:LONGEST_NAME], gazetteer, _sentence_countries(span, gazetteer)
            )
            if entry:
                found.append(entry)
    return found[:1]


def _sentence_countries(span: DocSpan, gazetteer: Gazetteer) -> frozenset[str]:
    first, behind = sentence_bounds(span[0])
    marks = _country_marks(piece_of(span), gazetteer)
    return frozenset(country for start, country in marks if first <= start < behind and start != span.start)


def _country_marks(doc: Parsed, gazetteer: Gazetteer) -> list[tuple[int, str]]:
    """Where a text names a country, by a place that is no part of a body's name or by an adjective."""
    known = doc.memory_of(_country_marks)
    if gazetteer not in known:
        peoples = (entity for entity in doc.entities if entity.label_ == "NORP")
        known[gazetteer] = [
            (span.start, country)
            for span in (*place_spans(doc), *peoples)
            if (country := gazetteer.country_of(span.text))
        ]
    return known[gazetteer]


def _text_countries(doc: Parsed, gazetteer: Gazetteer) -> frozenset[str]:
    """The three countries a text names most."""
    counts = Counter(country for _, country in _country_marks(doc, gazetteer))
    return frozenset(country for country, _ in counts.most_common(3))


def lands_named(docs: Sequence[Parsed], gazetteer: Gazetteer) -> Counter[str]:
    """How often a text names each country, itself or its people."""
    return Counter(country for doc in docs for _, country in _country_marks(doc, gazetteer))
