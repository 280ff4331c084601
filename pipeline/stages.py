"""The five stages: fetch, extract, validate, store, alert. Read, do the pure work, write; alone knows all parts.

    batch_id = open_batch(run_key)
    fetch(batch_id); extract(batch_id); validate(batch_id); store(batch_id); alert()

Each takes what waits for it, whichever run left it there, by `FOR UPDATE SKIP LOCKED`, one transaction a unit
of work: two workers never have the same item, and what a killed one held is free at once. Each may be run
twice. Each returns what it counted and logs it in one line.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError, NotifyError, ValidateError
from pipeline.postgres.database import Database, Session, Transaction
from pipeline.postgres.rows import article_from, candidate_from, candidate_row

if TYPE_CHECKING:
    from pipeline.alert.records import AlertEvent, EarlierAlert, Reason, Receiver, Rule
    from pipeline.fetch.records import FeedState, FetchResult
    from pipeline.model import Candidate

log = logging.getLogger("tocsin")

FEEDS_AT_ONCE = 8
EXTRACT_AT_ONCE = 16  # articles; more make the parser no faster and hold their locks longer
VALIDATE_AT_ONCE = 20_000  # ids travel to Great Expectations in one SQL literal of some 150 kB
STORE_AT_ONCE = 5_000
ALERT_AT_ONCE = 500

Counts = dict[str, int]


def database(settings: Settings) -> Database:
    """The database of the settings: a server of the user's own, or the embedded one."""
    if settings.database_url:
        return Database(settings.database_url)
    from pipeline.postgres import embedded

    return Database(embedded.url(settings))


def open_batch(run_key: str, settings: Settings | None = None) -> int:
    """Give a run its batch; the same run gets the same one."""
    with database(settings or load_settings()).transaction() as transaction:
        row = transaction.one("open_batch", run_key=run_key)
    assert row
    return int(row["id"])


# --- fetch ---------------------------------------------------------------------------------------


