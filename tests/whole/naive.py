"""The way it must not be done: a watermark, marked as told before it is, and a new key at each try.

For the harness of kills: it must find that alerts were lost and told twice, or it proves nothing.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from urllib.request import Request, urlopen

from pipeline.alert.receivers import load_receivers
from pipeline.config import Settings
from pipeline.postgres.database import connect
from pipeline.stages.common import open_batch
from pipeline.stages.extract import extract
from pipeline.stages.fetch import fetch
from pipeline.stages.store import store
from pipeline.stages.validate import validate


def naive_way(settings: Settings, run_key: str = "naive", first: int = 0) -> None:
    """All stages, the last of them done naively."""
    batch_id = open_batch(run_key, settings)
    stages = (
        lambda: fetch(batch_id, settings), lambda: extract(batch_id, settings), lambda: validate(batch_id, settings),
        lambda: store(batch_id, settings), lambda: naive_alert(settings),
    )  # fmt: skip
    for stage in (*stages[first:], *stages[:first]):
        stage()


def naive_alert(settings: Settings) -> None:
    """Tell events behind the last id that was seen."""
    receivers, _ = load_receivers(settings.receivers_path)
    connection = connect(settings.database_url, autocommit=True)
    mark = settings.home / "watermark"
    try:
        with connection.cursor() as cursor:
            last = int(mark.read_text() or 0) if mark.exists() else 0
            cursor.execute(
                "SELECT id FROM tocsin.events WHERE id > %s AND quad_class = 4 ORDER BY id", [last]
            )
            ids = [row[0] for row in cursor.fetchall()]
    finally:
        connection.close()
    if ids:
        mark.write_text(str(ids[-1]))
    for number in ids:
        body = json.dumps({"type": "alert.raised", "data": {"event": {"id": number}}}).encode()
        request = Request(
            receivers["recorder"].url,
            body,
            {"webhook-id": uuid.uuid4().hex, "content-type": "application/json"},
        )
        with suppress(OSError):
            urlopen(request, timeout=5).close()
