"""What operation tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """One change while starting or running.

    Args:
        subject: "postgres", "airflow", or a task as "news.fetch".
        state: "starting", "ready", "stopping" for the first two; for tasks Airflow's word ("queued",
            "running", "success", "up_for_retry", "failed", "upstream_failed", "skipped").
        seconds: Since the beginning.
    """

    subject: str
    state: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A task that failed; `log_file` is where the reason stands."""

    task: str
    run_id: str
    state: str
    ended_at: datetime | None
    log_file: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class RunResult:
    """How one run by hand ended.

    Args:
        run_id: Of the run of the DAG `news`; also the run key of its batch.
        news_state: "success" or "failed".
        alerts_state: The same of the run of `alerts` it caused; None when nothing new was stored.
        task_seconds: How long each task took, by "news.fetch".
        failures: Tasks that failed.
        seconds: From the beginning to the end, start of the processes included.
    """

    run_id: str
    news_state: str
    alerts_state: str | None
    task_seconds: dict[str, float]
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def is_success(self) -> bool:
        return self.news_state == "success" and self.alerts_state in (None, "success")


@dataclass(frozen=True, kw_only=True, slots=True)
class ComponentStatus:
    """A process of ours with its children; memory is proportional (PSS) where the system tells it."""

    name: str
    pid: int
    memory_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OperateStatus:
    """What runs under one home.

    Args:
        pid: Of `tocsin up`; None when it does not run.
        address: Of the UI; None when it does not run.
        passwords_file: Where the passwords of the UI are.
        alerts_log: Where receivers with the channel `log` write.
        has_database: Whether a database can be asked: one of the user's own, or the embedded one, which runs.
        components: What runs of Airflow and of the embedded Postgres.
        failures: Tasks that failed last, newest first; empty when Airflow does not run.
    """

    pid: int | None
    address: str | None
    passwords_file: Path
    alerts_log: Path
    has_database: bool
    components: tuple[ComponentStatus, ...]
    failures: tuple[Failure, ...]

    @property
    def is_running(self) -> bool:
        return self.pid is not None

    @property
    def orphans(self) -> tuple[ComponentStatus, ...]:
        """What a killed `tocsin up` left running; of a supervisor that lives it is no orphan."""
        if self.is_running:
            return ()
        return tuple(component for component in self.components if component.name != "postgres")
