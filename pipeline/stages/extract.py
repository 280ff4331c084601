"""Extract: articles not yet coded in, candidates out."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.extract.coder import Coder, load_coder
from pipeline.model import Candidate
from pipeline.postgres.database import Session, Transaction
from pipeline.postgres.rows import article_from, candidate_row
from pipeline.stages.common import Counts, counted, database, quarantine

EXTRACT_AT_ONCE = 16  # articles; more make the parser no faster and hold their locks longer


def extract(batch_id: int, settings: Settings | None = None) -> Counts:
    """Code the articles not yet coded: those never tried some at a time, those that failed before one by one.

    The parser is faster over many texts. An article that kills its worker takes the others of its
    transaction with it once; from then on each has a transaction of its own, and only the poison fails again.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    with home.transaction() as transaction:
        waiting = [row["id"] for row in transaction.all("article_ids_to_extract", limit=settings.batch_size)]
    if not waiting:
        return counted("extract", batch_id, started, {"articles": 0, "candidates": 0})
    coder = load_coder(settings)
    counts: Counter[str] = Counter({"articles": 0, "candidates": 0})
    with home.session() as session, home.session() as ledger:
        while waiting:
            some, waiting = waiting[:EXTRACT_AT_ONCE], waiting[EXTRACT_AT_ONCE:]
            made, tried = _extract_some(session, ledger, some, coder, batch_id, settings)
            counts.update(made)
            for article_id, attempts in tried:
                counts.update(
                    _extract_tried(session, ledger, article_id, attempts, coder, batch_id, settings)
                )
    return counted("extract", batch_id, started, counts)


def _extract_some(
    session: Session, ledger: Session, ids: Sequence[int], coder: Coder, batch_id: int, settings: Settings
) -> tuple[Counter[str], list[tuple[int, int | None]]]:
    """Code what was never tried, in one transaction; and name the rest, the first with the attempt it has paid.

    Ids come the least tried first, so that all behind the first that was tried were tried too.
    """
    counts: Counter[str] = Counter()
    tried: list[tuple[int, int | None]] = []
    with session.transaction() as transaction:
        rows = []
        for article_id in ids:
            if tried:
                tried.append((article_id, None))
                continue
            row = transaction.one("claim_article", article_id=article_id)
            if row is None:
                continue
            attempts = _charge(ledger, article_id)
            if attempts > 1:
                tried.append((article_id, attempts))
            else:
                rows.append(row)
        for row, coded in zip(rows, _coded(rows, coder), strict=True):
            counts.update(_written(transaction, row, coded, coder, batch_id, settings))
    return counts, tried


def _charge(ledger: Session, article_id: int) -> int:
    """Pay for an attempt, on a connection of its own and committed before the work: a worker that dies has paid."""
    with ledger.transaction() as paying:
        charged = paying.one("charge_attempt", stage="extract", item_key=str(article_id))
    assert charged
    return int(charged["attempt_count"])


def _extract_tried(
    session: Session,
    ledger: Session,
    article_id: int,
    attempts: int | None,
    coder: Coder,
    batch_id: int,
    settings: Settings,
) -> Counter[str]:
    with session.transaction() as transaction:
        row = transaction.one("claim_article", article_id=article_id)
        if row is None:
            return Counter()
        attempts = _charge(ledger, article_id) if attempts is None else attempts
        if attempts > settings.max_attempts:
            return _quarantine_article(transaction, row, f"killed its worker {attempts - 1} times", batch_id)
        return _written(transaction, row, _coded_alone(row, coder), coder, batch_id, settings)


Coded = list["Candidate"] | str


def _coded(rows: Sequence[dict[str, Any]], coder: Coder) -> list[Coded]:
    """Candidates of each article; all at once, or where one of them fails each for itself."""
    try:
        return list(coder.code_all([article_from(row) for row in rows]))
    except Exception:  # noqa: BLE001  (which article it was, the second try says)
        return [_coded_alone(row, coder) for row in rows]


def _coded_alone(row: dict[str, Any], coder: Coder) -> Coded:
    """Candidates of one article, or why there are none."""
    try:
        return list(coder.code(article_from(row)))
    except Exception as error:  # noqa: BLE001  (the edge of the stage: whatever one article does, the others go on)
        return f"{type(error).__name__}: {error}"


def _written(
    transaction: Transaction,
    row: dict[str, Any],
    coded: Coded,
    coder: Coder,
    batch_id: int,
    settings: Settings,
) -> Counter[str]:
    if isinstance(coded, str):
        return _quarantine_article(transaction, row, coded, batch_id)
    sure = [candidate for candidate in coded if is_sure(candidate, settings)]
    new = transaction.all(
        "insert_candidates",
        candidates=json.dumps([candidate_row(candidate) for candidate in sure]),
        batch_id=batch_id,
        article_id=row["id"],
        codebook=coder.codebook,
    )
    transaction.run("mark_extracted", article_id=row["id"], codebook=coder.codebook)
    transaction.run("clear_attempts", stage="extract", item_key=str(row["id"]))
    return Counter({"articles": 1, "candidates": len(new), "discarded_doubtful": len(coded) - len(sure)})


def is_sure(candidate: Candidate, settings: Settings) -> bool:
    """Whether a candidate is kept; the bar is lower where one party alone is named (see Settings)."""
    alone = candidate.actor is None or candidate.recipient is None
    return candidate.confidence >= (settings.min_confidence_alone if alone else settings.min_confidence)


def _quarantine_article(
    transaction: Transaction, row: dict[str, Any], reason: str, batch_id: int
) -> Counter[str]:
    item_key = str(row["id"])
    quarantine(
        transaction,
        "extract",
        item_key,
        reason,
        row["title"],
        batch_id=batch_id,
        article_id=row["id"],
        url=row["url"],
    )
    transaction.run("mark_article_quarantined", article_id=row["id"])
    transaction.run("clear_attempts", stage="extract", item_key=item_key)
    return Counter({"quarantined": 1})
