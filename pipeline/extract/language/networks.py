"""Networks: the layers of the shipped pipeline at run time, several times faster than thinc's own.

    quicken(model)   the same model, whose predictions are computed here
    Stepper(model)   scores of parser states, many texts at a time

Same weights, same sums up to the rounding of floats; training, other layers and other hardware go the
way they went. What is made of a text is the same alone and among others, to the last bit: a library rounds a
product by how many rows it has, so all products here have as many. What saves time: numpy's matrix products (three times as fast as those of blis on the
machines we know), one row per kind of word instead of one per word of the text, and pieces of maxout
that lie side by side.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from spacy.attrs import ORTH
from spacy.ml.parser_model import ParserStepModel
from spacy.tokens import Doc
from spacy.vectors import Mode, Vectors
from thinc.api import Model, NumpyOps

from pipeline.extract.language.products import Array, product

# Kinds of words remembered for each network: 25 MB with their keys. All are forgotten when there are more.
MAX_KINDS = 40_000
# Rows of a matrix product over words, and over parser states; the last ones are filled up with zeros.
WORD_ROWS = 128
STATE_ROWS = 32
# Rows worked on at a time, so that what a layer hands to the next is still in the cache of the processor.
CHUNK_ROWS = 384
_EMBED_LAYERS = frozenset(
    ("extract_features", "list2ragged", "ints-getitem", "hashembed", "static_vectors", "maxout", "layernorm",
     "dropout", "ragged2list")
)  # fmt: skip
# One for all networks: a lock of its own would keep a network from being copied.
_MEMORY = Lock()
_WINDOW_LAYER = "residual(expand_window>>maxout>>layernorm>>dropout)"


def quicken(model: Model[Any, Any]) -> None:
    """Let the layers of a model that are known here predict by this module; the others stay as they are."""
    _keep_to_one_thread()
    for node in list(model.walk()):
        if not isinstance(node.ops, NumpyOps) or isinstance(node._func, _Quick):
            continue
        if _is_word_network(node):
            node._func = QuickWords(node)
        elif node.name in ("linear", "softmax"):
            node._func = QuickAffine(node)
        elif node.name == "precomputable_affine":
            node._func = QuickTable(node)


def _param(layer: Model[Any, Any], name: str) -> Array:
    # thinc's own types of arrays know no more than numpy's, and have other signatures.
    values: Array = cast(Any, layer.get_param(name))
    return values


class _Quick:
    """A forward function that hands over to the layer's own one when the layer is trained or copied."""

    def __init__(self, model: Model[Any, Any]) -> None:
        self.model = model
        self.original: Callable[..., tuple[Any, Callable[..., Any]]] = model._func
        self.is_trained = False

    def __call__(self, model: Model[Any, Any], X: Any, is_train: bool) -> tuple[Any, Callable[..., Any]]:
        # An optimizer changes weights in place, which nobody could notice afterwards.
        self.is_trained = self.is_trained or is_train
        if self.is_trained or model is not self.model or not len(X):
            return self.original(model, X, is_train)
        made = self.predict(X)
        return self.original(model, X, is_train) if made is None else (made, _no_way_back)

    def predict(self, X: Any) -> Any:
        """The output for an input; None where the layer's own function is to make it."""
        raise NotImplementedError


def _no_way_back(_: Any) -> Any:
    raise ValueError("a prediction has no gradients; call the model with is_train=True")


class QuickAffine(_Quick):
    """Linear, and softmax where only its largest output is asked for."""

    def predict(self, X: Array) -> Array | None:
        if self.model.attrs.get("softmax_normalize", False):
            return None
        made = product(X, _param(self.model, "W").T, WORD_ROWS)
        made += _param(self.model, "b")
        return made


class QuickTable(_Quick):
    """spaCy's PrecomputableAffine: (tokens + 1, features, outputs, pieces), the padding in the first row."""

    def predict(self, X: Array) -> Array:
        weights, pad = _param(self.model, "W"), _param(self.model, "pad")
        table = np.empty((len(X) + 1, pad.size), dtype=X.dtype)
        table[0] = pad.ravel()
        product(X, weights.reshape(pad.size, -1).T, WORD_ROWS, out=table[1:])
        return table.reshape(-1, *pad.shape[1:])


@dataclass(frozen=True, slots=True)
class Maxout:
    """Weights of a maxout layer with normalization: (inputs, pieces * outputs), pieces apart."""

    weights: Array
    bias: Array
    pieces: int
    gain: Array
    shift: Array

    def apply(self, rows: Array, out: Array) -> None:
        """Write the layer's output for (rows, inputs) into `out`, (rows, outputs)."""
        width = out.shape[1]
        made = product(rows, self.weights, WORD_ROWS)
        made += self.bias
        out[:] = made[:, :width]
        for start in range(width, self.pieces * width, width):
            np.maximum(out, made[:, start : start + width], out=out)
        out -= out.mean(axis=1, keepdims=True)
        scale = np.einsum("ij,ij->i", out, out)
        scale /= width
        scale += 1e-8
        out /= np.sqrt(scale, out=scale)[:, None]
        out *= self.gain
        out += self.shift


