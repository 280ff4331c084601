"""Model: a folder in, the spaCy pipeline in it out, checked for what extraction reads.

Any pipeline with UD labels, tags and lemmas serves; what one lacks is named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import ExtractError

LABELS_NEEDED = frozenset({"nsubj", "obj", "obl", "ccomp", "xcomp", "conj", "nmod"})


def load_model(path: Path) -> Any:
    """Load the spaCy pipeline and check that it has what extraction reads.

    Raises:
        ExtractError: There is no pipeline at the path, it does not load, or it lacks a component
            or speaks other labels than Universal Dependencies; the message says which.
    """
    import spacy

    import pipeline.extract.language.components  # noqa: F401  (registers the shipped pipeline's own components)

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
