"""Validate: candidates not yet judged in, accepted or quarantined ones out."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.errors import ValidateError
from pipeline.postgres.database import Session
from pipeline.stages.common import About, Counts, counted, database, database_time, log, quarantine
from pipeline.validate.judge import judge

VALIDATE_AT_ONCE = 20_000  # ids travel to Great Expectations in one SQL literal of some 150 kB


def validate(batch_id: int, settings: Settings | None = None) -> Counts:
    """Judge the candidates not yet judged. When the judge itself fails, nothing is accepted.

    Raises:
        ValidateError: Great Expectations crashed or the suite is broken; said in the quarantine too.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    counts: Counter[str] = Counter({"accepted": 0, "quarantined": 0})
    try:
        with home.session() as session:
            while judged := _validate_some(session, home.url, settings):
                counts.update(judged)
    except ValidateError as error:
        with home.transaction() as transaction:
            about = About(batch_id=batch_id)
            quarantine(transaction, "validate", f"batch {batch_id}", str(error), None, about)
        raise
    return counted("validate", batch_id, started, counts)


def _validate_some(session: Session, url: str, settings: Settings) -> Counter[str] | None:
    with session.transaction() as transaction:
        candidate_ids = [row["id"] for row in transaction.all("claim_candidates", limit=VALIDATE_AT_ONCE)]
        if not candidate_ids:
            return None
        verdict = judge(
            url, candidate_ids, docs_folder=settings.home / "data_docs", now=database_time(transaction)
        )
        findings: list[dict[str, Any]] = [
            {"candidate_id": finding.candidate_id, "reason": finding.expectation, "seen": finding.seen}
            for finding in verdict.findings
        ]
        refused = sorted({finding["candidate_id"] for finding in findings})
        accepted = sorted(set(candidate_ids) - set(refused))
        transaction.run("quarantine_candidates", findings=json.dumps(findings))
        transaction.run("judge_candidates", candidate_ids=refused, verdict="quarantined")
        transaction.run("judge_candidates", candidate_ids=accepted, verdict="accepted")
    for finding in findings:
        log.warning(
            "quarantined stage=validate candidate=%d expectation=%s seen=%r",
            finding["candidate_id"], finding["reason"], finding["seen"],
        )  # fmt: skip
    return Counter({"accepted": len(accepted), "quarantined": len(refused)})
