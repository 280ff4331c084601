"""Every minute, and at once while articles wait: fetch >> extract >> validate >> store. Order and schedule only; the work is in pipeline.stages.

Between tasks goes the id of the batch and nothing else. The stages are imported inside the tasks,
since Airflow reads this file again and again.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from airflow.sdk import Asset, AssetAlias, AssetOrTimeSchedule, CronTriggerTimetable, dag, task

if TYPE_CHECKING:
    from airflow.sdk.execution_time.context import OutletEventAccessors

# Set by `make run`, which triggers one run itself and wants no other beside it.
IS_ON_DEMAND = bool(os.environ.get("NEWS_IS_ON_DEMAND"))

EVENTS = Asset("tocsin://events")
# An alias, since an outlet that is an asset is told as changed by every run, an alias only when the
# task says so: a run that stored nothing new wakes no alerts.
NEW_EVENTS = AssetAlias("tocsin-new-events")
# A run that leaves articles behind wakes the next one at once.
ARTICLES = Asset("tocsin://waiting-articles")
ARTICLES_LEFT = AssetAlias("tocsin-articles-left")
EVERY_MINUTE = CronTriggerTimetable("* * * * *", timezone="UTC")

# Each has hosts that no other has: one is enough for thousands of feeds; on several machines, one each.
FETCH_TASKS = int(os.environ.get("TOCSIN_FETCH_TASKS") or 1)
# As many as there are cores for them: each claims articles until none is left.
EXTRACT_TASKS = int(os.environ.get("TOCSIN_EXTRACT_TASKS") or 0) or os.cpu_count() or 1


@dag(
    schedule=None if IS_ON_DEMAND else AssetOrTimeSchedule(timetable=EVERY_MINUTE, assets=ARTICLES),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=5),
        "execution_timeout": timedelta(minutes=20),
    },
    tags=["tocsin"],
    doc_md=__doc__,
)
def news() -> None:
    def visit(run_id: str | None) -> int:
        from pipeline.stages import fetch as stage
        from pipeline.stages.common import open_batch

        if run_id is None:
            raise ValueError("Airflow gave the task no run id")
        batch_id = open_batch(run_id)
        stage.fetch(batch_id)
        return batch_id

    @task
    def fetch(run_id: str | None = None) -> int:
        return visit(run_id)

    @task(do_xcom_push=False)
    def fetch_beside(_shard: int, run_id: str | None = None) -> None:
        visit(run_id)

    @task(do_xcom_push=False)
    def extract(batch_id: int, _shard: int) -> None:
        from pipeline.stages import extract as stage

        # In turns, so that what was coded is validated and stored while a long queue is worked off.
        stage.extract(batch_id, turn=None if IS_ON_DEMAND else stage.Turn())

    @task(do_xcom_push=False)
    def validate(batch_id: int) -> None:
        from pipeline.stages import validate as stage

        stage.validate(batch_id)

    @task(do_xcom_push=False, outlets=[NEW_EVENTS, ARTICLES_LEFT])
    def store(batch_id: int, outlet_events: OutletEventAccessors | None = None) -> None:
        from pipeline.stages import store as stage

        # What waits for the alerts counts, not what this try stored: a try that was killed after its
        # commit has stored all, and its successor nothing.
        counts = stage.store(batch_id)
        if outlet_events is None:
            raise ValueError("Airflow gave the task no assets to tell of")
        if counts["pending_alerts"]:
            outlet_events[NEW_EVENTS].add(EVENTS)
        if counts["articles_left"]:
            outlet_events[ARTICLES_LEFT].add(ARTICLES)

    # A promise of the number; whoever is called with it gets the number itself.
    batch_id = cast(int, fetch())
    extracted = extract.partial(batch_id=batch_id).expand(_shard=list(range(EXTRACT_TASKS)))
    if FETCH_TASKS > 1:
        fetch_beside.expand(_shard=list(range(FETCH_TASKS - 1))) >> extracted
    extracted >> validate(batch_id) >> store(batch_id)


news()
