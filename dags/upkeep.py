"""Every night: what is older than the settings keep is dropped, and the analyst's limits are set anew.

Every five minutes: what the analyst's role runs over its limits is ended, and the owner is told what is wrong.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

# Set by `make run`; see news.py.
IS_ON_DEMAND = bool(os.environ.get("NEWS_IS_ON_DEMAND"))


@dag(
    schedule=None if IS_ON_DEMAND else "17 3 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=30),
    },
    tags=["tocsin"],
    doc_md=__doc__,
)
def upkeep() -> None:
    @task(do_xcom_push=False)
    def tidy() -> None:
        from pipeline.stages import upkeep as stage

        stage.upkeep()

    tidy()


upkeep()


@dag(
    schedule=None if IS_ON_DEMAND else "*/5 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=5),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=5),
        "execution_timeout": timedelta(minutes=1),
    },
    tags=["tocsin"],
    doc_md=__doc__,
)
def watch() -> None:
    @task(do_xcom_push=False)
    def end_overlong() -> None:
        from pipeline.stages import upkeep as stage

        stage.watch()

    @task(do_xcom_push=False)
    def look_for_troubles() -> None:
        from pipeline.stages import troubles as stage

        stage.look()

    end_overlong()
    look_for_troubles()


watch()
