"""Troubles: what is wrong with Tocsin itself is looked for, noted, and told to its owner."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.alert.message import pack_message
from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.plan import Load, plan
from pipeline.alert.receivers import load_receivers
from pipeline.alert.records import Notification, Receiver
from pipeline.alert.troubles import Lasting, News, Trouble, compose_trouble, news_of, thresholds, troubles_of
from pipeline.config import Settings, load_settings
from pipeline.errors import TocsinError
from pipeline.local.space import folders
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Transaction
from pipeline.stages.common import Counts, database, database_time, iso, log


def look(settings: Settings | None = None) -> Counts:
    """Look for troubles, note them, and put what the owner is told into the outbox."""
    settings = settings or load_settings()
    receivers, _ = load_receivers(settings.receivers_path)
    limits = thresholds()
    with database(settings).transaction() as transaction:
        now = database_time(transaction)
        transaction.run("close_withdrawn_alerts")
        rows = transaction.all("lasting_troubles")
        lasting = [
            Lasting(
                id=row["id"], told_at=row["told_at"],
                trouble=Trouble(kind=row["kind"], subject=row["subject"], detail=row["detail"]),
            )
            for row in rows
        ]  # fmt: skip
        news = news_of(_found(transaction, settings), lasting, now, limits.again_hours)
        _note(transaction, news)
        if news.is_told:
            _tell(transaction, news, owners(receivers), now)
    for trouble in news.began:
        log.warning("trouble kind=%s subject=%s detail=%r", trouble.kind, trouble.subject, trouble.detail)
    return {"began": len(news.began), "last": len(news.lasting), "over": len(news.over)}


def owners(receivers: Mapping[str, Receiver]) -> list[Receiver]:
    """Who is told: receivers that say so (`is_owner`), else the logs."""
    named = [receiver for receiver in receivers.values() if receiver.is_owner]
    return named or [receiver for receiver in receivers.values() if receiver.channel == "log"]


def tell_directly(settings: Settings, trouble: Trouble, now: datetime, *, is_over: bool = False) -> int:
    """Tell the owner without a database, for where that is away; how many were told."""
    receivers, _ = load_receivers(settings.receivers_path)
    here = () if is_over else (trouble,)
    over = (Lasting(id=0, trouble=trouble, told_at=now),) if is_over else ()
    message = compose_trouble(News(began=here, again=(), lasting=(), over=over), created_at=now)
    key = _key(trouble.kind, str(is_over), now.isoformat())
    told = 0
    for receiver in owners(receivers):
        try:
            notifier(receiver.channel, settings)(
                Notification(notification_key=key, alert_key="", receiver=receiver), message
            )
            told += 1
        except TocsinError as error:
            log.warning("owner not told receiver=%s error=%r", receiver.name, str(error))
    return told


def _found(transaction: Transaction, settings: Settings) -> list[Trouble]:
    limits = thresholds()
    signs = transaction.one(
        "vital_signs", feed_failures=limits.feed_failures, outbox_minutes=limits.outbox_minutes
    )
    assert signs
    silent = transaction.all(
        "silent_rules", days=limits.silent_days, least=limits.silent_least, expected=limits.silent_expected
    )
    receivers = transaction.all("troubled_receivers", failures=limits.receiver_failures)
    free = [
        (str(folder), shutil.disk_usage(folder).free, settings.min_free_bytes) for folder in folders(settings)
    ]
    return troubles_of(signs, silent, receivers, free, limits)


def _note(transaction: Transaction, news: News) -> None:
    for trouble in news.began:
        transaction.run("insert_trouble", kind=trouble.kind, subject=trouble.subject, detail=trouble.detail)
    for known, trouble in news.lasting:
        transaction.run("see_trouble", id=known.id, detail=trouble.detail, is_told=trouble in news.again)
    for one in news.over:
        transaction.run("end_trouble", id=one.id)


def _tell(transaction: Transaction, news: News, told: list[Receiver], now: datetime) -> None:
    message = pack_message(compose_trouble(news, created_at=now))
    about = [f"{one.kind} {one.subject}" for one in (*news.began, *news.again)]
    about += [f"{one.trouble.kind} {one.trouble.subject} over" for one in news.over]
    rows: list[dict[str, Any]] = []
    for receiver in told:
        way = plan(None, receiver, Load(), now)
        rows.append(
            {
                "notification_key": _key(receiver.name, now.isoformat(), *about), "alert_id": None,
                "receiver": receiver.name, "channel": receiver.channel, "kind": "trouble", "rule": None,
                # It is about the desk's own watchman: it waits for no digest.
                "is_urgent": True, "held_for": None, "next_attempt_at": way.at if way.held_for else now,
                "message": message,
            }
        )  # fmt: skip
    transaction.run("insert_notifications", notifications=as_json(rows, default=iso))


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(("trouble", *parts)).encode()).hexdigest()[:32]
