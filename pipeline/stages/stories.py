"""Stories: new articles in; which are copies, and what they tell the same happening with, out. Done before they are coded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Session, Transaction
from pipeline.stories.clusters import Told, stories, story_ids
from pipeline.stories.copies import (
    Kin,
    Signed,
    are_copies,
    is_promising,
    original,
    packed,
    shingles,
    signatures,
    unpacked,
)
from pipeline.stories.groups import connected
from pipeline.stories.likeness import keys_of, similarity, terms_of
from pipeline.stories.settings import copy_settings, story_settings

SIGN_AT_ONCE = 200  # articles a transaction: under a second of the lock that others wait for


def link_articles(session: Session) -> Counter[str]:
    """Bring articles to their newest version, and find copies and story of each that was not looked at in it.

    What comes out depends on the articles alone: any order, any cut into batches and any number of workers
    give the same groups.
    """
    corrected = session.retried(lambda transaction: transaction.run("take_revisions"))
    counts: Counter[str] = Counter({"corrected": corrected})
    while made := session.retried(_link_some):
        counts.update(made)
    return counts


def _link_some(transaction: Transaction) -> Counter[str] | None:
    waiting = transaction.one("is_article_unsigned")
    if not waiting or not waiting["is_waiting"]:
        return None
    transaction.all("lock_stories")
    rows = transaction.all("claim_unsigned", limit=SIGN_AT_ONCE)
    if not rows:
        return None
    ids = [row["id"] for row in rows]
    transaction.run("leave_groups", article_ids=ids)
    texts = {row["id"]: shingles(row["text"]) for row in rows}
    _sign(transaction, rows, texts)
    changed = _group(transaction, ids, texts)
    moved = _tell(transaction, ids, changed)
    transaction.run("mark_signed", article_ids=ids)
    return Counter({"signed": len(ids), "copies_changed": len(changed), "stories_changed": moved})


def _sign(transaction: Transaction, rows: Sequence[dict[str, Any]], texts: dict[int, frozenset[int]]) -> None:
    signed = []
    for row, signature in zip(rows, signatures([texts[row["id"]] for row in rows]), strict=True):
        terms = terms_of(row["title"], row["text"])
        signed.append(
            {
                "article_id": row["id"],
                "shingle_count": len(texts[row["id"]]),
                "hashes": packed(signature.hashes).hex(),
                "bands": signature.bands,
                "terms": terms,
                "term_keys": keys_of(terms),
            }
        )
    transaction.run("save_signatures", signatures=as_json(signed))


def _group(transaction: Transaction, ids: Sequence[int], texts: dict[int, frozenset[int]]) -> list[int]:
    """Write down which articles are copies of which; ids of those for which that changed."""
    pairs = _pairs(transaction, "kin_by_band", ids, copy_settings().window_days)
    signed = _signatures(transaction, pairs)
    pairs = [(one, other) for one, other in pairs if is_promising(signed[one], signed[other])]
    unread = sorted({other for pair in pairs for other in pair} - texts.keys())
    texts = texts | {
        row["id"]: shingles(row["text"]) for row in transaction.all("texts_of", article_ids=unread)
    }
    pairs = [
        (one, other)
        for one, other in pairs
        if one in texts and other in texts and are_copies(texts[one], texts[other])
    ]
    if not pairs:
        return []
    members = transaction.all("groups_of", article_ids=sorted({one for pair in pairs for one in pair}))
    kin = {row["article_id"]: Kin(**{name: row[name] for name in Kin.__slots__}) for row in members}
    joined = [*pairs, *((row["article_id"], row["original_id"]) for row in members)]
    copies = []
    for group in connected(kin, joined):
        first = original(kin[member] for member in group).article_id
        copies += [{"article_id": member, "copy_of": first if member != first else None} for member in group]
    changed = [row["id"] for row in transaction.all("save_originals", copies=json.dumps(copies))]
    transaction.run("owe_merges_of", article_ids=changed)
    return changed


def _pairs(transaction: Transaction, query: str, ids: Sequence[int], days: int) -> list[tuple[int, int]]:
    """Pairs of articles that a query finds, each once."""
    rows = transaction.all(query, article_ids=list(ids), days=days)
    return sorted({tuple(sorted((row["article_id"], row["other_id"]))) for row in rows})


def _signatures(transaction: Transaction, pairs: Sequence[tuple[int, int]]) -> dict[int, Signed]:
    rows = transaction.all("signatures_of", article_ids=sorted({one for pair in pairs for one in pair}))
    return {
        row["article_id"]: Signed(
            shingle_count=row["shingle_count"], hashes=unpacked(bytes(row["hashes"])), terms=row["terms"]
        )
        for row in rows
    }


def _tell(transaction: Transaction, ids: Sequence[int], changed: Sequence[int]) -> int:
    """Bring the stories around these articles up to date; how many articles that moved."""
    touched = {*ids, *changed}
    settings = story_settings()
    unlinked = transaction.all("leave_stories", article_ids=sorted(touched), similarity=settings.similarity)
    touched |= {row[name] for row in unlinked for name in ("article_id", "other_id")}
    pairs = _pairs(transaction, "alike_by_term", sorted({*ids, *changed}), settings.window_days)
    signed = _signatures(transaction, pairs)
    links = [
        {"article_id": one, "other_id": other, "likeness": likeness}
        for one, other in pairs
        if (likeness := similarity(signed[one].terms, signed[other].terms)) >= settings.link_similarity
    ]
    transaction.run("save_links", links=json.dumps(links))
    # What a corrected article tells may have lost or won another article that tells it, too.
    transaction.run("owe_merges_of", article_ids=list(ids))
    rows = transaction.all("webs_of", article_ids=sorted(touched), similarity=settings.similarity)
    titles = {row["article_id"]: row.pop("title") for row in rows}
    clusters = stories([Told(**row) for row in rows])
    members = []
    for cluster, story_id in zip(clusters, story_ids(clusters), strict=True):
        if story_id is None:
            first = cluster[0]
            made = transaction.one(
                "new_story", title=titles[first.article_id], published_at=first.published_at
            )
            story_id = made["id"] if made else None
        members += [{"article_id": told.article_id, "story_id": story_id} for told in cluster]
    moves = transaction.all("save_stories_of", articles=json.dumps(members))
    story_changes = {row[name] for row in moves for name in ("former_id", "story_id")} - {None}
    transaction.run("recount_stories", story_ids=sorted(story_changes), moves=json.dumps(moves))
    return len(moves)