def _maxout(layer: Model[Any, Any], norm: Model[Any, Any]) -> Maxout:
    weights, bias = _param(layer, "W"), _param(layer, "b")
    width, pieces, inputs = weights.shape
    return Maxout(
        weights=np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(inputs, pieces * width)),
        bias=bias.T.ravel(),
        pieces=pieces,
        gain=_param(norm, "G"),
        shift=_param(norm, "b"),
    )


def _leaves(model: Model[Any, Any]) -> list[Model[Any, Any]]:
    return [node for node in model.walk(order="dfs_pre") if not node.layers]


def _is_word_network(node: Model[Any, Any]) -> bool:
    """Whether a node is what Tok2Vec, MultiHashEmbed and MaxoutWindowEncoder of spaCy make."""
    if not (node.has_ref("embed") and node.has_ref("encode") and len(node.layers) == 2):
        return False
    embed, encode = node.layers
    names = [leaf.name for leaf in _leaves(embed)]
    depth = encode.name.count(_WINDOW_LAYER)
    return (
        depth > 0
        and encode.name == f"with_array({'>>'.join([_WINDOW_LAYER] * depth)})"
        and set(names) <= _EMBED_LAYERS
        and all(names.count(name) == 1 for name in ("extract_features", "maxout", "layernorm"))
        and names.count("static_vectors") <= 1
    )


class QuickWords(_Quick):
    """spaCy's Tok2Vec: Docs in, one array (words, width) for each out.

    What a word is before its neighbours are looked at depends on its kind alone (form, prefix, shape, …),
    and is remembered by it.
    """

    def __init__(self, model: Model[Any, Any]) -> None:
        super().__init__(model)
        embed, encode = model.layers
        leaves = {leaf.name: leaf for leaf in _leaves(embed)}
        self._columns = [*leaves["extract_features"].attrs["columns"], ORTH]
        self._hashed = [leaf for leaf in _leaves(embed) if leaf.name == "hashembed"]
        self._static = leaves.get("static_vectors")
        self._mixing = (leaves["maxout"], leaves["layernorm"])
        windows = _leaves(encode)
        self._window = windows[0].attrs["window_size"]
        self._layers = list(zip(windows[1::4], windows[2::4], strict=True))
        self._pad = encode.attrs["pad"]
        self._made_from: list[Any] = []
        self._mix: Maxout
        self._encoders: list[Maxout]
        self._known: dict[bytes, int] = {}
        self._rows: Array

    def predict(self, X: Sequence[Doc]) -> list[Array] | None:
        vectors = X[0].vocab.vectors
        if not isinstance(vectors, Vectors) and not hasattr(vectors, "get_batch"):
            return None
        with _MEMORY:
            self._renew(vectors)
        return [made for chunk in chunks(X, CHUNK_ROWS) for made in self._encode(chunk, vectors)]

    def _renew(self, vectors: Any) -> None:
        """Forget everything when the weights or vectors are no longer those it was made from."""
        parts = [getattr(vectors, "data", vectors)]
        for node in (*self._hashed, *self._mixing, *(node for pair in self._layers for node in pair)):
            parts.extend(_param(node, name) for name in node.param_names)
        if self._static is not None:
            parts.append(_param(self._static, "W"))
        if len(parts) == len(self._made_from) and all(map(_is, parts, self._made_from)):
            return
        self._made_from = parts
        self._mix = _maxout(*self._mixing)
        self._encoders = [_maxout(*pair) for pair in self._layers]
        self._known = {}
        self._rows = np.empty((MAX_KINDS, len(self._mix.gain)), dtype="float32")

    def _encode(self, docs: Sequence[Doc], vectors: Any) -> Iterator[Array]:
        with _MEMORY:
            words = self._words(docs, vectors)
        width = words.shape[1]
        edge, pad = self._window, self._pad
        starts, row = [], edge + pad
        for doc in docs:
            starts.append(row)
            row += len(doc) + pad
        padded = np.zeros((row + edge, width), dtype="float32")
        inner = padded[edge:row]
        taken = 0
        for start, doc in zip(starts, docs, strict=True):
            padded[start : start + len(doc)] = words[taken : taken + len(doc)]
            taken += len(doc)
        around = np.lib.stride_tricks.as_strided(
            padded, (len(inner), (2 * edge + 1) * width), padded.strides, writeable=False
        )
        made = np.empty_like(inner)
        for layer in self._encoders:
            layer.apply(np.ascontiguousarray(around), made)
            inner += made
        for start, doc in zip(starts, docs, strict=True):
            yield padded[start : start + len(doc)]

    def _words(self, docs: Sequence[Doc], vectors: Any) -> Array:
        """One row for each word, without its neighbours."""
        features = np.concatenate([doc.to_array(self._columns) for doc in docs])
        kinds = np.ascontiguousarray(features).view(f"V{features.itemsize * features.shape[1]}").ravel()
        keys: list[bytes] = kinds.tolist()
        known = self._known
        rows = [known.get(key, -1) for key in keys]
        if -1 in rows:
            new = {key: number for number, (key, row) in enumerate(zip(keys, rows, strict=True)) if row < 0}
            if len(known) + len(new) > MAX_KINDS:
                known.clear()
                new = {key: number for number, key in enumerate(keys)}
            if len(new) > MAX_KINDS:
                return self._embed(features, vectors)
            first = len(known)
            self._rows[first : first + len(new)] = self._embed(features[list(new.values())], vectors)
            known.update(zip(new, range(first, first + len(new)), strict=True))
            rows = [known[key] for key in keys]
        return self._rows[rows]

    def _embed(self, features: Array, vectors: Any) -> Array:
        ops: Any = self.model.ops
        parts: list[Array] = []
        for layer in self._hashed:
            table = _param(layer, "E")
            ids = np.ascontiguousarray(features[:, layer.attrs["column"]])
            parts.append(ops.gather_add(table, ops.hash(ids, layer.attrs["seed"]) % table.shape[0]))
        if self._static is not None:
            parts.append(product(_static(features[:, -1], vectors), _param(self._static, "W").T, WORD_ROWS))
        made: Array = np.empty((len(features), len(self._mix.gain)), dtype="float32")
        self._mix.apply(np.concatenate(parts, axis=1), made)
        return made


