"""Validate: ids of candidates in, a verdict out. The only home of Great Expectations.

    judge(database_url, ids):
        rows      every candidate against the row expectations
        batch     shares over the batch; the last day against four weeks
        verdict   who failed what; warnings of the batch
        docs      one page a batch, for people

Fails closed: whatever can not be judged is not accepted. Great Expectations by itself is milder: it reports
an exception inside an expectation, a missing column or a cut list only as one failure among others, and an
empty batch as a success. So every answer is doubted, and the number of rows judged is compared.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce
from operator import and_
from pathlib import Path
from typing import Any

from pipeline.errors import ValidateError
from pipeline.validate.batch_expectations import batch_expectations, drift_expectations
from pipeline.validate.data_docs import write_page
from pipeline.validate.expectation import Expectation
from pipeline.validate.expectations import row_expectations
from pipeline.validate.outcomes import KEY, Outcome, exception_message, reach_verdict, read_rows, read_share
from pipeline.validate.thresholds import thresholds
from pipeline.validate.verdict import Verdict

CONTEXT_COLUMNS = ("url", "sentence")  # shown in Data Docs beside every failing row
# As of every session of ours (Limits in postgres/database.py): none waits, or holds what others wait for, without end.
LIMITS = {"statement_timeout": "300s", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "600s"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """What is expected of rows, of the batch, and of the last day against the weeks before."""

    rows: tuple[Expectation, ...]
    batch: tuple[Expectation, ...]
    drift: tuple[Expectation, ...]


@cache
def default_suite() -> Suite:
    """All expectations there are."""
    return Suite(rows=row_expectations(), batch=batch_expectations(), drift=drift_expectations())


def judge(
    database_url: str,
    candidate_ids: Sequence[int],
    *,
    docs_folder: Path | None,
    now: datetime,
    suite: Suite | None = None,
) -> Verdict:
    """Judge candidates that are committed in tocsin.candidates; reads over a connection of its own.

    A candidate without a finding is accepted. Shares, volume and type mix are warnings: logged and shown in
    Data Docs, never held back, because a day of great news looks like a fault. Only when more than half of a
    batch failed (thresholds.csv) is the rest not trusted either: then every candidate has a finding
    `quarantined_share` and none is accepted.

    Args:
        database_url: postgresql://…
        candidate_ids: To be judged; a double counts once. Without any, Great Expectations is not even loaded.
        docs_folder: Where Data Docs are written; None for none. That they can not be written is only logged.
        now: Aware; the end of the last day that volume and type mix are taken of.
        suite: Other expectations than `default_suite()`.

    Raises:
        ValidateError: The batch could not be judged, whatever the cause; nothing is accepted then.
        ValueError: `now` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError(f"now must carry a time zone, got {now!r}")
    ids = sorted(set(candidate_ids))
    if not ids:
        return reach_verdict((), (), ())
    try:
        rows, batch = _judge(database_url, ids, now, suite or default_suite())
        verdict = reach_verdict(ids, rows, batch)
    except ValidateError:
        raise
    except Exception as error:
        raise ValidateError(
            f"{len(ids)} candidates could not be judged: {type(error).__name__}: {_first_line(error)}"
        ) from error
    for finding in verdict.batch_findings:
        log.warning("batch stage=validate expectation=%s severity=%s seen=%r",
                    finding.expectation, finding.severity, finding.seen)  # fmt: skip
    if docs_folder is not None:
        _write_docs(docs_folder, now, ids, verdict, (*rows, *batch))
    return verdict


def _judge(
    database_url: str, ids: list[int], now: datetime, suite: Suite
) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    array = ",".join(str(int(candidate_id)) for candidate_id in ids)
    candidates = f"SELECT * FROM tocsin.validation WHERE candidate_id = ANY('{{{array}}}'::bigint[])"  # noqa: S608 - integers only
    drift = f"SELECT * FROM tocsin.validation_drift('{now.isoformat()}'::timestamptz)"  # noqa: S608 - a time only
    with _data_source(database_url) as source:
        validator = _validator(source, "candidates", candidates)
        _check_row_count(validator, len(ids))
        rows = _row_outcomes(validator, suite.rows, listed=(KEY, *CONTEXT_COLUMNS), row_count=len(ids))
        shares: tuple[Outcome, ...] = ()
        if len(ids) >= thresholds()["batch_rows_min"]:
            shares = _share_outcomes(validator, suite.batch)
        moved = _row_outcomes(
            _validator(source, "drift", drift), suite.drift, listed=("recent_count",), row_count=1
        )
    return rows, (*shares, *moved)


