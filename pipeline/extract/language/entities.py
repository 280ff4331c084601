"""Entities: names as the network found them in, repaired by tables out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import srsly
from spacy.attrs import IDX, ORTH
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span, Token
from spacy.util import ensure_path, filter_spans

from pipeline.extract.language.tables import TABLES, write_tables
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.lexicon.words import word_set

_DIRECTIONS = word_set("language.entities.directions")
_FACILITIES = word_set("language.entities.facilities")
_ARTICLES = frozenset(("the", "a", "an"))
# Words that a name never ends in.
_LINKING = frozenset(("of", "for"))
_LOOSE_TAILS = _ARTICLES | _LINKING
_LOOSE_ENDS = frozenset(("'s", "’s", ",", ".", "'"))
_ADDRESSES = word_set("language.entities.addresses")
_NAMES = frozenset(("GPE", "LOC", "ORG"))
# What may stand at the end of a body's name: "Government of Ireland".
_PARTS_OF_BODIES = _NAMES | {"FAC", "NORP"}
_PLACES = frozenset(("GPE", "LOC"))
# A word of a list of peoples is taken alone only with the ending of one; the list also holds languages.
_PEOPLE_ENDINGS = ("s", "n", "i", "ish", "ese")
# Places whose name has the article in it.
_WITH_ARTICLE = frozenset(("Netherlands", "Hague"))
_OPENING = word_set("language.entities.opening")
# Marks that make one word of two.
_JOINING = frozenset(("-", "–"))


@Language.factory("news_ents", assigns=["doc.ents"], default_config={"dates": True})
class NewsEntities:
    """Repair of the statistical entities by tables, without any choice left to chance.

    Dates come from patterns; titles, possessive marks and articles that are no part of a name are cut off,
    and whoever has a title that only persons have is one; names of countries, peoples and known
    organisations get the label their list gives them; places that are buildings or grounds become FAC;
    bodies whose name breaks off are joined to its end; parts of hyphened words are no names. A single name that no
    gazetteer knows and that does something or owns something is taken for a person, where the network
    took it for a place; this needs the trees of the steps before it, and does nothing without them.
    """

    def __init__(self, nlp: Language, name: str = "news_ents", dates: bool = True) -> None:  # noqa: ARG002  (spaCy passes it)
        self.name = name
        self._dates = dates
        self._peoples: frozenset[str] = frozenset()
        self._countries: frozenset[str] = frozenset()
        self._titles: frozenset[str] = frozenset()
        self._pattern_sources: list[str] = []
        self._patterns: list[re.Pattern[str]] = []
        self._known: dict[str, str] = {}
        self._known_by_first: dict[str, list[tuple[str, ...]]] = {}
        self._listed: frozenset[int] = frozenset()

    def set_tables(
        self,
        peoples: Iterable[str],
        countries: Iterable[str],
        titles: Iterable[str],
        date_patterns: Sequence[str],
        known: Mapping[str, str] | None = None,
    ) -> None:
        """Take over the tables.

        Args:
            peoples: Names and adjectives of peoples ("Malian", "Malians").
            countries: Names of countries, as they stand in text.
            titles: Words before a person's name that are no part of it.
            date_patterns: Regular expressions; each match is a DATE.
            known: Names to their labels, words parted by one blank ("Rapid Support Forces": "ORG").
        """
        self._peoples = frozenset(peoples)
        self._countries = frozenset(countries)
        self._titles = frozenset(titles)
        self._pattern_sources = list(date_patterns)
        self._patterns = [re.compile(source) for source in date_patterns]
        self._known = dict(known or {})
        self._known_by_first = {}
        for name in sorted(self._known, key=lambda name: -len(name.split(" "))):
            words = tuple(name.split(" "))
            self._known_by_first.setdefault(words[0], []).append(words)
        self._listed = frozenset(
            map(get_string_id, (*self._peoples, *self._countries, *self._known_by_first))
        )

    def __call__(self, doc: Doc) -> Doc:
        fixed = self._find_dates(doc) if self._dates else []
        taken = {index for span in fixed for index in range(span.start, span.end)}
        # Most texts have few words of the lists, and no need of a Token for the others.
        listed = [index for index, form in enumerate(doc.to_array(ORTH).tolist()) if form in self._listed]
        guessed = [span for span in doc.ents if not any(i in taken for i in range(span.start, span.end))]
        for span in self._find_known(doc, listed, taken):
            # A longer name around a known one stands: "Muammar Gaddafi", "African Union Commission".
            if any(other.start <= span.start and span.end <= other.end and len(other) > len(span)
                   for other in guessed):  # fmt: skip
                continue
            fixed.append(span)
            taken.update(range(span.start, span.end))
        entities = list(fixed)
        for span in guessed:
            if any(index in taken for index in range(span.start, span.end)):
                continue
            repaired = self._repair(span, taken)
            if repaired is not None:
                entities.append(repaired)
        used = {index for span in entities for index in range(span.start, span.end)}
        entities.extend(self._find_missed(doc, listed, used))
        whole = _whole_bodies(doc, filter_spans(entities))
        doc.ents = [
            span for span in whole if span.label_ == "DATE" or not _is_joined(doc, span.start, span.end)
        ]
        return doc

    def _repair(self, span: Span, taken: set[int]) -> Span | None:
        doc, start, end, label = span.doc, span.start, span.end, span.label_
        addressed = label in _NAMES and _is_addressed(doc, start, end)
        if addressed:
            label = "PERSON"
        if label == "PERSON":
            while start < end and doc[start].text in self._titles:
                start += 1
            if start == end:
                return None
        while start < end - 1 and doc[start].lower_ in _ARTICLES:
            start += 1
        start = _with_own_article(doc, start, label, taken)
        while end > start + 1 and doc[end - 1].text in _LOOSE_ENDS:
            end -= 1
        if label == "NORP" and start - 1 not in taken and self._is_directed(doc, start, end):
            start -= 1
        text = doc[start:end].text
        if not addressed and text in self._countries:
            label = "GPE"
        elif not addressed and text in self._peoples:
            label = "NORP"
        elif label == "LOC" and end - start > 1 and doc[end - 1].text in _FACILITIES:
            label = "FAC"
        elif label == "GPE" and end - start == 1 and _acts(doc[start]) and not load_gazetteer().find(text):
            label = "PERSON"
        return Span(doc, start, end, label=label)

    def _is_directed(self, doc: Doc, start: int, end: int) -> bool:
        """Whether the word before a people's name makes another people of it: "South Korean"."""
        return (
            start > 0
            and doc[start - 1].text in _DIRECTIONS
            and f"{doc[start - 1].text} {doc[start:end].text}" in self._peoples
        )

    def _find_missed(self, doc: Doc, listed: Iterable[int], used: set[int]) -> list[Span]:
        found = []
        for index in listed:
            text = doc[index].text
            if index in used:
                continue
            if text in self._peoples:
                if text.endswith(_PEOPLE_ENDINGS):
                    directed = index - 1 not in used and self._is_directed(doc, index, index + 1)
                    found.append(Span(doc, index - directed, index + 1, label="NORP"))
            elif text in self._countries and len(text) > 3:
                label = "PERSON" if _is_addressed(doc, index, index + 1) else "GPE"
                found.append(Span(doc, index, index + 1, label=label))
        return found

    def _find_known(self, doc: Doc, listed: Iterable[int], taken: set[int]) -> list[Span]:
        found: list[Span] = []
        end_of_last = 0
        for index in listed:
            names = self._known_by_first.get(doc[index].text)
            if names is None or index < end_of_last:
                continue
            words = tuple(token.text for token in doc[index : index + len(names[0])])
            for name in names:
                end = index + len(name)
                if words[: len(name)] == name and not any(i in taken for i in range(index, end)):
                    label = self._known[" ".join(name)]
                    start = _with_own_article(doc, index, label, taken)
                    found.append(Span(doc, start, end, label=label))
                    end_of_last = end
                    break
        return found

    def _find_dates(self, doc: Doc) -> list[Span]:
        text = doc.text
        ranges = merge_overlaps(
            match.span() for pattern in self._patterns for match in pattern.finditer(text)
        )
        if not ranges:
            return []
        # Doc.char_span walks the whole document for every range, which took most of this component's time.
        starts = doc.to_array(IDX).tolist()
        spans = [
            Span(doc, bisect_right(starts, start) - 1, bisect_right(starts, end - 1), label="DATE")
            for start, end in ranges
        ]
        return filter_spans(spans)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002  (spaCy passes it)
        """Write the tables into the folder `path`, made if need be."""
        folder = ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {
            "norp": sorted(self._peoples),
            "countries": sorted(self._countries),
            "titles": sorted(self._titles),
            "patterns": self._pattern_sources,
            "known": dict(sorted(self._known.items())),
        }
        write_tables(folder, tables)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> NewsEntities:  # noqa: ARG002  (spaCy passes it)
        """Read the tables that `to_disk` wrote."""
        data = srsly.read_gzip_json(ensure_path(path) / TABLES)
        self.set_tables(
            data["norp"], data["countries"], data["titles"], data["patterns"], data.get("known", {})
        )
        return self


