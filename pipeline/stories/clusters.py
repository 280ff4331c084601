"""Clusters: articles and their likenesses in, stories out.

A story is what average linkage makes of all articles that likeness connects. It depends on the articles alone,
not on the order in which they came; what no likeness connects is never looked at together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from pipeline.stories.settings import story_settings

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An article as stories see it."""

    article_id: int
    published_at: datetime
    url: str
    terms: Mapping[str, float]
    story_id: int | None = None


def stories(articles: Sequence[Told]) -> list[list[Told]]:
    """Articles by story, each story and all of them in order of publication."""
    ordered = sorted(articles, key=lambda told: (told.published_at, told.url))
    alike = likenesses(ordered)
    groups = _cut(list(range(len(ordered))), alike, story_settings().similarity)
    return [[ordered[index] for index in group] for group in sorted(groups)]


def likenesses(articles: Sequence[Told]) -> Matrix:
    """How alike each two articles are: the cosine of their words; 0 where one came out days after the other."""
    columns: dict[str, int] = {}
    for told in articles:
        for term in told.terms:
            columns.setdefault(term, len(columns))
    weights = np.zeros((len(articles), len(columns)), dtype=np.float32)
    for row, told in enumerate(articles):
        weights[row, [columns[term] for term in told.terms]] = list(told.terms.values())
    hours = np.array([told.published_at.timestamp() / 3600 for told in articles])
    apart = np.abs(hours[:, None] - hours[None, :])
    # Rounded, so that another machine's order of adding up makes no other story.
    alike = np.round((weights @ weights.T).astype(np.float64), 4)
    near: Matrix = np.where(apart <= story_settings().window_days * 24, alike, 0.0)
    return near


def _cut(members: list[int], alike: Matrix, bar: float) -> list[list[int]]:
    """Parts that likenesses over the bar connect, each joined by average linkage; one too large under a higher bar."""
    settings = story_settings()
    found: list[list[int]] = []
    for part in _connected(members, alike, bar):
        if len(part) > settings.most_articles and bar < 1:
            found += _cut(part, alike, bar + settings.bar_step)
        else:
            found += _joined(part, alike, bar)
    return found


def _connected(members: list[int], alike: Matrix, bar: float) -> list[list[int]]:
    left = set(members)
    parts = []
    for start in members:
        if start not in left:
            continue
        left.discard(start)
        part, edge = [start], [start]
        while edge:
            here = alike[edge.pop()]
            near = [other for other in sorted(left) if here[other] >= bar]
            left.difference_update(near)
            part += near
            edge += near
        parts.append(sorted(part))
    return parts


def _joined(part: list[int], alike: Matrix, bar: float) -> list[list[int]]:
    """Average linkage: the two most alike groups become one as long as their mean likeness reaches the bar."""
    groups = {place: [member] for place, member in enumerate(part)}
    near = alike[np.ix_(part, part)].copy()
    np.fill_diagonal(near, -1.0)
    sizes = np.ones(len(part))
    while len(groups) > 1:
        one, other = sorted(divmod(int(near.argmax()), len(part)))
        if near[one, other] < bar:
            break
        mean = (near[one] * sizes[one] + near[other] * sizes[other]) / (sizes[one] + sizes[other])
        mean[near[one] < 0] = -1.0
        near[one], near[:, one] = mean, mean
        near[one, one] = -1.0
        near[other], near[:, other] = -1.0, -1.0
        sizes[one] += sizes[other]
        groups[one] = sorted(groups[one] + groups.pop(other))
    return list(groups.values())


def story_ids(clusters: Sequence[Sequence[Told]]) -> list[int | None]:
    """The standing story that each cluster goes on, or None for a new one.

    The one that most of its articles are in (ties: the oldest), unless an earlier cluster has it already.
    """
    taken: set[int] = set()
    chosen: list[int | None] = []
    for cluster in clusters:
        counts: dict[int, int] = {}
        for told in cluster:
            if told.story_id is not None and told.story_id not in taken:
                counts[told.story_id] = counts.get(told.story_id, 0) + 1
        best = min(counts, key=lambda story: (-counts[story], story), default=None)
        if best is not None:
            taken.add(best)
        chosen.append(best)
    return chosen
