"""Deliver: what waits in the outbox and is due, sent to its receivers side by side.

Each receiver has a queue, which one session at a time works off under a lease. Nothing is open while a message is
sent: no transaction and no lock. Killed after sending and before noting it, a message is sent again under its key.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.alert.digest import compose_digest
from pipeline.alert.message import pack_message, unpack_message
from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.plan import quiet_end
from pipeline.alert.records import Notification, Receiver
from pipeline.alert.retry import next_attempt, resumes_at
from pipeline.config import Settings
from pipeline.errors import ConfigError, NotifyError
from pipeline.postgres.clean import as_json
from pipeline.postgres.database import Row, Session, Transaction
from pipeline.stages.common import database_time, log, quarantine

# Longer than any channel's own limit of time.
LEASE_SECONDS = 120
AT_ONCE = 64
# How soon a receiver that is free is served while another one hangs.
LOOK_SECONDS = 0.2
MEANWHILE_SECONDS = 0.5
# A pause between two messages that is longer is not slept through.
LONGEST_NAP_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How one attempt ended: sent, or why not."""

    row: Row
    failure: str = ""
    is_final: bool = False
    is_gone: bool = False
    retry_after: float | None = None


def deliver(
    session: Session,
    receivers: Mapping[str, Receiver],
    settings: Settings,
    *,
    meanwhile: Callable[[], object] | None = None,
) -> Counter[str]:
    """Send what is due; how many were sent, wait for their next attempt, or were given up.

    Args:
        meanwhile: Done about every second while a receiver is waited for, with the session to itself: new events are
            told to the others although one hangs.
    """
    desk = Desk(session, receivers, settings)
    desk.open()
    running: set[Future[Counter[str]]] = set()
    counts: Counter[str] = Counter()
    looked_at = time.monotonic()
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="deliver") as pool:
        while True:
            taken = desk.take()
            running |= {pool.submit(desk.work_off, name) for name in taken}
            if not running:
                return counts
            done, running = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for one in done:
                counts.update(one.result())
            if meanwhile and running and time.monotonic() - looked_at > MEANWHILE_SECONDS:
                desk.alone(meanwhile)
                looked_at = time.monotonic()