def fetch(batch_id: int, settings: Settings | None = None) -> Counts:
    """Fetch the feeds that are due; one transaction a feed, so a retry fetches no other feed again."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    _load_feeds(home, settings)
    with home.transaction() as transaction:
        due = [row["id"] for row in transaction.all("due_feed_ids")]
    counts = asyncio.run(_fetch_feeds(home, due, batch_id, settings)) if due else Counter()
    return _counted("fetch", batch_id, started, {"feeds": len(due)} | counts)


def _load_feeds(home: Database, settings: Settings) -> None:
    from pipeline.fetch.feeds_file import read_feeds

    rows = [
        {name: getattr(feed, name) for name in ("url", "source", "country", "language", "interval_seconds")}
        for feed in read_feeds(settings.feeds_path)
    ]
    with home.transaction() as transaction:
        transaction.run("upsert_feeds", feeds=json.dumps(rows))


async def _fetch_feeds(home: Database, due: Sequence[int], batch_id: int, settings: Settings) -> Counter[str]:
    from pipeline.fetch.http import open_client

    places = asyncio.Semaphore(FEEDS_AT_ONCE)
    async with open_client(settings) as client:

        async def one(feed_id: int) -> Counter[str]:
            async with places:
                return await _fetch_one(home, feed_id, client, batch_id, settings)

        results = await asyncio.gather(*map(one, due))
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result)
    return counts


async def _fetch_one(
    home: Database, feed_id: int, client: Any, batch_id: int, settings: Settings
) -> Counter[str]:
    from pipeline.fetch.visit import fetch_feed

    with home.session() as session, session.transaction() as transaction:
        row = transaction.one("claim_feed", feed_id=feed_id)
        if row is None:
            return Counter()
        feed = _feed_state(row)

        def known_urls(urls: Sequence[str]) -> set[str]:
            return {found["url"] for found in transaction.all("known_urls", urls=list(urls))}

        result = await fetch_feed(feed, client=client, now=datetime.now(UTC), known_urls=known_urls)
        return _save_fetch(transaction, result, batch_id, settings)


def _feed_state(row: dict[str, Any]) -> FeedState:
    from pipeline.fetch.records import FeedState

    return FeedState(**{field.name: row[field.name] for field in fields(FeedState)})


def _save_fetch(
    transaction: Transaction, result: FetchResult, batch_id: int, settings: Settings
) -> Counter[str]:
    articles = [
        asdict(taken.article) | {"published_from": taken.published_from, "batch_id": batch_id, "id": None}
        for taken in result.taken
    ]
    new = transaction.all("insert_articles", articles=json.dumps(articles, default=_iso))
    given_up = [
        failure
        for failure in result.failures
        if _is_given_up(transaction, failure.url, failure.is_final, settings)
    ]
    for failure in given_up:
        _quarantine(
            transaction,
            "fetch",
            failure.url,
            failure.reason,
            failure.title,
            batch_id=batch_id,
            url=failure.url,
        )
    seen = [*result.seen_urls, *(failure.url for failure in given_up)]
    transaction.run("insert_seen_urls", urls=seen)
    transaction.run("save_feed", **asdict(result.feed), fetched_at=datetime.now(UTC))
    if result.outcome in ("failed", "gone"):
        log.warning("feed %s url=%s error=%r", result.outcome, result.feed.url, result.feed.last_error)
    return Counter(
        {
            "articles": len(new),
            "known": len(result.taken) - len(new),
            "quarantined": len(given_up),
            "failed": len(result.failures) - len(given_up),
            "feeds_failed": int(result.outcome in ("failed", "gone")),
        }
        | {f"discarded_{reason}": count for reason, count in result.discards_by_reason.items()}
    )


def _is_given_up(transaction: Transaction, url: str, is_final: bool, settings: Settings) -> bool:
    charged = transaction.one("charge_attempt", stage="fetch", item_key=url)
    if is_final or (charged and charged["attempt_count"] >= settings.max_attempts):
        transaction.run("clear_attempts", stage="fetch", item_key=url)
        return True
    return False


# --- extract -------------------------------------------------------------------------------------


def extract(batch_id: int, settings: Settings | None = None) -> Counts:
    """Code the articles not yet coded: those never tried some at a time, those that failed before one by one.

    The parser is faster over many texts. An article that kills its worker takes the others of its
    transaction with it once; from then on each has a transaction of its own, and only the poison fails again.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    with home.transaction() as transaction:
        waiting = [row["id"] for row in transaction.all("article_ids_to_extract", limit=settings.batch_size)]
    if not waiting:
        return _counted("extract", batch_id, started, {"articles": 0, "candidates": 0})
    from pipeline.extract.coder import load_coder

    coder = load_coder(settings)
    counts: Counter[str] = Counter({"articles": 0, "candidates": 0})
    with home.session() as session, home.session() as ledger:
        while waiting:
            some, waiting = waiting[:EXTRACT_AT_ONCE], waiting[EXTRACT_AT_ONCE:]
            made, tried = _extract_some(session, ledger, some, coder, batch_id, settings)
            counts.update(made)
            for article_id, attempts in tried:
                counts.update(
                    _extract_tried(session, ledger, article_id, attempts, coder, batch_id, settings)
                )
    return _counted("extract", batch_id, started, counts)


def _extract_some(
    session: Session, ledger: Session, ids: Sequence[int], coder: Any, batch_id: int, settings: Settings
) -> tuple[Counter[str], list[tuple[int, int | None]]]:
    """Code what was never tried, in one transaction; and name the rest, the first with the attempt it has paid.

    Ids come the least tried first, so that all behind the first that was tried were tried too.
    """
    counts: Counter[str] = Counter()
    tried: list[tuple[int, int | None]] = []
    with session.transaction() as transaction:
        rows = []
        for article_id in ids:
            if tried:
                tried.append((article_id, None))
                continue
            row = transaction.one("claim_article", article_id=article_id)
            if row is None:
                continue
            attempts = _charge(ledger, article_id)
            if attempts > 1:
                tried.append((article_id, attempts))
            else:
                rows.append(row)
        for row, coded in zip(rows, _coded(rows, coder), strict=True):
            counts.update(_written(transaction, row, coded, coder, batch_id, settings))
    return counts, tried


