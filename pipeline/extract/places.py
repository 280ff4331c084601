"""Places: a word that names an event in, the place of that event out.

Not any place the sentence names, but the one that hangs on the event: `place_of` weighs every place
of the sentence (`place_names`) by how it is linked to the event's word (`place_links`), and answers
None where the best link is doubtful. `place_resolution` finds a name on the map.

A name the gazetteer does not hold still gives a place when the text says what contains it ("the
Salam quarter of Aleppo") or when just one country is in question; its resolution then is that of the
coordinates we have, not of the name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token
from spacy.tokens import Span as DocSpan

from pipeline.extract.language.bounds import sentence_bounds, sentence_starts
from pipeline.extract.lexicon.gazetteer import Entry, Gazetteer, load_gazetteer
from pipeline.extract.lexicon.link_costs import Links, load_links
from pipeline.extract.place_links import bearing_cost, front_of, is_among, level_of, link_cost
from pipeline.extract.place_names import SITE, place_spans
from pipeline.extract.place_resolution import (
    DIVISION,
    LEAD,
    LONGEST_NAME,
    POSSESSIVE,
    SIZEABLE,
    as_place,
    resolve,
    resolve_entry,
    word_set,
)
from pipeline.extract.text.dateline import DATELINE
from pipeline.model import Place, Span


def place_of(
    trigger: Token,
    *,
    gazetteer: Gazetteer,
    country_hints: Collection[str] = (),
) -> Place | None:
    """Say where the event that this word names happened.

    Args:
        trigger: Verb or noun that names the event, in a parsed text.
        country_hints: ISO 3166 alpha-3 codes of countries the text is about (its actors').

    Returns:
        The place with its span in the text; None where the text gives none, or one that cannot be told
        on the map.
    """
    span = event_place_span(trigger)
    if span is None:
        return None
    return locate(span, gazetteer=gazetteer, country_hints=country_hints)


def nearby_place(
    trigger: Token,
    docs: Sequence[Doc],
    number: int,
    *,
    gazetteer: Gazetteer,
    country_hints: Collection[str] = (),
) -> tuple[Place, int] | None:
    """The place that the sentences around an event were about, when its own clause names none.

    A report names the town once and then tells what happened there; so the nearest phrase like "in X"
    counts, up to three sentences before the event and one behind it. It is a guess from the text around:
    half of these are right (on reports of terrorist acts), so the caller says that it was inferred.

    Args:
        docs: The paragraphs of the article, parsed, in order. number: Which of them holds the trigger.

    Returns:
        The place, its span within the paragraph whose number comes with it; None when there is none.
    """
    place = sum(len(sentence_starts(doc)) for doc in docs[:number])
    place += bisect_right(sentence_starts(trigger.doc), trigger.i) - 1
    ranked: list[tuple[float, int, int, int, DocSpan]] = []
    at = 0
    for index, doc in enumerate(docs):
        starts = sentence_starts(doc)
        if at - place > _SENTENCES_BEHIND:
            break
        if at + len(starts) >= place - _SENTENCES_BEFORE:
            for span in _said_places(doc):
                steps = at + bisect_right(starts, span.start) - 1 - place
                if -_SENTENCES_BEFORE <= steps <= _SENTENCES_BEHIND:
                    rank = abs(steps) + (0.5 if steps > 0 else 0.0)
                    ranked.append((rank, abs(span.start - trigger.i), index, span.start, span))
        at += len(starts)
    ranked.sort(key=lambda item: item[:4])
    for *_, index, _, span in ranked:
        located = locate(span, gazetteer=gazetteer, country_hints=country_hints)
        if located:
            return located, index
    return None


_SENTENCES_BEFORE = 3
_SENTENCES_BEHIND = 1
# "On" may stand before whoever was attacked, "along" and "across" before what was crossed.
_SURE_PREPOSITIONS = frozenset(("in", "at", "near", "inside", "outside", "around"))


def _said_places(doc: Doc) -> tuple[DocSpan, ...]:
    """Places finer than a country behind a preposition of place: where something is, not whose it is."""
    known = doc.user_data.get("said_places")
    if known is None:
        links = load_links()
        known = doc.user_data["said_places"] = tuple(
            (span.start, span.end)
            for span in place_spans(doc)
            if (front := front_of(span)) >= 0 and doc[front].lower_ in _SURE_PREPOSITIONS
            if not (front and is_among(doc[front - 1], links.holding)) and level_of(span.text) != "country"
            if bearing_cost(span, links) < links.distance
        )
    return tuple(doc[start:end] for start, end in known)


# What monitoring services put where the town is not known: "NO CITY (EL SALVADOR), 20 OCT 89 --".
_NO_PLACE = frozenset(("no city", "clandestine"))


def find_dateline(text: str, gazetteer: Gazetteer) -> Place | None:
    """The place an article was sent from, as its first line says: "BOGOTA, 9 Jan (Reuters) -- …".

    Returns:
        The place with its span, or None: there is no dateline, or one of a place we do not know. It is
        no event's place; a caller that falls back on it says so.
    """
    match = DATELINE.match(text[:300])
    if not match or (not match["place"][:2].isupper() and len(match["place"].split()) > 3):
        return None
    start, end = match.span("place")
    within = match["within"] or match["region"]
    if match["place"].lower() in _NO_PLACE:
        return resolve(within, gazetteer) if within else None
    place = resolve(f"{match['place']}, {within}", gazetteer) if within else None
    place = place or resolve(match["place"], gazetteer) or (resolve(within, gazetteer) if within else None)
    return replace(place, span=Span(start=start, end=end, text=text[start:end])) if place else None


def event_place_span(trigger: Token) -> DocSpan | None:
    """The words that name the event's place, on the map or not; None when no place hangs on the event."""
    links = load_links()
    if _is_on_no_ground(trigger, links):
        return None
    first, behind = sentence_bounds(trigger)
    costs: list[tuple[float, DocSpan]] = []
    for span in place_spans(trigger.doc):
        if span.start < first or span.end > behind or span.start <= trigger.i < span.end:
            continue
        costs.append((link_cost(trigger, span, links), span))
    best = min(costs, key=lambda pair: pair[0], default=None)
    if best is None or best[0] > links.limit:
        return None
    return _finer(_own(trigger, best, costs, links), costs, links)


def _is_on_no_ground(trigger: Token, links: Links) -> bool:
    """Whether a verb has another sense by its object, in which nothing happens on a map: "captured the title"."""
    things = [child for child in trigger.children if child.dep_ == "obj"]
    if is_among(trigger, links.showing):
        return bool(things)
    return is_among(trigger, links.winning) and any(is_among(thing, links.won) for thing in things)


def _own(
    trigger: Token, best: tuple[float, DocSpan], costs: list[tuple[float, DocSpan]], links: Links
) -> tuple[float, DocSpan]:
    """What the event itself governs goes before what another event above it brings along."""
    if trigger.is_ancestor(best[1].root):
        return best
    own = [pair for pair in costs if pair[0] <= links.limit and trigger.is_ancestor(pair[1].root)]
    return min(own, key=lambda pair: pair[0], default=best)


def _finer(best: tuple[float, DocSpan], costs: list[tuple[float, DocSpan]], links: Links) -> DocSpan:
    """Of "A in B" and "the B town of A", the A: what lies inside the other, where both may be meant."""
    number = next(n for n, (_, span) in enumerate(costs) if span.start == best[1].start)
    chosen = best[1]
    for other_cost, other in reversed(costs[:number]):
        whole = chosen.doc[other.end : chosen.start]
        gap = _without_kind(whole, links)
        if len(gap) > _LONGEST_GAP or not (_holds_tokens(gap) or _is_in_kind(gap, links)):
            break
        if _is_kind_of(whole, links) and _size(other) > _size(chosen):
            break
        most = best[0] + (links.finer_within if _is_within(other, gap, links) else links.finer)
        if other_cost > most or _RANK[level_of(other.text)] < _RANK[level_of(chosen.text)]:
            break
        if gap[0].text == "," and bearing_cost(other, links):
            break
        chosen = other
    for _, behind in costs[number + 1 :]:
        gap = chosen.doc[chosen.end : behind.start]
        if len(gap) > _LONGEST_GAP or not _is_kind_of(gap, links):
            break
        # "X district of Y" is X in Y; "X suburb of Y" is Y in X: the greater of the two holds the other.
        if (not len(gap) or gap[-1].lower_ in ("of", ",")) and _size(chosen) <= _size(behind):
            break
        chosen = behind
    return chosen


_BEARING = re.compile(r"^(?:north|south|east|west|central)")
_RANK = {"region": -1, "country": 0, "admin1": 1, "point": 2}
# "'s violence-plagued southernmost border province of": no more words stand between a place and what lies in it.
_LONGEST_GAP = 9


def _is_kind_of(gap: DocSpan, links: Links) -> bool:
    """Whether the words between two places say that the second lies in the first: "'s southern suburb of".

    A noun of place with or without "of"; what follows a comma is the name of the noun before it:
    "another Harare township, Mabvuku".
    """
    words = [
        token
        for token in gap
        if token.lower_ not in _POSSESSIVES and token.text not in ("-", '"') and not token.is_space
    ]
    if words and words[-1].lower_ in ("of", "called", ","):
        words.pop()
    if not words or not is_among(words[-1], links.locative) or _BEARING.match(words[-1].lower_):
        return False
    return all(
        token.pos_ in ("ADJ", "ADV", "NUM", "NOUN") or token.tag_ in ("VBN", "VBG") for token in words[:-1]
    )


def _without_kind(gap: DocSpan, links: Links) -> DocSpan:
    """What stands between two places without the noun that belongs to the first: "(X) hospital in northern (Y)"."""
    skip = 0
    while (
        skip < 2 and skip + 1 < len(gap) and (gap[skip].lower_ in SITE or is_among(gap[skip], links.locative))
    ):
        skip += 1
    return gap[skip:] if skip and (gap[skip].lower_ in _INSIDE or gap[skip].lower_ in (",", "of")) else gap


_INSIDE = word_set("in inside within")


def _is_within(span: DocSpan, gap: DocSpan, links: Links) -> bool:
    """ "In X, in the province of Y": whatever the tree hangs X on, who is in Y there is in X."""
    words = [token for token in gap if token.text != ","]
    front = front_of(span)
    return (
        bool(words)
        and words[0].lower_ in _INSIDE
        and front >= 0
        and span.doc[front].lower_ in _SURE_PREPOSITIONS
        and not (front and is_among(span.doc[front - 1], links.holding))
    )


def _is_in_kind(gap: DocSpan, links: Links) -> bool:
    """ ", in the desert province of": a preposition, then a kind of place with its nouns."""
    words = [token for token in gap if token.lower_ not in (",", "the", "a")]
    return (
        len(words) > 2
        and (words[0].lower_ in _INSIDE or words[0].lower_ in ("on", "along", "outside"))
        and words[-1].lower_ == "of"
        and is_among(words[-2], links.locative)
        and all(token.pos_ in ("ADJ", "NOUN", "PROPN", "ADV") for token in words[1:-1])
    )


def _size(span: DocSpan) -> int:
    """People of the greatest place of that name; countries before all, 0 for what the gazetteer has not."""
    if span[0].ent_type_ == "LOC":
        return SIZEABLE
    entries = load_gazetteer().find(POSSESSIVE.sub("", LEAD.sub("", span.text)))
    if load_gazetteer().country_of(span.text):
        return 10**10
    return max((entry.population for entry in entries), default=0)


_POSSESSIVES = frozenset(("'s", "’s", "'", "’"))


def locate(span: DocSpan, *, gazetteer: Gazetteer, country_hints: Collection[str] = ()) -> Place | None:
    """Put the words that name a place on the map; by what contains it where its own name is not known."""
    where = Span(start=span.start_char, end=span.end_char, text=span.text)
    near = _containers(span, gazetteer)
    named = frozenset(entry.country for entry in near)
    home = frozenset(filter(None, (span.doc.user_data.get(HOME),)))
    told = frozenset(country_hints) | _sentence_countries(span, gazetteer)
    name = _with_kind(span)[:LONGEST_NAME]
    hints = named or (told | home if _may_be_at_home(name, home, gazetteer) else told)
    entry = resolve_entry(name, gazetteer, hints)
    entry = entry or resolve_entry(name, gazetteer, hints | _text_countries(span.doc, gazetteer))
    if entry and (
        (near and _is_namesake(entry, span, named)) or (home and _is_chance(entry, name, hints, gazetteer))
    ):
        entry = None
    if entry:
        return as_place(entry, where)
    if near:
        return as_place(near[0], where, span.text)
    hints = told or home
    if len(hints) == 1:
        country = gazetteer.country(next(iter(hints)))
        return as_place(country, where, span.text) if country else None
    return None


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


# Where a text keeps the land of its article's dateline, as ISO 3166 alpha-3.
HOME = "home"
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
    doc = span.doc
    found = []
    for other in place_spans(doc):
        if not span.start - _NEAR <= other.start <= span.end + _NEAR:
            continue
        gap = doc[span.end : other.start].text.lower() if other.start >= span.end else None
        is_behind = (
            gap is not None and len(gap) < 40 and (_holds(gap) or _holds_tokens(doc[span.end : other.start]))
        )
        is_owner = other.end <= span.start and doc[other.end : span.start].text.lower() in ("'s", "’s", "")
        if is_behind or is_owner:
            entry = resolve_entry(
                _with_kind(other)[:LONGEST_NAME], gazetteer, _sentence_countries(span, gazetteer)
            )
            if entry:
                found.append(entry)
    return found[:1]


_HOLDING_WORDS = word_set(
    """
    , ( in of near the part regional provincial capital north south east west northeast northwest southeast southwest central rural downtown city town village
    quarter district neighborhood neighbourhood camp area province region countryside suburb suburbs outskirts colony
    governorate department county state island township municipality commune jurisdiction canton
    """
)


def _holds(gap: str) -> bool:
    """Whether small-letter words between two places say that the second holds the first: ", in northern"."""
    words = _GAP_WORD.findall(gap)
    return bool(words) and all(word in _HOLDING_WORDS or word.endswith("ern") for word in words)


def _holds_tokens(gap: DocSpan) -> bool:
    """The same by the tree's word classes: any adjective may stand in it, ", in the rebel-held"."""
    words = [token for token in gap if token.text != "-" and not token.is_space]
    return (
        bool(words)
        and (words[0].lower_ in _HOLDING_OPENERS or words[0].lower_ in _HOLDING_WORDS)
        and all(
            token.lower_ in _HOLDING_WORDS
            or token.lower_ in _HOLDING_OPENERS
            or token.pos_ in ("ADJ", "ADV", "DET")
            or token.tag_ == "VBN"
            for token in words
        )
    )


_HOLDING_OPENERS = word_set("inside within on along outside")
_GAP_WORD = re.compile(r"\w+|[^\w\s]")


def _sentence_countries(span: DocSpan, gazetteer: Gazetteer) -> frozenset[str]:
    first, behind = sentence_bounds(span[0])
    marks = _country_marks(span.doc, gazetteer)
    return frozenset(country for start, country in marks if first <= start < behind and start != span.start)


def _country_marks(doc: Doc, gazetteer: Gazetteer) -> list[tuple[int, str]]:
    """Where a text names a country, by a place that is no part of a body's name or by an adjective."""
    known = doc.user_data.get("country_marks")
    if known is None:
        named = [*place_spans(doc), *(doc[start:end] for start, end in doc.user_data["peoples"])]
        known = doc.user_data["country_marks"] = [
            (span.start, country) for span in named if (country := gazetteer.country_of(span.text))
        ]
    return known


def _text_countries(doc: Doc, gazetteer: Gazetteer) -> frozenset[str]:
    """The three countries a text names most."""
    counts = Counter(country for _, country in _country_marks(doc, gazetteer))
    return frozenset(country for country, _ in counts.most_common(3))


def lands_named(docs: Sequence[Doc], gazetteer: Gazetteer) -> Counter[str]:
    """How often a text names each country, itself or its people."""
    return Counter(country for doc in docs for _, country in _country_marks(doc, gazetteer))
