"""Products: rows and weights in, their matrix product out, with the same bits for a row whichever others there are."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# The products that are tried for it: (inputs, outputs), of the order of the networks' own.
_TRIED = ((96, 50), (64, 192))


@cache
def steady_rows(at_once: int) -> int:
    """How many rows this processor's OpenBLAS takes at once, of `at_once`, 8, 4 and 1, with the same bits for a row wherever it stands.

    With kernels for AVX-512 that is 32 and more; those for AVX2 (Haswell, Zen) take rows by twelve, eight and four, each in another order.
    """
    random = np.random.default_rng(1)
    for count in (at_once, 8, 4):
        shapes = (((count, inputs), (inputs, outputs)) for inputs, outputs in _TRIED)
        if all(_is_steady(*(random.standard_normal(shape).astype("f") for shape in pair)) for pair in shapes):
            return count
    return 1


def _is_steady(rows: Array, weights: Array) -> bool:
    made = rows @ weights
    return all(
        np.array_equal(np.roll(rows, places, axis=0) @ weights, np.roll(made, places, axis=0))
        for places in range(1, len(rows))
    )


def product(rows: Array, weights: Array, at_once: int, out: Array | None = None) -> Array:
    """The matrix product, at most `at_once` rows at a time, so that a row comes out the same whichever others there are.

    OpenBLAS adds up small products in another order than large ones: "1 row" and "40 rows" differ in the last bit,
    by which one article of 3,000 was read otherwise among other articles.
    """
    at_once = steady_rows(at_once)
    count = len(rows)
    made: Array = np.empty((count, weights.shape[1]), dtype=rows.dtype) if out is None else out
    whole = count - count % at_once
    for start in range(0, whole, at_once):
        np.matmul(rows[start : start + at_once], weights, out=made[start : start + at_once])
    if whole < count:
        rest = np.zeros((at_once, rows.shape[1]), dtype=rows.dtype)
        rest[: count - whole] = rows[whole:]
        made[whole:] = (rest @ weights)[: count - whole]
    return made