def _is_addressed(doc: Doc, start: int, end: int) -> bool:
    """Whether a name opens with a person's title, or follows one: "Ms Pugh", "Lord" before "Halifax"."""
    if doc[start].text in _ADDRESSES:
        return end - start > 1
    return start > 0 and doc[start - 1].text in _ADDRESSES


def _with_own_article(doc: Doc, start: int, label: str, taken: set[int]) -> int:
    """Where a name starts with the article that is a part of it, if there is one and it is free."""
    return start - 1 if start - 1 not in taken and _has_own_article(doc, start, label) else start


def _has_own_article(doc: Doc, start: int, label: str) -> bool:
    """Whether the article before a name is a part of it: "the Netherlands", "told The Moon Gazette"."""
    article = doc[start - 1] if start > 0 else None
    if article is None or article.lower_ != "the":
        return False
    if label in _PLACES:
        return doc[start].text in _WITH_ARTICLE
    inside = article.i > 0 and not article.is_sent_start and doc[article.i - 1].text not in _OPENING
    return label == "ORG" and article.text == "The" and inside


def _is_joined(doc: Doc, start: int, end: int) -> bool:
    """Whether words are a part of a longer one: "pro-Syrian", "NATO-led", "the Gaza-Egypt border"."""
    return _joins(doc, start - 1) or _joins(doc, end)


