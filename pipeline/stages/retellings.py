"""Retellings: which wordings are told by alike articles, and by whom in which sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from pipeline.postgres.database import Transaction
from pipeline.store.wording import Telling, settings, words_of
from pipeline.stories.likeness import sentence_terms

Pair = tuple[int, int]


def retold_pairs(transaction: Transaction, wording_ids: Collection[int]) -> list[Pair]:
    """These wordings, each with those of its kind that articles tell which are alike to its own."""
    rows = transaction.all("alike_articles", wording_ids=sorted(wording_ids)) if wording_ids else []
    alike = sorted({(row["wording_id"], row["article_id"]) for row in rows})
    if not alike:
        return []
    rows = transaction.all(
        "retold_by",
        days=settings()["retold"]["window_days"],
        wording_ids=[wording_id for wording_id, _ in alike],
        article_ids=[article_id for _, article_id in alike],
    )
    return [(row["wording_id"], row["other_id"]) for row in rows]


def tellings_of(transaction: Transaction, wording_ids: Collection[int]) -> dict[int, tuple[Telling, ...]]:
    """Who tells these wordings, those of the stage included."""
    told: defaultdict[int, list[Telling]] = defaultdict(list)
    if wording_ids:
        for row in transaction.all("tellings_of", wording_ids=sorted(wording_ids)):
            telling = Telling(
                article_id=row["article_id"],
                kin=dict(zip(row["kin_ids"], row["likenesses"], strict=True)),
                terms=sentence_terms(row["sentence"]),
                words=words_of(row["sentence"]),
            )
            told[row["wording_id"]].append(telling)
    return {wording_id: tuple(tellings) for wording_id, tellings in told.items()}
