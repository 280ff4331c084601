"""Kill -9 workers at random points of all stages, and Postgres too; compare with a quiet run.

    python -m benchmarks.kills [KILLS [ARTICLES [POSTGRES_KILLS [naive]]]]

The receiver answers 503 to 3 % and drops the answer to 1 %; three workers run side by side. Prints the rows and
checksums of both runs, the kills that struck, and what was lost, told under two keys, or told again under its key.
With `naive` the last stage is done as it must not be, and the harness has to find it out.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.postgres.migrate import migrate
from tests.conftest import wipe
from tests.whole.harness import (
    checksums,
    deliver_all,
    delivered,
    kill_postgres,
    killed_way,
    made_articles,
    preload,
    served,
    whole_way,
)
from tests.whole.naive import naive_way

WORKERS = 3
LONGEST_SECONDS = 0.5


def main(kills: int = 100, articles: int = 200, postgres_kills: int = 0, way: str = "real") -> int:
    """Return 0 when no row differs, no alert was lost, and none was told under two keys."""
    logging.basicConfig(level="CRITICAL")
    with tempfile.TemporaryDirectory() as folder:
        server = Settings(home=Path(folder) / "server")
        embedded.start(server)
        url = embedded.url(server)
        try:
            migrate(url)
            settings = replace(server, home=Path(folder), database_url=url)
            shares = {"failure_share": 0.03, "dropping_share": 0.01}
            with served(made_articles(articles), settings, **shares) as (run_settings, recorder):
                preload(run_settings)
                whole_way(run_settings)
                deliver_all(run_settings)
                quiet = checksums(url)
                wipe(url)
                recorder.clear()
                every = kills // postgres_kills if postgres_kills else 0
                began = time.monotonic()
                struck = killed_way(
                    run_settings, kills=kills, workers=WORKERS, longest_seconds=LONGEST_SECONDS,
                    way=naive_way if way == "naive" else whole_way,
                    between=lambda number: kill_postgres(server) if every and number % every == every - 1 else None,
                )  # fmt: skip
                lasted = time.monotonic() - began
                if way == "naive":
                    naive_way(run_settings, "after")
                else:
                    deliver_all(run_settings)
                disturbed, found = checksums(url), delivered(url, recorder)
        finally:
            embedded.destroy(server)
    for table, (rows, digest) in quiet.items():
        same = "same" if disturbed[table] == (rows, digest) else f"DIFFERENT: {disturbed[table]}"
        print(f"{table:<16}{rows:>7} rows  {digest[:12]:<12}  {same}")
    print(
        f"kills {kills} in {lasted:.0f} s, struck {struck}, of Postgres {kills // every if every else 0}; {WORKERS} workers"
    )
    print(
        f"events to be told {found.events}: lost {found.lost}, under two keys {found.unkeyed}; messages never taken"
        f" {found.missing}, again under their key {found.again}"
    )
    return int(quiet != disturbed or found.lost + found.unkeyed + found.missing > 0)


if __name__ == "__main__":
    numbers = [int(given) for given in sys.argv[1:4]] + [100, 200, 0][len(sys.argv[1:4]) :]
    raise SystemExit(main(numbers[0], numbers[1], numbers[2], way="".join(sys.argv[4:5]) or "real"))
