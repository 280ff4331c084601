"""docker-compose.yml, Dockerfile and .env.example, held against Airflow's and our own settings.

No container engine is needed: what an engine would find late, such as a setting that does not exist,
is read from the files. What the programs in the containers are told is told to them in test_compose_programs.py;
how the real files are started with an engine is in tests/containers/.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import fields
from itertools import pairwise
from typing import Any

import pytest

from pipeline.config import ROOT, Settings, load_settings
from pipeline.local.container import make_container_secrets
from pipeline.local.environment import MEASURED, TELEMETRY_OFF
from pipeline.local.secrets import ROLES
from tests.compose import DOCKERFILE, ENVIRONMENT, LASTING, SERVICES

ENV_LINES = (ROOT / ".env.example").read_text().splitlines()

# What differs from `tocsin up`, and why: containers talk over their network, Celery has its own pool.
DIFFERENT = {
    "AIRFLOW__API__HOST",
    "AIRFLOW__CORE__MP_START_METHOD",
    "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD",
    "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS",
    "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS",
}

KNOWN_OPTIONS = """
import json
from airflow.configuration import conf
known = {section: sorted(said["options"]) for section, said in conf.configuration_description.items()}
print("FACTS" + json.dumps({"known": known, "sensitive": sorted(map(list, conf.sensitive_config_values))}))
"""


@pytest.fixture(scope="module")
def airflow_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Airflow's options by section, and those that may come from a command."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        [sys.executable, "-c", KNOWN_OPTIONS],
        env=environment | {"AIRFLOW_HOME": str(home)}, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.partition("FACTS")[2])


def split(name: str) -> tuple[str, str]:
    """`AIRFLOW__SECTION__OPTION_CMD` as section and option."""
    _, section, option = name.lower().split("__")
    return section, option.removesuffix("_cmd")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*MEASURED, *(n for n in ENVIRONMENT if n.startswith("AIRFLOW__"))}))
def test_airflow_has_the_setting(airflow_options, name):
    """A misspelt setting would be ignored without a word."""
    section, option = split(name)

    assert option in airflow_options["known"].get(section, [])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name in ENVIRONMENT if name.endswith("_CMD")))
def test_airflow_takes_the_setting_from_a_command(airflow_options, name):
    """Only what Airflow counts as sensitive may be read from a file by _CMD."""
    assert list(split(name)) in airflow_options["sensitive"]


@pytest.mark.parametrize("name", sorted(MEASURED.keys() - DIFFERENT))
def test_measured_setting_is_the_same_as_without_containers(name):
    """What was measured good for `tocsin up` holds here too."""
    assert ENVIRONMENT[name] == MEASURED[name]


@pytest.mark.parametrize("name", sorted(TELEMETRY_OFF))
def test_telemetry_is_off(name):
    """As without containers."""
    assert ENVIRONMENT[name] == TELEMETRY_OFF[name]


def test_users_of_the_interface_are_the_same():
    """An administrator and an analyst who only looks."""
    users = dict(
        pair.split(":") for pair in ENVIRONMENT["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"].split(",")
    )

    assert users == ROLES


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_ports_are_published_on_loopback_alone(name):
    """Nothing is reached from another machine unless somebody puts a proxy before it."""
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", LASTING)
def test_service_has_a_health_check(name):
    """Others wait for it, and `docker compose ps` shows it."""
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_does_not_run_as_root(name):
    """And cannot become it."""
    service = SERVICES[name]

    assert service["user"] not in ("root", "0")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", LASTING)
def test_service_has_an_init_process(name):
    """A killed Postgres that nobody reaps cannot be started again."""
    assert (SERVICES[name]["init"], SERVICES[name]["restart"]) == (True, "unless-stopped")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_says_does_not_fill_the_disk(name):
    """By default an engine keeps every line for ever."""
    assert {"max-size", "max-file"} <= SERVICES[name]["logging"]["options"].keys()


def test_all_parts_are_there():
    """Airflow's five, its two stores, the two that prepare, the one that cleans up, and Grafana for who asks for it."""
    assert set(SERVICES) == {
        "make-secrets", "postgres", "redis", "airflow-init",
        "api-server", "scheduler", "dag-processor", "triggerer", "worker", "housekeeper", "grafana",
    }  # fmt: skip


