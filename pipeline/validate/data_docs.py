"""Data Docs: a static site, one page a batch and an index, from the outcomes of the expectations.

Great Expectations can write such a site, but writes values unescaped, and the site loads scripts and a logo
from elsewhere. Here templates of ours are filled by jinja2, which escapes every value. No script, no image, no
request: the pages can be opened from a disk without a network.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline import templates
from pipeline.validate.outcomes import KEY, Outcome, seen
from pipeline.validate.verdict import Verdict

TEMPLATES = Path(__file__).parent / "templates"
KEPT_BATCHES = 500  # a working day at one batch a minute; some 10 MB
ROWS_SHOWN = 50  # of one expectation; all of them are in the quarantine
CELL_CHARACTERS = 600

_PAGE_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-\d+-\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationLine:
    """One expectation in the table of a batch; `failing` is how many rows, or what was observed."""

    result: str
    name: str
    is_linked: bool
    says: str
    failing: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingRow:
    """A candidate that failed: what was seen, its sentence and the article."""

    candidate: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The failing rows of one expectation, and how many more there are; the first of its name bears the anchor."""

    name: str
    is_anchor: bool
    rows: tuple[FailingRow, ...]
    more: int


@lru_cache(maxsize=1)
def _templates() -> templates.Environment:
    return templates.environment(
        TEMPLATES, finalize=lambda value: visible(value) if type(value) is str else value
    )


def visible(text: str) -> str:
    """Replace what can not be seen: control characters, and those that turn the direction of writing."""
    return "".join(
        f"\\u{ord(mark):04x}"
        if unicodedata.category(mark) in ("Cc", "Cf", "Cs") and mark not in "\n\t"
        else mark
        for mark in text
    )


def write_page(
    folder: Path,
    *,
    now: datetime,
    candidate_ids: Sequence[int],
    verdict: Verdict,
    outcomes: Sequence[Outcome],
) -> Path:
    """Write the page of a batch, drop the oldest beyond KEPT_BATCHES, and write the index anew.

    Each file is put in place whole, so that two writers and a reader do no harm to one another.

    Returns:
        The page.

    Raises:
        OSError: The folder can not be written.
    """
    batches = folder / "batches"
    batches.mkdir(parents=True, exist_ok=True)
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{candidate_ids[0]}-{candidate_ids[-1]}"
    page = batches / f"{name}.html"
    _put(page, batch_page(now, candidate_ids, verdict, outcomes))
    _put(batches / f"{name}.json", json.dumps(_summary(now, verdict)))
    _drop_old(batches)
    _put(folder / "index.html", index_page(_summaries(batches)))
    return page


def batch_page(
    now: datetime, candidate_ids: Sequence[int], verdict: Verdict, outcomes: Sequence[Outcome]
) -> str:
    """Build the page of one batch."""
    return (
        _templates()
        .get_template("batch.html")
        .render(
            title=f"Batch of {now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            first=candidate_ids[0],
            last=candidate_ids[-1],
            counts=verdict.counts,
            batch_findings=verdict.batch_findings,
            expectations=_lines(outcomes, Counter(finding.expectation for finding in verdict.findings)),
            failures=list(_failures(outcomes)),
        )
    )


def index_page(summaries: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """Build the index from (page name, summary), newest first."""
    return _templates().get_template("index.html").render(title="What was judged", summaries=summaries)


def _lines(outcomes: Sequence[Outcome], found: Counter[str]) -> list[ExpectationLine]:
    return [
        ExpectationLine(
            result="met" if outcome.is_met and not outcome.failing else "failed",
            name=outcome.expectation.name,
            is_linked=found[outcome.expectation.name] > 0,
            says=outcome.expectation.says,
            failing=str(len(outcome.failing)) if outcome.failing else outcome.observed,
        )
        for outcome in outcomes
    ]


def _failures(outcomes: Sequence[Outcome]) -> Iterator[Failure]:
    """One an expectation with failing rows, the first ROWS_SHOWN of them."""
    anchors: set[str] = set()
    for outcome in outcomes:
        if not outcome.failing or KEY not in outcome.failing[0]:
            continue
        name = outcome.expectation.name
        yield Failure(
            name=name,
            is_anchor=name not in anchors,
            rows=tuple(_failing_row(outcome, row) for row in outcome.failing[:ROWS_SHOWN]),
            more=max(len(outcome.failing) - ROWS_SHOWN, 0),
        )
        anchors.add(name)


def _failing_row(outcome: Outcome, row: Mapping[str, Any]) -> FailingRow:
    texts = (seen(outcome.expectation, row), str(row.get("sentence")), str(row.get("url")))
    return FailingRow(candidate=str(row.get(KEY)), texts=tuple(text[:CELL_CHARACTERS] for text in texts))


def _summary(now: datetime, verdict: Verdict) -> dict[str, Any]:
    return {
        "judged_at": f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "judged": verdict.counts["judged"],
        "accepted": verdict.counts["accepted"],
        "quarantined": verdict.counts["quarantined"],
        "batch_findings": " ".join(finding.expectation for finding in verdict.batch_findings),
    }


def _summaries(batches: Path) -> list[tuple[str, dict[str, Any]]]:
    """Read what is known of each page, newest first; one that another writer just dropped is left out."""
    found = []
    for path in sorted(batches.glob("*.json"), reverse=True):
        if not _PAGE_NAME.fullmatch(path.stem):
            continue
        try:
            summary = json.loads(path.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            continue
        if isinstance(summary, dict):
            found.append((path.stem, summary))
    return found


def _drop_old(batches: Path) -> None:
    names = sorted(path.stem for path in batches.glob("*.json") if _PAGE_NAME.fullmatch(path.stem))
    for name in names[:-KEPT_BATCHES]:
        (batches / f"{name}.json").unlink(missing_ok=True)
        (batches / f"{name}.html").unlink(missing_ok=True)


def _put(path: Path, content: str) -> None:
    """Write a file beside its place and move it there."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        part.write_text(content, "utf-8", errors="backslashreplace")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
