"""Places: a word that names an event in, the place of that event out.

Not any place the sentence names, but the one that hangs on the event: `place_of` weighs every place
of the sentence by how it is linked to the event's word (data/places/links.toml), and answers None
where the best link is doubtful. `resolve` turns a name into a place of the gazetteer, by country,
population and what else the article names; also None where it would have to guess.

A name the gazetteer does not hold still gives a place when the text says what contains it ("the
Salam quarter of Aleppo") or when just one country is in question; its resolution then is that of the
coordinates we have, not of the name.
"""

from __future__ import annotations

import math
import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from spacy.tokens import Doc, Token
from spacy.tokens import Span as DocSpan

from pipeline.errors import ConfigError
from pipeline.extract.bounds import entities, sentence_bounds, sentence_starts
from pipeline.extract.gazetteer import DATA, Entry, Gazetteer, fold, load_gazetteer
from pipeline.model import Place, Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


__all__ = [
    "event_place_span",
    "find_dateline",
    "lands_named",
    "load_gazetteer",
    "nearby_place",
    "place_of",
    "place_of_entry",
    "place_spans",
    "resolve",
]

# Words around a name that say what kind of place it is.
_DIVISION = re.compile(
    r"\s+(?:province|governorate|department|state|region|oblast|republic|prefecture|county|autonomous region)$",
    re.I,
)
_TOWN = re.compile(
    r"\s+(?:city|town|village|municipality|quarter|neighbou?rhood|suburb|district|(?:refugee )?camp|area"
    r"|(?:international |military )?airport|air ?base|airfield|base|port|countryside|sub-?district|commune|township)$",
    re.I,
)
_LEAD = re.compile(
    r"^(?:the\s+|greater\s+|downtown\s+|central\s+|rural\s+|outer\s+|(?:north|south|east|west|northeast|northwest"
    r"|southeast|southwest|north-east|north-west|south-east|south-west)(?:ern)?\s+(?:part\s+of\s+)?"
    r"|(?:city|town|village|province|district|state|region|department|outskirts|suburbs|port)\s+of\s+)+",
    re.I,
)
_ARTICLE = re.compile(r"^(?:al|an|ar|as|at|az|el|ad|ash) ")
_POSSESSIVE = re.compile(r"(?:['’]s?|\s+)$")

# A town is believed without any hint from here on, as log10 of its people; below, its country must be named.
# 4.3 is 20,000 people: under that, two in three names of one word also belong to something else.
_FAMOUS = 4.3
# A name borne in one country alone is believed however small, unless the text is about other countries.
_ONLY = 0.0
_HINT = 4.0
_CAPITAL = 1.0
_OTHER_SPELLING = -0.5
_OVERRULED = -1.5
_SIZEABLE = 50_000
# Two towns of one name in two countries, closer than this (a factor of 1.6), are not told apart by size.
_APART = 0.2
# A division gives way to the town it is called after when that holds this share of its townspeople.
_SEAT_SHARE = 0.1


def resolve(name: str, gazetteer: Gazetteer, *, country_hints: Collection[str] = ()) -> Place | None:
    """Find the place a name means.

    Args:
        name: As the text writes it; capitals, accents and "the city of" do not matter.
        country_hints: ISO 3166 alpha-3 codes of the countries the text is about.

    Returns:
        The place without a span, or None: nothing of that name, or several equally likely.
    """
    entry = _resolve(name[:_LONGEST_NAME], gazetteer, frozenset(country_hints))
    return place_of_entry(entry) if entry else None


# What is longer is no name, and must not cost time.
_LONGEST_NAME = 100


@lru_cache(maxsize=20_000)
def _resolve(name: str, gazetteer: Gazetteer, hints: frozenset[str]) -> Entry | None:
    if "," in name:
        head, tail = name.split(",", 1)
        within = _resolve(tail.strip(), gazetteer, hints)
        if within:
            return _resolve_within(head, within, gazetteer)
    for variant, wants_division in _variants(name):
        entries = gazetteer.find(variant)
        if variant.strip() and " " not in variant:
            entries += tuple(replace(entry, is_official=False) for entry in gazetteer.find(f"al {variant}"))
        found = _choose(entries, hints, wants_division, gazetteer) if entries else None
        if found:
            return found
    return None


def _resolve_within(name: str, within: Entry, gazetteer: Gazetteer) -> Entry | None:
    """ "Paris, Texas": the town of that division or country, or nothing."""
    for variant, wants_division in _variants(name):
        entries = tuple(
            entry
            for entry in gazetteer.find(variant)
            if entry.country == within.country and entry.resolution != "country"
            if within.resolution == "country" or entry.admin1 == within.admin1
        )
        if entries:
            return _choose(entries, frozenset((within.country,)), wants_division, gazetteer)
    return None


def _variants(name: str) -> Iterator[tuple[str, bool]]:
    """The name, then the name without what stands around it; with whether a division is meant."""
    name = _POSSESSIVE.sub("", name.strip())
    bare = _LEAD.sub("", name)
    is_division = bool(_DIVISION.search(bare)) or bool(_DIVISION_OF.match(name))
    yield name, is_division
    yield _THE.sub("", name), is_division
    yield bare, is_division
    core = _TOWN.sub("", _DIVISION.sub("", bare))
    yield core, is_division
    if " of " in core:
        yield core.rsplit(" of ", 1)[1], is_division
    key = fold(core)
    if _ARTICLE.match(key):
        yield _ARTICLE.sub("", key), is_division
    for said, written in _TRANSLITERATIONS:
        if said in f"{key} ":
            yield key.replace(said.strip(), written.strip(), 1), is_division


