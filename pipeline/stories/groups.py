"""Groups: what pairs connect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def connected(nodes: Iterable[int], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The groups of nodes that pairs connect, each in order."""
    near: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    left, groups = set(nodes), []
    while left:
        edge = [left.pop()]
        group = set(edge)
        while edge:
            new = (near[edge.pop()] & left) - group
            group |= new
            edge += new
        left -= group
        groups.append(sorted(group))
    return groups
