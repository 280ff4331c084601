"""What the stages share: the database, the batch, the quarantine, the line in the log."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from datetime import date, datetime

from pipeline.config import Settings, load_settings
from pipeline.postgres.database import Database, Transaction

log = logging.getLogger("tocsin")

Counts = dict[str, int]


def database(settings: Settings) -> Database:
    """The database of the settings: a server of the user's own, or the embedded one."""
    if settings.database_url:
        return Database(settings.database_url)
    from pipeline.local import embedded

    return Database(embedded.url(settings))


def open_batch(run_key: str, settings: Settings | None = None) -> int:
    """Give a run its batch; the same run gets the same one."""
    with database(settings or load_settings()).transaction() as transaction:
        row = transaction.one("open_batch", run_key=run_key)
    assert row
    return int(row["id"])


def database_time(transaction: Transaction) -> datetime:
    """The time by Postgres' clock: what is due is due by it, on every machine, whatever its own clock says."""
    row = transaction.one("database_time")
    assert row
    now: datetime = row["now"]
    return now


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a refused item belongs to, as far as it is known: ids of our rows, the address of the web."""

    batch_id: int | None = None
    article_id: int | None = None
    candidate_id: int | None = None
    url: str | None = None


def quarantine(
    transaction: Transaction,
    stage: str,
    item_key: str,
    reason: str,
    seen: str | None,
    about: About | None = None,
) -> None:
    """Refuse an item; `seen` is the value that was wrong."""
    transaction.all(
        "quarantine",
        stage=stage,
        item_key=item_key,
        reason=reason[:1000],
        seen=seen,
        **asdict(about or About()),
    )
    log.warning("quarantined stage=%s item=%s reason=%r", stage, item_key, reason)


def counted(stage: str, batch: object, started: float, counts: Counts) -> Counts:
    told = " ".join(f"{name}={count}" for name, count in counts.items())
    log.info("%s batch=%s %s seconds=%.1f", stage, batch, told, time.monotonic() - started)
    return dict(counts)


def iso(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