_THE = re.compile(r"^the\s+", re.I)
_DIVISION_OF = re.compile(
    r"(?:the\s+)?(?:province|governorate|department|state|region|prefecture|county)\s+of\s", re.I
)
# Ways to write the same Arabic and Persian words; as the press does, as the gazetteer does.
_TRANSLITERATIONS = (
    ("tal ", "tall "), ("tel ", "tall "), ("tell ", "tall "), ("kafr ", "kafr "), ("kafar ", "kafr "), ("beit ", "bayt "),
    ("deir ", "dayr "), ("jabal ", "jebel "), ("ain ", "ayn "), ("abad ", " abad "), ("ibn ", "bin "), ("sheikh ", "shaykh "),
)  # fmt: skip


def _choose(
    entries: tuple[Entry, ...], hints: frozenset[str], wants_division: bool, gazetteer: Gazetteer
) -> Entry | None:
    countries = [entry for entry in entries if entry.resolution == "country"]
    others = [entry for entry in entries if entry.resolution != "country"]
    if countries and not wants_division and not (_is_elsewhere(countries[0], others, hints)):
        return countries[0]
    if others and others[0].geonames_id is None and others[0].population == 0:
        own = others[
            0
        ]  # our own table comes before the lists, unless they have one in a country the text is about
        if own.country in hints or not any(other.country in hints for other in others):
            return own
    # with a sizeable town of that very name, the other spellings of bigger ones are not meant
    spelling = (
        _OVERRULED if any(e.is_official and e.population >= _SIZEABLE for e in others) else _OTHER_SPELLING
    )
    scored = [(_worth(e, hints, gazetteer) + (0 if e.is_official else spelling), e) for e in others]
    scored.sort(key=lambda pair: -pair[0])
    if not scored:
        return countries[0] if countries else None
    best, winner = scored[0]
    rivals = [(worth, e) for worth, e in scored if (e.country, e.admin1) != (winner.country, winner.admin1)]
    if best - (rivals[0][0] if rivals else -math.inf) < _APART:
        return None
    if best < (_FAMOUS if any(e.country != winner.country for _, e in rivals) else _ONLY):
        return None
    if hints and winner.country not in hints and winner.population < _SIZEABLE:
        return None
    return _town_or_division(winner, [entry for _, entry in scored], wants_division)


def _is_elsewhere(country: Entry, others: list[Entry], hints: frozenset[str]) -> bool:
    """Georgia in an article on the United States; but no village called El Salvador in one on Mexico."""
    return (
        bool(hints)
        and country.country not in hints
        and any(
            other.country in hints and (other.resolution == "admin1" or other.population >= _SIZEABLE)
            for other in others
        )
    )


def _worth(entry: Entry, hints: frozenset[str], gazetteer: Gazetteer) -> float:
    worth = math.log10(entry.population + 10)
    if entry.country in hints:
        worth += _HINT
    if entry.geonames_id in gazetteer.capitals:
        worth += _CAPITAL
    return worth


def _town_or_division(winner: Entry, entries: list[Entry], wants_division: bool) -> Entry:
    """Of a town and a division of one name in one country, the one that is meant."""
    same = [entry for entry in entries if entry.country == winner.country and entry.is_official] or [winner]
    town = next((entry for entry in same if entry.resolution == "point"), None)
    division = next((entry for entry in same if entry.resolution == "admin1"), None)
    if town is None or division is None:
        return winner
    if wants_division or town.population < _SEAT_SHARE * division.population:
        return division
    return town


def place_of_entry(entry: Entry, span: Span | None = None, name: str | None = None) -> Place:
    """An entry as the place of an event; with a name of its own where the entry only holds it."""
    return Place(
        name=name or entry.name,
        country=entry.country,
        latitude=entry.latitude,
        longitude=entry.longitude,
        resolution=entry.resolution,
        geonames_id=entry.geonames_id if name is None else None,
        admin1=entry.admin1,
        span=span,
    )


