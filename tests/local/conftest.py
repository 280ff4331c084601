"""Real Airflow for the slow tests: a home, a database and a served feed of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.config import ROOT, Settings
from pipeline.fetch.serve import serve_seed
from pipeline.local import embedded


@pytest.fixture(scope="module")
def airflow_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a home of their own and one feed, served from this machine: the seed article."""
    home: Path = tmp_path_factory.mktemp("airflow")
    with serve_seed(sorted((ROOT / "seeds").glob("*.txt"))) as base_url:
        feeds_path = home / "feeds.csv"
        feeds_path.write_text(
            f"url,source,country,language,interval_seconds\n{base_url}/feed.xml,Seed,GBR,en,30\n"
        )
        settings = Settings(
            home=home,
            feeds_path=feeds_path,
            airflow_port=0,
            allow_private_addresses=base_url.removeprefix("http://"),
        )
        yield settings
        embedded.destroy(settings)
