"""The DAG files as Airflow reads them: they import at once and with nothing heavy, and have the shape they must."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import ROOT

pytestmark = pytest.mark.slow

HEAVY = (
    "spacy",
    "great_expectations",
    "psycopg2",
    "trafilatura",
    "feedparser",
    "aiohttp",
    "pandas",
    "numpy",
    "pipeline",
)

# In a process of its own, with a home of its own: Airflow changes logging and signals of whoever imports it.
READ_DAGS = """
import importlib.util, json, sys, time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task

folder, heavy = sys.argv[1], json.loads(sys.argv[2])
sys.path.append(f"{folder}/plugins")  # as each process of Airflow does
before, seconds = set(sys.modules), {}
for name in ("news", "alerts", "upkeep", "recode"):
    began = time.perf_counter()
    spec = importlib.util.spec_from_file_location("read_" + name, f"{folder}/{name}.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    seconds[name] = time.perf_counter() - began
loaded = sorted(set(sys.modules) - before)
bag = DagBag(folder)

def said(task, name):
    return task.partial_kwargs.get(name) if task.is_mapped else getattr(task, name)

dags = {
    dag_id: {
        "edges": sorted((task.task_id, below) for task in dag.tasks for below in task.downstream_task_ids),
        "tasks": sorted(dag.task_ids),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "schedule": type(dag.schedule).__name__ if not isinstance(dag.schedule, str) else dag.schedule,
        "retries": [task.retries for task in dag.tasks],
        "timeouts": [task.execution_timeout.total_seconds() for task in dag.tasks],
        "retry_delays": [task.retry_delay.total_seconds() for task in dag.tasks],
        "xcom": sorted(task.task_id for task in dag.tasks if said(task, "do_xcom_push") is not False),
        "outlets": [repr(outlet) for task in dag.tasks for outlet in said(task, "outlets") or ()],
        "mapped": [task.task_id for task in dag.tasks if task.is_mapped],
    }
    for dag_id, dag in bag.dags.items()
}
print("FACTS" + json.dumps({
    "seconds": seconds,
    "heavy": [name for name in heavy if name in loaded],
    "import_errors": bag.import_errors,
    "due": [
        watcher.trigger.serialize() for asset in bag.dags["alerts"].schedule.asset_condition.objects
        for watcher in asset.watchers
    ][0] if hasattr(bag.dags["alerts"].schedule, "asset_condition") else None,
    "dags": dags,
}))
"""


def read_dags(home: Path, **extra: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(ROOT),
        **extra,
    }
    done = subprocess.run(
        [sys.executable, "-c", READ_DAGS, str(ROOT / "dags"), json.dumps(HEAVY)],
        env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.partition("FACTS")[2])


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow finds in the folder `dags`."""
    return read_dags(tmp_path_factory.mktemp("airflow"))


def test_files_import_without_error(facts):
    """The DAG bag has nothing to complain of."""
    assert facts["import_errors"] == {}


def test_the_dags_are(facts):
    """Five, for now."""
    assert sorted(facts["dags"]) == ["alerts", "news", "recode", "upkeep", "watch"]


@pytest.mark.parametrize("name", ["news", "alerts", "upkeep", "recode"])
def test_file_imports_in_under_a_second(facts, name):
    """Airflow reads each again and again."""
    assert facts["seconds"][name] < 1


def test_files_import_nothing_heavy(facts):
    """The stages and their libraries are imported inside the tasks."""
    assert facts["heavy"] == []


def test_news_goes_through_the_stages_in_their_order(facts):
    """fetch >> extract >> validate >> store; each but the first also takes the batch from fetch."""
    edges = {tuple(edge) for edge in facts["dags"]["news"]["edges"]}

    assert edges == {
        ("fetch", "extract"),
        ("extract", "validate"),
        ("validate", "store"),
        ("fetch", "validate"),
        ("fetch", "store"),
    }


def test_extract_runs_as_wide_as_there_are_cores_for_it(facts):
    """The long stage is the one that is mapped; each of its tasks claims what no other has."""
    assert facts["dags"]["news"]["mapped"] == ["extract"]


def test_only_the_batch_id_goes_between_tasks(facts):
    """Rows lie in Postgres."""
    assert facts["dags"]["news"]["xcom"] == ["fetch"]


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("news", "AssetOrTimeSchedule"),
        ("alerts", "AssetOrTimeSchedule"),
        ("upkeep", "17 3 * * *"),
        ("watch", "*/5 * * * *"),
        ("recode", "NoneType"),
    ],
)
def test_schedule_is(facts, name, schedule):
    """News every minute and while articles wait, alerts on news and every few minutes, upkeep at night."""
    assert facts["dags"][name]["schedule"] == schedule


def test_what_is_due_is_waited_for_by_a_trigger(facts):
    """By a name that the triggerer can import, with nothing to be kept in the database."""
    assert facts["due"] == ["due_trigger.DueTrigger", {}]


@pytest.mark.parametrize("name", ["news", "alerts", "upkeep", "watch", "recode"])
def test_runs_neither_overlap_nor_catch_up(facts, name):
    """After a night off, one run takes all that waits."""
    dag = facts["dags"][name]

    assert (dag["max_active_runs"], dag["catchup"]) == (1, False)


@pytest.mark.parametrize("name", ["news", "alerts", "upkeep", "watch", "recode"])
def test_each_task_is_tried_again_and_never_hangs(facts, name):
    """Three retries after a short while, and a time limit."""
    dag = facts["dags"][name]

    assert set(dag["retries"]) == {3}
    assert max(dag["retry_delays"]) <= 60
    assert max(dag["timeouts"]) <= 1800


def test_recode_is_coded_then_compared_then_switched(facts):
    """And by nobody but whom a person asks: it has no schedule."""
    edges = {tuple(edge) for edge in facts["dags"]["recode"]["edges"]}

    assert {("begin", "code"), ("code", "compare"), ("compare", "switch")} <= edges


def test_store_may_tell_of_new_events_and_of_articles_left(facts):
    """By aliases, so that it tells only when there are some."""
    assert facts["dags"]["news"]["outlets"] == [
        "AssetAlias(name='tocsin-new-events', group='asset')",
        "AssetAlias(name='tocsin-articles-left', group='asset')",
    ]


def test_run_by_hand_has_no_schedule_beside_it(tmp_path):
    """`make run` triggers one run itself; only the asset still starts alerts."""
    dags = read_dags(tmp_path, NEWS_IS_ON_DEMAND="1")["dags"]

    assert {name: dag["schedule"] for name, dag in dags.items()} == {
        "news": "NoneType",
        "alerts": "Asset",
        "upkeep": "NoneType",
        "watch": "NoneType",
        "recode": "NoneType",
    }


def test_fetch_runs_as_wide_as_is_set(tmp_path):
    """One task opens the batch and gives its id on; the others of the same run have the same batch."""
    news = read_dags(tmp_path, TOCSIN_FETCH_TASKS="3")["dags"]["news"]

    assert sorted(news["mapped"]) == ["extract", "fetch_beside"]
    assert ["fetch_beside", "extract"] in [list(edge) for edge in news["edges"]]
    assert news["xcom"] == ["fetch"]
