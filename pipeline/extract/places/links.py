"""Links: how doubtful it is that an event happened at a place its sentence names; costs and words in links.toml."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.grammar.distance import step_cost, steps, way_between
from pipeline.extract.lexicon.gazetteer import fold, load_gazetteer
from pipeline.extract.lexicon.link_costs import Links, load_links
from pipeline.extract.lexicon.words import word_set
from pipeline.extract.places.resolve import DIVISION, POSSESSIVE

# A path longer than this is no link.
_LONGEST_PATH = 12
_UNLINKED = 99.0
_NEVER = 9.0
_CLAUSE_WORDS = word_set("places.links.clause_words")
COMPASS = re.compile(r"^(?:(?:north|south)(?:-?(?:east|west))?|east|west)(?:wards?)?$", re.I)
_BEFORE_NAME = word_set("places.links.before_name")
_DISTANCES = word_set("places.links.distances")


def link_cost(trigger: Token, span: DocSpan, links: Links) -> float:
    """How doubtful it is that the event happened there; 0 is certain. See links.toml."""
    up, down = way_between(trigger, span.root)
    if len(up) + len(down) > _LONGEST_PATH:
        return _UNLINKED
    if _front_word(span) == "according":
        return _NEVER
    by_tree = sum(steps(up, links.climb))
    by_tree += _descent(trigger, up, down, links)
    if down and down[-1].dep_ == labels.PASSIVE_SUBJECT and not _may_suffer(span):
        return _NEVER
    if (
        down
        and down[-1].dep_ in (labels.COMPOUND, labels.ADJECTIVE, labels.DESCRIPTION)
        and level_of(span.text) == "country"
    ):
        return by_tree + (0.0 if is_among(down[-1].head, links.happening) else links.country_modifier)
    if not up and trigger.pos_ == "VERB" and _is_subject_matter(trigger, down, links):
        return by_tree + links.content
    cost = min(by_tree, _cost_by_order(trigger, span, links)) + links.far * abs(span.root.i - trigger.i)
    return cost + bearing_cost(span, links) + links.coarse[level_of(span.text)]


def _may_suffer(span: DocSpan) -> bool:
    """Whether what something was done to is a place: one on the map, or a building by its label."""
    return span[0].ent_type_ == "FAC" or bool(load_gazetteer().find(POSSESSIVE.sub("", span.text)))


def _is_subject_matter(trigger: Token, down: Sequence[Token], links: Links) -> bool:
    """Whether a place belongs to what is spoken of or protested against, which is elsewhere."""
    return (is_among(trigger, links.speech) and _is_content(down)) or (
        is_among(trigger, links.opposing) and _is_opposed(down)
    )


def _is_content(down: Sequence[Token]) -> bool:
    """Whether a place belongs to what a verb of speech speaks of: "condemned the attack in X" was said elsewhere."""
    return len(down) > 1 and (
        down[0].dep_ in (labels.COMPLEMENT_CLAUSE, labels.OBJECT, labels.OPEN_COMPLEMENT, labels.PARATAXIS)
        or (
            down[0].dep_ == labels.OBLIQUE
            and _preposition(down[0]) in ("for", "over", "of", "about", "against")
        )
    )


def _is_opposed(down: Sequence[Token]) -> bool:
    """Whether a place belongs to what a protest is against: "marched against the war in X" was held elsewhere."""
    return len(down) > 1 and down[0].dep_ == labels.OBLIQUE and _preposition(down[0]) == "against"


def _front_word(span: DocSpan) -> str:
    """ "According" of "according to X", whatever the tree."""
    doc, number = span.doc, span.start - 1
    while number > 0 and doc[number].lower_ in ("the", "to"):
        number -= 1
    return doc[number].lower_ if number >= 0 else ""


@lru_cache(maxsize=20_000)
def level_of(name: str) -> str:
    """Whether a name is a continent's, a country's, a division's, or finer; the finer one of two tells more."""
    gazetteer = load_gazetteer()
    key = fold(name)
    if key in load_links().regions:
        return "region"
    if key in gazetteer.countries:
        return "country"
    if key in gazetteer.divisions and not any(entry.resolution == "point" for entry in gazetteer.find(name)):
        return "admin1"
    return "admin1" if DIVISION.search(name) else "point"


