"""The spaCy components that the shipped pipeline needs besides spaCy's own.

Importing this module registers them, which is all `spacy.load("model/news_sm")` needs:

    sentence_guard    (factory "sent_guard")      bars sentence starts where no sentence can start
    BatchedParser     (factory "batched_parser")  spaCy's parser, stepping all texts of a batch at once
    BatchedEntities   (factory "batched_ner")     spaCy's entity recognizer, likewise
    NewsLemmatizer    (factory "news_lemmatizer") form and fine tag to lemma
    NewsEntities      (factory "news_ents")       repairs the entities the network found

The factory names are written into the pipeline's config and stay as they are.
"""

from __future__ import annotations

import gzip
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.attrs import IDX, LEMMA, ORTH, TAG
from spacy.language import Language
from spacy.pipeline import DependencyParser, EntityRecognizer
from spacy.pipeline._parser_internals.transition_system import TransitionSystem
from spacy.pipeline.dep_parser import make_parser_scorer
from spacy.pipeline.ner import make_ner_scorer
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span, Token
from spacy.util import ensure_path, filter_spans
from thinc.api import Model, set_dropout_rate

from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.networks import Stepper, chunks, quicken
from pipeline.extract.piece_vectors import PieceVectors

TABLES = "tables.json.gz"
SUBWORDS = "subwords"
CACHE_SIZE = 200_000
# Detachment rules in the order they are tried: ending, what replaces it.
_ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "noun": (
        ("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z"),
        ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y"),
    ),
    "verb": (
        ("s", ""), ("ies", "y"), ("es", "e"), ("es", ""),
        ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""),
    ),
    "adj": (("er", ""), ("est", ""), ("er", "e"), ("est", "e"), ("ier", "y"), ("iest", "y")),
}  # fmt: skip
_INFLECTED: dict[str, str] = {
    "NNS": "noun",
    "VBD": "verb",
    "VBG": "verb",
    "VBN": "verb",
    "VBZ": "verb",
    "JJR": "adj",
    "JJS": "adj",
    "RBR": "adj",
    "RBS": "adj",
}
_VERB_ENDINGS: dict[str, tuple[str, ...]] = {
    "VBZ": ("s", "es", "ies"),
    "VBD": ("ed",),
    "VBN": ("ed",),
    "VBG": ("ing",),
}
_BASE_TAGS = frozenset(("NN", "VB", "VBP", "MD", "IN", "DT", "CC", "RB", "JJ", "UH", "FW"))
_DOUBLED = re.compile(r"(.*?([bdfgklmnprtvz]))\2(?:ed|ing)$")