def _charge(ledger: Session, article_id: int) -> int:
    """Pay for an attempt, on a connection of its own and committed before the work: a worker that dies has paid."""
    with ledger.transaction() as paying:
        charged = paying.one("charge_attempt", stage="extract", item_key=str(article_id))
    assert charged
    return int(charged["attempt_count"])


def _extract_tried(
    session: Session,
    ledger: Session,
    article_id: int,
    attempts: int | None,
    coder: Any,
    batch_id: int,
    settings: Settings,
) -> Counter[str]:
    with session.transaction() as transaction:
        row = transaction.one("claim_article", article_id=article_id)
        if row is None:
            return Counter()
        attempts = _charge(ledger, article_id) if attempts is None else attempts
        if attempts > settings.max_attempts:
            return _quarantine_article(transaction, row, f"killed its worker {attempts - 1} times", batch_id)
        return _written(transaction, row, _coded_alone(row, coder), coder, batch_id, settings)


Coded = list["Candidate"] | str


def _coded(rows: Sequence[dict[str, Any]], coder: Any) -> list[Coded]:
    """Candidates of each article; all at once, or where one of them fails each for itself."""
    try:
        return list(coder.code_all([article_from(row) for row in rows]))
    except Exception:  # noqa: BLE001  (which article it was, the second try says)
        return [_coded_alone(row, coder) for row in rows]


def _coded_alone(row: dict[str, Any], coder: Any) -> Coded:
    """Candidates of one article, or why there are none."""
    try:
        return list(coder.code(article_from(row)))
    except Exception as error:  # noqa: BLE001  (the edge of the stage: whatever one article does, the others go on)
        return f"{type(error).__name__}: {error}"


def _written(
    transaction: Transaction,
    row: dict[str, Any],
    coded: Coded,
    coder: Any,
    batch_id: int,
    settings: Settings,
) -> Counter[str]:
    if isinstance(coded, str):
        return _quarantine_article(transaction, row, coded, batch_id)
    sure = [candidate for candidate in coded if is_sure(candidate, settings)]
    new = transaction.all(
        "insert_candidates",
        candidates=json.dumps([candidate_row(candidate) for candidate in sure]),
        batch_id=batch_id,
        article_id=row["id"],
        codebook=coder.codebook,
    )
    transaction.run("mark_extracted", article_id=row["id"], codebook=coder.codebook)
    transaction.run("clear_attempts", stage="extract", item_key=str(row["id"]))
    return Counter({"articles": 1, "candidates": len(new), "discarded_doubtful": len(coded) - len(sure)})


def is_sure(candidate: Candidate, settings: Settings) -> bool:
    """Whether a candidate is kept; the bar is lower where one party alone is named (see Settings)."""
    alone = candidate.actor is None or candidate.recipient is None
    return candidate.confidence >= (settings.min_confidence_alone if alone else settings.min_confidence)


def _quarantine_article(
    transaction: Transaction, row: dict[str, Any], reason: str, batch_id: int
) -> Counter[str]:
    item_key = str(row["id"])
    _quarantine(
        transaction,
        "extract",
        item_key,
        reason,
        row["title"],
        batch_id=batch_id,
        article_id=row["id"],
        url=row["url"],
    )
    transaction.run("mark_article_quarantined", article_id=row["id"])
    transaction.run("clear_attempts", stage="extract", item_key=item_key)
    return Counter({"quarantined": 1})


# --- validate ------------------------------------------------------------------------------------


