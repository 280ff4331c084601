"""What Airflow's processes get to see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config import Settings, load_settings
from pipeline.local.environment import airflow_environment, metadata_url, settings_environment

OWN = "postgresql://desk:secret@db.example:5433/news"


@pytest.fixture
def own(tmp_path) -> Settings:
    """Settings with a server of the user's own, so that none is started."""
    return Settings(home=tmp_path, database_url=OWN)


def test_airflow_listens_on_loopback_alone(own, tmp_path):
    """Its default is all interfaces."""
    environment = airflow_environment(own, home=tmp_path, port=8123)

    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_driver_is_spelled_out(own, tmp_path):
    """A bare postgresql:// means another driver to newer SQLAlchemy."""
    environment = airflow_environment(own, home=tmp_path, port=8123)

    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://")


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        pytest.param(
            Settings(database_url=OWN),
            "postgresql://desk:secret@db.example:5433/news_airflow",
            id="beside ours",
        ),
        pytest.param(
            Settings(database_url=OWN + "?sslmode=require"),
            "postgresql://desk:secret@db.example:5433/news_airflow?sslmode=require",
            id="with options",
        ),
        pytest.param(
            Settings(database_url=OWN, airflow_database_url="postgres://a@b/c"),
            "postgresql://a@b/c",
            id="set",
        ),
    ],
)
def test_metadata_database_is(settings, url):
    """Airflow's own database lies beside ours unless it is set."""
    assert metadata_url(settings) == url


def test_tasks_read_the_same_settings(own):
    """The settings of `tocsin up` are the settings of its tasks, whatever the environment was."""
    settings = replace(own, extract_tasks=7, feeds_path=Path("/srv/feeds.csv"), contact="desk@example.org")

    assert load_settings(settings_environment(settings)) == settings


def test_another_airflow_of_the_user_does_not_leak_in(own, tmp_path, monkeypatch):
    """A variable of an Airflow beside ours would change ours behind our back."""
    monkeypatch.setenv("AIRFLOW__CORE__SECURITY", "kerberos")
    monkeypatch.setenv("AIRFLOW_HOME", "/srv/airflow")

    environment = airflow_environment(own, home=tmp_path, port=8123)

    assert ("AIRFLOW__CORE__SECURITY" in environment, environment["AIRFLOW_HOME"]) == (
        False,
        str(tmp_path / "airflow"),
    )


def test_loopback_is_not_asked_through_a_proxy(own, tmp_path, monkeypatch):
    """Behind a proxy the tasks still find the API server."""
    monkeypatch.setenv("NO_PROXY", "intranet.example")

    environment = airflow_environment(own, home=tmp_path, port=8123)

    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"


def test_a_workers_tasks_at_once_are_airflows_own_setting(own, tmp_path, monkeypatch):
    """A machine that does other work beside can be spared."""
    monkeypatch.setenv("AIRFLOW__CELERY__WORKER_CONCURRENCY", "1")
    celery = airflow_environment(
        own, home=tmp_path, port=8123, executor="CeleryExecutor", broker_url="redis://127.0.0.1:6379/0"
    )

    assert celery["AIRFLOW__CELERY__WORKER_CONCURRENCY"] == "1"


def test_celery_is_the_same_set_up_with_a_broker(own, tmp_path):
    """Only the executor and Celery's own settings differ."""
    local = airflow_environment(own, home=tmp_path, port=8123)
    celery = airflow_environment(
        own, home=tmp_path, port=8123, executor="CeleryExecutor", broker_url="redis://127.0.0.1:6379/0"
    )

    changed = {name for name in celery if celery[name] != local.get(name)}

    assert changed == {
        "AIRFLOW__CORE__EXECUTOR",
        "AIRFLOW__CELERY__BROKER_URL",
        "AIRFLOW__CELERY__RESULT_BACKEND",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY",
        "AIRFLOW__CELERY__MP_START_METHOD",
    }
