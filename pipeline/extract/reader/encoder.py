"""Encoder: numbers of pieces in, a vector of each in its sentence out; a small transformer in numpy's products.

The weights are kept as bytes, a scale a row, and made floats once at load: a tenth of a second, and 20 MB in place of 80.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
HEADS = 12
EPSILON = 1e-12
MASKED = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Linear:
    """x · weight + bias over rows; the weight lies as (in, out)."""

    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        out: Floats = rows @ self.weight
        out += self.bias
        return out


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalization of rows, in place."""

    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        rows -= rows.mean(-1, keepdims=True)
        squares = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
        rows *= (1 / np.sqrt(squares + np.float32(EPSILON)))[:, None]
        rows *= self.weight
        rows += self.bias
        return rows


def gelu(x: Floats) -> Floats:
    """GELU by its tanh form; off the exact one by less than 0.0005."""
    inner = x * x
    inner *= np.float32(0.044715 * 0.7978845608)
    inner += np.float32(0.7978845608)
    inner *= x
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= np.float32(0.5)
    return inner


def softmax(x: Floats) -> Floats:
    """Probabilities over the last axis."""
    raised: Floats = np.exp(x - x.max(-1, keepdims=True))
    raised /= raised.sum(-1, keepdims=True)
    return raised


class Encoder:
    """A transformer as in BERT, over batches that are padded at the right."""

    def __init__(self, weights: Mapping[str, Floats], prefix: str = "e."):
        self.words = weights[f"{prefix}word.weight"]
        self.positions = weights[f"{prefix}pos.weight"]
        self.segments = weights[f"{prefix}typ.weight"]
        self.norm = Norm(weights[f"{prefix}n.weight"], weights[f"{prefix}n.bias"])
        count = sum(name.startswith(f"{prefix}layers.") and name.endswith(".q.weight") for name in weights)
        self.layers = [Layer(weights, f"{prefix}layers.{number}.") for number in range(count)]

    def __call__(self, numbers: Sequence[Sequence[int]], segments: Sequence[Sequence[int]]) -> Floats:
        """Vectors of all pieces, (texts, longest, width); what lies behind a text's end means nothing."""
        longest = max(map(len, numbers))
        ids = np.zeros((len(numbers), longest), dtype=np.int64)
        kinds = np.zeros_like(ids)
        bias = np.full((len(numbers), 1, 1, longest), MASKED)
        for row, (own, kind) in enumerate(zip(numbers, segments, strict=True)):
            ids[row, : len(own)] = own
            kinds[row, : len(own)] = kind
            bias[row, ..., : len(own)] = 0
        width = self.words.shape[1]
        rows = self.words[ids] + self.positions[:longest] + self.segments[kinds]
        rows = self.norm(rows.reshape(-1, width))
        for layer in self.layers:
            rows = layer(rows, bias)
        vectors: Floats = rows.reshape(len(numbers), longest, width)
        return vectors


class Layer:
    """Attention and what follows it; the three looks of attention are one product."""

    def __init__(self, weights: Mapping[str, Floats], prefix: str):
        def linear(*names: str) -> Linear:
            kernels = [weights[f"{prefix}{name}.weight"].T for name in names]
            biases = [weights[f"{prefix}{name}.bias"] for name in names]
            return Linear(np.ascontiguousarray(np.concatenate(kernels, 1)), np.concatenate(biases))

        def norm(name: str) -> Norm:
            return Norm(weights[f"{prefix}{name}.weight"], weights[f"{prefix}{name}.bias"])

        self.looks, self.out = linear("q", "k", "v"), linear("o")
        self.wide, self.narrow = linear("i"), linear("f")
        self.first, self.second = norm("n1"), norm("n2")

    def __call__(self, rows: Floats, bias: Floats) -> Floats:
        texts, longest = bias.shape[0], bias.shape[-1]
        width = rows.shape[1]
        size = width // HEADS
        looks = self.looks(rows).reshape(texts, longest, 3, HEADS, size).transpose(2, 0, 3, 1, 4)
        scores = looks[0] @ looks[1].transpose(0, 1, 3, 2)
        scores *= np.float32(size**-0.5)
        scores += bias
        mixed = (softmax(scores) @ looks[2]).transpose(0, 2, 1, 3).reshape(-1, width)
        rows = self.first(self.out(mixed) + rows)
        return self.second(self.narrow(gelu(self.wide(rows))) + rows)
