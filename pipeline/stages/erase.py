"""Erase: a name goes from every row of every table, and its tombstone keeps it from coming back."""

from __future__ import annotations

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.postgres.database import Session
from pipeline.stages.common import Counts, database, log


def erase(name: str, settings: Settings) -> Counts:
    """Erase a name of a person in one transaction; rows by table that bore it.

    Rows stay: an event goes on to count, with marks where the name was. Not reached are backups, messages that
    were sent, and the file of alerts told by log.

    Raises:
        ConfigError: The name is empty.
        StoreError: It is too short to be told from other words.
    """
    if not name.strip():
        raise ConfigError("no name to erase was given")
    with database(settings).session() as session:
        return _erase(session, name)


def erase_again(session: Session) -> Counts:
    """Erase what came back of the names that have a tombstone."""
    with session.transaction() as transaction:
        names = [row["name"] for row in transaction.all("names_to_erase")]
    return {"erased_names": sum(bool(_erase(session, name)) for name in names)}


def _erase(session: Session, name: str) -> Counts:
    with session.transaction() as transaction:
        # Store must not merge a telling into rows that are just being changed.
        transaction.all("lock_store")
        counts = {
            row["table_name"]: int(row["row_count"]) for row in transaction.all("erase_name", name=name)
        }
    # The name itself is not written down once more.
    log.info("erased a name rows=%d tables=%s", sum(counts.values()), ",".join(counts))
    return counts