class Desk:
    """The queues, by one session that its threads share, a transaction at a time."""

    def __init__(self, session: Session, receivers: Mapping[str, Receiver], settings: Settings):
        self._session, self._receivers, self._settings = session, receivers, settings
        self._lock = threading.Lock()

    def open(self) -> None:
        """Know the receivers of the file, and give up what waits for one that left it long ago."""
        known = [
            {"receiver": receiver.name, "address_sha256": address_of(receiver)}
            for receiver in self._receivers.values()
        ]
        with self._transaction() as transaction:
            transaction.run("keep_receivers", receivers=json.dumps(known))
            for row in transaction.all("refuse_orphans", receivers=sorted(self._receivers)):
                quarantine(transaction, "alert", row["notification_key"], row["last_error"], row["receiver"])

    def take(self) -> list[str]:
        """Make the digests that are due, and lease the queues in which something is."""
        with self._transaction() as transaction:
            now = database_time(transaction)
            self._make_digests(transaction, now)
            quiet = [name for name, receiver in self._receivers.items() if quiet_end(None, receiver, now)]
            rows = transaction.all(
                "take_queues", receivers=sorted(self._receivers), quiet=quiet, lease_seconds=LEASE_SECONDS
            )
        return [row["receiver"] for row in rows]

    def work_off(self, name: str) -> Counter[str]:
        """Send a receiver what is due, one after the other, until nothing is or it is to be left alone."""
        receiver = self._receivers[name]
        counts: Counter[str] = Counter()
        outcome: Outcome | None = None
        while True:
            with self._transaction() as transaction:
                if outcome is not None:
                    counts.update(self._finish(transaction, receiver, outcome))
                row = self._next(transaction, receiver)
                if row is None:
                    transaction.run("give_back_queue", receiver=name)
                    return counts
            outcome = self._attempt(row, receiver)
            if not outcome.failure and receiver.max_per_minute:
                time.sleep(min(60 / receiver.max_per_minute, LONGEST_NAP_SECONDS))

    def _next(self, transaction: Transaction, receiver: Receiver) -> Row | None:
        is_quiet = quiet_end(None, receiver, database_time(transaction)) is not None
        return transaction.one(
            "next_notification", receiver=receiver.name, is_quiet=is_quiet, lease_seconds=LEASE_SECONDS
        )

    def _attempt(self, row: Row, receiver: Receiver) -> Outcome:
        notification = Notification(
            notification_key=row["notification_key"], alert_key=row["alert_key"], receiver=receiver,
            attempt_count=row["attempt_count"],
        )  # fmt: skip
        try:
            send = notifier(receiver.channel, self._settings, clock=lambda: row["claimed_at"])
            send(notification, unpack_message(row["message"]))
        except Exception as error:  # noqa: BLE001  (the edge of one notification: the others are sent)
            is_told = isinstance(error, (NotifyError, ConfigError))
            return Outcome(
                row=row,
                # What is no error of ours may show an address, which may be a secret.
                failure=str(error) if is_told else f"{type(error).__name__} in channel {receiver.channel}",
                is_final=getattr(error, "is_final", False),
                is_gone=getattr(error, "is_gone", False),
                retry_after=getattr(error, "retry_after_seconds", None),
            )
        return Outcome(row=row)

    def _finish(self, transaction: Transaction, receiver: Receiver, outcome: Outcome) -> Counter[str]:
        row, now = outcome.row, database_time(transaction)
        attempt_count, key = row["attempt_count"] + 1, row["notification_key"]
        state, again_at = "sent", None
        if outcome.failure:
            # A wrong setting is put right by somebody, so it is tried again like a receiver that is down.
            if not outcome.is_final:
                again_at = next_attempt(attempt_count, now, outcome.retry_after, key)
            state = "pending" if again_at or outcome.is_gone else "quarantined"
            log.warning(
                "notification %s key=%s receiver=%s error=%r", state, key, receiver.name, outcome.failure
            )
        transaction.run(
            "finish_notification",
            notification_id=row["id"], attempt_count=attempt_count, state=state, next_attempt_at=again_at,
            last_error=outcome.failure or None,
        )  # fmt: skip
        if state == "quarantined":
            quarantine(transaction, "alert", key, outcome.failure, receiver.name)
        self._note(transaction, receiver, outcome, now)
        return Counter({"sent" if state == "sent" else f"notifications_{state}": 1})

    def _note(self, transaction: Transaction, receiver: Receiver, outcome: Outcome, now: datetime) -> None:
        """Keep how the receiver fares: its rate after a success, its circuit after a failure."""
        if not outcome.failure:
            gap = 60 / receiver.max_per_minute if receiver.max_per_minute else 0
            until = now + timedelta(seconds=gap) if gap > LONGEST_NAP_SECONDS else None
            transaction.run("receiver_took", receiver=receiver.name, resumes_at=until)
            return
        if outcome.is_gone:
            transaction.run("disable_receiver", receiver=receiver.name, reason=outcome.failure)
            return
        failed = transaction.one("receiver_failed", receiver=receiver.name)
        count = failed["failure_count"] if failed else 1
        until = resumes_at(count, now, outcome.retry_after, receiver.name)
        if until:
            log.warning("receiver left alone receiver=%s failures=%d until=%s", receiver.name, count, until)
            transaction.run("leave_receiver_alone", receiver=receiver.name, resumes_at=until)

    def _make_digests(self, transaction: Transaction, now: datetime) -> None:
        for row in transaction.all("held_receivers"):
            receiver = self._receivers.get(row["receiver"])
            held = transaction.all("claim_held", receiver=row["receiver"]) if receiver else []
            if receiver is None or not held:
                continue
            message = compose_digest(held, created_at=now)
            ids = [one["id"] for one in held]
            key = hashlib.sha256(f"digest {held[0]['notification_key']} {len(held)}".encode()).hexdigest()[
                :32
            ]
            made = transaction.one(
                "insert_digest", notification_key=key, receiver=receiver.name, channel=receiver.channel,
                kind="digest", is_urgent=True, message=as_json(pack_message(message)),
            )  # fmt: skip
            if made:
                transaction.run("mark_digested", ids=ids, digest_id=made["id"])

    def alone(self, work: Callable[[], object]) -> None:
        """Do work that uses the session itself."""
        with self._lock:
            work()

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        with self._lock, self._session.transaction() as transaction:
            yield transaction


def address_of(receiver: Receiver) -> str:
    """Hash of where a receiver is reached: an address may be a secret, and is kept nowhere."""
    told = json.dumps([receiver.channel, receiver.url, receiver.to, receiver.file])
    return hashlib.sha256(told.encode()).hexdigest()
