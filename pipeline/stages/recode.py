"""Recode: history coded again beside the codings that stand; compared; switched to in one transaction, and back.

begin    lists the articles that another codebook coded and whose text is here
code     codes them; the new candidates are withdrawn from the start, so that nobody takes them for valid
compare  judges them and says what is gained, lost and changed
switch   lets the new codings stand in the place of the former ones; ingestion goes on, no rule is asked
back     lets the former ones stand again
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError, StoreBusyError
from pipeline.extract.bar import is_sure
from pipeline.extract.coder import Coder, load_coder
from pipeline.model import Candidate
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Session, Transaction
from pipeline.postgres.rows import article_from, candidate_row
from pipeline.stages.common import Counts, counted, database, database_time, log
from pipeline.stages.extract import EXTRACT_AT_ONCE
from pipeline.stages.store import merge_staged
from pipeline.stages.validate import VALIDATE_AT_ONCE
from pipeline.store.wording import found_by
from pipeline.validate.judge import judge

Side = Literal["former", "new"]
Row = dict[str, Any]
LEASE_SECONDS = 900  # a worker that takes longer for its sixteen articles is taken for dead
EXAMPLES_EACH = 3


def begin(
    settings: Settings | None = None,
    *,
    first_date: date | None = None,
    last_date: date | None = None,
    coder: Coder | None = None,
) -> int | None:
    """Open a recode by the codebook of this version; its id, or None where no article is coded by another.

    Args:
        settings: Read from the environment where none are given.
        first_date: First day of publication of the articles, UTC; None takes all before.
        last_date: Last day.
        coder: The one to code with; loaded where none is given.
    """
    settings = settings or load_settings()
    codebook = (coder or load_coder(settings)).codebook
    with database(settings).transaction() as transaction:
        opened = transaction.one("open_recode", codebook=codebook, first_date=first_date, last_date=last_date)
        assert opened
        recode_id = int(opened["id"])
        if transaction.run("list_recode_articles", recode_id=recode_id):
            return recode_id
        transaction.run("drop_recode", recode_id=recode_id)
    return None


def code(
    recode_id: int,
    settings: Settings | None = None,
    *,
    seconds: float | None = None,
    coder: Coder | None = None,
) -> Counts:
    """Code the articles of a recode that are still to be coded; several workers may at once.

    Args:
        recode_id: From `begin`.
        settings: Read from the environment where none are given.
        seconds: Take no more articles after so long; None goes on until none is left.
        coder: The one to code with; loaded where none is given.

    Raises:
        ConfigError: There is no such recode, or it is of another codebook than this version's.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    coder = coder or load_coder(settings)
    counts: Counter[str] = Counter({"articles": 0, "candidates": 0})
    with database(settings).session() as session:
        with session.transaction() as transaction:
            recode = _recode(transaction, recode_id, ("coding", "compared"))
        if recode["codebook"] != coder.codebook:
            raise ConfigError(
                f"recode {recode_id} is by codebook {recode['codebook']}, this version codes by {coder.codebook}: "
                "begin another"
            )
        while (made := _code_some(session, recode_id, coder, settings)) is not None:
            counts.update(made)
            if seconds is not None and time.monotonic() - started >= seconds:
                break
    return counted("recode", recode_id, started, counts)


def code_turn(recode_id: int, settings: Settings | None = None, *, seconds: float) -> bool:
    """Code for so many seconds; say whether all is coded."""
    settings = settings or load_settings()
    code(recode_id, settings, seconds=seconds)
    with database(settings).transaction() as transaction:
        recode = _recode(transaction, recode_id, ("coding", "compared"))
    return bool(recode["coded_count"] + recode["failed_count"] == recode["article_count"])


