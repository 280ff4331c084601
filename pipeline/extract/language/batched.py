"""Batched: spaCy's parser and recognizer, stepping all texts of a batch at once; the recognizer with vectors of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import DependencyParser, EntityRecognizer
from spacy.pipeline._parser_internals.transition_system import TransitionSystem
from spacy.pipeline.dep_parser import make_parser_scorer
from spacy.pipeline.ner import make_ner_scorer
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.tokens import Doc
from spacy.util import ensure_path
from thinc.api import Model, set_dropout_rate

from pipeline.extract.language.lemmatizer import CACHE_SIZE
from pipeline.extract.language.networks import Stepper, chunks, quicken
from pipeline.extract.language.piece_vectors import PieceVectors

SUBWORDS = "subwords"
# Words of a group: what is computed for each beforehand takes 4 KB, 32 MB in all.
_GROUP_WORDS = 8_000


def _greedy_parse(
    component: Any, docs: Sequence[Doc], drop: float, own: Callable[[Sequence[Doc], float], list[Any]]
) -> list[Any]:
    """The transitions of all docs, one step for all of a group at a time; by spaCy's `own` loop where the model is another.

    That loop adds up the features of each state by single BLAS calls, which cost more than the sums;
    the same step over many texts is a few matrix operations. It rounds otherwise too: one text alone goes the
    same way as many, for a tree must not depend on which other texts are read with it.
    """
    if not Stepper.serves(component.model):
        return own(docs, drop)
    component._ensure_labels_are_added(docs)
    set_dropout_rate(component.model, drop)
    found: list[Any] = []
    for group in chunks(docs, _GROUP_WORDS):
        states = component.moves.init_batch(group)
        stepper = Stepper(component.model, group)
        unfinished = [state for state in states if not state.is_final()]
        while unfinished:
            unfinished = component.transition_states(unfinished, stepper.scores(unfinished))
        found.extend(states)
    return found


class BatchedParser(DependencyParser):  # type: ignore[misc]  # compiled, without types
    """spaCy's dependency parser; stores and loads as such."""

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        # spaCy's own cuts the batch into four by length, which would make four times as many steps.
        yield from TrainablePipe.pipe(self, docs, batch_size=batch_size)

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


class BatchedEntities(EntityRecognizer):  # type: ignore[misc]  # compiled, without types
    """spaCy's entity recognizer; may bring word vectors of its own, other than those of the vocabulary."""

    subwords: SubwordVectors | None = None

    def set_subwords(self, vectors: PieceVectors) -> None:
        """Take vectors that this component alone reads."""
        vectors.strings = self.vocab.strings
        self.subwords = SubwordVectors(vectors)

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        yield from TrainablePipe.pipe(self, docs, batch_size=batch_size)

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
