"""Settings in, the environment of Airflow's processes out. Airflow is set up by nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from pipeline.config import IMPORT_ROOT, MAX_EXTRACT_TASKS, ROOT, Settings
from pipeline.local import embedded
from pipeline.local.secrets import ROLES, load_secrets
from pipeline.postgres.databases import database_name, with_database

# Variables of the caller that would change what Airflow does behind our back.
FOREIGN_PREFIXES = ("AIRFLOW", "TOCSIN_", "SQLALCHEMY_")
# What libpq reads beside an address: it would lead astray from the embedded server, and belongs to one's own.
LIBPQ_PREFIX = "PG"

TELEMETRY_OFF = {
    "SCARF_ANALYTICS": "false",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}

# Measured on two cores with Airflow 3.3.2; each value has its reason beside it.
MEASURED = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    # By default 16, which would leave extract no wider where there are more cores; as many as it may have tasks.
    "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": str(MAX_EXTRACT_TASKS),
    # Heavy imports are paid once by the fork server, not by each task: 4.9 s became 2.0 s.
    "AIRFLOW__CORE__MP_START_METHOD": "forkserver",
    "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD": "airflow.executors.local_executor,airflow.sdk.execution_time.supervisor,"
    "airflow.sdk.execution_time.task_runner,pipeline.local.preload",
    # The fully qualified name asks the resolver, which takes seconds on a machine without network.
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
    "AIRFLOW__API__HOST": "127.0.0.1",
    "AIRFLOW__API__WORKERS": "1",
    # By default a race in the task supervisor holds a worker for 5 s after its task ended.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    # Keeps the tolerance of a restarting API server after the interval was lowered.
    "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "20",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    # By default a task whose scheduler was killed is found after 317 s; with these two after 17 s.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "20",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    # A task process that is killed is found by its heartbeat; by default after 300 s.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    # `make run` changes the schedule of the DAGs and must not wait for it.
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
    "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
}


def airflow_environment(
    settings: Settings,
    *,
    home: Path,
    port: int,
    executor: str = "LocalExecutor",
    broker_url: str = "",
    is_on_demand: bool = False,
) -> dict[str, str]:
    """Return the whole environment for Airflow's processes and the tasks they run.

    Args:
        settings: Passed on to the tasks as `TOCSIN_…`.
        home: Folder for Airflow's own state, logs and secrets.
        port: Of the API server, on 127.0.0.1.
        executor: LocalExecutor, or CeleryExecutor with the `broker_url` of a Redis.
        is_on_demand: The DAGs get no schedule of their own; see dags/news.py.

    Raises:
        OperateError: A secret cannot be read or written.
    """
    secrets = load_secrets(home / "secrets")
    metadata = metadata_url(settings).replace("postgresql://", "postgresql+psycopg2://", 1)
    address = f"http://127.0.0.1:{port}"
    environment = (
        _inherited(os.environ, has_own_server=bool(settings.database_url))
        | TELEMETRY_OFF
        | MEASURED
        | settings_environment(settings)
    )
    environment |= {
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "dags" / "plugins"),
        "AIRFLOW__CORE__EXECUTOR": executor,
        "AIRFLOW__CORE__PARALLELISM": str(_parallelism()),
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
            f"{user}:{role}" for user, role in ROLES.items()
        ),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(secrets.passwords_file),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__SECRET_KEY": secrets.api_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs" / "tasks"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home / "logs" / "dag-files"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": settings.log_level.upper(),
    }
    if executor == "CeleryExecutor":
        environment |= _celery(broker_url, metadata)
    if is_on_demand:
        # For one run the fork server costs more than it saves: it imports Airflow a second time.
        environment |= {"NEWS_IS_ON_DEMAND": "1", "AIRFLOW__CORE__MP_START_METHOD": "fork"}
    return environment


def metadata_url(settings: Settings) -> str:
    """Return the address of Airflow's own database, beside ours unless set."""
    if settings.airflow_database_url:
        return settings.airflow_database_url.replace("postgres://", "postgresql://", 1)
    if settings.database_url:
        url = settings.database_url.replace("postgres://", "postgresql://", 1)
        return with_database(url, f"{database_name(url) or 'tocsin'}_airflow")
    return embedded.url(settings, "airflow")


def settings_environment(settings: Settings) -> dict[str, str]:
    """Return the settings as the environment they could be read from."""
    return {f"TOCSIN_{field.name.upper()}": str(getattr(settings, field.name)) for field in fields(settings)}


def _inherited(environment: Mapping[str, str], *, has_own_server: bool) -> dict[str, str]:
    foreign = FOREIGN_PREFIXES if has_own_server else (*FOREIGN_PREFIXES, LIBPQ_PREFIX)
    kept = {name: value for name, value in environment.items() if not name.startswith(foreign)}
    # Airflow's processes talk to each other on loopback, whatever proxy the rest of the machine uses.
    direct = ",".join(filter(None, (kept.get("NO_PROXY", kept.get("no_proxy", "")), "127.0.0.1,localhost")))
    path = os.pathsep.join(filter(None, (str(IMPORT_ROOT), kept.get("PYTHONPATH", ""))))
    programs = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", os.defpath)))
    return kept | {"NO_PROXY": direct, "no_proxy": direct, "PYTHONPATH": path, "PATH": programs}


def _celery(broker_url: str, metadata: str) -> dict[str, str]:
    return {
        "AIRFLOW__CELERY__BROKER_URL": broker_url,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{metadata}",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": os.environ.get("AIRFLOW__CELERY__WORKER_CONCURRENCY")
        or str(_parallelism()),
        # The helpers of a worker would else each import Airflow anew.
        "AIRFLOW__CELERY__MP_START_METHOD": "fork",
    }


def _parallelism() -> int:
    """As many tasks at once as cores: each takes one. Two at least, for news and alerts side by side."""
    return max(2, os.cpu_count() or 2)