@Language.factory("news_lemmatizer", assigns=["token.lemma"])
class NewsLemmatizer:
    """Lemma of a form with its fine (Penn Treebank) tag.

    A table of what the rules get wrong comes first, then the exceptions and the word index of
    WordNet, then the bare rules. Never fails: an unknown word is its own lemma.
    """

    def __init__(self, nlp: Language, name: str = "news_lemmatizer") -> None:
        self.name = name
        self._table: dict[str, str] = {}
        self._exceptions: dict[str, dict[str, list[str]]] = {}
        self._index: dict[str, frozenset[str]] = {}
        self._cache: dict[tuple[int, int], str] = {}

    def set_tables(
        self,
        table: Mapping[str, str],
        exceptions: Mapping[str, Mapping[str, Sequence[str]]],
        index: Mapping[str, Iterable[str]],
    ) -> None:
        """Take over the tables.

        Args:
            table: "form<TAB>tag" to lemma; a form in small letters serves its other spellings too.
            exceptions: By part of speech (noun, verb, adj): irregular form to its lemmas.
            index: By part of speech: the lemmas that exist.
        """
        self._table = dict(table)
        self._exceptions = {
            part: {form: list(lemmas) for form, lemmas in forms.items()} for part, forms in exceptions.items()
        }
        self._index = {part: frozenset(lemmas) for part, lemmas in index.items()}
        self._cache = {}

    @property
    def base_forms(self) -> frozenset[str]:
        """The lemmas that exist, of every part of speech; empty before the tables are loaded."""
        return frozenset().union(*self._index.values())

    @property
    def irregular_forms(self) -> frozenset[str]:
        """Forms that no ending explains: "went", "children"."""
        return frozenset(form for forms in self._exceptions.values() for form in forms)

    def lemma(self, form: str, tag: str) -> str:
        """Lemma of one form; `tag` is a Penn Treebank tag."""
        lower = form.lower()
        known = self._table.get(f"{form}\t{tag}")
        if known is not None:
            return known
        if tag == "NNP":
            # Headlines in capitals: "MINISTER" is a name only by its letters; acronyms are short.
            return form.title() if form.isupper() and len(form) > 4 else form
        if tag != "NNPS" and f"{lower}\t{tag}" in self._table:
            return self._table[f"{lower}\t{tag}"]
        if not form[:1].isalpha():
            return form
        if tag == "NNPS":
            return _singular_name(form)
        if tag in _BASE_TAGS:
            return form if tag in ("NN", "JJ") and form.isupper() and len(form) > 1 else lower
        return self._inflected(lower, tag)

    def _inflected(self, lower: str, tag: str) -> str:
        part = _INFLECTED.get(tag)
        if part is None:
            return lower
        irregular = self._exceptions.get(part, {}).get(lower)
        if irregular:
            return irregular[0]
        allowed = _VERB_ENDINGS.get(tag)
        candidates = [
            lower[: len(lower) - len(ending)] + replacement
            for ending, replacement in _ENDINGS[part]
            if lower.endswith(ending) and (allowed is None or ending in allowed)
        ]
        known = self._index.get(part, frozenset())
        for candidate in candidates:
            if candidate in known:
                return candidate
        if part == "verb" and tag != "VBZ" and (doubled := _DOUBLED.match(lower)):
            return doubled.group(1)
        if not candidates:
            return lower
        return candidates[0] if part == "noun" else candidates[-1]

    def __call__(self, doc: Doc) -> Doc:
        # One array in and one out: a Token for each word would cost more than the lemmas.
        strings, found = doc.vocab.strings, []
        for form, tag in doc.to_array([ORTH, TAG]).tolist():
            lemma = self._cache.get((form, tag))
            if lemma is None:
                text = strings[form]
                lemma = text if text.isspace() else self.lemma(text, strings[tag])
                if len(self._cache) < CACHE_SIZE:
                    self._cache[form, tag] = lemma
            found.append(strings.add(lemma))
        if found:
            ids: Any = np.array(found, dtype="uint64")
            doc.from_array([LEMMA], ids)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the tables into the folder `path`, made if need be."""
        folder = ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        index = {part: sorted(lemmas) for part, lemmas in self._index.items()}
        _write_tables(folder, {"table": self._table, "exc": self._exceptions, "index": index})

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> NewsLemmatizer:
        """Read the tables that `to_disk` wrote."""
        data = srsly.read_gzip_json(ensure_path(path) / TABLES)
        self.set_tables(data["table"], data["exc"], data["index"])
        return self


def _write_tables(folder: Path, tables: Mapping[str, Any]) -> None:
    """Write tables for `srsly.read_gzip_json`, without a time stamp: the same tables give the same file."""
    (folder / TABLES).write_bytes(gzip.compress(srsly.json_dumps(tables).encode("utf-8"), mtime=0))


def _singular_name(form: str) -> str:
    if form.endswith("ies"):
        return form[:-3] + "y"
    if form.endswith("s") and not form.endswith("ss"):
        return form[:-1]
    return form


# What may stand before a people's or a country's name and belong to it: "South African".
_DIRECTIONS = frozenset(
    ("North", "South", "East", "West", "Central", "Latin", "Northern", "Southern", "Eastern", "Western",
     "Southeast")
)  # fmt: skip
# A place whose name ends in one of these is a building or grounds; the entity corpora know no such label.
_FACILITIES = frozenset(
    ("Airport", "Airfield", "Bridge", "Square", "Street", "Avenue", "Stadium", "Prison", "Hospital", "Palace",
     "Mosque", "Church", "Cathedral", "Temple", "Highway", "Dam", "Canal", "Tower", "Hotel", "Museum",
     "Station", "Camp", "Market", "Park", "Barracks", "Checkpoint", "Monument", "Shrine", "Embassy")
)  # fmt: skip
_ARTICLES = frozenset(("the", "a", "an"))
# Words that a name never ends in.
_LINKING = frozenset(("of", "for"))
_LOOSE_TAILS = _ARTICLES | _LINKING
_LOOSE_ENDS = frozenset(("'s", "’s", ",", ".", "'"))
# Titles that go before a person's name and before no other.
_ADDRESSES = frozenset(
    ("Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dr", "Dr.", "Sir", "Lord", "Lady", "Prof.",
     "Gen.", "Adm.", "Brig.", "Col.", "Lt.", "Maj.", "Capt.", "Sgt.", "Cpl.", "Pvt.", "Sen.", "Rep.", "Rev.",
     "Sheikh", "Mullah", "Ayatollah")
)  # fmt: skip
_NAMES = frozenset(("GPE", "LOC", "ORG"))
# What may stand at the end of a body's name: "Government of Ireland".
_PARTS_OF_BODIES = _NAMES | {"FAC", "NORP"}
_PLACES = frozenset(("GPE", "LOC"))
# A word of a list of peoples is taken alone only with the ending of one; the list also holds languages.
_PEOPLE_ENDINGS = ("s", "n", "i", "ish", "ese")
# Places whose name has the article in it.
_WITH_ARTICLE = frozenset(("Netherlands", "Hague"))
# Marks behind which a sentence may open with a capital.
_OPENING = frozenset(('"', "“", "''", "``", "‘", ":", "(", "-", "—", "–"))
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

    def __init__(self, nlp: Language, name: str = "news_ents", dates: bool = True) -> None:
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

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
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
        _write_tables(folder, tables)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> NewsEntities:
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


_NEVER_BEFORE_A_START = frozenset((",", "-", "–", "$", "(", "/"))
_NEVER_A_START = frozenset((",", ".", ";", ":", "?", "!", "'s", "’s", ")"))
_ABBREVIATIONS = frozenset(
    ("U.N.", "U.S.", "U.K.", "E.U.", "Mr.", "Mrs.", "Ms.", "Dr.", "Gen.", "Lt.", "Col.", "Maj.", "Capt.",
     "Sgt.", "Sen.", "Rep.", "Gov.", "St.", "Mt.", "No.", "Jan.", "Feb.", "Aug.", "Sept.", "Oct.", "Nov.",
     "Dec.")
)  # fmt: skip
_BAR_AFTER = frozenset(map(get_string_id, _NEVER_BEFORE_A_START | _ABBREVIATIONS))
_BAR_BEFORE = frozenset(map(get_string_id, _NEVER_A_START))


@Language.component("sent_guard", assigns=["token.is_sent_start"])
def sentence_guard(doc: Doc) -> Doc:
    """Tell the parser where no sentence starts: after a comma, a hyphen, an opening bracket or an
    abbreviation, and before a closing mark. A line break between the two lifts the bar."""
    forms = doc.to_array(ORTH).tolist()
    for index in range(1, len(forms)):
        if forms[index - 1] in _BAR_AFTER or (
            forms[index] in _BAR_BEFORE and not doc[index - 1].text.isspace()
        ):
            doc[index].is_sent_start = False
    return doc


# A group is stepped at once when its longest text is at most this share of it; else each step
# would serve too few texts to be worth its call.
_LARGEST_SHARE = 0.15
# Words of a group: what is computed for each beforehand takes 4 KB, 32 MB in all.
_GROUP_WORDS = 8_000


def _greedy_parse(
    component: Any, docs: Sequence[Doc], drop: float, own: Callable[[Sequence[Doc], float], list[Any]]
) -> list[Any]:
    """The transitions of all docs, one step for all of a group at a time; by spaCy's `own` loop where that would be slow.

    That loop adds up the features of each state by single BLAS calls, which cost more than the sums;
    the same step over many texts is a few matrix operations. Same scores, same trees.
    """
    if not Stepper.serves(component.model):
        return own(docs, drop)
    component._ensure_labels_are_added(docs)
    set_dropout_rate(component.model, drop)
    found: list[Any] = []
    for group in chunks(docs, _GROUP_WORDS):
        lengths = [len(doc) for doc in group]
        if max(lengths) > _LARGEST_SHARE * sum(lengths):
            found.extend(own(group, drop))
            continue
        states = component.moves.init_batch(group)
        stepper = Stepper(component.model, group)
        unfinished = [state for state in states if not state.is_final()]
        while unfinished:
            unfinished = component.transition_states(unfinished, stepper.scores(unfinished))
        found.extend(states)
    return found


class BatchedParser(DependencyParser):
    """spaCy's dependency parser; stores and loads as such."""

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        # spaCy's own cuts the batch into four by length, which would make four times as many steps.
        return TrainablePipe.pipe(self, docs, batch_size=batch_size)

    def greedy_parse(self, docs: Sequence[Doc], drop: float = 0.0) -> list[Any]:
        return _greedy_parse(self, docs, drop, super().greedy_parse)


