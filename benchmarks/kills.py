"""Kill -9 a hundred times during a run over 200 articles; compare with a quiet run.

    python -m benchmarks.kills [KILLS [ARTICLES]]

Prints the rows and checksums of both, kills that struck, and how often a receiver saw a key again.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.postgres.migrate import migrate
from tests.conftest import wipe
from tests.whole.harness import checksums, killed_way, made_articles, make_due, preload, served, whole_way


def main(kills: int = 100, articles: int = 200) -> int:
    """Return 0 when no row differs and no alert was lost."""
    logging.basicConfig(level="ERROR")
    with tempfile.TemporaryDirectory() as folder:
        server = Settings(home=Path(folder) / "server")
        embedded.start(server)
        url = embedded.url(server)
        try:
            migrate(url)
            settings = replace(server, home=Path(folder), database_url=url)
            with served(made_articles(articles), settings) as (run_settings, recorder):
                preload(run_settings)
                whole_way(run_settings)
                quiet = checksums(url)
                wipe(url)
                recorder.accepted.clear()
                struck = killed_way(run_settings, kills=kills)
                make_due(url)
                whole_way(run_settings, "after")
                disturbed = checksums(url)
        finally:
            embedded.destroy(server)
    for table, (rows, digest) in quiet.items():
        same = "same" if disturbed[table] == (rows, digest) else f"DIFFERENT: {disturbed[table]}"
        print(f"{table:<16}{rows:>7} rows  {digest[:12]:<12}  {same}")
    again = sum(count - 1 for count in recorder.accepted.values())
    print(f"kills {kills}, struck {struck}; keys delivered {len(recorder.accepted)}, delivered again {again}")
    return int(quiet != disturbed or len(recorder.accepted) != quiet["notifications"][0])


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:3])))
