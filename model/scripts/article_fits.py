"""Two regularised logistic fits, pure: a choice among options of which one or several are right, and whether two are one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

Numbers = NDArray[Any]
Features = Mapping[str, float]
# Newton's steps that a fit of pairs takes at most, and the change of a weight that is none.
STEPS = 50
STILL = 1e-6
# The bias of pairs is held by next to nothing.
FREE = 1e-4


@dataclass(frozen=True, slots=True)
class Asked:
    """What one decision is among, and which of it is right; one or several are."""

    options: tuple[Features, ...]
    right: tuple[bool, ...]


def names_of(asked: Sequence[Asked], least: int = 1) -> list[str]:
    """Features that are not nought in so many options, in order."""
    counted = Counter(
        name for one in asked for option in one.options for name, value in option.items() if value
    )
    return sorted(name for name, count in counted.items() if count >= least)


def fit_choice(
    asked: Sequence[Asked], names: Sequence[str], l2: float, fixed: Features | None = None
) -> dict[str, float]:
    """Weights by which the right options together are likeliest: a conditional logistic fit.

    Args:
        names: Features that get a weight. l2: How much a squared weight costs, twice over.
        fixed: Features whose weight is given, not fitted; they are in what comes out.
    """
    fixed = fixed or {}
    free = [name for name in names if name not in fixed]
    given = np.array(
        [
            sum(weight * option.get(name, 0.0) for name, weight in fixed.items())
            for one in asked
            for option in one.options
        ]
    )
    matrix, right = _matrix(asked, free), np.array([is_right for one in asked for is_right in one.right])
    counts = [len(one.options) for one in asked]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    owner = np.repeat(np.arange(len(asked)), counts)

    def cost(weights: Numbers) -> tuple[float, Numbers]:
        score = matrix @ weights + given
        raised = np.exp(score - np.maximum.reduceat(score, starts)[owner])
        share = raised / np.add.reduceat(raised, starts)[owner]
        hit = np.maximum(np.add.reduceat(share * right, starts), 1e-12)
        down = matrix.T @ (share - share * right / hit[owner]) + l2 * weights
        return float(-np.log(hit).sum() + l2 / 2 * weights @ weights), down

    found = minimize(
        cost, np.zeros(len(free)), jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-10}
    )
    return dict(zip(free, map(float, found.x), strict=True)) | dict(fixed)


def _matrix(asked: Sequence[Asked], names: Sequence[str]) -> csr_matrix:
    column = {name: at for at, name in enumerate(names)}
    options = list(chain.from_iterable(one.options for one in asked))
    cells = [
        (row, column[name], value)
        for row, option in enumerate(options)
        for name, value in option.items()
        if value and name in column
    ]
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((values, (rows, columns)), shape=(len(options), len(names)))


def fit_pairs(
    features: Numbers, is_one: Numbers, shares: Numbers, l2: float, given: Numbers
) -> tuple[Numbers, float]:
    """Weights and bias by which pairs are likeliest one or not: a logistic fit.

    Args:
        features: A row a pair. is_one: 1 where a pair is one. shares: How much a pair counts.
        given: What is added to the score of each and not fitted.
    """
    rows = np.column_stack([features, np.ones(len(features))])
    held = np.array([*repeat(l2, features.shape[1]), FREE])
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(rows @ weights + given)))
        slope = rows.T @ (shares * (chance - is_one)) + held * weights
        bend = (rows * (shares * chance * (1 - chance) + 1e-9)[:, None]).T @ rows + np.diag(held)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < STILL:
            break
    return weights[:-1], float(weights[-1])


def shares_of(pairs: Sequence[tuple[int, int]]) -> list[float]:
    """How much each pair counts, so that a telling's pairs weigh as much as another's."""
    counted = Counter(chain.from_iterable(pairs))
    return [0.5 / counted[one] + 0.5 / counted[other] for one, other in pairs]


def with_weights(text: str, table: str, weights: Mapping[str, float], digits: int) -> str:
    """A data file with the weights of one table put in: comments and order stay, what has no weight goes, what is new comes last."""
    left = {name: f"{name} = {round(weight, digits):.{digits}f}" for name, weight in weights.items()}
    lines: list[str] = []
    is_inside = False
    for line in text.splitlines():
        if line.startswith("["):
            if is_inside:
                _end(lines, left)
            is_inside = line == f"[{table}]"
        said = re.match(r"(\w+) = ", line)
        if is_inside and said:
            if said[1] in left:
                lines.append(left.pop(said[1]))
        else:
            lines.append(line)
    if is_inside:
        _end(lines, left)
    return "\n".join(lines) + "\n"


def _end(lines: list[str], left: dict[str, str]) -> None:
    """Put what is left behind the last line of a table that has words, its following comment apart."""
    at = len(lines)
    while at and not re.match(r"\w+ = |\[", lines[at - 1]):
        at -= 1
    lines[at:at] = left.values()
    left.clear()