@dataclass(frozen=True, kw_only=True)
class Links:
    """What links.toml holds: costs of steps and prepositions, and word lists as sets of lemmas."""

    limit: float
    modifier: float
    held: float
    meanwhile: float
    apart: float
    order: float
    by_order: frozenset[str]
    distance: float
    beside: float
    far: float
    finer: float
    finer_within: float
    doer: float
    background: float
    content: float
    through_happening: float
    country_modifier: float
    other_clause: float
    coarse: Mapping[str, float]
    happening: frozenset[str]
    speech: frozenset[str]
    opposing: frozenset[str]
    showing: frozenset[str]
    winning: frozenset[str]
    won: frozenset[str]
    regions: frozenset[str]
    subject_is_place: frozenset[str]
    climb: Mapping[str, float]
    descend: Mapping[str, float]
    preposition: Mapping[str, float]
    locative: frozenset[str]
    settlement: frozenset[str]
    holding: frozenset[str]
    object_is_place: frozenset[str]
    object_names_place: frozenset[str]
    verb_preposition: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def load_links() -> Links:
    """Read links.toml.

    Raises:
        ConfigError: It is missing, no TOML, or lacks a table.
    """
    path = DATA / "links.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return Links(
            limit=float(tables["limit"]),
            modifier=float(tables["modifier"]),
            held=float(tables["held"]),
            meanwhile=float(tables["meanwhile"]),
            apart=float(tables["apart"]),
            order=float(tables["order"]),
            by_order=frozenset(tables["words"]["by_order"].split()),
            distance=float(tables["distance"]),
            beside=float(tables["beside"]),
            far=float(tables["far"]),
            finer=float(tables["finer"]),
            finer_within=float(tables["finer_within"]),
            doer=float(tables["doer"]),
            background=float(tables["background"]),
            content=float(tables["content"]),
            through_happening=float(tables["through_happening"]),
            country_modifier=float(tables["country_modifier"]),
            other_clause=float(tables["other_clause"]),
            coarse=tables["coarse"],
            happening=frozenset(tables["words"]["happening"].split()),
            speech=frozenset(tables["words"]["speech"].split()),
            opposing=frozenset(tables["words"]["opposing"].split()),
            showing=frozenset(tables["words"]["showing"].split()),
            winning=frozenset(tables["words"]["winning"].split()),
            won=frozenset(tables["words"]["won"].split()),
            regions=frozenset(tables["words"]["regions"].split("|")),
            subject_is_place=frozenset(tables["words"]["subject_is_place"].split()),
            climb=tables["climb"],
            descend=tables["descend"],
            preposition=tables["preposition"],
            locative=frozenset(tables["words"]["locative"].split()),
            settlement=frozenset(tables["words"]["settlement"].split()),
            holding=frozenset(tables["words"]["holding"].split()),
            object_is_place=frozenset(tables["words"]["object_is_place"].split()),
            object_names_place=frozenset(tables["words"]["object_names_place"].split()),
            verb_preposition={verb: frozenset(words) for verb, words in tables["verb_preposition"].items()},
        )
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"links.toml cannot be read: {error}") from error
    except KeyError as error:
        raise ConfigError(f"links.toml lacks {error}") from error


_PLACE_LABELS = frozenset(("GPE", "LOC", "FAC"))
_LOCATIVE_PREPOSITIONS = _words("in at near inside outside around across through throughout along off into")
_SITE = _words(
    """
    airport square camp province district governorate department street avenue university hospital
    airbase village town city quarter neighborhood neighbourhood prison bridge region mountains
    mountain hill island county checkpoint countryside mosque stadium base
    municipality community hamlet alley jurisdiction canton colony farm ranch volcano jungle
    farms fields field junction crossroad crossroads roundabout plateau beach orchards orchard springs valley
    hills heights road highway trail bay peninsula forest desert factory plant refinery station depot barracks
    academy palace cathedral church temple monastery cemetery market bazaar hotel restaurant nightclub mall
    park garden gardens jail crossing harbour harbor dock docks seaport gulf strait oasis dam reservoir lake
    tower headquarters compound embassy consulate ward lga locality settlement sector suburb suburbs
    """
)
# Bodies are called after their seat too; these words alone do not make a name one of a place.
_BODY_OR_SITE = _words(
    "embassy consulate church academy headquarters station market university hospital sector"
)
_NAME_TAGS = frozenset(("PROPN", "ADJ", "NOUN", "X"))


def place_spans(doc: Doc) -> tuple[DocSpan, ...]:
    """Every run of words that names a place, in the order of the text; does not say whose place it is."""
    known = doc.user_data.get("place_spans")
    if known is None:
        known = doc.user_data["place_spans"] = tuple(doc[start:end] for start, end in _find_spans(doc))
    return known


def _find_spans(doc: Doc) -> Iterator[tuple[int, int]]:
    gazetteer = load_gazetteer()
    taken: set[int] = set()
    found: list[tuple[int, int]] = []
    people: list[tuple[int, int]] = []
    for entity in entities(doc):
        if entity.label_ == "NORP":
            people.append((entity.start, entity.end))
        if _is_place(entity, gazetteer):
            start, end = _trim(entity)
            end = _over_hyphens(doc, start, end)
            if start < end:
                found.append((start, end))
        taken.update(range(entity.start, entity.end))
    found.extend(_unlabelled(doc, taken, gazetteer))
    doc.user_data["peoples"] = people
    yield from sorted({start: (start, end) for start, end in sorted(found)}.values())


