"""Parse: article text in, spaCy Docs out, with offsets that are those of the text.

Any spaCy pipeline with UD labels, tags and lemmas serves; what one lacks is named. Text is made
safe without moving a single character, so that `token.idx` needs no correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.attrs import DEP, HEAD, TAG

from pipeline.errors import ExtractError

BATCH_SIZE = 64
LABELS_NEEDED = frozenset({"nsubj", "obj", "obl", "ccomp", "xcomp", "conj", "nmod"})


def load_model(path: Path) -> Any:
    """Load the spaCy pipeline and check that it has what extraction reads.

    Raises:
        ExtractError: There is no pipeline at the path, it does not load, or it lacks a component
            or speaks other labels than Universal Dependencies; the message says which.
    """
    import spacy

    import pipeline.extract.components  # noqa: F401  (registers the shipped pipeline's own components)

    if not (Path(path) / "meta.json").is_file():
        raise ExtractError(
            f"no language model at {path}; set TOCSIN_MODEL_PATH to a spaCy pipeline with UD labels, "
            "or get the shipped one back with `git checkout model`"
        )
    try:
        nlp = spacy.load(path)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ExtractError(f"the language model at {path} does not load: {str(error)[:300]}") from error
    lacking = missing_parts(nlp)
    if lacking:
        raise ExtractError(
            f"the language model at {path} lacks {', '.join(lacking)}; extraction needs a parser with "
            f"Universal Dependencies labels, fine tags, lemmas and entities (it has: {', '.join(nlp.pipe_names)})"
        )
    return nlp


def missing_parts(nlp: Any) -> list[str]:
    """Name what a pipeline lacks for extraction, in words for an error message."""
    lacking = []
    assigned = {attribute for name in nlp.pipe_names for attribute in nlp.get_pipe_meta(name).assigns}
    wanted = {
        "token.dep": "a parser",
        "token.tag": "a tagger",
        "token.lemma": "a lemmatizer",
        "doc.ents": "entities",
    }
    lacking += [words for attribute, words in wanted.items() if attribute not in assigned]
    if "parser" in nlp.pipe_names:
        labels = set(nlp.get_pipe("parser").labels)
        absent = sorted(LABELS_NEEDED - labels)
        if absent:
            lacking.append(f"the UD labels {' '.join(absent)}")
    return lacking


def parse(nlp: Any, texts: Iterable[str]) -> Iterator[Any]:
    """Parse many pieces in batches."""
    for doc in nlp.pipe(texts, batch_size=BATCH_SIZE):
        _mend_participles(nlp, doc)
        _mend_objects(doc)
        yield doc


def _mend_participles(nlp: Any, doc: Any) -> None:
    """Make "a resolution terminating the mandate" a verb where the tagger took for a noun what the parser did not."""
    strings = doc.vocab.strings
    clauses = doc.to_array([TAG, DEP]) == (strings["NN"], strings["acl"])
    for number in clauses.all(axis=1).nonzero()[0].tolist():
        token = doc[number]
        if token.lower_.endswith("ing"):
            token.tag_, token.pos_ = "VBG", "VERB"
            if "news_lemmatizer" in nlp.pipe_names:
                token.lemma_ = nlp.get_pipe("news_lemmatizer").lemma(token.text, "VBG")


def _mend_objects(doc: Any) -> None:
    """Give "a resolution terminating … a mandate" its mandate where the parser hung it on the verb of the resolution."""
    table = doc.to_array([HEAD, DEP])
    objects = (table[:, 1] == doc.vocab.strings["obj"]).nonzero()[0]
    heads = objects + table[objects, 0].astype("int64")
    for number in range(len(objects) - 1):
        if heads[number] != heads[number + 1]:
            continue
        first, second = doc[int(objects[number])], doc[int(objects[number + 1])]
        for participle in first.rights:
            if participle.dep_ == "acl" and participle.tag_ == "VBG" and participle.i < second.i:
                if not any(child.dep_ == "obj" for child in participle.children):
                    second.head = participle
                break
