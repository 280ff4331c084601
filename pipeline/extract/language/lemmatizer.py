"""Lemmatizer: a form and its fine tag in, its lemma out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.attrs import LEMMA, ORTH, TAG
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import ensure_path

from pipeline.extract.language.tables import TABLES, write_tables

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

    def __init__(self, nlp: Language, name: str = "news_lemmatizer") -> None:  # noqa: ARG002  (spaCy passes it)
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

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002  (spaCy passes it)
        """Write the tables into the folder `path`, made if need be."""
        folder = ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        index = {part: sorted(lemmas) for part, lemmas in self._index.items()}
        write_tables(folder, {"table": self._table, "exc": self._exceptions, "index": index})

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> NewsLemmatizer:  # noqa: ARG002  (spaCy passes it)
        """Read the tables that `to_disk` wrote."""
        data = srsly.read_gzip_json(ensure_path(path) / TABLES)
        self.set_tables(data["table"], data["exc"], data["index"])
        return self


def _singular_name(form: str) -> str:
    if form.endswith("ies"):
        return form[:-3] + "y"
    if form.endswith("s") and not form.endswith("ss"):
        return form[:-1]
    return form


def dictionary(nlp: Language) -> frozenset[str]:
    """The words the shipped pipeline's lemmatizer knows, for `recase`; empty for a pipeline without it."""
    if "news_lemmatizer" not in nlp.pipe_names:
        return frozenset()
    pipe: Any = nlp.get_pipe("news_lemmatizer")
    known: frozenset[str] = pipe.base_forms | pipe.irregular_forms
    return known
