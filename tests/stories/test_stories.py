"""Stories: articles on one happening are found by their words; what is only of one kind stays apart."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from pipeline.stories.clusters import Told, stories, story_ids
from pipeline.stories.likeness import keys_of, similarity, terms_of

NOW = datetime(2026, 11, 2, tzinfo=UTC)
FIRE = [
    (
        "Fire destroys Ketterby market",
        "A fire destroyed the covered market of Ketterby on Monday, mayor Vera Tanaka said.",
    ),
    (
        "Ketterby mourns its market",
        "Stallholders wept in Ketterby after the fire. Tanaka promised to rebuild the covered market.",
    ),
    (
        "Blaze in Ketterby",
        "The blaze that destroyed Ketterby's covered market began in a bakery, said mayor Tanaka.",
    ),
]
STRIKE = [
    ("Ferry strike in Dunmore", "Ferry crews in Dunmore walked out on Monday over wages, union leader Omar Haddad said."),
    ("Dunmore ferries at rest", "No ferry left Dunmore as the walkout went on. Haddad said wages had not risen in years."),
]  # fmt: skip


def told(number: int, title: str, text: str, *, days: float = 0, story_id: int | None = None) -> Told:
    return Told(
        article_id=number, published_at=NOW + timedelta(days=days), url=f"u{number}", terms=terms_of(title, text),
        story_id=story_id,
    )  # fmt: skip


def ids(clusters: list[list[Told]]) -> list[list[int]]:
    return [[one.article_id for one in cluster] for cluster in clusters]


ALL = [told(number, *article) for number, article in enumerate([*FIRE, *STRIKE], 1)]


def test_articles_on_one_happening_are_one_story() -> None:
    """Two happenings of one day, five articles."""
    assert ids(stories(ALL)) == [[1, 2, 3], [4, 5]]


def test_the_order_of_arrival_makes_no_difference() -> None:
    """Whatever the order, the same stories."""
    for seed in range(5):
        shuffled = list(ALL)
        random.Random(seed).shuffle(shuffled)

        assert ids(stories(shuffled)) == [[1, 2, 3], [4, 5]]


def test_a_week_apart_is_another_story() -> None:
    """The next fire is no more of this one."""
    later = told(9, *FIRE[2], days=7)

    assert ids(stories([*ALL[:2], later])) == [[1, 2], [9]]


def test_alike_articles_share_a_key() -> None:
    """Else they would never be compared."""
    one, other = (terms_of(*article) for article in FIRE[:2])

    assert set(keys_of(one)) & set(keys_of(other))
    assert similarity(one, other) == similarity(other, one) > similarity(one, terms_of(*STRIKE[0]))


def test_a_story_goes_on_under_the_id_that_most_of_it_has() -> None:
    """And an id is given once."""
    clusters = [[told(1, *FIRE[0], story_id=7), told(2, *FIRE[1], story_id=5), told(3, *FIRE[2], story_id=5)],
                [told(4, *STRIKE[0], story_id=5), told(5, *STRIKE[1])]]  # fmt: skip

    assert story_ids(clusters) == [5, None]
