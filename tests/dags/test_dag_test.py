"""The news DAG by `dag.test()`: the real stages in one process, over a metadata database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from pipeline.config import ROOT, Settings
from pipeline.fetch.serve import serve_seed
from pipeline.local import embedded
from pipeline.local.environment import airflow_environment
from pipeline.local.server import prepare

pytestmark = [pytest.mark.slow, pytest.mark.alone]

# A database of its own, since asset events written here would start `alerts` in a real one later.
TEST_DAG = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
dag = DagBag(sys.argv[1]).dags[sys.argv[2]]
run = dag.test(run_conf=json.loads(sys.argv[3]))
print("FACTS" + json.dumps({
    "run_id": run.run_id,
    "state": run.state,
    "tasks": {task.task_id: task.state for task in run.get_task_instances()},
}))
"""


class Runs:
    """Two runs over one served article, the second with nothing new."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.environment = airflow_environment(settings, home=settings.home, port=1)
        self.airflow("-m", "airflow", "db", "migrate")
        self.first, self.second = self.run(), self.run()

    def run(self, dag_id: str = "news", **conf: object) -> dict[str, Any]:
        told = self.airflow("-c", TEST_DAG, str(ROOT / "dags"), dag_id, json.dumps(conf))
        return json.loads(told.partition("FACTS")[2])

    def airflow(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment, cwd=self.settings.home, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def count(self, database: str, statement: str, *parameters: object) -> int:
        connection = psycopg2.connect(embedded.url(self.settings, database))
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                counted = int(cursor.fetchone()[0])
            connection.commit()
            return counted
        finally:
            connection.close()


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    home = tmp_path_factory.mktemp("dag_test")
    with serve_seed(sorted((ROOT / "seeds").glob("*.txt"))) as base_url:
        (home / "feeds.csv").write_text(
            f"url,source,country,language,interval_seconds\n{base_url}/feed.xml,Seed,GBR,en,30\n"
        )
        settings = Settings(
            home=home,
            feeds_path=home / "feeds.csv",
            allow_private_addresses=base_url.removeprefix("http://"),
        )
        try:
            prepare(settings)
            yield Runs(settings)
        finally:
            embedded.destroy(settings)


def test_every_task_succeeds(tested):
    """In the first run, which stores, and in the second, which finds nothing."""
    done = dict.fromkeys(("fetch", "extract", "validate", "store"), "success")

    assert (tested.first["tasks"], tested.second["tasks"]) == (done, done)


def test_events_are_stored(tested):
    """The seed article became events."""
    assert tested.count("tocsin", "SELECT count(*) FROM tocsin.events") > 0


def test_each_run_has_its_batch(tested):
    """By the run's own id, so that a task tried again finds it."""
    run_ids = [tested.first["run_id"], tested.second["run_id"]]

    assert (
        tested.count("tocsin", "SELECT count(*) FROM tocsin.batches WHERE run_key = ANY (%s)", run_ids) == 2
    )


def test_second_run_finds_the_first_ones_events_not_yet_looked_at(tested):
    """No alerts ran between, so both runs tell the asset: what waits counts, not who stored it."""
    events = tested.count("airflow", "SELECT count(*) FROM asset_event WHERE source_dag_id = 'news'")

    assert events == 2


def test_recode_codes_compares_and_switches(tested):
    """What another codebook coded is coded again by this one, which reads it the same: no event more or less."""
    count = "SELECT count(*) FROM analysis.events"
    before = tested.count("tocsin", count)
    former = (
        "WITH former AS (UPDATE tocsin.{} SET codebook = 'former' RETURNING 1) SELECT count(*) FROM former"
    )
    for table in ("articles", "candidates"):
        tested.count("tocsin", former.format(table))
    run = tested.run("recode", switch=True)

    assert run["tasks"] == dict.fromkeys(("begin", "code", "compare", "switch"), "success")
    assert tested.count("tocsin", "SELECT count(*) FROM analysis.recodes WHERE state = 'switched'") == 1
    assert tested.count("tocsin", "SELECT count(*) FROM tocsin.articles WHERE codebook = 'former'") == 0
    assert tested.count("tocsin", count) == before > 0