def _descent(trigger: Token, up: list[Token], down: list[Token], links: Links) -> float:
    cost = 0.0
    governor = up[-1].head if up else trigger
    for number, token in enumerate(down):
        above = down[number - 1] if number else governor
        cost += _step(token, above, is_first=number == 0, is_last=number == len(down) - 1, links=links)
    return cost


def _step(token: Token, above: Token, *, is_first: bool, is_last: bool, links: Links) -> float:
    """The cost of one step down from an event's word towards a place."""
    if is_last and not _may_be_bare(token, above, links):
        return _NEVER
    label, word = token.dep_, _preposition(token)
    cost = _label_cost(token, above, links)
    if label in _BY_PREPOSITION and word:
        cost += _cost_of_phrase(token, above, is_last=is_last, links=links)
        is_aimed = word in links.verb_preposition.get(above.lemma_.lower(), ())
        if not is_first and label == labels.OBLIQUE and word not in links.by_order and not is_aimed:
            cost += links.other_clause
    elif label in (labels.COMPOUND, labels.ADJECTIVE, labels.OWNER, labels.DESCRIPTION) and not is_among(
        above, links.locative
    ):
        cost += links.modifier
    if label == labels.APPOSITION and above.dep_ in _SUBJECTS and not is_among(above, links.locative):
        cost += links.background
    return cost + (_owner_cost(above, word, links) if label in _OF_OWNER else 0.0)


# Relations that say little without their preposition; and those by which a place says whose or which a thing is.
_BY_PREPOSITION = frozenset(
    (labels.OBLIQUE, labels.NOUN_MODIFIER, labels.AGENT, labels.OWNER, labels.BARE_MODIFIER, labels.CONJUNCT)
)
_OF_OWNER = frozenset((labels.NOUN_MODIFIER, labels.OWNER, labels.COMPOUND, labels.ADJECTIVE))


def _label_cost(token: Token, above: Token, links: Links) -> float:
    """The cost of the relation itself; a clause of the same time costs less than one of another."""
    label = token.dep_
    cost = step_cost(token, links.descend)
    if label == labels.ADVERBIAL_CLAUSE and any(child.lower_ in _MEANWHILE for child in token.children):
        cost = links.meanwhile
    elif label == labels.ADVERBIAL_CLAUSE and any(child.lower_ in _APART_IN_TIME for child in token.children):
        cost += links.apart
    if label in (labels.NOUN_CLAUSE, labels.RELATIVE_CLAUSE) and is_among(above, links.happening):
        cost = min(cost, links.through_happening)
    return cost


def _cost_of_phrase(token: Token, above: Token, *, is_last: bool, links: Links) -> float:
    word = _preposition(token)
    if word == "to" and token.lower_ == "death":
        return 0.0  # "shot to death in X": how, not where to
    cost = _preposition_cost(word, above, links)
    is_through_happening = not is_last and is_among(token, links.happening)
    return min(links.through_happening, cost) if is_through_happening else cost


def _owner_cost(above: Token, word: str, links: Links) -> float:
    """What a place says of a thing or a doer is seldom where the event was: "the mayor of X was shot"."""
    if is_among(above, links.holding):
        return links.held
    is_doer = above.dep_ in (labels.SUBJECT, labels.AGENT) and not is_among(above, links.happening)
    return links.doer if is_doer and word not in links.by_order else 0.0


