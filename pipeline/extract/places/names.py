"""Names of places in a text: what the recogniser found and is one, and what it left out or took for something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.language.parsed import Parsed, once_a_piece
from pipeline.extract.lexicon.gazetteer import Gazetteer, fold, load_gazetteer
from pipeline.extract.lexicon.link_costs import Links, load_links
from pipeline.extract.lexicon.words import word_set
from pipeline.extract.places.links import COMPASS, is_among
from pipeline.extract.places.resolve import POSSESSIVE, is_well_known

_PLACE_LABELS = frozenset(("GPE", "LOC", "FAC"))
LOCATIVE_PREPOSITIONS = word_set("places.names.locative_prepositions")
SITE = word_set("places.names.site")
_BODY_OR_SITE = word_set("places.names.body_or_site")
_INSIDE_NAMES = word_set("places.names.inside_names")
_NAME_TAGS = frozenset(("PROPN", "ADJ", "NOUN", "X"))


@once_a_piece
def place_spans(doc: Parsed) -> tuple[DocSpan, ...]:
    """Every run of words that names a place, in the order of the text; does not say whose place it is."""
    return tuple(doc[start:end] for start, end in _find_spans(doc))


def _find_spans(doc: Parsed) -> Iterator[tuple[int, int]]:
    gazetteer = load_gazetteer()
    taken: set[int] = set()
    found: list[tuple[int, int]] = []
    # "Boebert" is a village, too, but not beside Lauren Boebert.
    last_names = frozenset(one[-1].text for one in doc.entities if one.label_ == "PERSON" and len(one) > 1)
    for entity in doc.entities:
        if _is_place(entity, gazetteer, last_names):
            start, end = _trim(entity)
            end = _over_hyphens(doc, start, end)
            if start < end:
                found.append((start, end))
        taken.update(range(entity.start, entity.end))
    found.extend(_unlabelled(doc, taken, gazetteer))
    yield from sorted({start: (start, end) for start, end in sorted(found)}.values())


def _is_place(entity: DocSpan, gazetteer: Gazetteer, last_names: frozenset[str]) -> bool:
    before = _words_before(entity)
    if _is_body(entity, gazetteer) or (entity.label_ == "NORP" and _is_adjective(entity, gazetteer)):
        return False
    if entity.text in last_names and not (before and before[-1] in LOCATIVE_PREPOSITIONS):
        return False
    if entity.label_ in _PLACE_LABELS:
        return entity[0].lower_ not in _TITLES and not _is_in_name(entity, before)
    if entity.label_ not in ("ORG", "PERSON", "NORP"):
        return False
    is_after_preposition = bool(before) and before[-1] in LOCATIVE_PREPOSITIONS
    if _names_site(entity) or _is_said_to_be_place(entity, before):
        return True
    if entity.label_ != "NORP" and _is_called_after(entity, gazetteer):
        return True
    if is_after_preposition:
        if entity.label_ != "NORP" and _is_of_site(entity):
            return True
        return bool(gazetteer.find(POSSESSIVE.sub("", entity.text)))
    return _is_taken(entity.root) and (
        entity[0].lower_ in _NAME_OPENERS or is_well_known(entity.text, gazetteer)
    )


def _is_body(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    """ "The U.S. Embassy", "Police Headquarters", "the Islamic State": by its last word a body, which may sit anywhere."""
    last = entity[-1].lower_
    if last == "state" and entity.label_ == "ORG":
        return not gazetteer.find(entity[:-1].text)
    return last in _SEATS


_SEATS = frozenset(("embassy", "consulate", "headquarters"))


def _is_adjective(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    """ "German (cities)": a people's word, though some village is called so too."""
    key = fold(entity.text)
    return key not in gazetteer.countries and gazetteer.country_of(entity.text) is not None


def _is_of_site(entity: DocSpan) -> bool:
    """ "(At) Halima university", "(around) the Okapi Conference Center": a body's seat, behind a preposition of place."""
    doc, links = entity.doc, load_links()
    behind = doc[entity.end].lower_ if entity.end < len(doc) else ""
    return behind in SITE or (len(entity) > 1 and entity[-1].lower_ in links.locative)


def _is_called_after(entity: DocSpan, gazetteer: Gazetteer) -> bool:
    """ "The Riyadh shootout", "Lima's suburbs"; "two towns, Qory and Marer", "Qory, the last town"."""
    root, links = entity.root, load_links()
    if any(child.dep_ == labels.APPOSITION and child.lower_ in links.settlement for child in root.children):
        return True
    if root.dep_ in (labels.COMPOUND, labels.OWNER):
        return (
            root.head.i >= entity.end
            and (
                is_among(root.head, links.locative)
                or (root.dep_ == labels.COMPOUND and is_among(root.head, links.happening))
            )
            and is_well_known(entity.text, gazetteer)
        )
    top = root.head if root.dep_ == labels.CONJUNCT and root.head.dep_ == labels.APPOSITION else root
    return top.dep_ == labels.APPOSITION and top.head.lower_ in links.settlement