@contextmanager
def _data_source(database_url: str) -> Iterator[Any]:
    """Open a data source of an ephemeral context, and close its connection at the end."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        for name in ("great_expectations", ProgressBarsConfig.__module__):  # both set a level of their own
            logging.getLogger(name).setLevel(logging.WARNING)
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        source = context.data_sources.add_sql(  # add_postgres refuses a URL without a host (a Unix socket)
            "tocsin",
            connection_string=_connection_string(database_url),
            # The view is evaluated once; otherwise every one of some fifty queries would evaluate it again.
            create_temp_table=True,
            # A temporary table lives in one session, so there is only one.
            kwargs={  # type: ignore[call-arg]  # its stub leaves them out
                "pool_size": 1,
                "max_overflow": 0,
                "connect_args": {
                    "application_name": "tocsin validate",
                    "options": " ".join(f"-c {name}={limit}" for name, limit in LIMITS.items()),
                },
            },
        )
        try:
            yield source
        finally:
            source.get_execution_engine().close()
            source.get_engine().dispose()


def _connection_string(database_url: str) -> str:
    """Name the driver; write a dollar sign so that it is not taken for a variable to be filled in."""
    _, _, rest = database_url.partition("://")
    return "postgresql+psycopg2://" + rest.replace("$", "%24")


def _validator(source: Any, name: str, query: str) -> Any:
    """One validator a query: `Batch.validate` makes one, and with it the temporary table, at every call."""
    from great_expectations.validator.v1_validator import Validator

    return Validator(source.add_query_asset(name, query=query).add_batch_definition_whole_table("all"))


def _check_row_count(validator: Any, expected: int) -> None:
    """Refuse a batch with other rows than were asked for: a row the view lost would pass unjudged."""
    from great_expectations.expectations.core.expect_table_row_count_to_equal import (
        ExpectTableRowCountToEqual,
    )

    result = validator.validate_expectation(ExpectTableRowCountToEqual(value=expected))
    if not result.success:
        raise ValidateError(
            f"{expected} candidates were to be judged, tocsin.validation shows {result.result.get('observed_value')}"
        )


def _row_outcomes(
    validator: Any, expectations: Sequence[Expectation], *, listed: Sequence[str], row_count: int
) -> tuple[Outcome, ...]:
    """Run expectations on rows; every failing row is named, with the `listed` columns.

    First all are asked together only whether they hold, which takes a few queries; then each that does not
    is asked for its rows.
    """
    answers = _answers(validator, expectations, {"result_format": "BOOLEAN_ONLY"})
    return tuple(
        Outcome(expectation=expectation, is_met=True)
        if answer.success
        else _failing_rows(validator, expectation, listed, row_count)
        for expectation, answer in zip(expectations, answers, strict=True)
    )


def _failing_rows(validator: Any, expectation: Expectation, listed: Sequence[str], row_count: int) -> Outcome:
    result_format = {
        "result_format": "COMPLETE",
        # Even COMPLETE cuts the list of rows to 20 unless told otherwise.
        "partial_unexpected_count": row_count,
        "unexpected_index_column_names": list(dict.fromkeys((*listed, *expectation.shows))),
        "return_unexpected_index_query": False,
    }
    (answer,) = _answers(validator, [expectation], result_format)
    return read_rows(expectation, answer.result, row_count)


def _share_outcomes(validator: Any, expectations: Sequence[Expectation]) -> tuple[Outcome, ...]:
    """Run expectations on a batch as a whole; failing rows are only counted."""
    answers = _answers(validator, expectations, {"result_format": "BASIC", "partial_unexpected_count": 0})
    return tuple(
        read_share(expectation, bool(answer.success), answer.result)
        for expectation, answer in zip(expectations, answers, strict=True)
    )


def _answers(validator: Any, expectations: Sequence[Expectation], result_format: dict[str, Any]) -> list[Any]:
    """Ask Great Expectations; one answer an expectation, in their order.

    Raises:
        ValidateError: One raised, or gave no answer.
    """
    if not expectations:
        return []
    import great_expectations as gx

    built = [_built(expectation, position) for position, expectation in enumerate(expectations)]
    validator.result_format = result_format
    answers = validator.validate_expectation_suite(gx.ExpectationSuite("tocsin", expectations=built)).results
    by_position = {answer.expectation_config.meta["position"]: answer for answer in answers}
    if sorted(by_position) != list(range(len(expectations))):
        raise ValidateError(f"{len(expectations)} expectations were asked, {len(answers)} answered")
    for position, expectation in enumerate(expectations):
        if raised := exception_message(by_position[position].exception_info or {}):
            raise ValidateError(f"expectation {expectation.name} raised: {raised}")
    return [by_position[position] for position in range(len(expectations))]


def _built(expectation: Expectation, position: int) -> Any:
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    from pipeline.validate import own_kinds

    kind = getattr(gxe, expectation.kind, None) or getattr(own_kinds, expectation.kind, None)
    if kind is None:
        raise ValidateError(f"expectation {expectation.name}: Great Expectations has no {expectation.kind!r}")
    arguments = dict(expectation.arguments)
    conditions = [
        Column(column).is_in(allowed) if isinstance(allowed, tuple) else Column(column) >= allowed
        for column, allowed in expectation.where.items()
    ]
    if conditions:
        arguments["row_condition"] = reduce(and_, conditions)
    # Great Expectations takes two of the same kind and column for one, unless their meta differs.
    return kind(**arguments, meta={"name": expectation.name, "position": position})


def _write_docs(
    folder: Path, now: datetime, ids: Sequence[int], verdict: Verdict, outcomes: Sequence[Outcome]
) -> None:
    try:
        write_page(folder, now=now, candidate_ids=ids, verdict=verdict, outcomes=outcomes)
    except OSError as error:
        log.warning("docs stage=validate folder=%s not written: %s", folder, error)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or "no message").splitlines()[0][:300]
