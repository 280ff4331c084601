"""When there are new events, when something is due (a retry, a digest, an escalation), and every two minutes at the least: alert.

What is due is waited for in the triggerer; no worker waits.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable, dag, task
from due_trigger import DueTrigger

# Set by `make run`; see news.py.
IS_ON_DEMAND = bool(os.environ.get("NEWS_IS_ON_DEMAND"))

EVENTS = Asset("tocsin://events")
DUE = Asset("tocsin://due", watchers=[AssetWatcher(name="due", trigger=DueTrigger())])
SECOND_TRIES = CronTriggerTimetable("*/2 * * * *", timezone="UTC")


@dag(
    schedule=EVENTS if IS_ON_DEMAND else AssetOrTimeSchedule(timetable=SECOND_TRIES, assets=EVENTS | DUE),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=30),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=5),
        "execution_timeout": timedelta(minutes=10),
    },
    tags=["tocsin"],
    doc_md=__doc__,
)
def alerts() -> None:
    @task(do_xcom_push=False)
    def alert(run_id: str | None = None) -> None:
        from pipeline.stages import alert as stage

        if run_id is None:
            raise ValueError("Airflow gave the task no run id")
        stage.alert(run_id)

    alert()


alerts()
