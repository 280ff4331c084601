"""Distance: two words of a sentence in; the way between them along the tree, and what it costs, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from spacy.tokens import Token

# What a step costs whose label a table of costs does not name.
OTHER = "other"


class Way(NamedTuple):
    """The words of a way: from the first up to below the lowest word over both, then from there down to the second."""

    up: list[Token]
    down: list[Token]


def way_between(first: Token, second: Token) -> Way:
    """The way from a word to another of its tree."""
    over = [first, *first.ancestors]
    at = {token.i: number for number, token in enumerate(over)}
    down: list[Token] = []
    step = second
    while step.i not in at and step.head.i != step.i:
        down.append(step)
        step = step.head
    return Way(over[: at.get(step.i, len(over))], down[::-1])


def step_cost(token: Token, costs: Mapping[str, float]) -> float:
    """What the step between a word and the one above it costs, by the label of the word."""
    return costs.get(token.dep_, costs[OTHER])


def distance(way: Way, climb: Mapping[str, float], descend: Mapping[str, float]) -> float:
    """What a way costs by a table for the steps up and one for those down."""
    return sum((*steps(reversed(way.down), descend), *steps(way.up, climb)))


def steps(tokens: Iterable[Token], costs: Mapping[str, float]) -> list[float]:
    return [step_cost(token, costs) for token in tokens]