def _joins(doc: Doc, mark: int) -> bool:
    """Whether a hyphen makes one word of its neighbours; no, if there is none at that place."""
    if not 0 < mark < len(doc) - 1 or doc[mark].text not in _JOINING:
        return False
    apart = doc[mark - 1].whitespace_ or doc[mark].whitespace_
    return not apart and doc[mark - 1].text[-1].isalpha() and doc[mark + 1].text[0].isalpha()


def _acts(name: Token) -> bool:
    """Whether a name without an article does something or has something of its own, as persons do.

    Yes: "said Tarlo", "Tarlo's car". No: "Juventus win", who are many, and "Tarlo's Green Square", which is there.
    """
    if not name.text.isalpha() or not name.text[0].isupper() or name.text.isupper():
        return False
    if any(child.dep_ == "det" for child in name.children):
        return False
    if name.dep_ == "nmod:poss":
        owned = name.doc[name.i + 2 : name.i + 3]
        return bool(owned) and not owned[0].text[0].isupper()
    return name.dep_ == "nsubj" and name.head.pos_ == "VERB" and name.head.tag_ != "VBP"


def _whole_bodies(doc: Doc, entities: Iterable[Span]) -> list[Span]:
    """Join a body whose name breaks off to the name behind it: "Government of" and "Ireland"; else cut the loose words.

    The entities come in the order of the text and do not overlap.
    """
    whole: list[Span] = []
    for span in entities:
        if whole and span.label_ in _PARTS_OF_BODIES and _breaks_off(whole[-1], span.start):
            whole[-1] = Span(doc, whole[-1].start, span.end, label="ORG")
        else:
            whole.append(span)
    return [_without_tail(span) if _breaks_off(span, span.end) else span for span in whole]


def _breaks_off(span: Span, until: int) -> bool:
    """Whether a body's name ends in "of" or "for", with nothing but articles between that and the word `until`."""
    at = until - 1
    while at >= span.start and span.doc[at].lower_ in _ARTICLES:
        at -= 1
    return span.label_ == "ORG" and span.start < at < span.end and span.doc[at].lower_ in _LINKING


def _without_tail(span: Span) -> Span:
    end = span.end
    while end > span.start + 1 and span.doc[end - 1].lower_ in _LOOSE_TAILS:
        end -= 1
    return Span(span.doc, span.start, end, label=span.label_)


def merge_overlaps(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that overlap; ranges that only touch stay apart. Sorted by start."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(ranges), key=lambda pair: (pair[0], -pair[1])):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
