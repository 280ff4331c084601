"""Settings: a wrong one is named with its value and what is allowed."""

from pathlib import Path

import pytest

from pipeline.config import load_settings
from pipeline.errors import ConfigError


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        pytest.param(
            {"TOCSIN_AIRFLOW_PORT": "eighty"},
            "TOCSIN_AIRFLOW_PORT must be a whole number, got 'eighty'",
            id="type",
        ),
        pytest.param({"TOCSIN_AIRFLOW_PORT": "70000"}, "TOCSIN_AIRFLOW_PORT must lie in 0..65535", id="port"),
        pytest.param(
            {"TOCSIN_MIN_CONFIDENCE": "2"}, "TOCSIN_MIN_CONFIDENCE must lie in 0..1, got 2", id="confidence"
        ),
        pytest.param({"TOCSIN_MAX_ATTEMPTS": "0"}, "TOCSIN_MAX_ATTEMPTS must be above 0, got 0", id="zero"),
        pytest.param(
            {"TOCSIN_FEEDS": "x"}, "no setting TOCSIN_FEEDS; there are: TOCSIN_ACTORS_PATH", id="unknown"
        ),
        pytest.param({"TOCSIN_DATABASE_URL": "mysql://x"}, "must look like postgresql://", id="database"),
        pytest.param({"TOCSIN_LOG_LEVEL": "LOUD"}, "must be one of DEBUG, INFO", id="level"),
    ],
)
def test_a_wrong_setting_is_refused(environment: dict[str, str], message: str) -> None:
    """The message says which, what it is and what it may be."""
    with pytest.raises(ConfigError, match=message):
        load_settings(environment)


def test_an_empty_value_means_the_default() -> None:
    """A line of .env that is left empty changes nothing."""
    assert load_settings({"TOCSIN_EXTRACT_TASKS": ""}) == load_settings({})


def test_a_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's tasks run elsewhere, so a path relative to the caller's folder is made whole."""
    monkeypatch.chdir(tmp_path)

    assert load_settings({"TOCSIN_HOME": "state"}).home == tmp_path / "state"
