"""One run followed through Airflow's REST API: wait for the DAGs, trigger, watch each task, find what it caused."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import OperateError
from pipeline.local.records import Failure, RunResult
from pipeline.local.rest import AirflowApi, quoted

PARSE_SECONDS = 180
ALERTS_APPEAR_SECONDS = 120
RUN_SECONDS = 3600
POLL_SECONDS = 0.4
FINISHED = ("success", "failed")

log = logging.getLogger(__name__)


def await_dags(api: AirflowApi, *, since: datetime | None) -> None:
    """Wait until both DAGs are known, and read since a time, where that matters."""
    deadline = time.monotonic() + PARSE_SECONDS
    while True:
        dags = {dag["dag_id"]: dag for dag in api.get("dags", limit=100)["dags"]}
        if all(
            name in dags and _is_since(dags[name].get("last_parsed_time"), since)
            for name in ("news", "alerts")
        ):
            return
        # One noted earlier may be put right by now.
        broken = [
            error
            for error in api.get("importErrors")["import_errors"]
            if _is_since(error["timestamp"], since)
        ]
        if broken:
            raise OperateError(
                f"{broken[0]['filename']} cannot be imported: {_last_line(broken[0]['stack_trace'])}"
            )
        if time.monotonic() > deadline:
            raise OperateError(f"Airflow did not read the DAGs within {PARSE_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _is_since(at: str | None, since: datetime | None) -> bool:
    return since is None or (at is not None and datetime.fromisoformat(at) > since)


def trigger(api: AirflowApi, run_id: str) -> None:
    """Start a run of `news` by hand; both DAGs are unpaused, since a paused one runs nothing."""
    for name in ("news", "alerts"):
        if api.get(f"dags/{name}")["is_paused"]:
            log.info("unpaused dag=%s", name)
            api.patch(f"dags/{name}?update_mask=is_paused", {"is_paused": False})
    api.post("dags/news/dagRuns", {"dag_run_id": run_id, "logical_date": None})


def follow(
    api: AirflowApi,
    home: Path,
    run_id: str,
    *,
    tell: Callable[[str, str], None],
    began: float,
    check: Callable[[], None],
) -> RunResult:
    """Tell each change of each task until the run of the news and the run of the alerts have ended."""
    follower = Follower(api=api, tell=tell, check=check)
    news_state = follower.follow("news", run_id)
    alerts_run_id = _caused_run(api, run_id, check) if news_state == "success" else None
    alerts_state = follower.follow("alerts", alerts_run_id) if alerts_run_id else None
    return RunResult(
        run_id=run_id,
        news_state=news_state,
        alerts_state=alerts_state,
        task_seconds=follower.task_seconds,
        failures=tuple(_failure(task, home) for task in follower.failed),
        seconds=time.monotonic() - began,
    )


class Follower:
    """Follows runs, and remembers what it has told."""

    def __init__(self, *, api: AirflowApi, tell: Callable[[str, str], None], check: Callable[[], None]):
        self.api, self.tell, self.check = api, tell, check
        self.states: dict[str, str] = {}
        self.task_seconds: dict[str, float] = {}
        self.failed: list[dict[str, Any]] = []

    def follow(self, dag_id: str, run_id: str) -> str:
        deadline = time.monotonic() + RUN_SECONDS
        path = f"dags/{dag_id}/dagRuns/{quoted(run_id)}"
        while True:
            self.check()
            state = str(self.api.get(path)["state"])
            tasks = self.api.get(f"{path}/taskInstances")["task_instances"]
            by_name: dict[str, list[dict[str, Any]]] = {}
            for task in sorted(tasks, key=lambda task: task["start_date"] or "9"):
                by_name.setdefault(f"{task['dag_id']}.{task['task_id']}", []).append(task)
            for name, parts in by_name.items():
                self._note(name, parts)
            if state in FINISHED:
                self.failed += [task for task in tasks if task["state"] == "failed"]
                return state
            if time.monotonic() > deadline:
                raise OperateError(f"the run {run_id} of {dag_id} has not ended within {RUN_SECONDS} s")
            time.sleep(POLL_SECONDS)

    def _note(self, name: str, parts: Sequence[dict[str, Any]]) -> None:
        state = joint_state([part["state"] for part in parts])
        if state and self.states.get(name) != state:
            self.states[name] = state
            self.tell(name, state)
        seconds = [float(part["duration"]) for part in parts if part["duration"] is not None]
        if seconds:
            self.task_seconds[name] = max(seconds)


def joint_state(states: Sequence[str | None]) -> str | None:
    """Say in which state a task is whose parts run side by side: failed if one is, done when all are."""
    if len(set(states)) == 1:
        return states[0]
    if "failed" in states:
        return "failed"
    return "running" if set(states) & {"running", "success"} else None


def _caused_run(api: AirflowApi, run_id: str, check: Callable[[], None]) -> str | None:
    """Find the run of `alerts` that a run of `news` caused; None when it stored nothing new."""
    deadline = time.monotonic() + ALERTS_APPEAR_SECONDS
    while True:
        check()
        try:
            events = api.get("assets/events", source_dag_id="news", source_run_id=run_id)["asset_events"]
        except OperateError as error:
            # While the run it caused is queued, Airflow 3.3 fails to show the event: it wants a start date.
            log.debug("asset events not shown yet: %s", error)
            events = [{"created_dagruns": ()}]
        if not events:
            return None
        runs = [
            run["run_id"] for event in events for run in event["created_dagruns"] if run["dag_id"] == "alerts"
        ]
        if runs:
            return str(runs[0])
        if time.monotonic() > deadline:
            raise OperateError(f"the run {run_id} stored new events, but no run of alerts came of it")
        time.sleep(POLL_SECONDS)


def last_failures(api: AirflowApi, home: Path) -> tuple[Failure, ...]:
    tasks = api.get("dags/~/dagRuns/~/taskInstances", state="failed", order_by="-end_date", limit=5)
    return tuple(_failure(task, home) for task in tasks["task_instances"])


def _failure(task: dict[str, Any], home: Path) -> Failure:
    folder = f"dag_id={task['dag_id']}/run_id={task['dag_run_id']}/task_id={task['task_id']}"
    if task.get("map_index", -1) >= 0:
        folder += f"/map_index={task['map_index']}"
    return Failure(
        task=f"{task['dag_id']}.{task['task_id']}",
        run_id=task["dag_run_id"],
        state=task["state"],
        ended_at=datetime.fromisoformat(task["end_date"]) if task["end_date"] else None,
        log_file=home / "logs" / "tasks" / folder / f"attempt={task['try_number']}.log",
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
