"""Data Docs: a static site, one page a batch and an index, from the outcomes of the expectations.

Great Expectations can write such a site, but writes values unescaped, and the site loads scripts and a logo
from elsewhere. This one escapes by construction: `tag` escapes every piece of text it is given, and nothing
else makes markup. No script, no image, no request: it can be opened from a disk without a network.
"""

from __future__ import annotations

import html
import json
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.validate.outcomes import KEY, Outcome, seen
from pipeline.validate.verdict import BatchFinding, Verdict

KEPT_BATCHES = 500  # a working day at one batch a minute; some 10 MB
ROWS_SHOWN = 50  # of one expectation; all of them are in the quarantine
CELL_CHARACTERS = 600
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1c2430; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8dde5; overflow-wrap: anywhere; }
th { font-weight: 600; color: #4a5568; } td.number { text-align: right; white-space: nowrap; }
code { font: .9em ui-monospace, monospace; } bdi { unicode-bidi: isolate; }
.met { color: #1c6b3a; } .failed { color: #9b1c1c; font-weight: 600; } .warning { color: #8a5300; font-weight: 600; }
p.note { color: #4a5568; } a { color: #1a4fa0; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #e3e8ef; } th, p.note { color: #a6b0bf; }
  th, td { border-color: #2c3440; } .met { color: #6fcf97; } .failed { color: #ff8a8a; } .warning { color: #f2b95f; } a { color: #8ab4f8; } }
"""

_PAGE_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-\d+-\d+")


class Markup(str):
    """Text that is markup already; made by `tag` and `joined` only."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str) -> Markup:
    """Build an element; every child and attribute that is not Markup is escaped. `class_` stands for class."""
    inner = "".join(child if isinstance(child, Markup) else html.escape(visible(child)) for child in children)
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{inner}</{name}>")


def joined(parts: Sequence[Markup]) -> Markup:
    """Put elements one after the other."""
    return Markup("\n".join(parts))


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
    counts = verdict.counts
    return _document(
        f"Batch of {now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        tag("p", tag("a", "All batches", href="../index.html")),
        tag("p", f"Candidates {candidate_ids[0]} to {candidate_ids[-1]}: {counts['judged']} judged, "
                 f"{counts['accepted']} accepted, {counts['quarantined']} in quarantine."),
        *_batch_findings(verdict.batch_findings),
        tag("h2", "Expectations"),
        _expectation_table(outcomes, Counter(finding.expectation for finding in verdict.findings)),
        *_failures(outcomes),
    )  # fmt: skip


def index_page(summaries: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """Build the index from (page name, summary), newest first."""
    head = _row("th", "Judged at (UTC)", "Candidates", "Accepted", "In quarantine", "Warnings of the batch")
    rows = [
        joined([
            Markup("<tr>"),
            tag("td", tag("a", str(summary.get("judged_at", "")), href=f"batches/{name}.html")),
            *(tag("td", str(summary.get(key, "")), class_="number") for key in ("judged", "accepted", "quarantined")),
            tag("td", str(summary.get("batch_findings", "")), class_="warning"),
            Markup("</tr>"),
        ])
        for name, summary in summaries
    ]  # fmt: skip
    return _document(
        "What was judged",
        tag("p", f"The last {len(summaries)} batches; the newest first.", class_="note"),
        tag("table", tag("thead", head), tag("tbody", joined(rows))),
    )


def _document(title: str, *body: Markup) -> str:
    head = joined([
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        tag("title", f"Tocsin: {title}"),
        Markup(f"<style>{STYLE}</style>"),
    ])  # fmt: skip
    page = tag("html", tag("head", head), tag("body", tag("h1", title), joined(body)), lang="en")
    return f"<!doctype html>\n{page}\n"


def _row(cell: str, *values: str) -> Markup:
    return tag("tr", *(tag(cell, value) for value in values))


def _batch_findings(findings: Sequence[BatchFinding]) -> list[Markup]:
    if not findings:
        return []
    rows = [
        tag(
            "tr",
            tag("td", finding.severity, class_="failed" if finding.severity == "error" else "warning"),
            tag("td", tag("code", finding.expectation)),
            tag("td", tag("bdi", finding.seen)),
        )
        for finding in findings
    ]
    note = "A warning holds no candidate back. An error means that the whole batch went to quarantine."
    return [
        tag("h2", "The batch as a whole"),
        tag("p", note, class_="note"),
        tag("table", tag("thead", _row("th", "Severity", "Expectation", "Seen")), tag("tbody", joined(rows))),
    ]


def _expectation_table(outcomes: Sequence[Outcome], found: Counter[str]) -> Markup:
    rows = []
    for outcome in outcomes:
        name = outcome.expectation.name
        failed = str(len(outcome.failing)) if outcome.failing else ""
        result = "met" if outcome.is_met and not outcome.failing else "failed"
        rows.append(
            tag(
                "tr",
                tag("td", result, class_=result),
                tag("td", tag("code", tag("a", name, href=f"#{name}") if found[name] else name)),
                tag("td", outcome.expectation.says),
                tag("td", failed or outcome.observed, class_="number"),
            )
        )
    head = _row("th", "Result", "Expectation", "It says", "Failing")
    return tag("table", tag("thead", head), tag("tbody", joined(rows)))


def _failures(outcomes: Sequence[Outcome]) -> list[Markup]:
    """One table an expectation with failing rows, the first ROWS_SHOWN of them."""
    parts: list[Markup] = []
    anchors: set[str] = set()
    for outcome in outcomes:
        if not outcome.failing or KEY not in outcome.failing[0]:
            continue
        name = outcome.expectation.name
        parts.append(tag("h3", tag("code", name), **({} if name in anchors else {"id": name})))
        anchors.add(name)
        rows = [
            tag(
                "tr",
                tag("td", str(row.get(KEY)), class_="number"),
                *(
                    tag("td", tag("bdi", value[:CELL_CHARACTERS]))
                    for value in (
                        seen(outcome.expectation, row),
                        str(row.get("sentence")),
                        str(row.get("url")),
                    )
                ),
            )
            for row in outcome.failing[:ROWS_SHOWN]
        ]
        head = _row("th", "Candidate", "Seen", "Sentence", "Article")
        parts.append(tag("table", tag("thead", head), tag("tbody", joined(rows))))
        if len(outcome.failing) > ROWS_SHOWN:
            more = f"{len(outcome.failing) - ROWS_SHOWN} more are in the quarantine."
            parts.append(tag("p", more, class_="note"))
    return [tag("h2", "Failing candidates"), *parts] if parts else []


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