def validate(batch_id: int, settings: Settings | None = None) -> Counts:
    """Judge the candidates not yet judged. When the judge itself fails, nothing is accepted.

    Raises:
        ValidateError: Great Expectations crashed or the suite is broken; said in the quarantine too.
    """
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    counts: Counter[str] = Counter({"accepted": 0, "quarantined": 0})
    try:
        with home.session() as session:
            while judged := _validate_some(session, home.url, settings):
                counts.update(judged)
    except ValidateError as error:
        with home.transaction() as transaction:
            _quarantine(transaction, "validate", f"batch {batch_id}", str(error), None, batch_id=batch_id)
        raise
    return _counted("validate", batch_id, started, counts)


def _validate_some(session: Session, url: str, settings: Settings) -> Counter[str] | None:
    with session.transaction() as transaction:
        candidate_ids = [row["id"] for row in transaction.all("claim_candidates", limit=VALIDATE_AT_ONCE)]
        if not candidate_ids:
            return None
        from pipeline.validate.judge import judge

        verdict = judge(url, candidate_ids, docs_folder=settings.home / "data_docs", now=datetime.now(UTC))
        findings: list[dict[str, Any]] = [
            {"candidate_id": finding.candidate_id, "reason": finding.expectation, "seen": finding.seen}
            for finding in verdict.findings
        ]
        refused = sorted({finding["candidate_id"] for finding in findings})
        accepted = sorted(set(candidate_ids) - set(refused))
        transaction.run("quarantine_candidates", findings=json.dumps(findings))
        transaction.run("judge_candidates", candidate_ids=refused, verdict="quarantined")
        transaction.run("judge_candidates", candidate_ids=accepted, verdict="accepted")
    for finding in findings:
        log.warning(
            "quarantined stage=validate candidate=%d expectation=%s seen=%r",
            finding["candidate_id"], finding["reason"], finding["seen"],
        )  # fmt: skip
    return Counter({"accepted": len(accepted), "quarantined": len(refused)})


# --- store ---------------------------------------------------------------------------------------


def store(batch_id: int, settings: Settings | None = None) -> Counts:
    """Merge accepted candidates into events and mentions, and owe the rules a look at each."""
    settings = settings or load_settings()
    started = time.monotonic()
    counts: Counter[str] = Counter({"events_new": 0, "events_changed": 0, "mentions": 0})
    with database(settings).session() as session:
        while stored := _store_some(session):
            counts.update(stored)
        with session.transaction() as transaction:
            counts["pending_alerts"] = (transaction.one("count_pending_alerts") or {})["event_count"]
    return _counted("store", batch_id, started, counts)


def _store_some(session: Session) -> Counter[str] | None:
    from pipeline.store.merge import mention_rows

    with session.transaction() as transaction:
        transaction.all("lock_store")
        claimed = transaction.all("claim_accepted", limit=STORE_AT_ONCE)
        if not claimed:
            return None
        rows = mention_rows((row["id"], row["article_id"], candidate_from(row)) for row in claimed)
        transaction.run("stage_mentions")
        columns = (
            "event_key", "event_date", "candidate_id", "article_id", "trigger_start", "trigger_end", "trigger_text",
        )  # fmt: skip
        transaction.copy("staged_mentions", columns, rows)
        transaction.all("ensure_months")
        transaction.run("mark_stored")
        events = transaction.all("upsert_events")
        mentions = transaction.all("insert_mentions")
        transaction.run("insert_pending_alerts")
    new = sum(event["revision"] == 1 for event in events)
    return Counter({"events_new": new, "events_changed": len(events) - new, "mentions": len(mentions)})


# --- alert ---------------------------------------------------------------------------------------


def alert(run_key: str = "", settings: Settings | None = None) -> Counts:
    """Hold the rules against events they have not seen, then send what is due."""
    settings = settings or load_settings()
    started = time.monotonic()
    home = database(settings)
    rules, receivers = _load_rules(home, settings)
    counts: Counter[str] = Counter({"events": 0, "alerts": 0, "sent": 0})
    with home.session() as session:
        while matched := _match_some(session, rules, receivers, settings):
            counts.update(matched)
        while sent := _send_one(session, receivers, settings):
            counts.update(sent)
    return _counted("alert", run_key, started, counts)