def _is_place(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    before = _words_before(entity)
    if _is_body(entity, gazetteer) or (entity.label_ == "NORP" and _is_adjective(entity, gazetteer)):
        return False
    if entity.label_ in _PLACE_LABELS:
        return entity[0].lower_ not in _TITLES and not _is_in_name(entity, before)
    if entity.label_ not in ("ORG", "PERSON", "NORP"):
        return False
    is_after_preposition = bool(before) and before[-1] in _LOCATIVE_PREPOSITIONS
    if _names_site(entity) or _is_said_to_be_place(entity, before):
        return True
    if entity.label_ != "NORP" and _is_called_after(entity, gazetteer):
        return True
    if is_after_preposition:
        if entity.label_ != "NORP" and _is_of_site(entity):
            return True
        return bool(gazetteer.find(_POSSESSIVE.sub("", entity.text)))
    return _is_taken(entity.root) and (
        entity[0].lower_ in _NAME_OPENERS or _is_well_known(entity.text, gazetteer)
    )


def _is_body(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    """ "The U.S. Embassy", "Police Headquarters", "the Islamic State": by its last word a body, which may sit anywhere."""
    last = entity[-1].lower_
    if last == "state" and entity.label_ == "ORG":
        return not gazetteer.find(entity[:-1].text)
    return last in _SEATS


_SEATS = _words("embassy consulate headquarters")


def _is_adjective(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    """ "German (cities)": a people's word, though some village is called so too."""
    key = fold(entity.text)
    return key not in gazetteer.countries and gazetteer.country_of(entity.text) is not None


def _is_of_site(entity: DocSpan) -> bool:
    """ "(At) Halima university", "(around) the Okapi Conference Center": a body's seat, behind a preposition of place."""
    doc, links = entity.doc, load_links()
    behind = doc[entity.end].lower_ if entity.end < len(doc) else ""
    return behind in _SITE or (len(entity) > 1 and entity[-1].lower_ in links.locative)


def _is_called_after(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    """ "The Riyadh shootout", "Lima's suburbs"; "two towns, Qory and Marer", "Qory, the last town"."""
    root, links = entity.root, load_links()
    if any(child.dep_ == "appos" and child.lower_ in links.settlement for child in root.children):
        return True
    if root.dep_ in ("compound", "nmod:poss"):
        return (
            root.head.i >= entity.end
            and (
                _in(root.head, links.locative)
                or (root.dep_ == "compound" and _in(root.head, links.happening))
            )
            and _is_well_known(entity.text, gazetteer)
        )
    top = root.head if root.dep_ == "conj" and root.head.dep_ == "appos" else root
    return top.dep_ == "appos" and top.head.lower_ in links.settlement


def _is_well_known(name: str, gazetteer: Gazetteer, people: int = _SIZEABLE) -> bool:
    return any(
        entry.resolution == "country" or (entry.is_official and entry.population >= people)
        for entry in gazetteer.find(_POSSESSIVE.sub("", name))
    )


# What names of places begin with, in the languages news names them in: mount, hill, spring, fort, house.
_NAME_OPENERS = _words(
    "jabal jebel tal tel tell wadi kafr deir khirbat khirbet bir ayn beit umm mount mt lake fort camp port cape khan "
    "puerto villa playa cerro monte rio isla"
)


_TITLES = _words(
    "msgr mr mrs ms dr gen col lt sgt maj capt presidente monsignor father bishop president don dona"
)


def _names_site(entity: DocSpan) -> bool:
    """ "Rashid Hospital", "the Harmon quarter": its last word or the one behind says what kind of place it is."""
    last, doc = entity[-1].lower_, entity.doc
    if last in _SITE:
        return entity.label_ != "PERSON" or last not in _BODY_OR_SITE
    behind = doc[entity.end] if entity.end < len(doc) else None
    if (
        behind is not None
        and behind.pos_ == "PROPN"
        and behind.i + 1 < len(doc)
        and behind.dep_ == "compound"
    ):
        behind = doc[behind.i + 1]  # "Marj Military Airport"
    return (
        behind is not None
        and behind.pos_ in ("NOUN", "PROPN")
        and behind.lower_ in _SITE
        and behind.lower_ not in _BODY_OR_SITE
        and entity.label_ != "NORP"
    )


def _is_said_to_be_place(entity: DocSpan, before: Sequence[str]) -> bool:
    """ "The town of Harmon": a noun of place and "of" in front."""
    return (
        entity.label_ != "NORP"
        and len(before) > 1
        and before[-1] == "of"
        and (before[-2] in _SITE or before[-2] in load_links().settlement or bool(_COMPASS.match(before[-2])))
    )


def _is_taken(root: Token) -> bool:
    """Whether a name is what a verb of place takes: "captured Harmon", "Harmon was shelled"."""
    links = load_links()
    return root.dep_ in ("obj", "nsubj:pass") and root.head.lemma_.lower() in links.object_is_place


def _words_before(entity: DocSpan) -> list[str]:
    """Up to three words in front, without an article."""
    words = [
        token.lower_ for token in entity.doc[max(0, entity.start - 4) : entity.start] if not token.is_space
    ]
    while words and (words[-1] == "the" or words[-1].endswith("ern")):
        words.pop()
    return words


def _is_in_name(entity: DocSpan, before: list[str]) -> bool:
    """Part of the name of a body: "Islamic State of Iraq", "Bank of England"."""
    if len(before) < 2 or entity.start < 2 or before[-1] not in ("of", "in", "and"):
        return False
    if before[-1] == "and" and _is_of_body(entity):
        return True
    head = (
        entity.doc[entity.start - 2] if entity.doc[entity.start - 1].lower_ in ("of", "in", "and") else None
    )
    if head is None or not head.text[:1].isupper() or head.is_sent_start:
        return False
    if head.text.isupper() and entity.text.isupper() and len(head) > 3:
        return head.lower_ in _BODIES
    return head.lower_ in _BODIES or (
        before[-1] == "of" and head.lower_ not in load_links().locative and head.ent_type_ == "ORG"
    )


def _is_of_body(entity: DocSpan) -> bool:
    """The second land of "the Islamic State of Iraq and Syria"."""
    words = [
        token.text for token in entity.doc[max(0, entity.start - 6) : entity.start] if token.lower_ != "the"
    ]
    if len(words) < 4 or words[-3] != "of" or not words[-2][:1].isupper():
        return False
    return words[-4].lower() in _BODIES and words[-4][:1].isupper()


_BODIES = _words(
    """
    state army front bank university government republic kingdom union church party movement forces
    council congress parliament voice radio embassy organization organisation association
    federation institute emirate committee league brigade brigades battalion
    """
)


def _trim(entity: DocSpan) -> tuple[int, int]:
    """Without an article in front, a possessive behind, or what follows a comma."""
    start, end = entity.start, entity.end
    while start < end and entity.doc[start].lower_ in _TRIMMED:
        start += 1
    if end - start > 2 and _COMPASS.match(entity.doc[start].lower_) and entity.doc[start + 1].lower_ == "of":
        start += 2
    for number in range(start + 1, end):
        if entity.doc[number].text in (",", "("):
            end = number
            break
    while end > start and (
        entity.doc[end - 1].lower_ in ("'s", "’s", "'", "’", "of", "in", ",") or entity.doc[end - 1].is_space
    ):
        end -= 1
    return start, end


def _over_hyphens(doc: Doc, start: int, end: int) -> int:
    """The end of a name that the recogniser cut at a hyphen: "Al-" of "Al-Qadam"."""
    while start < end < len(doc) - 1 and (
        doc[end - 1].text.endswith("-") or (doc[end].text == "-" and not doc[end].whitespace_)
    ):
        if doc[end - 1].whitespace_:
            break
        next_word = doc[end + 1] if doc[end].text == "-" else doc[end]
        if not next_word.text[:1].isupper():
            break
        end = next_word.i + 1
    return end


_TRIMMED = _words("the a northern southern eastern western")


def _unlabelled(doc: Doc, taken: set[int], gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """Names that the entity recogniser left out: behind a locative preposition or a verb like "stormed"."""
    links = load_links()
    objects = links.object_is_place
    for token in doc[: len(doc) - 1]:
        kind, word = token.pos_, token.lower_
        if kind == "PROPN" and token.dep_ == "compound" and token.i not in taken:
            if _names_next(token, links) and _is_well_known(token.text, gazetteer):
                yield token.i, token.i + 1
            continue
        is_preposition = word in _LOCATIVE_PREPOSITIONS or (
            word == "of" and token.i > 0 and doc[token.i - 1].lower_ in links.settlement
        )
        if not is_preposition and not (kind == "VERB" and token.lemma_ in objects):
            continue
        start = token.i + 1
        while start < len(doc) and doc[start].lower_ in _OPENERS:
            start += 1
        end = start
        while end < len(doc) and end not in taken and _may_be_name(doc[end], is_inside=end > start):
            end += 1
        stop = _name_end(doc, start, end, gazetteer, is_preposition=is_preposition)
        is_adjective = stop == start + 1 and doc[start].tag_ == "JJ"
        if stop > start and not is_adjective:
            yield start, stop


def _names_next(token: Token, links: Links) -> bool:
    """Whether the next word is a happening or a place that this one names: "the Lima bombing"."""
    return token.head.i == token.i + 1 and (
        _in(token.head, links.happening) or _in(token.head, links.locative)
    )


_OPENERS = _words(
    """
    the a key strategic important northern southern eastern western central nearby town city
    village of
    """
)


def _name_end(doc: Doc, start: int, end: int, gazetteer: Gazetteer, *, is_preposition: bool) -> int:
    """Where a run of capitalised words stops being a place's name; its start when it is none."""
    for stop in range(end, start, -1):
        if gazetteer.find(doc[start:stop].text):
            return stop
    if end == start or doc[start].lower_ in _NOT_PLACES or doc[start].text.isupper():
        return start
    has_kind = (
        doc[start].lower_ in _NAME_OPENERS
        or doc[end - 1].lower_ in _SITE
        or (end < len(doc) and doc[end].lower_ in _SITE)
    )
    if doc[start - 1].pos_ == "VERB" and doc[start - 1].lemma_ in load_links().object_names_place:
        return end
    is_named = all(token.tag_ == "NNP" or token.pos_ == "PROPN" for token in doc[start:end])
    return (
        end
        if has_kind
        or (is_named and doc[start - 1].lower_ in ("town", "city", "village", "of"))
        or (is_named and is_preposition and doc[start - 1].lower_ in ("in", "near", "at"))
        else start
    )


# What stands capitalised behind "in" and is no place.
_NOT_PLACES = _words(
    """
    congress parliament islam christianity english arabic french ramadan easter christmas mass
    facebook twitter president prime mr mrs operation world cup olympics god english spanish
    russian chinese hebrew sunni shiite
    """
)


def _may_be_name(token: Token, *, is_inside: bool) -> bool:
    if is_inside and token.lower_ in ("-", "al", "el", "de", "la", "las", "los", "del", "ez", "es"):
        return True
    return token.text[:1].isupper() and token.pos_ in _NAME_TAGS and token.ent_type_ != "DATE"


def place_of(
    trigger: Token,
    *,
    gazetteer: Gazetteer,
    country_hints: Collection[str] = (),
    dateline: Place | None = None,
) -> Place | None:
    """Say where the event that this word names happened.

    Args:
        trigger: Verb or noun that names the event, in a parsed text.
        country_hints: ISO 3166 alpha-3 codes of countries the text is about (its actors').
        dateline: Answered when the text links no place to the event; the caller marks it as such.

    Returns:
        The place with its span in the text; `dateline` or None where the text gives none, or one that
        cannot be told on the map.
    """
    span = event_place_span(trigger)
    if span is None:
        return dateline
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
            if (front := _front(span)) >= 0 and doc[front].lower_ in _SURE_PREPOSITIONS
            if not (front and _in(doc[front - 1], links.holding)) and _level(span.text) != "country"
            if _bearing(span, links) < links.distance
        )
    return tuple(doc[start:end] for start, end in known)


_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][^\W\d_]*(?:[ .'’-]{1,2}[^\W\d_]+){0,4}?)"
    r"(?:\s*\((?P<within>[^()\d]{2,30})\)|,\s+(?P<region>[A-Z][\w .]{2,24}?))?"
    r"(?:,?\s+(?:\d{1,2}\s+[A-Za-z]{3,9}\.?|[A-Za-z]{3,9}\.?\s+\d{1,2})(?:,?\s+\d{2,4})?|,?\s+no date)?"
    r"\s*(?:[(\[][^()\[\]]{2,50}[)\]]\s*)?(?:--|—|–|_|-)\s",
    re.I,
)


# What monitoring services put where the town is not known: "NO CITY (EL SALVADOR), 20 OCT 89 --".
_NO_PLACE = frozenset(("no city", "clandestine"))


def find_dateline(text: str, gazetteer: Gazetteer) -> Place | None:
    """The place an article was sent from, as its first line says: "BOGOTA, 9 Jan (Reuters) -- …".

    Returns:
        The place with its span, or None: there is no dateline, or one of a place we do not know. It is
        no event's place; a caller that falls back on it says so.
    """
    match = _DATELINE.match(text[:300])
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
    if _in(trigger, links.showing):
        return bool(things)
    return _in(trigger, links.winning) and any(_in(thing, links.won) for thing in things)


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
        if other_cost > most or _RANK[_level(other.text)] < _RANK[_level(chosen.text)]:
            break
        if gap[0].text == "," and _bearing(other, links):
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
    if not words or not _in(words[-1], links.locative) or _BEARING.match(words[-1].lower_):
        return False
    return all(
        token.pos_ in ("ADJ", "ADV", "NUM", "NOUN") or token.tag_ in ("VBN", "VBG") for token in words[:-1]
    )


def _without_kind(gap: DocSpan, links: Links) -> DocSpan:
    """What stands between two places without the noun that belongs to the first: "(X) hospital in northern (Y)"."""
    skip = 0
    while skip < 2 and skip + 1 < len(gap) and (gap[skip].lower_ in _SITE or _in(gap[skip], links.locative)):
        skip += 1
    return gap[skip:] if skip and (gap[skip].lower_ in _INSIDE or gap[skip].lower_ in (",", "of")) else gap


_INSIDE = _words("in inside within")


def _is_within(span: DocSpan, gap: DocSpan, links: Links) -> bool:
    """ "In X, in the province of Y": whatever the tree hangs X on, who is in Y there is in X."""
    words = [token for token in gap if token.text != ","]
    front = _front(span)
    return (
        bool(words)
        and words[0].lower_ in _INSIDE
        and front >= 0
        and span.doc[front].lower_ in _SURE_PREPOSITIONS
        and not (front and _in(span.doc[front - 1], links.holding))
    )


def _is_in_kind(gap: DocSpan, links: Links) -> bool:
    """ ", in the desert province of": a preposition, then a kind of place with its nouns."""
    words = [token for token in gap if token.lower_ not in (",", "the", "a")]
    return (
        len(words) > 2
        and (words[0].lower_ in _INSIDE or words[0].lower_ in ("on", "along", "outside"))
        and words[-1].lower_ == "of"
        and _in(words[-2], links.locative)
        and all(token.pos_ in ("ADJ", "NOUN", "PROPN", "ADV") for token in words[1:-1])
    )


def _size(span: DocSpan) -> int:
    """People of the greatest place of that name; countries before all, 0 for what the gazetteer has not."""
    if span[0].ent_type_ == "LOC":
        return _SIZEABLE
    entries = load_gazetteer().find(_POSSESSIVE.sub("", _LEAD.sub("", span.text)))
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
    name = _with_kind(span)[:_LONGEST_NAME]
    hints = named or (told | home if _may_be_at_home(name, home, gazetteer) else told)
    entry = _resolve(name, gazetteer, hints)
    entry = entry or _resolve(name, gazetteer, hints | _text_countries(span.doc, gazetteer))
    if entry and (
        (near and _is_namesake(entry, span, named)) or (home and _is_chance(entry, name, hints, gazetteer))
    ):
        entry = None
    if entry:
        return place_of_entry(entry, where)
    if near:
        return place_of_entry(near[0], where, span.text)
    hints = told or home
    if len(hints) == 1:
        country = gazetteer.country(next(iter(hints)))
        return place_of_entry(country, where, span.text) if country else None
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
        if _DIVISION.search(f" {after}"):
            return f"{span.text} {after}"
    before = span.doc[max(0, span.start - 2) : span.start].text.lower()
    if before.endswith(" of") and _DIVISION.search(f" {before[:-3]}"):
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
            entry = _resolve(
                _with_kind(other)[:_LONGEST_NAME], gazetteer, _sentence_countries(span, gazetteer)
            )
            if entry:
                found.append(entry)
    return found[:1]


_HOLDING_WORDS = _words(
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


_HOLDING_OPENERS = _words("inside within on along outside")
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


# A path longer than this is no link.
_LONGEST_PATH = 12
_UNLINKED = 99.0
_NEVER = 9.0
_CLAUSE_WORDS = _words(
    """
    who which that when where while after before as because since although though whose whom if
    unless said
    """
)
_COMPASS = re.compile(r"^(?:(?:north|south)(?:-?(?:east|west))?|east|west)(?:wards?)?$", re.I)
_DISTANCES = _words(
    "km kilometers kilometres kilometer kilometre miles mile meters metres yards hours minutes"
)


def link_cost(trigger: Token, span: DocSpan, links: Links) -> float:
    """How doubtful it is that the event happened there; 0 is certain. See links.toml."""
    up, down = _path(trigger, span.root)
    if len(up) + len(down) > _LONGEST_PATH:
        return _UNLINKED
    if _front_word(span) == "according":
        return _NEVER
    by_tree = sum(links.climb.get(token.dep_, links.climb["other"]) for token in up)
    by_tree += _descent(trigger, up, down, links)
    if down and down[-1].dep_ == "nsubj:pass" and not _may_suffer(span):
        return _NEVER
    if down and down[-1].dep_ in ("compound", "amod", "nmod:desc") and _level(span.text) == "country":
        return by_tree + (0.0 if _in(down[-1].head, links.happening) else links.country_modifier)
    if not up and trigger.pos_ == "VERB" and _is_subject_matter(trigger, down, links):
        return by_tree + links.content
    cost = min(by_tree, _cost_by_order(trigger, span, links)) + links.far * abs(span.root.i - trigger.i)
    return cost + _bearing(span, links) + links.coarse[_level(span.text)]


def _may_suffer(span: DocSpan) -> bool:
    """Whether what something was done to is a place: one on the map, or a building by its label."""
    return span[0].ent_type_ == "FAC" or bool(load_gazetteer().find(_POSSESSIVE.sub("", span.text)))


def _is_subject_matter(trigger: Token, down: Sequence[Token], links: Links) -> bool:
    """Whether a place belongs to what is spoken of or protested against, which is elsewhere."""
    return (_in(trigger, links.speech) and _is_content(down)) or (
        _in(trigger, links.opposing) and _is_opposed(down)
    )


def _is_content(down: Sequence[Token]) -> bool:
    """Whether a place belongs to what a verb of speech speaks of: "condemned the attack in X" was said elsewhere."""
    return len(down) > 1 and (
        down[0].dep_ in ("ccomp", "obj", "xcomp", "parataxis")
        or (down[0].dep_ == "obl" and _preposition(down[0]) in ("for", "over", "of", "about", "against"))
    )


def _is_opposed(down: Sequence[Token]) -> bool:
    """Whether a place belongs to what a protest is against: "marched against the war in X" was held elsewhere."""
    return len(down) > 1 and down[0].dep_ == "obl" and _preposition(down[0]) == "against"


def _front_word(span: DocSpan) -> str:
    """ "According" of "according to X", whatever the tree."""
    doc, number = span.doc, span.start - 1
    while number > 0 and doc[number].lower_ in ("the", "to"):
        number -= 1
    return doc[number].lower_ if number >= 0 else ""


@lru_cache(maxsize=20_000)
def _level(name: str) -> str:
    """Whether a name is a continent's, a country's, a division's, or finer; the finer one of two tells more."""
    gazetteer = load_gazetteer()
    key = fold(name)
    if key in load_links().regions:
        return "region"
    if key in gazetteer.countries:
        return "country"
    if key in gazetteer.divisions and not any(entry.resolution == "point" for entry in gazetteer.find(name)):
        return "admin1"
    return "admin1" if _DIVISION.search(name) else "point"


def _path(trigger: Token, root: Token) -> tuple[list[Token], list[Token]]:
    """From the trigger up to the lowest word over both, then down to the place's root."""
    over = [trigger, *trigger.ancestors]
    at = {token.i: number for number, token in enumerate(over)}
    down: list[Token] = []
    step = root
    while step.i not in at and step.head.i != step.i:
        down.append(step)
        step = step.head
    return over[: at.get(step.i, len(over))], down[::-1]


def _descent(trigger: Token, up: list[Token], down: list[Token], links: Links) -> float:
    cost = 0.0
    governor = up[-1].head if up else trigger
    for number, token in enumerate(down):
        above = down[number - 1] if number else governor
        cost += _step(token, above, is_first=number == 0, is_last=number == len(down) - 1, links=links)
    return cost


def _step(token: Token, above: Token, *, is_first: bool, is_last: bool, links: Links) -> float:
    label = token.dep_
    cost = links.descend.get(label, links.descend["other"])
    if label == "advcl" and any(child.lower_ in _MEANWHILE for child in token.children):
        cost = links.meanwhile
    elif label == "advcl" and any(child.lower_ in _APART_IN_TIME for child in token.children):
        cost += links.apart
    if label in ("acl", "acl:relcl") and _in(above, links.happening):
        cost = min(cost, links.through_happening)
    word = _preposition(token)
    if is_last and not _may_be_bare(token, above, links):
        return _NEVER
    if label in ("obl", "nmod", "obl:agent", "nmod:poss", "nmod:unmarked", "conj") and word:
        if word == "to" and token.lower_ == "death":
            pass  # "shot to death in X": how, not where to
        elif not is_last and _in(token, links.happening):
            cost += min(links.through_happening, _preposition_cost(word, above, links))
        else:
            cost += _preposition_cost(word, above, links)
        is_aimed = word in links.verb_preposition.get(above.lemma_.lower(), ())
        if not is_first and label == "obl" and word not in links.by_order and not is_aimed:
            cost += links.other_clause
    elif label in ("compound", "amod", "nmod:poss", "nmod:desc") and not _in(above, links.locative):
        cost += links.modifier
    if label == "appos" and above.dep_ in _SUBJECTS and not _in(above, links.locative):
        cost += links.background
    if label in ("nmod", "nmod:poss", "compound", "amod"):
        if _in(above, links.holding):
            cost += links.held
        elif (
            above.dep_ in ("nsubj", "obl:agent")
            and not _in(above, links.happening)
            and word not in links.by_order
        ):
            cost += links.doer
    return cost


_SUBJECTS = frozenset(("nsubj", "nsubj:pass", "obl:agent"))
# "was shot while driving through X": at one time and so at one place.
_MEANWHILE = frozenset(("while", "as", "when"))
# "Was killed after he left X": at another time, and so perhaps elsewhere.
_APART_IN_TIME = frozenset(("after", "before", "since"))


def _may_be_bare(token: Token, above: Token, links: Links) -> bool:
    """Whether a bare subject or object is where it happens: of "stormed X and Y", not of "X stormed"."""
    if token.dep_ == "conj":
        return (
            _may_be_bare(above, above.head, links)
            if above.dep_ in _BARE and not _preposition(token)
            else True
        )
    return token.dep_ not in _BARE or _takes_place(above, token.dep_, links)


_BARE = frozenset(("nsubj", "nsubj:pass", "obj", "iobj", "conj"))


def _in(token: Token, words: Collection[str]) -> bool:
    return token.lower_ in words or token.lemma_.lower() in words


def _takes_place(verb: Token, label: str, links: Links) -> bool:
    """Whether the bare subject or object of this verb is where it happens: "stormed X", "X saw clashes"."""
    return _in(verb, links.subject_is_place if label == "nsubj" else links.object_is_place)


def _preposition_cost(word: str, above: Token, links: Links) -> float:
    if word in links.verb_preposition.get(above.lemma_.lower(), ()):
        return 0.1
    if word in ("like", "as", "including") and _in(above, links.locative):
        return 0.2  # "in towns such as X"
    if word in ("of", "'s", "’s", "'", "’"):
        return 0.0 if _in(above, links.locative) else links.preposition["of"]
    return links.preposition.get(word, links.preposition["other"])


def _preposition(token: Token) -> str:
    for child in token.children:
        if child.dep_ == "case":
            return "near" if _is_beside(child) else child.lower_
    return ""


def _is_beside(word: Token) -> bool:
    """The "to" of "close to", "next to"."""
    return word.lower_ == "to" and word.i > 0 and word.nbor(-1).lower_ in ("close", "next", "adjacent")


def _cost_by_order(trigger: Token, span: DocSpan, links: Links) -> float:
    """What the order of the words says, whatever the tree: a place phrase behind the event, in its clause.

    Parsers hang "killed by snipers in X" on the snipers; for us it is all the same.
    """
    front = _front(span)
    if front <= trigger.i:
        return _UNLINKED
    word = "near" if _is_beside(span.doc[front]) else span.doc[front].lower_
    if word not in links.by_order:
        return _UNLINKED
    for token in span.doc[trigger.i + 1 : front]:
        is_shared = token.dep_ == "amod" or (token.dep_ == "conj" and token.head.i == trigger.i)
        if (token.pos_ == "VERB" and not is_shared) or (
            token.lower_ in _CLAUSE_WORDS and token.dep_ != "case"
        ):
            return _UNLINKED
    cost = links.order + links.preposition.get(word, links.preposition["other"])
    return (
        cost + (links.held if _in(span.doc[front - 1], links.holding) else 0.0) + 0.03 * (front - trigger.i)
    )


def _front(span: DocSpan) -> int:
    """The preposition that opens the place phrase: over "the", adjectives and "village of"."""
    doc, number = span.doc, span.start - 1
    while number >= 0 and span.start - number < 8:
        token = doc[number]
        if token.pos_ == "ADP" and token.lower_ not in ("of", "'s", "’s"):
            return number
        if token.pos_ in ("VERB", "AUX", "PUNCT", "PRON", "CCONJ", "SCONJ"):
            break
        number -= 1
    return -1


def _bearing(span: DocSpan, links: Links) -> float:
    """ "60 miles north of X" is not in X; "north of X" may pass."""
    doc, number = span.doc, span.start - 1
    while number >= 0 and doc[number].lower_ in ("of", "from", "the", "city", "town", "capital", "village"):
        number -= 1
    if number < 0 or number == span.start - 1:
        return 0.0
    before = [token.lower_ for token in doc[max(0, number - 7) : number + 1]]
    if not (_COMPASS.match(before[-1]) or before[-1] in _DISTANCES or before[-1] in ("away", ")", "far")):
        return 0.0
    return links.distance if _DISTANCES.intersection(before) else links.beside
