"""Great Expectations' answers in, a verdict out. Pure: reads plain mappings, and doubts every one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ValidateError
from pipeline.validate.expectation import Expectation
from pipeline.validate.thresholds import thresholds
from pipeline.validate.verdict import BatchFinding, Finding, Verdict

KEY = "candidate_id"
SEEN_CHARACTERS = 500
QUARANTINED_SHARE = "quarantined_share"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one expectation.

    Args:
        is_met: Whether it holds for all rows, or for enough where `mostly` says so.
        failing: The failing rows, each with the columns to show; empty where rows are only counted.
        observed: What was seen of the whole batch; empty where rows are listed.
    """

    expectation: Expectation
    is_met: bool
    failing: tuple[Mapping[str, Any], ...] = ()
    observed: str = ""


def read_rows(expectation: Expectation, result: Mapping[str, Any], row_count: int) -> Outcome:
    """Read the answer of an expectation on rows that was not met.

    Raises:
        ValidateError: The rows it lists are not those it counts, there are none, or others were judged.
    """
    count, judged_count = result.get("unexpected_count"), result.get("element_count")
    failing = tuple(result.get("unexpected_index_list") or ())
    if not count or len(failing) != count:
        raise ValidateError(
            f"expectation {expectation.name} ({expectation.kind}) failed: it counts {count} rows and lists {len(failing)}"
        )
    if judged_count != row_count and not expectation.where:
        raise ValidateError(f"expectation {expectation.name} judged {judged_count} rows of {row_count}")
    return Outcome(expectation=expectation, is_met=False, failing=failing)


def read_share(expectation: Expectation, success: bool, result: Mapping[str, Any]) -> Outcome:
    """Read the answer of an expectation on a batch as a whole.

    Raises:
        ValidateError: It says neither a share nor a value.
    """
    if result.get("unexpected_percent") is not None:
        observed = f"{100 - result['unexpected_percent']:.1f} % of {result.get('element_count')}"
    elif "observed_value" in result:
        value = result["observed_value"]  # None where one row is not a number
        observed = "not a number" if value is None else f"{value:.4g}"
    else:
        raise ValidateError(f"expectation {expectation.name} ({expectation.kind}) does not say what it saw")
    return Outcome(expectation=expectation, is_met=success, observed=observed)


def reach_verdict(
    candidate_ids: Sequence[int],
    rows: Iterable[Outcome],
    batch: Iterable[Outcome],
) -> Verdict:
    """Weigh the outcomes.

    Args:
        candidate_ids: All that were judged, ascending.
        rows: Outcomes of the row expectations; any failing row is a finding, whatever `is_met` says.
        batch: Outcomes of expectations on the batch or its history; one that is not met is a batch finding.

    Raises:
        ValidateError: A failing row is none of the candidates.
    """
    found = _row_findings(candidate_ids, rows)
    batch_findings = [_batch_finding(outcome) for outcome in batch if not outcome.is_met]
    if too_many := _too_many_failed(len(candidate_ids), len({candidate_id for candidate_id, _ in found})):
        batch_findings.append(too_many)
    for finding in batch_findings:
        if finding.severity == "error":
            for candidate_id in candidate_ids:
                found.setdefault((candidate_id, finding.expectation), finding.seen)
    refused = {candidate_id for candidate_id, _ in found}
    accepted = tuple(candidate_id for candidate_id in candidate_ids if candidate_id not in refused)
    findings = tuple(
        Finding(candidate_id=candidate_id, expectation=name, seen=seen)
        for (candidate_id, name), seen in sorted(found.items(), key=lambda item: item[0][0])
    )
    return Verdict(
        accepted=accepted,
        findings=findings,
        batch_findings=tuple(batch_findings),
        counts={
            "judged": len(candidate_ids),
            "accepted": len(accepted),
            "quarantined": len(refused),
            "findings": len(findings),
            "batch_findings": len(batch_findings),
        },
    )


def seen(expectation: Expectation, row: Mapping[str, Any]) -> str:
    """Say in one line what stood in the columns to show."""
    return ", ".join(f"{column}={row.get(column)!r}" for column in expectation.shows)[:SEEN_CHARACTERS]


def _row_findings(candidate_ids: Sequence[int], rows: Iterable[Outcome]) -> dict[tuple[int, str], str]:
    known = frozenset(candidate_ids)
    found: dict[tuple[int, str], str] = {}
    for outcome in rows:
        for row in outcome.failing:
            candidate_id = row.get(KEY)
            if candidate_id not in known:
                raise ValidateError(
                    f"expectation {outcome.expectation.name} names candidate {candidate_id!r}, which was not asked for"
                )
            found.setdefault((candidate_id, outcome.expectation.name), seen(outcome.expectation, row))
    return found


def _batch_finding(outcome: Outcome) -> BatchFinding:
    expectation = outcome.expectation
    shown = "; ".join(seen(expectation, row) for row in outcome.failing) or outcome.observed
    return BatchFinding(expectation=expectation.name, severity=expectation.severity, seen=shown)


def _too_many_failed(row_count: int, failed_count: int) -> BatchFinding | None:
    limit = thresholds()
    if (
        row_count < limit["quarantined_share_rows_min"]
        or failed_count <= limit["quarantined_share_max"] * row_count
    ):
        return None
    return BatchFinding(
        expectation=QUARANTINED_SHARE,
        severity="error",
        seen=f"{failed_count} of {row_count} candidates of the batch failed",
    )


def exception_message(info: Mapping[str, Any]) -> str:
    """First line of the exception in an answer: Great Expectations gives one, or one a metric. Empty: none."""
    details = (
        [info]
        if "raised_exception" in info
        else [value for value in info.values() if isinstance(value, Mapping)]
    )
    for detail in details:
        if detail.get("raised_exception"):
            return (str(detail.get("exception_message") or "").strip() or "no message").splitlines()[0][:300]
    return ""
