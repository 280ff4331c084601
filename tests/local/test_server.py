"""Every command that asks the database wakes the embedded server, or says how it comes to be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError, StoreError
from pipeline.local import embedded
from pipeline.local.server import prepare, wake


def test_wake_before_the_first_run_says_what_makes_a_database(tmp_path):
    """Nothing is started for a question to which the answer is nothing."""
    with pytest.raises(ConfigError, match=r"nothing has run yet under .*: `tocsin run` or `tocsin up`"):
        wake(Settings(home=tmp_path))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_stopped_server_is_woken(tmp_path):
    """After `tocsin stop`, and after the machine was started again."""
    settings = Settings(home=tmp_path)
    prepare(settings)
    try:
        embedded.stop(settings)

        assert (wake(settings), wake(settings)) == (True, False)
        assert embedded.status(settings).is_running
    finally:
        embedded.destroy(settings)


def test_own_server_that_is_away_is_not_ours_to_start(tmp_path):
    """It is named, without its password."""
    settings = Settings(home=tmp_path, database_url="postgresql://desk:CANARY@127.0.0.1:1/news")

    assert wake(settings) is False
    with pytest.raises(StoreError, match=r"postgresql://desk@127\.0\.0\.1:1/news") as error:
        prepare(replace(settings))
    assert "CANARY" not in str(error.value)
