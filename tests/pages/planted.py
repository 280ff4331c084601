"""Rows for the pages, put in through the pipeline's own queries and its stage `store`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.config import ROOT, Settings
from pipeline.model import Actor, Candidate, Count, EventDate, Place
from pipeline.postgres.database import Database, Transaction
from pipeline.postgres.rows import candidate_row
from pipeline.stages.alert import alert
from pipeline.stages.common import About, quarantine
from pipeline.stages.store import store
from pipeline.store.wording import event_key
from tests.records import article_row, span

NOW = datetime.now(UTC)
STRIKE = "Russian drones struck the port of Odesa on Friday, killing three people, officials said."
TALKS = "France and Germany will hold talks in Berlin on Monday."
MARCH = "Thousands of Kenyan teachers marched through Nairobi on Thursday against the cuts."

HOSTILE_FORMS = (
    "<script>window.harmed={n}</script>",
    '"><img src=x onerror=window.harmed={n}>',
    "' autofocus onfocus=window.harmed={n} x='",
    "</title></head><body onload=window.harmed={n}>",
    "<svg/onload=window.harmed={n}>",
    "{{{{ 7 * {n} }}}}{{% for x in y %}}",
    '<a href="javascript:window.harmed={n}">click</a>',
    "<style>body{{display:none}}</style><!-- {n}",
    '<iframe src="https://elsewhere.example/{n}"></iframe>',
    "\u202egnp.{n} <base href=//elsewhere.example>",
)
HOSTILE = [form.format(n=number) for number in range(5) for form in HOSTILE_FORMS]


def telling(text: str, **changes: Any) -> Candidate:
    """A candidate of a text; `actor`, `recipient` and `place` are (words, country, sector or coordinates)."""
    values: dict[str, Any] = {
        "contexts": (), "status": "actual", "status_reason": "plain past tense", "sentence": span(text, text),
        "actor": None, "recipient": None, "place": None, "event_date": EventDate(value=NOW.date()), "confidence": 0.8, "frame_id": "will", "score": None,
        "cameo": None,
    } | changes  # fmt: skip
    values["trigger"] = span(values["trigger"], text)
    for role in ("actor", "recipient"):
        if values[role]:
            words, country, sector = values[role]
            values[role] = Actor(
                name=words, country=country, sector=sector, span=span(words, text), entry_ids=(words.lower(),)
            )
    if values["place"]:
        words, country, latitude, longitude, *geonames_id = values["place"]
        values["place"] = Place(
            name=words, geonames_id=geonames_id[0] if geonames_id else None, country=country, latitude=latitude, longitude=longitude, resolution="point",
            span=span(words, text),
        )  # fmt: skip
    return Candidate(**values)


def strike(days_ago: int = 0, **changes: Any) -> Candidate:
    return telling(
        STRIKE, event_type="ASSAULT", mode="aerial", trigger="struck", actor=("Russian drones", "RUS", "MIL"),
        place=("Odesa", "UKR", 46.48, 30.73), recipient=("people", "UKR", "CVL"), quad_class=4, score=-9.0,
        event_date=EventDate(value=NOW.date() - timedelta(days=days_ago)),
        counts=(Count(kind="killed", lower=3, upper=3, span=span("three", STRIKE)),), **changes,
    )  # fmt: skip


def talks() -> Candidate:
    return telling(
        TALKS, event_type="CONSULT", mode=None, trigger="talks", actor=("France", "FRA", "GOV"),
        recipient=("Germany", "DEU", "GOV"), place=("Berlin", "DEU", 52.52, 13.4), quad_class=1, score=2.5,
        status="planned", status_reason="auxiliary 'will'", confidence=0.9,
    )  # fmt: skip


def march() -> Candidate:
    return telling(
        MARCH, event_type="PROTEST", mode="demo", trigger="marched", actor=("Kenyan teachers", "KEN", "LAB"),
        place=("Nairobi", "KEN", -1.28, 36.82), quad_class=4, score=-5.0, confidence=0.6,
    )  # fmt: skip


def plant(settings: Settings) -> None:
    """Put in what the tests of the pages look for."""
    database = Database(settings.database_url)
    with database.transaction() as transaction:
        batch = transaction.one("open_batch", run_key="pages")
        assert batch
        put = _Putter(transaction, int(batch["id"]))
        put("Drones hit Odesa", "Example Wire", STRIKE, strike())
        put("Port of Odesa attacked", "Second Paper", STRIKE, strike(confidence=0.7))
        for days in range(1, 40):
            put(f"Day {days} of strikes", "Example Wire", STRIKE, strike(days))
        put("Paris and Berlin to talk", "Second Paper", TALKS, talks())
        put("Teachers march in Nairobi", "Third Paper", MARCH, march())
        for title in HOSTILE:
            put(title, title, f"{title} struck Odesa.", hostile(title))
    store(0, settings)
    alert(
        settings=replace(
            settings, rules_path=_rules(settings.home), receivers_path=ROOT / "seeds" / "receivers.yaml"
        )
    )
    with database.transaction() as transaction:
        _in_quarantine(transaction)
        _story(transaction)


RULE = """
rule: port-strikes
title: Strikes on ports <b>now</b>
owner: desk
status: active
severity: high
match:
  any:
    - event_type: ASSAULT
      actor_country: RUS