class SubwordVectors:
    """Piece vectors with a memory: making one from its letters costs far more than looking it up."""

    def __init__(self, vectors: PieceVectors) -> None:
        self.vectors = vectors
        self._known: dict[int, np.ndarray] = {}

    def get_batch(self, keys: Iterable[int]) -> np.ndarray:
        """Vectors of the given string ids, one row each."""
        wanted = [int(key) for key in keys]
        new = [key for key in dict.fromkeys(wanted) if key not in self._known]
        if new:
            if len(self._known) > CACHE_SIZE:
                self._known = {}
                new = list(dict.fromkeys(wanted))
            self._known.update(zip(new, self.vectors.get_batch(new), strict=True))
        return np.stack([self._known[key] for key in wanted])


class BatchedEntities(EntityRecognizer):
    """spaCy's entity recognizer; may bring word vectors of its own, other than those of the vocabulary."""

    subwords: SubwordVectors | None = None

    def set_subwords(self, vectors: PieceVectors) -> None:
        """Take vectors that this component alone reads."""
        vectors.strings = self.vocab.strings
        self.subwords = SubwordVectors(vectors)

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        return TrainablePipe.pipe(self, docs, batch_size=batch_size)

    def greedy_parse(self, docs: Sequence[Doc], drop: float = 0.0) -> list[Any]:
        return _greedy_parse(self, docs, drop, super().greedy_parse)

    def predict(self, docs: Sequence[Doc]) -> Any:
        if self.subwords is None:
            return super().predict(docs)
        # The layer that reads vectors asks the vocabulary of the docs for them, and knows no other place.
        shared = self.vocab._vectors
        self.vocab._vectors = self.subwords
        try:
            return super().predict(docs)
        finally:
            self.vocab._vectors = shared

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write the component, and its vectors if it has some, into the folder `path`; weights in half precision."""
        super().to_disk(path, exclude=(*exclude, "model"))
        halved = self.model.copy()
        _cast(halved, "float16")
        halved.to_disk(ensure_path(path) / "model")
        if self.subwords is not None:
            self.subwords.vectors.to_disk(ensure_path(path) / SUBWORDS)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> BatchedEntities:
        """Read what `to_disk` wrote."""
        super().from_disk(path, exclude=exclude)
        _cast(self.model, "float32")
        folder = ensure_path(path) / SUBWORDS
        if folder.is_dir():
            self.set_subwords(PieceVectors.from_disk(folder))
        return self


def _cast(model: Model[Any, Any], kind: str) -> None:
    """Turn all weights of a model into floats of this kind."""
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name):
                weights: Any = node.get_param(name)
                node.set_param(name, weights.astype(kind))


@Language.factory(
    "batched_parser",
    assigns=["token.dep", "token.head", "token.is_sent_start", "doc.sents"],
    default_config={"moves": None, "learn_tokens": False, "min_action_freq": 30},
    default_score_weights={"dep_uas": 0.5, "dep_las": 0.5, "sents_f": 0.0},
)
def make_batched_parser(
    nlp: Language,
    name: str,
    model: Model[Any, Any],
    moves: TransitionSystem | None,
    learn_tokens: bool,
    min_action_freq: int,
) -> BatchedParser:
    """Make the parser of the shipped pipeline; the model's config is that of spaCy's parser."""
    _quicken(nlp, model)
    return BatchedParser(
        nlp.vocab,
        model,
        name,
        moves=moves,
        learn_tokens=learn_tokens,
        min_action_freq=min_action_freq,
        scorer=make_parser_scorer(),
    )


@Language.factory(
    "batched_ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"moves": None},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0},
)
def make_batched_entities(
    nlp: Language, name: str, model: Model[Any, Any], moves: TransitionSystem | None
) -> BatchedEntities:
    """Make the entity recognizer of the shipped pipeline; the model's config is that of spaCy's."""
    _quicken(nlp, model)
    return BatchedEntities(nlp.vocab, model, name, moves=moves, scorer=make_ner_scorer())


def _quicken(nlp: Language, model: Model[Any, Any]) -> None:
    """Quicken a new component's network and those before it, which are of spaCy's own classes."""
    quicken(model)
    for _, component in nlp.pipeline:
        network = getattr(component, "model", None)
        if isinstance(network, Model):
            quicken(network)
