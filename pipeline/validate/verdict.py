"""What validate says of a batch. Records only; great_expectations is not needed to read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["warning", "error"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One candidate failed one expectation. `seen` is what stood there, at most 500 characters."""

    candidate_id: int
    expectation: str
    seen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchFinding:
    """The batch as a whole failed an expectation.

    A warning holds nothing back: it is logged and shown in Data Docs. An error means that the batch can not
    be trusted: then every candidate has a finding of that name and none is accepted.
    """

    expectation: str
    severity: Severity
    seen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The judgement of one batch.

    Args:
        accepted: Ids without a finding, ascending.
        findings: One a candidate and expectation, ascending by id, in the suite's order.
        batch_findings: Of the batch as a whole.
        counts: Under the fixed names judged, accepted, quarantined, findings, batch_findings.
    """

    accepted: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    batch_findings: tuple[BatchFinding, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
