"""Whichever Postgres there is, made ready for use and kept running: the embedded one, or a server of the user's own."""

from __future__ import annotations

import logging
import time

from pipeline.config import Settings
from pipeline.errors import ConfigError, OperateError
from pipeline.local import embedded
from pipeline.local.analyst import keep_password
from pipeline.local.environment import metadata_url
from pipeline.postgres.databases import check_encoding, ensure_database
from pipeline.postgres.migrate import migrate

POSTGRES_EVERY_SECONDS = 2
# So often in so long it is started again; then something is wrong that a start does not mend.
POSTGRES_DEATHS = 5
POSTGRES_FORGET_SECONDS = 600

log = logging.getLogger(__name__)


def prepare(settings: Settings) -> None:
    """Start the embedded Postgres unless a server of the user's own is set; bring our tables up to date.

    Raises:
        OperateError: The embedded Postgres did not start.
        StoreError: A server of the user's own cannot be reached, or a migration failed.
        ConfigError: Its database is not in UTF8.
    """
    if settings.database_url:
        check_encoding(settings.database_url)
        migrate(settings.database_url)
        ensure_database(metadata_url(settings))
    else:
        embedded.start(settings)
        migrate(embedded.url(settings))
    keep_password(settings)


def wake(settings: Settings) -> bool:
    """Start the embedded Postgres again where it was stopped, or went with the machine; say whether that was needed.

    Raises:
        ConfigError: It was never started, so there is nothing to ask it for.
        OperateError: It did not start.
    """
    if settings.database_url:
        return False
    found = embedded.status(settings)
    if found.is_running:
        return False
    if not (found.data / "PG_VERSION").exists():
        raise ConfigError(
            f"nothing has run yet under {settings.home}: `tocsin run` or `tocsin up` makes the database"
        )
    prepare(settings)
    log.info("started the embedded postgres, which did not run; `tocsin stop` stops it")
    return True


class PostgresKeeper:
    """Starts the embedded Postgres again when it was killed; everything of ours connects anew by itself."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.looked_at = 0.0
        self.started_at: list[float] = []

    def check(self) -> None:
        """Look every few seconds.

        Raises:
            OperateError: It cannot be started, or was found dead too often.
        """
        now = time.monotonic()
        if self.settings.database_url or now - self.looked_at < POSTGRES_EVERY_SECONDS:
            return
        self.looked_at = now
        found = embedded.status(self.settings)
        if found.is_running:
            return
        self.started_at = [at for at in self.started_at if now - at < POSTGRES_FORGET_SECONDS]
        if len(self.started_at) >= POSTGRES_DEATHS:
            raise OperateError(
                f"the embedded Postgres died {POSTGRES_DEATHS + 1} times (log: {found.server_log})"
            )
        self.started_at.append(now)
        log.warning("the embedded postgres is gone and is started again")
        embedded.start(self.settings)

    def forgive(self) -> None:
        """Forget earlier deaths, whose reason is known and passes."""
        self.started_at = []