_NAME_OPENERS = word_set("places.names.name_openers")
_TITLES = word_set("places.names.titles")


def _names_site(entity: DocSpan) -> bool:
    """ "Rashid Hospital", "the Harmon quarter": its last word or the one behind says what kind of place it is."""
    last, doc = entity[-1].lower_, entity.doc
    if last in SITE:
        return entity.label_ != "PERSON" or last not in _BODY_OR_SITE
    behind = doc[entity.end] if entity.end < len(doc) else None
    if (
        behind is not None
        and behind.pos_ == "PROPN"
        and behind.i + 1 < len(doc)
        and behind.dep_ == labels.COMPOUND
    ):
        behind = doc[behind.i + 1]  # "Marj Military Airport"
    return (
        behind is not None
        and behind.pos_ in ("NOUN", "PROPN")
        and behind.lower_ in SITE
        and behind.lower_ not in _BODY_OR_SITE
        and entity.label_ != "NORP"
    )


def _is_said_to_be_place(entity: DocSpan, before: Sequence[str]) -> bool:
    """ "The town of Harmon": a noun of place and "of" in front."""
    return (
        entity.label_ != "NORP"
        and len(before) > 1
        and before[-1] == "of"
        and (before[-2] in SITE or before[-2] in load_links().settlement or bool(COMPASS.match(before[-2])))
    )


def _is_taken(root: Token) -> bool:
    """Whether a name is what a verb of place takes: "captured Harmon", "Harmon was shelled"."""
    links = load_links()
    return (
        root.dep_ in (labels.OBJECT, labels.PASSIVE_SUBJECT)
        and root.head.lemma_.lower() in links.object_is_place
    )


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


_BODIES = word_set("places.names.bodies")


def _trim(entity: DocSpan) -> tuple[int, int]:
    """Without an article in front, a possessive behind, or what follows a comma."""
    start, end = entity.start, entity.end
    while start < end and entity.doc[start].lower_ in _TRIMMED:
        start += 1
    if end - start > 2 and COMPASS.match(entity.doc[start].lower_) and entity.doc[start + 1].lower_ == "of":
        start += 2
    for number in range(start + 1, end):
        if entity.doc[number].text in (",", "("):
            end = number
            break
    while end > start and (entity.doc[end - 1].lower_ in _LOOSE_ENDS or entity.doc[end - 1].is_space):
        end -= 1
    return start, end


def _over_hyphens(doc: Parsed, start: int, end: int) -> int:
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


_LOOSE_ENDS = word_set("places.names.loose_ends")
_TRIMMED = word_set("places.names.trimmed")


def _unlabelled(doc: Parsed, taken: set[int], gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """Names that the entity recogniser left out: behind a locative preposition or a verb like "stormed"."""
    links = load_links()
    objects = links.object_is_place
    for token in doc[: len(doc) - 1]:
        kind, word = token.pos_, token.lower_
        if kind == "PROPN" and token.dep_ == labels.COMPOUND and token.i not in taken:
            if _names_next(token, links) and is_well_known(token.text, gazetteer):
                yield token.i, token.i + 1
            continue
        is_preposition = word in LOCATIVE_PREPOSITIONS or (
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
        is_among(token.head, links.happening) or is_among(token.head, links.locative)
    )


_OPENERS = word_set("places.names.openers")


def _name_end(doc: Parsed, start: int, end: int, gazetteer: Gazetteer, *, is_preposition: bool) -> int:
    """Where a run of capitalised words stops being a place's name; its start when it is none."""
    for stop in range(end, start, -1):
        if gazetteer.find(doc[start:stop].text):
            return stop
    if end == start or doc[start].lower_ in _NOT_PLACES or doc[start].text.isupper():
        return start
    has_kind = (
        doc[start].lower_ in _NAME_OPENERS
        or doc[end - 1].lower_ in SITE
        or (end < len(doc) and doc[end].lower_ in SITE)
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


_NOT_PLACES = word_set("places.names.not_places")


def _may_be_name(token: Token, *, is_inside: bool) -> bool:
    if is_inside and token.lower_ in _INSIDE_NAMES:
        return True
    return token.text[:1].isupper() and token.pos_ in _NAME_TAGS and token.ent_type_ != "DATE"
