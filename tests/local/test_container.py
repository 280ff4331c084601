"""The command inside one of our containers, where Airflow's processes are other containers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipeline.config import ROOT
from pipeline.local.container import MARK, airflow_health, published

ALL_WELL = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2026-11-28T09:00:00Z"},
    "triggerer": {"status": "healthy"},
    "dag_processor": {"status": "healthy"},
}


@contextmanager
def told(health: object) -> Iterator[dict[str, str]]:
    """The environment of a container whose API server tells this."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(health).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield container(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def container(port: int) -> dict[str, str]:
    return {MARK: "1", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/"}


def tocsin(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_health_is_what_the_api_server_tells():
    """Each of Airflow's parts by name, and the one that answered."""
    with told(ALL_WELL) as environment:
        health = airflow_health(environment)

    assert health == dict.fromkeys(("api_server", *ALL_WELL), "healthy")


def test_health_of_an_api_server_that_does_not_answer():
    """It is away, and of the others nothing is known."""
    assert airflow_health(container(9)) == {"api_server": "away"}


@pytest.mark.parametrize(("triggerer", "code"), [("healthy", 0), ("unhealthy", 1)])
def test_status_tells_of_the_services(database_url, tmp_path, triggerer, code):
    """Not that Tocsin does not run; the exit code says whether all is well."""
    with told(ALL_WELL | {"triggerer": {"status": triggerer}}) as environment:
        done = tocsin("status", TOCSIN_DATABASE_URL=database_url, TOCSIN_HOME=str(tmp_path), **environment)

    assert (done.returncode, f"triggerer: {triggerer}" in done.stdout) == (code, True), done.stderr


@pytest.mark.parametrize(("part", "code"), [("scheduler", 0), ("triggerer", 1), ("dag_processor", 1)])
def test_health_check_of_a_part(part, code):
    """Healthy, not healthy, and not told of."""
    health = {"scheduler": {"status": "healthy"}, "triggerer": {"status": "unhealthy"}}
    with told(health) as environment:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.local.healthy", part],
            cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert done.returncode == code, done.stderr


@pytest.mark.parametrize("command", ["run", "up", "stop"])
def test_what_would_start_or_stop_a_second_airflow_is_refused(tmp_path, command):
    """In one line that names what does it here."""
    done = tocsin(command, TOCSIN_HOME=str(tmp_path), **container(9))

    assert (done.returncode != 0, "docker compose" in done.stderr.splitlines()[-1]) == (True, True)


def test_the_analysts_address_is_that_of_the_host():
    """Programs of the desk run there, and see neither the network nor the files of the containers."""
    inside = "postgresql://analyst:p%40ss@postgres:5432/tocsin?passfile=/run/secrets/pgpass"
    environment = {MARK: "1", "POSTGRES_PORT": "5433"}

    assert published(inside, environment) == "postgresql://analyst:p%40ss@127.0.0.1:5433/tocsin"
    assert published(inside, {}) == inside


@pytest.mark.slow
def test_airflow_has_the_settings_of_the_container(tmp_path):
    """None are made up, and no secrets beside those of the services."""
    done = tocsin(
        "airflow", "config", "get-value", "core", "executor",
        TOCSIN_HOME=str(tmp_path), TOCSIN_DATABASE_URL="postgresql://desk@127.0.0.1:9/news", AIRFLOW_HOME=str(tmp_path),
        AIRFLOW__CORE__EXECUTOR="CeleryExecutor", **container(9),
    )  # fmt: skip

    assert done.stdout.strip().endswith("CeleryExecutor"), done.stderr
    assert not (tmp_path / "secrets").exists()