def _load_rules(home: Database, settings: Settings) -> tuple[tuple[Rule, ...], dict[str, Receiver]]:
    from pipeline.alert.receivers import load_receivers
    from pipeline.alert.rules import load_rules

    receivers, bad_receivers = load_receivers(settings.receivers_path)
    rules, bad_rules = load_rules(settings.rules_path, receivers=receivers.keys())
    shown = [
        {"rule": rule.id, "title": rule.title, "severity": rule.severity, "status": rule.status,
         "definition": {"any": [asdict(branch) for branch in rule.any_branches],
                        "not": asdict(rule.not_branch) if rule.not_branch else None,
                        "group_by": rule.group_by, "notify": rule.notify}}
        for rule in rules
    ]  # fmt: skip
    with home.transaction() as transaction:
        transaction.run("save_rules", rules=json.dumps(shown))
        for problem in (*bad_receivers, *bad_rules):
            _quarantine(transaction, "alert", str(problem).partition(": ")[0], str(problem), None)
    return rules, receivers


def _match_some(
    session: Session, rules: Sequence[Rule], receivers: dict[str, Receiver], settings: Settings
) -> Counter[str] | None:
    from pipeline.alert.decide import alert_key, decide, group_key
    from pipeline.alert.match import matches

    with session.transaction() as transaction:
        transaction.all("lock_alert")
        events = [_alert_event(row) for row in transaction.all("claim_pending_events", limit=ALERT_AT_ONCE)]
        if not events:
            return None
        met = [(rule, event) for event in events for rule in rules if matches(rule, event)]
        earlier = _earlier_alerts(
            transaction,
            alert_keys=[alert_key(rule, event) for rule, event in met],
            rules=[rule.id for rule, _ in met],
            group_keys=[group_key(rule, event) for rule, event in met],
        )
        now = datetime.now(UTC)
        raised: list[EarlierAlert] = []
        for rule, event in met:
            made = _raise_alert(transaction, rule, event, decide(rule, event, [*earlier, *raised], now), now)
            if made is not None:
                raised.append(made)
                if made.reason.is_notified:
                    _put_into_outbox(transaction, rule, event, made, receivers, settings)
        transaction.run("delete_pending_events", event_ids=[event.id for event in events])
    return Counter({"events": len(events), "alerts": len(raised)})


def _raise_alert(
    transaction: Transaction, rule: Rule, event: AlertEvent, reason: Reason, now: datetime
) -> EarlierAlert | None:
    from pipeline.alert.decide import alert_key, group_key
    from pipeline.alert.match import why
    from pipeline.alert.records import EarlierAlert, Reason

    if reason in (Reason.KNOWN, Reason.RETIRED):
        return None
    alert = EarlierAlert(
        alert_key=alert_key(rule, event),
        rule_id=rule.id,
        group_key=group_key(rule, event),
        reason=reason,
        created_at=now,
    )
    row = transaction.one(
        "insert_alert",
        alert_key=alert.alert_key,
        rule=rule.id,
        severity=rule.severity,
        event_date=event.event_date,
        event_id=event.id,
        group_key=alert.group_key,
        reason=str(reason),
        why=why(rule, event),
        created_at=now,
    )
    return alert if row else None


def _put_into_outbox(
    transaction: Transaction,
    rule: Rule,
    event: AlertEvent,
    alert: EarlierAlert,
    receivers: dict[str, Receiver],
    settings: Settings,
) -> None:
    from pipeline.alert.decide import notification_key
    from pipeline.alert.message import compose, pack_message

    message = compose(rule, event, created_at=alert.created_at, desk_url=settings.desk_url)
    for name in rule.notify:
        transaction.run(
            "insert_notification",
            notification_key=notification_key(alert.alert_key, name),
            alert_key=alert.alert_key,
            receiver=name,
            channel=receivers[name].channel,
            message=json.dumps(pack_message(message)),
        )


