"""Extract: articles not yet coded in, candidates out."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.errors import StoreBusyError
from pipeline.extract.bar import is_sure
from pipeline.extract.coder import Coder, load_coder
from pipeline.model import Candidate
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Session, Transaction
from pipeline.postgres.rows import article_from, candidate_from, candidate_row
from pipeline.stages.common import About, Counts, counted, database, quarantine
from pipeline.stages.stories import link_articles
from pipeline.store.wording import found_by
from pipeline.stories.carry import carried

COPIES_AT_ONCE = 100
EXTRACT_AT_ONCE = 16  # articles; more make the parser no faster and hold their locks longer


@dataclass(frozen=True)
class Turn:
    """How long a task takes new articles before validate and store have theirs. All in seconds.

    Attributes:
        seconds: The usual: what came in is an event soon.
        seconds_behind: Where articles have waited since the turn before: each turn costs a quarter of a minute in which
            tasks start and nothing is coded, so longer turns code more, and what waits is late anyway.
        behind_after: How long the first article has waited where that is so.
    """

    seconds: float = 30
    seconds_behind: float = 180
    behind_after: float = 60

    def length(self, waited_seconds: float) -> float:
        return self.seconds_behind if waited_seconds > self.behind_after else self.seconds


def extract(batch_id: int, settings: Settings | None = None, *, turn: Turn | None = None) -> Counts:
    """Code the articles not yet coded: those never tried some at a time, those that failed before one by one.

    The parser is faster over many texts. An article that kills its worker takes the others of its
    transaction with it once; from then on each has a transaction of its own, and only the poison fails again.

    Args:
        batch_id: The batch that the candidates are counted with.
        settings: Read from the environment where none are given.
        turn: When to take no more articles, the loading of the model not counted; None goes on until none is left.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    counts: Counter[str] = Counter({"articles": 0, "candidates": 0})
    with home.session() as session:
        link_articles(session)
        counts.update(_copied(session, batch_id))
    with home.transaction() as transaction:
        waiting = transaction.one("first_waiting_article")
    if waiting is None:
        return counted("extract", batch_id, started, counts)
    coder = load_coder(settings)
    # Counted from here, and never without one claim: where loading alone takes the time, all would wait for ever.
    ends = time.monotonic() + (turn.length(waiting["waited_seconds"]) if turn else math.inf)
    with home.session() as session, home.session() as ledger:
        while (made := _extract_some(session, ledger, coder, batch_id, settings)) is not None:
            counts.update(made)
            if time.monotonic() >= ends:
                break
        counts.update(_copied(session, batch_id))
    return counted("extract", batch_id, started, counts)


def _extract_some(
    session: Session, ledger: Session, coder: Coder, batch_id: int, settings: Settings
) -> Counter[str] | None:
    """Code some that were never tried, else one that was, in one transaction; None where nothing is left."""
    with session.transaction() as transaction:
        rows = transaction.all("claim_new_articles", limit=EXTRACT_AT_ONCE)
        rows = rows or transaction.all("claim_tried_article")
        if not rows:
            return None
        attempts = _charge(ledger, [row["id"] for row in rows])
        if attempts > settings.max_attempts:
            (row,) = rows
            return _quarantine_article(transaction, row, f"killed its worker {attempts - 1} times", batch_id)
        counts: Counter[str] = Counter()
        for row, coded in zip(rows, _coded(rows, coder), strict=True):
            try:
                with transaction.part():
                    counts.update(_written(transaction, row, coded, coder, batch_id, settings))
            except StoreBusyError:
                raise
            except Exception as error:  # noqa: BLE001  (what one article gave cannot be stored: the others' can)
                reason = f"not stored: {type(error).__name__}: {error}"
                counts.update(_quarantine_article(transaction, row, reason, batch_id))
    return counts


def _charge(ledger: Session, article_ids: Sequence[int]) -> int:
    """Pay for an attempt of each, on a connection of its own, committed before the work: a worker that dies has paid.

    Returns:
        How often the most tried of them was tried, this time included.
    """
    with ledger.transaction() as paying:
        charged = paying.all(
            "charge_attempts", stage="extract", item_keys=[str(number) for number in article_ids]
        )
    return max(int(row["attempt_count"]) for row in charged)


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
    new = _write_candidates(transaction, row["id"], sure, coder.codebook, batch_id)
    transaction.run("clear_attempts", stage="extract", item_key=str(row["id"]))
    return Counter({"articles": 1, "candidates": new, "discarded_doubtful": len(coded) - len(sure)})


def _write_candidates(
    transaction: Transaction, article_id: int, told: Sequence[Candidate], codebook: str, batch_id: int
) -> int:
    """Write what an article tells, in place of what it told before; how many candidates were new."""
    rows = [candidate_row(candidate) | found_by(candidate) for candidate in told]
    transaction.run(
        "withdraw_candidates",
        article_id=article_id,
        codebook=codebook,
        candidate_keys=[row["candidate_key"] for row in rows],
    )
    new = transaction.all(
        "insert_candidates",
        candidates=as_json(rows),
        batch_id=batch_id,
        article_id=article_id,
        codebook=codebook,
    )
    transaction.run("mark_extracted", article_id=article_id, codebook=codebook)
    return len(new)


def _copied(session: Session, batch_id: int) -> Counter[str]:
    """All copies whose originals are coded, given what these tell."""
    counts: Counter[str] = Counter()
    while made := _copy_some(session, batch_id):
        counts.update(made)
    return counts


def _copy_some(session: Session, batch_id: int) -> Counter[str] | None:
    """Give copies what their originals tell, at their own offsets; None where no copy waits."""
    with session.transaction() as transaction:
        rows = transaction.all("claim_copies", limit=COPIES_AT_ONCE)
        if not rows:
            return None
        told: defaultdict[int, list[Candidate]] = defaultdict(list)
        originals = sorted({row["original_id"] for row in rows})
        for candidate in transaction.all("candidates_of", article_ids=originals):
            told[candidate["article_id"]].append(candidate_from(candidate))
        counts: Counter[str] = Counter()
        for row in rows:
            given = [
                carried(candidate, row["original_text"], row["text"])
                for candidate in told[row["original_id"]]
            ]
            kept = [candidate for candidate in given if candidate is not None]
            new = _write_candidates(transaction, row["id"], kept, row["codebook"], batch_id)
            counts.update({"articles": 1, "copies": 1, "candidates": new})
    return counts


def _quarantine_article(
    transaction: Transaction, row: dict[str, Any], reason: str, batch_id: int
) -> Counter[str]:
    item_key = str(row["id"])
    about = About(batch_id=batch_id, article_id=row["id"], url=row["url"])
    quarantine(transaction, "extract", item_key, reason, row["title"], about)
    transaction.run("mark_article_quarantined", article_id=row["id"])
    transaction.run("clear_attempts", stage="extract", item_key=item_key)
    return Counter({"quarantined": 1})
