"""By hand: code history again by the codebook of this version, beside the codings that stand; compare; switch if asked to.

Coded is in turns of a minute, behind everything else, so that the news goes on. What differs stands in the log and in
`tocsin recode show`. With the parameter `switch` the new codings take the place of the former at the end; without it
`tocsin recode switch` does that, when somebody has looked. `tocsin recode back` is the way back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from airflow.sdk import Param, PokeReturnValue, dag, task

TURN_SECONDS = 60
LAST = 1  # of all that wait for a slot; the other tasks add up what comes behind them


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(days=7),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(minutes=30),
        "priority_weight": LAST,
        "weight_rule": "absolute",
    },
    params={
        "first_date": Param(
            None, type=["null", "string"], format="date", description="First day of publication"
        ),
        "last_date": Param(
            None, type=["null", "string"], format="date", description="Last day of publication"
        ),
        "switch": Param(False, type="boolean", description="Switch at once when all is compared"),
    },
    tags=["tocsin"],
    doc_md=__doc__,
)
def recode() -> None:
    @task
    def begin(params: dict[str, Any] | None = None) -> int | None:
        from pipeline.stages import recode as stage

        given = params or {}
        return stage.begin(
            first_date=stage.day(given.get("first_date")), last_date=stage.day(given.get("last_date"))
        )

    @task.sensor(poke_interval=5, timeout=7 * 24 * 3600, mode="reschedule")
    def code(recode_id: int | None) -> PokeReturnValue:
        from pipeline.stages import recode as stage

        return PokeReturnValue(recode_id is None or stage.code_turn(recode_id, seconds=TURN_SECONDS))

    @task(do_xcom_push=False)
    def compare(recode_id: int | None) -> None:
        from pipeline.stages import recode as stage

        if recode_id is not None:
            stage.compare(recode_id)

    @task(do_xcom_push=False)
    def switch(recode_id: int | None, params: dict[str, Any] | None = None) -> None:
        from pipeline.stages import recode as stage

        if recode_id is not None and (params or {}).get("switch"):
            stage.switch(recode_id)

    recode_id = cast("int | None", begin())
    code(recode_id) >> compare(recode_id) >> switch(recode_id)


recode()
