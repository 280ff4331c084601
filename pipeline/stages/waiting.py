"""Waiting: until something of the alerts' is due, by the clock of the database."""

from __future__ import annotations

import time

from pipeline.config import Settings, load_settings
from pipeline.errors import StoreError
from pipeline.postgres.database import Database
from pipeline.stages.common import database, log

# One question of some milliseconds each time.
LOOK_SECONDS = 1.0
# While the database is away, which the watchman tells.
AWAY_SECONDS = 15.0


def wait_until_due(settings: Settings | None = None, *, look_seconds: float = LOOK_SECONDS) -> int:
    """Return once something is due that no run works at; how many messages, digests, alerts and events."""
    home = database(settings or load_settings())
    while True:
        try:
            return _until_due(home, look_seconds)
        except StoreError as error:
            log.warning("waiting for alerts error=%r", str(error).splitlines()[0])
            time.sleep(AWAY_SECONDS)


def _until_due(home: Database, look_seconds: float) -> int:
    with home.session() as session:
        while True:
            with session.transaction() as transaction:
                row = transaction.one("count_due")
            if row and row["due_count"]:
                return int(row["due_count"])
            time.sleep(look_seconds)
