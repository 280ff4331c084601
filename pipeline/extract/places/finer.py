"""Finer: of "A in B" and "the B town of A", the A; what lies inside the other, where both may be meant."""

from __future__ import annotations

import re

from spacy.tokens import Span as DocSpan

from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.lexicon.link_costs import Links
from pipeline.extract.lexicon.words import word_set
from pipeline.extract.places.links import bearing_cost, front_of, is_among, level_of
from pipeline.extract.places.names import SITE
from pipeline.extract.places.resolve import LEAD, POSSESSIVE, SIZEABLE

SURE_PREPOSITIONS = word_set("places.finer.sure_prepositions")


def finer(best: tuple[float, DocSpan], costs: list[tuple[float, DocSpan]], links: Links) -> DocSpan:
    """Of "A in B" and "the B town of A", the A: what lies inside the other, where both may be meant."""
    number = next(n for n, (_, span) in enumerate(costs) if span.start == best[1].start)
    chosen = best[1]
    for other_cost, other in reversed(costs[:number]):
        whole = chosen.doc[other.end : chosen.start]
        gap = _without_kind(whole, links)
        if len(gap) > _LONGEST_GAP or not (holds_tokens(gap) or _is_in_kind(gap, links)):
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


_INSIDE = frozenset(("in", "inside", "within"))


def _is_within(span: DocSpan, gap: DocSpan, links: Links) -> bool:
    """ "In X, in the province of Y": whatever the tree hangs X on, who is in Y there is in X."""
    words = [token for token in gap if token.text != ","]
    front = front_of(span)
    return (
        bool(words)
        and words[0].lower_ in _INSIDE
        and front >= 0
        and span.doc[front].lower_ in SURE_PREPOSITIONS
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
_HOLDING_WORDS = word_set("places.finer.holding_words")


def holds(gap: str) -> bool:
    """Whether small-letter words between two places say that the second holds the first: ", in northern"."""
    words = _GAP_WORD.findall(gap)
    return bool(words) and all(word in _HOLDING_WORDS or word.endswith("ern") for word in words)


def holds_tokens(gap: DocSpan) -> bool:
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


_HOLDING_OPENERS = frozenset(("inside", "within", "on", "along", "outside"))
_GAP_WORD = re.compile(r"\w+|[^\w\s]")
