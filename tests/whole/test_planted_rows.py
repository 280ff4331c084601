"""Bad rows through the stages: each lies in quarantine with its reason, and all others become events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.postgres.database import connect
from pipeline.stages.common import open_batch
from pipeline.stages.store import store
from pipeline.stages.validate import validate
from tests.validate.conftest import numbers, plant  # noqa: F401  (fixtures)
from tests.validate.test_validate_judge import PLANTED

pytestmark = pytest.mark.slow
GOOD_COUNT = len(PLANTED) + 10


@pytest.fixture(scope="module")
def stored(server, database_url, plant, tmp_path_factory) -> dict[str, Any]:  # noqa: F811
    """Good and bad candidates, judged and stored by the stages."""
    settings = replace(server, home=tmp_path_factory.mktemp("planted"), database_url=database_url)
    good = [plant() for _ in range(GOOD_COUNT)]
    bad = [plant(**columns) for _, columns, _ in PLANTED]
    batch_id = open_batch("planted", settings)
    validate(batch_id, settings)
    store(batch_id, settings)
    connection = connect(database_url, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT candidate_id, reason FROM tocsin.quarantine ORDER BY candidate_id, reason")
        quarantined = cursor.fetchall()
        cursor.execute("SELECT DISTINCT candidate_id FROM tocsin.mentions ORDER BY candidate_id")
        mentioned = [candidate_id for (candidate_id,) in cursor.fetchall()]
    connection.close()
    return {"good": good, "bad": bad, "quarantined": quarantined, "mentioned": mentioned}


def test_exactly_the_bad_rows_are_quarantined_with_their_reason(stored: dict[str, Any]) -> None:
    """One row a violated expectation, none more."""
    expected = [
        (candidate_id, name) for candidate_id, (name, _, _) in zip(stored["bad"], PLANTED, strict=True)
    ]

    assert stored["quarantined"] == sorted(expected)


def test_all_others_are_stored(stored: dict[str, Any]) -> None:
    """A good row is never held back by a bad one."""
    assert stored["mentioned"] == stored["good"]