def _earlier_alerts(transaction: Transaction, **keys: list[str]) -> list[EarlierAlert]:
    from pipeline.alert.records import EarlierAlert, Reason

    rows = transaction.all("earlier_alerts", **keys)
    return [EarlierAlert(**(row | {"reason": Reason(row["reason"])})) for row in rows]


def _alert_event(row: dict[str, Any]) -> AlertEvent:
    from pipeline.alert.records import AlertEvent

    known = {field.name for field in fields(AlertEvent)}
    return AlertEvent(
        **({name: row[name] for name in known & row.keys()} | {"contexts": tuple(row["contexts"])})
    )


def _send_one(session: Session, receivers: dict[str, Receiver], settings: Settings) -> Counter[str] | None:
    """Send one notification that is due. Killed after sending, it is sent again under the same key."""
    from pipeline.alert.retry import next_attempt

    with session.transaction() as transaction:
        row = transaction.one("claim_notification")
        if row is None:
            return None
        attempt_count = row["attempt_count"] + 1
        state, again_at, failure = "sent", None, None
        try:
            _deliver(row, receivers, settings)
        except (NotifyError, ConfigError) as error:
            failure = str(error)
            # A wrong setting is put right by somebody, so it is tried again like a receiver that is down.
            if not getattr(error, "is_final", False):
                retry_after = getattr(error, "retry_after_seconds", None)
                again_at = next_attempt(
                    attempt_count, datetime.now(UTC), retry_after, row["notification_key"]
                )
            state = "pending" if again_at else "quarantined"
            log.warning("notification %s key=%s error=%r", state, row["notification_key"], failure)
            if state == "quarantined":
                _quarantine(transaction, "alert", row["notification_key"], failure, row["receiver"])
        transaction.run(
            "finish_notification",
            notification_id=row["id"],
            attempt_count=attempt_count,
            state=state,
            next_attempt_at=again_at,
            last_error=failure,
        )
    return Counter({"sent" if state == "sent" else f"notifications_{state}": 1})


def _deliver(row: dict[str, Any], receivers: dict[str, Receiver], settings: Settings) -> None:
    from pipeline.alert.message import unpack_message
    from pipeline.alert.notifiers.channels import notifier
    from pipeline.alert.records import Notification

    receiver = receivers.get(row["receiver"])
    if receiver is None:
        raise ConfigError(f"no receiver {row['receiver']!r} in {settings.receivers_path}")
    notification = Notification(
        notification_key=row["notification_key"],
        alert_key=row["alert_key"],
        receiver=receiver,
        attempt_count=row["attempt_count"],
    )
    notifier(receiver.channel, settings)(notification, unpack_message(row["message"]))


# --- upkeep and common ---------------------------------------------------------------------------


def upkeep(settings: Settings | None = None) -> Counts:
    """Make the partitions of the months to come."""
    with database(settings or load_settings()).transaction() as transaction:
        return {"months": len(transaction.all("ensure_months_ahead"))}


def _quarantine(
    transaction: Transaction,
    stage: str,
    item_key: str,
    reason: str,
    seen: str | None,
    *,
    batch_id: int | None = None,
    article_id: int | None = None,
    url: str | None = None,
) -> None:
    transaction.all(
        "quarantine",
        stage=stage, item_key=item_key, reason=reason[:1000], seen=seen, batch_id=batch_id,
        article_id=article_id, candidate_id=None, url=url,
    )  # fmt: skip
    log.warning("quarantined stage=%s item=%s reason=%r", stage, item_key, reason)


def _counted(stage: str, batch: object, started: float, counts: Counts) -> Counts:
    told = " ".join(f"{name}={count}" for name, count in counts.items())
    log.info("%s batch=%s %s seconds=%.1f", stage, batch, told, time.monotonic() - started)
    return dict(counts)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
