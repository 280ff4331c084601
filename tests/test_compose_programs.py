"""What the programs in the containers are told is told to the same programs here, without a container."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from pipeline.config import MAX_EXTRACT_TASKS, Settings
from pipeline.local import place, programs
from pipeline.local.container import make_container_secrets
from tests.compose import ENVIRONMENT, LASTING, SERVICES, SHELL_LINES

pytestmark = pytest.mark.slow

POSTGRES = SERVICES["postgres"]

PARSE_COMMANDS = """
import json, sys
from airflow.cli.cli_parser import get_parser
for words in json.loads(sys.argv[1]):
    get_parser().parse_args(words)
"""


def airflow_commands() -> list[list[str]]:
    """The words after `airflow` wherever a service starts it, with a number where the shell would put one."""
    lines = [re.sub(r"\$\(\(.*?\)\)", "2", line) for line in SHELL_LINES.values()]
    return [
        shlex.split(words)
        for line in lines
        for words in re.findall(r"(?<![\w.])airflow ((?:[\w-]+ ?)+)", line.replace("airflow.", ""))
    ]


@pytest.fixture
def postgres_place(server: Settings) -> Iterator[tuple[place.Place, Path]]:
    """Whom Postgres runs as here, and a folder of its own that this user can write to."""
    found = place.find(server)
    data = found.folder / "compose"
    yield found, data
    shutil.rmtree(data, ignore_errors=True)


def test_postgres_takes_what_it_is_told(postgres_place, tmp_path):
    """The real initdb makes a cluster with the arguments of the file, the real server reads its options."""
    where, data = postgres_place
    binaries = programs.programs_for(where)
    arguments = shlex.split(POSTGRES["environment"]["POSTGRES_INITDB_ARGS"])
    make_container_secrets(tmp_path)
    password = data.with_name("compose_password")
    shutil.copyfile(tmp_path / "postgres_password", password)
    password.chmod(0o444)

    # As the image does it: its entrypoint puts user and password before the arguments.
    programs.run(
        where, binaries / "initdb", "-D", data, f"--username={POSTGRES['environment']['POSTGRES_USER']}",
        f"--pwfile={password}", *arguments, timeout=120,
    )  # fmt: skip
    program, *options = shlex.split(POSTGRES["command"])
    programs.run(where, binaries / program, "-D", data, *options, "-C", "max_connections", timeout=60)

    assert (data / "PG_VERSION").read_text().strip() in POSTGRES["image"]


def test_redis_takes_what_it_is_told(tmp_path):
    """The real server, where it is installed, starts with the file that is made for it, and asks for the password."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed here")
    make_container_secrets(tmp_path)
    arguments = shlex.split(SERVICES["redis"]["command"].replace("/run/secrets", str(tmp_path)))[1:]
    said = tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [program, *arguments, "--port", "0", "--unixsocket", "socket"], stdout=output, stderr=output, cwd=tmp_path
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 20
        while not (tmp_path / "socket").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (tmp_path / "socket").exists(), said.read_text()
        password = (tmp_path / "redis_password").read_text()
        with redis.Redis(unix_socket_path=str(tmp_path / "socket"), password=password) as client:
            assert client.ping()
        stranger = redis.Redis(unix_socket_path=str(tmp_path / "socket"))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("name", sorted(SHELL_LINES))
def test_shell_can_read_the_line(name):
    """Quotes and dollar signs went through YAML and compose."""
    done = subprocess.run(
        ["sh", "-n", "-c", SHELL_LINES[name]], capture_output=True, text=True, check=False, timeout=10
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_airflow_has_the_commands(tmp_path):
    """With every option that a service or a health check gives."""
    commands = airflow_commands()
    done = subprocess.run(
        [sys.executable, "-c", PARSE_COMMANDS, json.dumps(commands)],
        env=os.environ | {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__EXECUTOR": ENVIRONMENT["AIRFLOW__CORE__EXECUTOR"]}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert len(commands) >= len(LASTING) - 3
    assert done.returncode == 0, done.stderr[-1000:]


def test_health_checks_ask_for_parts_that_airflow_tells_of():
    """By the names in its API's answer, which tests/local/test_container.py has too."""
    asked = {
        words[-1]
        for name, line in SHELL_LINES.items()
        if "pipeline.local.healthy" in (words := line.split()) and name.endswith("healthcheck")
    }

    assert asked == {"scheduler", "dag_processor", "triggerer"}


def test_a_worker_takes_a_task_for_each_core():
    """As many as extract has tasks on one machine, and two at least."""
    shown = SHELL_LINES["worker.command"].replace("exec airflow", "echo")

    def said(cores: int) -> str:
        line = shown.replace("$(nproc)", str(cores))
        return subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, check=True, timeout=10
        ).stdout

    assert [re.findall(r"--concurrency (\d+)", said(cores)) for cores in (1, 2, 8)] == [["2"], ["2"], ["8"]]


@pytest.mark.parametrize("name", ["PARALLELISM", "MAX_ACTIVE_TASKS_PER_DAG"])
def test_scheduler_gives_out_as_many_tasks_as_extract_may_have(name):
    """By default it stops at 32, and at 16 of one run."""
    assert int(ENVIRONMENT[f"AIRFLOW__CORE__{name}"]) == MAX_EXTRACT_TASKS