def _is(one: Any, other: Any) -> bool:
    return one is other


def _static(keys: Array, vectors: Any) -> Array:
    """Word vectors of string ids; zeros where a table has none."""
    if isinstance(vectors, Vectors) and vectors.mode == Mode.default:
        rows = vectors.find(keys=keys)
        found: Array = vectors.data[rows]
        found[rows < 0] = 0
        return found
    return np.asarray(vectors.get_batch(keys))


def chunks(docs: Sequence[Doc], most: int) -> Iterator[list[Doc]]:
    """Cut a batch between texts into pieces of at most so many words; a longer text is a piece of its own."""
    chunk: list[Doc] = []
    words = 0
    for doc in docs:
        if words and words + len(doc) > most:
            yield chunk
            chunk, words = [], 0
        chunk.append(doc)
        words += len(doc)
    if chunk:
        yield chunk


class Stepper:
    """Scores of the next transitions of many parser states at once.

    Args:
        model: A parser or recognizer of spaCy that `serves` says yes to.
        docs: The texts of the batch; states hold their words by number in this order.
    """

    @staticmethod
    def serves(model: Model[Any, Any]) -> bool:
        """Whether the model has a hidden layer of maxout and one above it, on the processor."""
        return (
            isinstance(model.ops, NumpyOps)
            and bool(model.attrs["has_upper"])
            and model.get_ref("lower").get_dim("nP") > 1
        )

    def __init__(self, model: Model[Any, Any], docs: Sequence[Doc]) -> None:
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        weights, pad = _param(lower, "W"), _param(lower, "pad")
        features, self._width, self._pieces, inputs = weights.shape
        planes = features * self._pieces * self._width
        words = model.get_ref("tok2vec").predict(docs)
        table = np.empty((len(words) + 1, planes), dtype="float32")
        table[0] = pad[0].transpose(0, 2, 1).ravel()
        product(words, weights.transpose(0, 2, 1, 3).reshape(planes, inputs).T, WORD_ROWS, out=table[1:])
        # Each state has each feature once, so one of them may carry the bias of all.
        table[:, : self._pieces * self._width] += _param(lower, "b").T.ravel()
        self._table = table.reshape(-1, self._pieces * self._width)
        self._ops: Any = lower.ops
        self._of_feature = np.arange(features, 2 * features, dtype="int32")
        self._sizes = SimpleNamespace(state2vec=SimpleNamespace(nF=features))
        self._upper = np.ascontiguousarray(_param(upper, "W").T)
        self._bias = _param(upper, "b")
        self._unseen = sorted(model.attrs["unseen_classes"])

    def scores(self, states: Sequence[Any]) -> Array:
        """(states, transitions) for states that are not final."""
        ids = ParserStepModel.get_token_ids(self._sizes, states)
        ids *= len(self._of_feature)
        ids += self._of_feature
        summed = self._ops.gather_add(self._table, ids)
        width = self._width
        hidden = summed[:, :width]
        for start in range(width, self._pieces * width, width):
            hidden = np.maximum(hidden, summed[:, start : start + width])
        made = product(hidden, self._upper, STATE_ROWS)
        made += self._bias
        if self._unseen:
            made[:, self._unseen] = made.min(axis=1, keepdims=True)
        return made


@cache
def _keep_to_one_thread() -> None:
    """Hold numpy's OpenBLAS to one thread in this process.

    It starts one for each core and lets them spin between products as small as ours. Where numpy
    brings another library, or one that is not found, nothing happens.
    """
    home = Path(np.__file__).resolve().parent
    for file in (*home.parent.glob("numpy.libs/*openblas*"), *home.glob(".dylibs/*openblas*")):
        library = ctypes.CDLL(str(file))
        for name in ("scipy_openblas_set_num_threads64_", "openblas_set_num_threads64_", "openblas_set_num_threads"):  # fmt: skip
            setter = getattr(library, name, None)
            if setter is not None:
                setter(1)
                break
