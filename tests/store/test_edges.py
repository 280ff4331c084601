"""Each item of a stage has an edge of its own: what one does, the others are spared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.model import Actor
from pipeline.postgres.database import Database
from pipeline.stages import extract as extract_stage
from pipeline.stages.alert import alert
from pipeline.stages.store import store
from pipeline.stages.stories import link_articles
from tests.records import RULE, article_row, candidate, span
from tests.store.conftest import Tell


def rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with (
        Database(settings.database_url).transaction() as transaction,
        transaction.connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def refused(settings: Settings, table: str, condition: str) -> Iterator[None]:
    """Postgres refuses some rows of a table."""
    rows(settings, f"ALTER TABLE tocsin.{table} ADD CONSTRAINT no_poison CHECK ({condition}) NOT VALID")
    try:
        yield
    finally:
        rows(settings, f"ALTER TABLE tocsin.{table} DROP CONSTRAINT no_poison")


class Coder:
    """Codes the title of an article as its actor."""

    codebook = "test"

    def code_all(self, articles: Any) -> list[Any]:
        return [self.code(article) for article in articles]

    def code(self, article: Any) -> list[Any]:
        return [candidate(actor=named(article.title))]


def named(name: str) -> Actor:
    return Actor(name=name, country=None, sector="IGO", span=span("NATO"))


def test_article_whose_candidates_postgres_refuses_is_quarantined_alone(settings: Settings) -> None:
    """In the same transaction as the others, which are coded."""
    home = Database(settings.database_url)
    with home.transaction() as transaction:
        batch = transaction.one("open_batch", run_key="edges") or {}
        told = [
            article_row(batch["id"]) | {"url": f"https://news.example/{name}", "title": name}
            for name in ("One", "Poison", "Two")
        ]
        transaction.all("insert_articles", articles=json.dumps(told))
    with (
        refused(settings, "candidates", "actor_name <> 'Poison'"),
        home.session() as session,
        home.session() as ledger,
    ):
        link_articles(session)
        counts = extract_stage._extract_some(session, ledger, Coder(), batch["id"], settings)

    assert counts == {"articles": 2, "candidates": 2, "quarantined": 1, "discarded_doubtful": 0}
    assert rows(settings, "SELECT stage, seen FROM tocsin.quarantine") == [("extract", "Poison")]


def test_candidate_that_postgres_refuses_as_an_event_is_quarantined_alone(
    settings: Settings, tell: Tell
) -> None:
    """The others become events; released, it is judged and stored like any other."""
    for name in ("Acme", "Poison", "Borealis", "Cadmus"):
        tell(candidate(actor=named(name)))
    with refused(settings, "events", "actor_name <> 'Poison'"):
        counts = store(0, settings)
        again = store(0, settings)

    assert (counts["events_new"], counts["quarantined"], again["events_new"]) == (3, 1, 0)
    assert rows(settings, "SELECT stage, candidate_id IS NOT NULL FROM tocsin.quarantine") == [
        ("store", True)
    ]
    with Database(settings.database_url).transaction() as transaction:
        (refusal,) = transaction.all("list_quarantine", limit=5)
        transaction.all("release_quarantined", ids=[refusal["id"]])
        assert len(transaction.all("claim_candidates", limit=5)) == 1


def test_notification_with_a_broken_message_holds_up_no_other(
    settings: Settings, tell: Tell, tmp_path: Path
) -> None:
    """It is tried again and says why."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "everything.yaml").write_text(RULE)
    (tmp_path / "receivers.yaml").write_text("one:\n  channel: log\ntwo:\n  channel: log\n")
    settings = replace(settings, rules_path=rules, receivers_path=tmp_path / "receivers.yaml")
    tell(candidate())
    store(0, settings)
    rows(
        settings,
        "CREATE FUNCTION tocsin.spoil() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.receiver = 'one' THEN NEW.message := '{}'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER spoil BEFORE INSERT ON tocsin.notifications FOR EACH ROW EXECUTE FUNCTION tocsin.spoil()",
    )
    try:
        counts = alert("edges", settings)
    finally:
        rows(settings, "DROP FUNCTION tocsin.spoil() CASCADE")

    assert counts["sent"] == 1
    assert rows(
        settings, "SELECT receiver, state, last_error IS NULL FROM tocsin.notifications ORDER BY receiver"
    ) == [("one", "pending", False), ("two", "sent", True)]


def test_event_whose_alert_postgres_refuses_holds_up_no_other(
    settings: Settings, tell: Tell, tmp_path: Path
) -> None:
    """It is quarantined with rule and reason."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "everything.yaml").write_text(RULE)
    (tmp_path / "receivers.yaml").write_text("one:\n  channel: log\ntwo:\n  channel: log\n")
    settings = replace(settings, rules_path=rules, receivers_path=tmp_path / "receivers.yaml")
    for name in ("Acme", "Poison", "Borealis"):
        tell(candidate(actor=named(name)))
    store(0, settings)
    with refused(settings, "notifications", "message::text NOT LIKE '%Poison%'"):
        counts = alert("edges", settings)

    assert (counts["alerts"], counts["sent"]) == (2, 4)
    ((stage, reason),) = rows(settings, "SELECT stage, reason FROM tocsin.quarantine")
    assert (stage, "rule everything" in reason) == ("alert", True)