_SUBJECTS = frozenset((labels.SUBJECT, labels.PASSIVE_SUBJECT, labels.AGENT))
# "was shot while driving through X": at one time and so at one place.
_MEANWHILE = frozenset(("while", "as", "when"))
# "Was killed after he left X": at another time, and so perhaps elsewhere.
_APART_IN_TIME = frozenset(("after", "before", "since"))


def _may_be_bare(token: Token, above: Token, links: Links) -> bool:
    """Whether a bare subject or object is where it happens: of "stormed X and Y", not of "X stormed"."""
    if token.dep_ == labels.CONJUNCT:
        return (
            _may_be_bare(above, above.head, links)
            if above.dep_ in _BARE and not _preposition(token)
            else True
        )
    return token.dep_ not in _BARE or _takes_place(above, token.dep_, links)


_BARE = frozenset(
    (labels.SUBJECT, labels.PASSIVE_SUBJECT, labels.OBJECT, labels.INDIRECT_OBJECT, labels.CONJUNCT)
)


def is_among(token: Token, words: Collection[str]) -> bool:
    return token.lower_ in words or token.lemma_.lower() in words


def _takes_place(verb: Token, label: str, links: Links) -> bool:
    """Whether the bare subject or object of this verb is where it happens: "stormed X", "X saw clashes"."""
    return is_among(verb, links.subject_is_place if label == labels.SUBJECT else links.object_is_place)


def _preposition_cost(word: str, above: Token, links: Links) -> float:
    if word in links.verb_preposition.get(above.lemma_.lower(), ()):
        return 0.1
    if word in ("like", "as", "including") and is_among(above, links.locative):
        return 0.2  # "in towns such as X"
    if word in ("of", "'s", "’s", "'", "’"):
        return 0.0 if is_among(above, links.locative) else links.preposition["of"]
    return links.preposition.get(word, links.preposition["other"])


def _preposition(token: Token) -> str:
    for child in token.children:
        if child.dep_ == labels.CASE:
            return "near" if _is_beside(child) else child.lower_
    return ""


def _is_beside(word: Token) -> bool:
    """The "to" of "close to", "next to"."""
    return word.lower_ == "to" and word.i > 0 and word.nbor(-1).lower_ in ("close", "next", "adjacent")


def _cost_by_order(trigger: Token, span: DocSpan, links: Links) -> float:
    """What the order of the words says, whatever the tree: a place phrase behind the event, in its clause.

    Parsers hang "killed by snipers in X" on the snipers; for us it is all the same.
    """
    front = front_of(span)
    if front <= trigger.i:
        return _UNLINKED
    word = "near" if _is_beside(span.doc[front]) else span.doc[front].lower_
    if word not in links.by_order:
        return _UNLINKED
    for token in span.doc[trigger.i + 1 : front]:
        is_shared = token.dep_ == labels.ADJECTIVE or (
            token.dep_ == labels.CONJUNCT and token.head.i == trigger.i
        )
        if (token.pos_ == "VERB" and not is_shared) or (
            token.lower_ in _CLAUSE_WORDS and token.dep_ != labels.CASE
        ):
            return _UNLINKED
    cost = links.order + links.preposition.get(word, links.preposition["other"])
    return (
        cost
        + (links.held if is_among(span.doc[front - 1], links.holding) else 0.0)
        + 0.03 * (front - trigger.i)
    )


def front_of(span: DocSpan) -> int:
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


def bearing_cost(span: DocSpan, links: Links) -> float:
    """ "60 miles north of X" is not in X; "north of X" may pass."""
    doc, number = span.doc, span.start - 1
    while number >= 0 and doc[number].lower_ in _BEFORE_NAME:
        number -= 1
    if number < 0 or number == span.start - 1:
        return 0.0
    before = [token.lower_ for token in doc[max(0, number - 7) : number + 1]]
    if not (COMPASS.match(before[-1]) or before[-1] in _DISTANCES or before[-1] in ("away", ")", "far")):
        return 0.0
    return links.distance if _DISTANCES.intersection(before) else links.beside
