"""From a served feed to events and alerts, through all five stages on real parts."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from pipeline.postgres.database import connect
from pipeline.stages.common import open_batch
from pipeline.stages.extract import extract
from pipeline.stages.fetch import fetch
from tests.whole.harness import (
    checksums,
    deliver_all,
    delivered,
    killed_way,
    made_articles,
    make_due,
    preload,
    served,
    whole_way,
)
from tests.whole.naive import naive_way

pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture
def undisturbed(settings, database_url):
    """Checksums after one quiet run over 40 articles; the tables are emptied again."""
    from tests.conftest import wipe

    with served(made_articles(40), settings, failure_share=0.03, dropping_share=0.01) as (
        run_settings,
        recorder,
    ):
        whole_way(run_settings)
        deliver_all(run_settings)
        found = checksums(database_url)
        wipe(database_url)
        yield run_settings, recorder, found


def test_a_run_makes_events_and_alerts(settings, database_url) -> None:
    """Articles become events, events alerts, alerts delivered notifications; nothing is left waiting."""
    with served(made_articles(10), settings) as (run_settings, recorder):
        whole_way(run_settings)
        found = checksums(database_url)

        assert found["articles"][0] == 10
        assert found["events"][0] >= 10
        assert found["pending_alerts"][0] == 0
        assert found["notifications"][0] == len(recorder.accepted) > 0


def test_a_second_run_changes_nothing(settings, database_url) -> None:
    """The feed shows the same entries again, and no row is added or changed."""
    with served(made_articles(10), settings) as (run_settings, _):
        whole_way(run_settings)
        once = checksums(database_url)
        make_due(database_url)
        whole_way(run_settings, "again")

        assert checksums(database_url) == once


def test_two_runs_at_once_give_the_rows_of_one(undisturbed, database_url) -> None:
    """Work is claimed, never shared."""
    run_settings, _, expected = undisturbed
    threads = [
        threading.Thread(target=whole_way, args=(run_settings, f"run-{number}")) for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One of the two may pass a stage while the other still works in it; the next run takes what it left.
    deliver_all(run_settings)

    assert checksums(database_url) == expected


def test_kill_9_at_any_time_changes_nothing(undisturbed, database_url) -> None:
    """Workers killed at random points, a receiver that fails: the rows are those of a quiet run, and nothing is lost."""
    run_settings, recorder, expected = undisturbed
    recorder.clear()
    preload(run_settings)
    struck = killed_way(run_settings, kills=25, workers=3, longest_seconds=0.8)
    deliver_all(run_settings)
    found = delivered(database_url, recorder)

    assert struck >= 12
    assert checksums(database_url) == expected
    assert (found.lost, found.missing, found.unkeyed) == (0, 0, 0)
    assert found.events > 0


def test_the_harness_finds_what_a_naive_delivery_loses(undisturbed, database_url) -> None:
    """Told under new keys, or not at all: were it to find nothing here, it would prove nothing."""
    run_settings, recorder, _ = undisturbed
    recorder.clear()
    preload(run_settings)
    killed_way(run_settings, kills=25, workers=3, longest_seconds=0.8, way=naive_way)
    naive_way(run_settings, "after")
    found = delivered(database_url, recorder)

    assert found.lost + found.unkeyed > 0


def test_doubtful_candidates_are_discarded_and_counted(settings) -> None:
    """What is not sure enough becomes no event, and the log says how many there were."""
    with served(made_articles(3), settings) as (run_settings, _):
        batch_id = open_batch("doubt", run_settings)
        fetch(batch_id, run_settings)
        counts = extract(batch_id, replace(run_settings, reader_min_confidence=1.0))

        assert (counts["articles"], counts["candidates"]) == (3, 0)
        assert counts["discarded_doubtful"] >= 3


def test_a_poison_article_is_quarantined_alone(settings, database_url) -> None:
    """An article that kills its worker each time goes to quarantine after the allowed attempts, others pass."""
    with served(made_articles(5), settings) as (run_settings, _):
        batch_id = open_batch("poison", run_settings)
        fetch(batch_id, run_settings)
        connection = connect(database_url, autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tocsin.attempts (stage, item_key, attempt_count)"
                " SELECT 'extract', min(id)::text, 2 FROM tocsin.articles"
            )
        connection.close()
        counts = extract(batch_id, replace(run_settings, max_attempts=2))

        assert (counts["articles"], counts["quarantined"]) == (4, 1)