notify: [desk]
"""


def _rules(home: Path) -> Path:
    folder = home / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "port-strikes.yaml").write_text(RULE)
    return folder


def _in_quarantine(transaction: Transaction) -> None:
    """Three refusals of fetch, each by the name of a break-in."""
    for number, title in enumerate(HOSTILE[:3]):
        about = About(url=f"https://news.example/q/{number}")
        quarantine(transaction, "fetch", f"item-{number}", f"too long: {title}", title, about)


def _story(transaction: Transaction) -> None:
    """The two articles of Odesa as one story, the second a copy of the first."""
    with transaction.connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO tocsin.stories (title, first_published_at, last_published_at, article_count,"
            " source_count) VALUES ('Odesa under fire', now(), now(), 2, 1) RETURNING id)"
            " UPDATE tocsin.articles SET story_id = (SELECT id FROM made)"
            " WHERE title IN ('Drones hit Odesa', 'Port of Odesa attacked')"
        )
        cursor.execute(
            "UPDATE tocsin.articles SET copy_of = (SELECT id FROM tocsin.articles WHERE title = 'Drones hit Odesa')"
            " WHERE title = 'Port of Odesa attacked'"
        )


def hostile(title: str) -> Candidate:
    """An event whose actor is called like a break-in, each at a place of its own, so that no two are one."""
    number = HOSTILE.index(title)
    return telling(
        f"{title} struck Odesa.", event_type="ASSAULT", mode=None, trigger="struck", actor=(title, None, None),
        place=("Odesa", "UKR", number, 30.73, 1000 + number), quad_class=4, score=-9.0,
        event_date=EventDate(value=NOW.date() - timedelta(days=2)),
    )  # fmt: skip


class _Putter:
    """Puts an article and the candidate it tells into the tables, as fetch, extract and validate would."""

    def __init__(self, transaction: Transaction, batch_id: int) -> None:
        self.transaction, self.batch_id, self.number = transaction, batch_id, 0

    def __call__(self, title: str, source: str, text: str, told: Candidate) -> None:
        self.number += 1
        row = article_row(
            self.batch_id, url=f"https://news.example/pages/{self.number}", title=title, source=source, text=text,
            published_at=NOW.isoformat(), fetched_at=NOW.isoformat(),
        )  # fmt: skip
        (article,) = self.transaction.all("insert_articles", articles=json.dumps([row]))
        columns = candidate_row(told) | {"event_key": event_key(told)}
        (made,) = self.transaction.all(
            "insert_candidates", candidates=json.dumps([columns]), batch_id=self.batch_id,
            article_id=article["id"], codebook="test",
        )  # fmt: skip
        self.transaction.run("mark_extracted", article_id=article["id"], codebook="test")
        self.transaction.run("judge_candidates", candidate_ids=[made["id"]], verdict="accepted")