def test_executor_is_celery():
    """Workers may be added by --scale."""
    assert ENVIRONMENT["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_secrets_come_from_files(name):
    """No value of a setting that sounds secret stands in the file; only where it is read from."""
    for setting, value in (SERVICES[name].get("environment") or {}).items():
        if re.search(r"PASS|SECRET|KEY|TOKEN|CONN|BROKER|BACKEND", setting):
            assert "/run/secrets/" in str(value) or str(value).startswith("${TOCSIN_"), setting


def test_addresses_hold_no_password():
    """They name the file that holds it."""
    with_password = re.findall(
        r"://[^/\s:@]*:[^/\s@$]+@", (ROOT / "docker-compose.yml").read_text() + DOCKERFILE
    )

    assert with_password == []


def test_every_secret_that_is_read_is_made(tmp_path):
    """The one-shot service writes each file that any service names."""
    named = set(re.findall(r"/run/secrets/([\w.]+)", (ROOT / "docker-compose.yml").read_text()))

    make_container_secrets(tmp_path)

    assert named - {path.name for path in tmp_path.iterdir()} == set()


def test_made_secrets_last_and_fit_each_other(tmp_path):
    """A second start finds what the first one made."""
    make_container_secrets(tmp_path)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    make_container_secrets(tmp_path)
    second = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert first == second
    assert first["postgres_password"] in first["airflow_database_url"]
    assert first["redis_password"] in first["broker_url"]


def test_made_secrets_of_ours_are_for_the_owner_alone(tmp_path):
    """Postgres, Redis and Grafana run as other users and read only their own."""
    make_container_secrets(tmp_path)

    open_to_others = {path.name for path in tmp_path.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077}

    assert open_to_others == {
        "postgres_password", "redis_password", "redis.conf", "analyst_password", "grafana_admin_password",
    }  # fmt: skip


def test_two_installations_have_other_passwords(tmp_path):
    """There is no default password."""
    make_container_secrets(tmp_path / "a")
    make_container_secrets(tmp_path / "b")

    assert (tmp_path / "a" / "postgres_password").read_text() != (
        tmp_path / "b" / "postgres_password"
    ).read_text()


def test_image_installs_the_locked_packages():
    """By hash, and nothing beside."""
    assert "--no-deps --require-hashes --requirement requirements.lock" in DOCKERFILE


def test_image_does_not_run_as_root():
    """The last user named is an ordinary one."""
    assert re.findall(r"^USER (\w+)", DOCKERFILE, re.M)[-1] == "tocsin"


def test_image_has_the_command():
    """`docker compose exec worker tocsin …` is what the documents say."""
    (script,) = re.findall(r"printf '(.*?)' > /usr/local/bin/tocsin", DOCKERFILE)

    assert script == '#!/bin/sh\\nexec python -m pipeline "$@"\\n'


def test_image_has_no_tools_for_tests():
    """What it installs is locked for running alone."""
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.M)

    assert {"pytest", "mypy", "ruff", "hypothesis"} & set(locked) == set()


def test_engine_is_sent_what_the_image_copies_and_no_more():
    """The rest would be 1.4 GB."""
    copied = set(re.findall(r"^COPY (\S+) ", DOCKERFILE, re.M))
    lines = (ROOT / ".dockerignore").read_text().splitlines()

    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_image_holds_what_the_stages_read():
    """Each folder that is copied is there."""
    copied = re.findall(r"^COPY (\S+) ", DOCKERFILE, re.M)

    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_example_names_every_setting():
    """And nothing else."""
    named = {line.partition("=")[0] for line in ENV_LINES if line.startswith("TOCSIN_")}

    assert named == {f"TOCSIN_{field.name.upper()}" for field in fields(Settings)}


def test_example_has_one_line_of_comment_above_each_setting():
    """What it is, in one line."""
    bare = [
        line for above, line in pairwise(ENV_LINES)
        if line.startswith("TOCSIN_") and not above.startswith("# ")
    ]  # fmt: skip

    assert bare == []


def test_example_shows_the_defaults(monkeypatch):
    """Copied as it is, it changes nothing."""
    monkeypatch.chdir(ROOT)
    pairs = (line.partition("=") for line in ENV_LINES if line.startswith("TOCSIN_"))
    environment = {name: value.strip('"') for name, _, value in pairs}

    assert load_settings(environment) == Settings()


def test_compose_passes_every_setting_that_matters_in_a_container():
    """Ports, the embedded server and the disk below `tocsin up` are no affair of a container, nor is `tocsin web`, which is by hand."""
    not_here = {
        "TOCSIN_POSTGRES_PORT", "TOCSIN_AIRFLOW_PORT", "TOCSIN_SEED_PORT", "TOCSIN_MIN_FREE_BYTES",
        "TOCSIN_WEB_PORT",
    }  # fmt: skip
    named = {f"TOCSIN_{field.name.upper()}" for field in fields(Settings)}

    assert {name for name in ENVIRONMENT if name.startswith("TOCSIN_")} == named - not_here


def test_compose_itself_accepts_the_file():
    """Where the program is installed; it needs no engine for that."""
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed here")
    done = subprocess.run(
        [program, "-f", ROOT / "docker-compose.yml", "config", "-q"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert (done.returncode, done.stderr) == (0, "")