def day(text: str | None) -> date | None:
    """A day as a person writes it, 2026-01-31; None for none.

    Raises:
        ConfigError: It is none.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError(f"{text!r} is no day; write it as 2026-01-31") from None


def compare(recode_id: int, settings: Settings | None = None) -> list[Row]:
    """Judge what was coded and count the differences; rows of event_type, gained, lost, changed, same.

    Raises:
        ConfigError: There is no such recode, articles are still to be coded, or it was switched to already.
        ValidateError: The judge failed; nothing was accepted.
    """
    settings = settings or load_settings()
    home = database(settings)
    with home.session() as session:
        while _judge_some(session, home.url, recode_id):
            pass
        with session.transaction() as transaction:
            recode = _recode(transaction, recode_id, ("coding", "compared"))
            waiting = recode["article_count"] - recode["coded_count"] - recode["failed_count"]
            if waiting:
                raise ConfigError(f"{waiting} articles of recode {recode_id} are still to be coded")
            _list_sides(transaction, recode_id)
            transaction.run("set_recode_state", recode_id=recode_id, state="compared")
            rows = transaction.all("count_differences", recode_id=recode_id)
    for row in rows:
        told = " ".join(f"{name}={value}" for name, value in row.items())
        log.info("compared recode=%d %s", recode_id, told)
    return rows


def switch(recode_id: int, settings: Settings | None = None) -> Counts:
    """Let the new codings of a compared recode stand in the place of the former, in one transaction.

    Articles that were corrected or coded meanwhile keep what they have. Events that nothing tells any more are
    withdrawn, and give way to the event that the same words tell now. Rules are asked about none of it.

    Raises:
        ConfigError: There is no such recode, or it is not compared.
        StoreBusyError: Other sessions held what is needed for longer than several tries; nothing was changed.
    """
    return _swap(recode_id, settings, states=("compared", "reverted"), leaving="former", coming="new")


def back(recode_id: int, settings: Settings | None = None) -> Counts:
    """Let the former codings stand again, in one transaction.

    Raises:
        ConfigError: The recode does not stand, or a later one stands upon it.
        StoreBusyError: As with `switch`.
    """
    return _swap(recode_id, settings, states=("switched",), leaving="new", coming="former")


def differences(recode_id: int, settings: Settings) -> tuple[list[Row], list[Row]]:
    """What a recode gains, loses and changes: counts by type, and some examples with both codings."""
    with database(settings).transaction() as transaction:
        _recode(transaction, recode_id, ("coding", "compared", "switched", "reverted"))
        return (
            transaction.all("count_differences", recode_id=recode_id),
            transaction.all("example_differences", recode_id=recode_id, each=EXAMPLES_EACH),
        )


def drop(recode_id: int, settings: Settings) -> None:
    """Forget a recode that was never switched to, with what it coded.

    Raises:
        ConfigError: There is no such recode, or it was switched to once.
    """
    with database(settings).transaction() as transaction:
        _recode(transaction, recode_id, ("coding", "compared"))
        transaction.run("drop_recode", recode_id=recode_id)


def recodes(settings: Settings) -> list[Row]:
    """All recodes, newest first."""
    with database(settings).transaction() as transaction:
        return transaction.all("recodes")


def _recode(transaction: Transaction, recode_id: int, states: Sequence[str]) -> Row:
    recode = transaction.one("recode", recode_id=recode_id)
    if recode is None:
        raise ConfigError(f"no recode {recode_id}; `tocsin recode list` shows those there are")
    if recode["state"] not in states:
        raise ConfigError(f"recode {recode_id} is {recode['state']}, and must be {' or '.join(states)}")
    return recode


def _code_some(session: Session, recode_id: int, coder: Coder, settings: Settings) -> Counter[str] | None:
    """Code some articles; None where none is left. The lease is committed before the work: who dies has paid."""
    with session.transaction() as transaction:
        leased = transaction.all(
            "lease_recode_articles", recode_id=recode_id, limit=EXTRACT_AT_ONCE, lease_seconds=LEASE_SECONDS
        )
        if not leased:
            return None
        poison = [row["article_id"] for row in leased if row["attempt_count"] > settings.max_attempts]
        for article_id in poison:
            _mark(transaction, recode_id, article_id, f"killed its worker {settings.max_attempts} times")
        good = [row["article_id"] for row in leased if row["article_id"] not in poison]
        rows = transaction.all("texts_to_recode", article_ids=good)
    counts: Counter[str] = Counter(articles=len(rows), failed=len(poison))
    coded = _coded(rows, coder)
    with session.transaction() as transaction:
        batch = transaction.one("open_batch", run_key=f"recode {recode_id}")
        assert batch
        for row, candidates in zip(rows, coded, strict=True):
            if isinstance(candidates, str):
                _mark(transaction, recode_id, row["id"], candidates)
                counts["failed"] += 1
                continue
            sure = [candidate for candidate in candidates if is_sure(candidate, settings)]
            counts["candidates"] += _set_aside(
                transaction, recode_id, row["id"], sure, coder.codebook, batch["id"]
            )
            _mark(transaction, recode_id, row["id"], None)
    return counts


def _coded(rows: Sequence[Row], coder: Coder) -> list[list[Candidate] | str]:
    """Candidates of each article, or why there are none; one by one where one of them fails."""
    articles = [article_from(row) for row in rows]
    try:
        return [list(candidates) for candidates in coder.code_all(articles)]
    except Exception:  # noqa: BLE001  (which article it was, the second try says)
        coded: list[list[Candidate] | str] = []
        for article in articles:
            try:
                coded.append(list(coder.code(article)))
            except Exception as error:  # noqa: BLE001  (the edge of the stage: the others go on)
                coded.append(f"{type(error).__name__}: {error}")
        return coded


def _set_aside(
    transaction: Transaction,
    recode_id: int,
    article_id: int,
    candidates: Sequence[Candidate],
    codebook: str,
    batch_id: int,
) -> int:
    made = transaction.all(
        "insert_candidates",
        candidates=as_json([candidate_row(one) | found_by(one) for one in candidates]),
        batch_id=batch_id,
        article_id=article_id,
        codebook=codebook,
    )
    transaction.run("set_candidates_aside", recode_id=recode_id, candidate_ids=[row["id"] for row in made])
    return len(made)


def _mark(transaction: Transaction, recode_id: int, article_id: int, failure: str | None) -> None:
    transaction.run("mark_recoded", recode_id=recode_id, article_id=article_id, failure=failure)


def _judge_some(session: Session, url: str, recode_id: int) -> bool:
    """Judge some new candidates; False where none is left. Refused ones stay out and lie in no quarantine."""
    with session.transaction() as transaction:
        ids = [
            row["id"]
            for row in transaction.all(
                "claim_recoded_candidates", recode_id=recode_id, limit=VALIDATE_AT_ONCE
            )
        ]
        if not ids:
            return False
        verdict = judge(url, ids, docs_folder=None, now=database_time(transaction))
        refused = sorted({finding.candidate_id for finding in verdict.findings})
        transaction.run("judge_candidates", candidate_ids=refused, verdict="quarantined")
        transaction.run("judge_candidates", candidate_ids=sorted(set(ids) - set(refused)), verdict="accepted")
    for finding in verdict.findings:
        log.info(
            "refused recode=%d candidate=%d expectation=%s seen=%r",
            recode_id,
            finding.candidate_id,
            finding.expectation,
            finding.seen,
        )
    log.info("judged recode=%d candidates=%d refused=%d", recode_id, len(ids), len(refused))
    return True


def _list_sides(transaction: Transaction, recode_id: int) -> None:
    """Bring both lists up to date: what was corrected or coded meanwhile is left alone."""
    transaction.run("leave_changed_articles", recode_id=recode_id)
    transaction.run("forget_sides", recode_id=recode_id)
    transaction.run("list_former_candidates", recode_id=recode_id)


def _swap(
    recode_id: int, settings: Settings | None, *, states: Sequence[str], leaving: Side, coming: Side
) -> Counts:
    settings = settings or load_settings()
    started = time.monotonic()

    def swap(transaction: Transaction) -> Counter[str]:
        transaction.all("lock_store")
        recode = _recode(transaction, recode_id, states)
        if coming == "former" and (later := transaction.one("later_switch", recode_id=recode_id)):
            raise ConfigError(
                f"recode {later['id']} stands upon recode {recode_id}: switch that one back first"
            )
        if recode["state"] == "compared":
            _list_sides(transaction, recode_id)
        return _swapped(transaction, recode_id, leaving=leaving, coming=coming)

    with database(settings).session() as session:
        return counted("recode", recode_id, started, session.retried(swap))


def _swapped(transaction: Transaction, recode_id: int, *, leaving: Side, coming: Side) -> Counter[str]:
    transaction.run("make_touched")
    touched = [row["id"] for row in transaction.all("touch_events", recode_id=recode_id)]
    transaction.run("withdraw_side", recode_id=recode_id, side=leaving)
    transaction.run("bring_side", recode_id=recode_id, side=coming)
    transaction.run("make_staging")
    transaction.run("stage_side", recode_id=recode_id, side=coming)
    counts = merge_staged(transaction, dict.fromkeys(touched, "recoded"))
    if counts["waiting"]:
        raise StoreBusyError(f"{counts['waiting']} candidates tell events that another session holds")
    transaction.run("touch_new_events", recode_id=recode_id)
    transaction.run("analyze_touched")
    withdrawn = transaction.run("name_successors")
    revised = transaction.run("note_revisions")
    transaction.run("set_codebooks", recode_id=recode_id, side=coming)
    transaction.run(
        "set_recode_state", recode_id=recode_id, state="switched" if coming == "new" else "reverted"
    )
    return Counter(events_new=counts["events_new"], events_withdrawn=withdrawn, events_revised=revised)
