"""Answers of Great Expectations are doubted, and weighed."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import plover
from pipeline.config import ROOT
from pipeline.errors import ValidateError
from pipeline.validate.batch_expectations import batch_expectations, drift_expectations
from pipeline.validate.expectation import Expectation
from pipeline.validate.expectations import row_expectations
from pipeline.validate.outcomes import Outcome, exception_message, reach_verdict, read_rows, read_share, seen
from pipeline.validate.vocabularies import vocabularies

STATUS = Expectation(
    name="status_known", says="", kind="ExpectColumnValuesToBeInSet", shows=("status", "score")
)
SHARE = Expectation(name="actor_share", says="", kind="ExpectColumnValuesToNotBeNull")


def failing(*ids: int, expectation: Expectation = STATUS) -> Outcome:
    rows = tuple({"candidate_id": candidate_id, "status": "odd", "score": None} for candidate_id in ids)
    return Outcome(expectation=expectation, is_met=False, failing=rows)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(
            {"unexpected_count": 3, "element_count": 9, "unexpected_index_list": [{}, {}]}, id="cut list"
        ),
        pytest.param(
            {"unexpected_count": 2, "element_count": 9, "unexpected_index_list": None}, id="no list"
        ),
        pytest.param(
            {"unexpected_count": 0, "element_count": 9, "unexpected_index_list": []},
            id="failed without a row",
        ),
        pytest.param({"unexpected_count": None, "element_count": 9}, id="no count"),
        pytest.param({"observed_value": 12}, id="a value of the whole table"),
        pytest.param(
            {"unexpected_count": 1, "element_count": 8, "unexpected_index_list": [{}]}, id="rows not judged"
        ),
    ],
)
def test_an_answer_that_does_not_add_up_fails_closed(result: dict[str, Any]) -> None:
    """Every failing row must be named, of all the rows."""
    with pytest.raises(ValidateError, match="status_known"):
        read_rows(STATUS, result, 9)


def test_a_share_that_says_nothing_fails_closed() -> None:
    """Neither percent nor value is no answer."""
    with pytest.raises(ValidateError, match="actor_share"):
        read_share(SHARE, True, {})


@pytest.mark.parametrize(
    ("info", "message"),
    [
        pytest.param(
            {"raised_exception": True, "exception_message": "no column\nlong"}, "no column", id="plain"
        ),
        pytest.param({"metric 1": {"raised_exception": True, "exception_message": "x"}}, "x", id="by metric"),
        pytest.param({"raised_exception": True, "exception_message": None}, "no message", id="silent"),
        pytest.param({"raised_exception": False, "exception_message": "x"}, "", id="none raised"),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_an_exception_in_an_answer_is_found(info: dict[str, Any], message: str) -> None:
    """In both shapes that Great Expectations gives it."""
    assert exception_message(info) == message


def test_a_candidate_that_was_not_asked_for_fails_closed() -> None:
    """An answer about other rows is no answer."""
    with pytest.raises(ValidateError, match="candidate 9"):
        reach_verdict([1, 2], [failing(9)], ())


def test_one_name_twice_is_one_finding() -> None:
    """A span has two ends, the quarantine one row a reason."""
    verdict = reach_verdict([1, 2], [failing(1), failing(1)], ())

    assert [(found.candidate_id, found.expectation) for found in verdict.findings] == [(1, "status_known")]
    assert verdict.accepted == (2,)


def test_a_row_expectation_that_is_met_with_failing_rows_still_quarantines() -> None:
    """`mostly` may pass a suite, never a row."""
    outcome = Outcome(expectation=STATUS, is_met=True, failing=failing(1).failing)

    assert reach_verdict([1, 2], [outcome], ()).accepted == (2,)


@pytest.mark.parametrize(
    ("failed", "total", "accepted"),
    [
        pytest.param(10, 20, 10, id="half is borne"),
        pytest.param(11, 20, 0, id="more than half is not"),
        pytest.param(19, 19, 0, id="all of a small batch"),
        pytest.param(18, 19, 1, id="a small batch is judged by rows alone"),
    ],
)
def test_the_rest_of_a_rotten_batch_is_refused(failed: int, total: int, accepted: int) -> None:
    """From twenty rows on, more than half."""
    ids = list(range(1, total + 1))

    assert len(reach_verdict(ids, [failing(*ids[:failed])], ()).accepted) == accepted


def test_an_expectation_of_the_batch_touches_no_row() -> None:
    """It is told as a warning."""
    verdict = reach_verdict([1], (), [Outcome(expectation=SHARE, is_met=False, observed="18.2 % of 55")])

    assert verdict.accepted == (1,)
    assert [(found.severity, found.seen) for found in verdict.batch_findings] == [("warning", "18.2 % of 55")]


def test_seen_is_one_line_of_bounded_length() -> None:
    """No line break of a value gets into a log line."""
    told = seen(STATUS, {"status": "a\nb" + "x" * 900, "score": 1.5})

    assert "\n" not in told
    assert len(told) == 500


def test_all_expectations_of_batches_are_warnings() -> None:
    """A day of great news is not held back."""
    assert {expectation.severity for expectation in (*batch_expectations(), *drift_expectations())} == {
        "warning"
    }


def test_every_expectation_says_what_it_means() -> None:
    """One sentence for the reader of Data Docs, and something to show of a bad row."""
    assert all(expectation.says.endswith(".") and expectation.shows for expectation in row_expectations())


def test_every_code_that_extract_may_give_belongs_to_its_type() -> None:
    """The roots that are allowed and the crosswalk that extract codes by say the same."""
    given = plover.read_table(ROOT / "pipeline" / "extract" / "data" / "cameo.csv")

    assert {f"{row['event_type']} {row['cameo'][:2]}" for row in given} <= vocabularies()["cameo_roots"]
