"""One pass of the stage fetch over all feeds, now: run from the checkout that is measured.

    PYTHONPATH=CHECKOUT python benchmarks/fetch/our_client.py RUN_KEY

Settings come from the environment. Prints counts, seconds, and memory (the most, MB) and CPU seconds of this process and of
its parsers.
"""

from __future__ import annotations

import importlib
import json
import logging
import resource
import sys
import time


def main() -> None:
    from pipeline.config import load_settings
    from pipeline.postgres.database import Database

    stages = importlib.import_module("pipeline.stages")
    if hasattr(stages, "__path__"):
        open_batch = importlib.import_module("pipeline.stages.common").open_batch
        fetch = importlib.import_module("pipeline.stages.fetch").fetch
    else:  # the stages were one file once
        open_batch, fetch = stages.open_batch, stages.fetch

    logging.disable(logging.WARNING)
    settings = load_settings()
    with Database(settings.database_url).session() as session, session.transaction() as transaction:
        transaction.connection.cursor().execute(
            "UPDATE tocsin.feeds SET next_fetch_at = now() - interval '1 second'"
        )
    batch_id = open_batch(sys.argv[1], settings)
    started = time.perf_counter()
    counts = fetch(batch_id, settings)
    seconds = time.perf_counter() - started
    stop_children()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    memory = [one.ru_maxrss // 1024 for one in used]
    cpu = [round(one.ru_utime + one.ru_stime, 1) for one in used]
    print(json.dumps({"counts": counts, "seconds": seconds, "memory": memory, "cpu": cpu}))


def stop_children() -> None:
    """A child's time and memory are told once it has ended."""
    from pipeline.fetch import worker

    worker._shared().stop()


if __name__ == "__main__":
    main()
