"""Recode while ingestion runs: history coded again beside, compared, switched to and back; nothing lost, nobody alerted.

    python -m benchmarks.recode [--articles N]

Makes a server of its own with N articles (default 10,000) that a former codebook coded, and recodes them by a coder that
keeps, changes, loses and adds codings by plan (the language model is left out: its speed is benchmarks/extract_speed.py).
Meanwhile another thread brings in articles and runs store. Says how long each step took and held store's lock, and holds
all that must be true; leaves with an error where it is not.
"""

from __future__ import annotations

import argparse
import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from benchmarks.store import server
from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.model import Actor, Article, Candidate, EventDate, Place, Span
from pipeline.postgres.database import Database, connect
from pipeline.postgres.migrate import migrate
from pipeline.postgres.rows import candidate_row
from pipeline.stages import recode
from pipeline.stages.store import store
from pipeline.store.wording import found_by

TOLD_BY = 2  # articles that tell one event
AT_ONCE = 1_000
PUBLISHED = datetime(2011, 10, 28, 12, tzinfo=UTC)


def text_of(number: int) -> str:
    return f"Group{number // TOLD_BY} will end its mission in Libya on Monday, officials said in Brussels."


def coding(number: int) -> Candidate:
    text = text_of(number)

    def span(words: str) -> Span:
        start = text.index(words)
        return Span(start=start, end=start + len(words), text=words)

    return Candidate(
        event_type="RETREAT", mode="withdraw", status="planned",
        actor=Actor(name=f"Group{number // TOLD_BY}", country=None, sector="REB", span=span(f"Group{number // TOLD_BY}")),
        recipient=Actor(name="Libya", country="LBY", sector=None, span=span("Libya")),
        trigger=span("end"), sentence=span(text),
        place=Place(name="Libya", country="LBY", latitude=28.0, longitude=17.0, resolution="country", span=span("Libya")),
        event_date=EventDate(value=date(2011, 10, 31), span=span("on Monday")),
        quad_class=2, score=8.0, cameo="087", frame_id="end:1", confidence=0.8,
    )  # fmt: skip


@dataclass
class Planned:
    """A coder that reads of a tenth nothing, of another tenth more, and of a fifth another type."""

    codebook: str = "new"
    more: tuple[int, ...] = field(default=(8,))

    def code(self, article: Article) -> list[Candidate]:
        number = int(article.url.rpartition("/")[2])
        told = coding(number)
        turn = number // TOLD_BY % 10
        if turn == 0:
            return []
        if turn in (1, 2):
            return [replace(told, event_type="CONCEDE", mode=None, quad_class=1, score=4.5, cameo="080")]
        if turn in self.more:
            return [told, replace(told, event_type="CONSULT", mode=None, quad_class=1, score=2.5, cameo="040",
                                  trigger=replace(told.trigger, start=told.sentence.text.index("said"),
                                                  end=told.sentence.text.index("said") + 4, text="said"))]  # fmt: skip
        return [told]

    def code_all(self, articles: Iterable[Article]) -> list[list[Candidate]]:
        return [self.code(article) for article in articles]


def bring_in(settings: Settings, numbers: range, codebook: str) -> None:
    """Articles of these numbers with their accepted codings, stored."""
    coder = Planned()
    with Database(settings.database_url).transaction() as transaction:
        batch = transaction.one("open_batch", run_key="benchmark")
        assert batch
        with transaction.connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method, codebook,"
                " extracted_at) SELECT 'https://news.example/' || number, 'Paper ' || number %% 7, 'T', text, 'en', %s, now(), 'made',"
                " %s, now() FROM unnest(%s::integer[], %s::text[]) AS given (number, text) RETURNING id, url",
                (PUBLISHED, codebook, list(numbers), [text_of(number) for number in numbers]),
            )
            articles = {int(url.rpartition("/")[2]): article_id for article_id, url in cursor.fetchall()}
        made: list[int] = []
        for number, article_id in articles.items():
            told = (
                [coding(number)] if codebook == "former" else coder.code(replace(ARTICLE, url=f"x/{number}"))
            )
            rows = transaction.all(
                "insert_candidates",
                candidates=json.dumps([candidate_row(one) | found_by(one) for one in told]),
                batch_id=batch["id"], article_id=article_id, codebook=codebook,
            )  # fmt: skip
            made += [row["id"] for row in rows]
        transaction.run("judge_candidates", candidate_ids=made, verdict="accepted")
    store(0, settings)


ARTICLE = Article(url="x/0", source="x", title="T", text="T", published_at=PUBLISHED, fetched_at=PUBLISHED)
STATE = """
SELECT md5(string_agg((to_jsonb(event) - '{id,candidate_id,trigger_start,stored_at,revised_at,revision,superseded_by,codebook}'::text[])::text,
                      '|' ORDER BY event_key))
FROM tocsin.events AS event WHERE deleted_at IS NULL AND NOT EXISTS (
    SELECT FROM tocsin.mentions JOIN tocsin.articles AS article ON article.id = article_id
    WHERE event_id = event.id AND article.url ~ '/[0-9]{6,}$')
"""
DOUBLED = """
SELECT count(*) FROM analysis.events AS event
WHERE mention_count <> (SELECT count(*) FROM analysis.mentions WHERE event_id = event.id)
"""
UNTOLD = """
SELECT count(*) FROM tocsin.articles AS article
WHERE url ~ '/[0-9]{6,}$' AND NOT EXISTS (
    SELECT FROM analysis.mentions AS mention JOIN analysis.events AS event ON event.id = mention.event_id
    WHERE mention.article_id = article.id)
"""


class Ingestion:
    """A thread that brings in ten articles and stores them, again and again."""

    def __init__(self, settings: Settings):
        self.settings, self.next, self.is_over, self.longest = settings, 1_000_005, False, 0.0
        self.failures: list[BaseException] = []
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        try:
            while not self.is_over:
                # Numbers whose turn is none of those that are read as nothing.
                numbers = range(self.next, self.next + 10)
                started = time.perf_counter()
                bring_in(self.settings, numbers, "new")
                self.longest = max(self.longest, time.perf_counter() - started)
                self.next += 20
                time.sleep(0.05)
        except BaseException as error:  # noqa: BLE001  (told at the end)
            self.failures.append(error)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    options = parser.parse_args()
    logging.basicConfig(level="ERROR")
    with server() as settings:
        settings = replace(settings, database_url=embedded.url(settings))
        migrate(settings.database_url)
        for first in range(0, options.articles, AT_ONCE):
            bring_in(settings, range(first, min(first + AT_ONCE, options.articles)), "former")
        asking = connect(settings.database_url, autocommit=True)

        def ask(statement: str) -> Any:
            with asking.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()

        ask("DELETE FROM tocsin.pending_alerts RETURNING 1")
        before = ask(STATE)
        coder: Any = Planned()
        ingestion = Ingestion(settings)
        ingestion.thread.start()
        recode_id = recode.begin(settings, coder=coder)
        assert recode_id is not None

        def step(name: str, work: Any) -> Any:
            started = time.perf_counter()
            done = work()
            print(
                f"{name:<10}{time.perf_counter() - started:>8.1f} s   {done if not isinstance(done, list) else ''}",
                flush=True,
            )
            return done

        step("code", lambda: recode.code(recode_id, settings, coder=coder))
        for row in step("compare", lambda: recode.compare(recode_id, settings)):
            print("   ", dict(row))
        assert ask(STATE) == before, "the codings that stand were touched before the switch"
        step("switch", lambda: recode.switch(recode_id, settings))
        switched = ask(STATE)
        assert switched != before
        assert ask(DOUBLED) == [(0,)], "tellings count double"
        step("back", lambda: recode.back(recode_id, settings))
        assert ask(STATE) == before, "the way back leads elsewhere"
        step("switch", lambda: recode.switch(recode_id, settings))
        assert ask(STATE) == switched
        ingestion.is_over = True
        ingestion.thread.join()
        assert not ingestion.failures, ingestion.failures
        assert ask(DOUBLED) == [(0,)]
        assert ask(UNTOLD) == [(0,)], "an article that came in meanwhile tells no event"
        alerted = ask(
            "SELECT count(*) FROM tocsin.pending_alerts AS pending WHERE NOT EXISTS (SELECT FROM tocsin.mentions"
            " JOIN tocsin.articles AS article ON article.id = article_id WHERE event_id = pending.event_id AND article.url ~ '/[0-9]{6,}$')"
        )
        assert alerted == [(0,)], "a rule is owed a look at history"
        ((revisions,),) = ask(
            "SELECT count(DISTINCT revised_at) FROM tocsin.event_revisions WHERE reason = 'recoded'"
        )
        ((came,),) = ask("SELECT count(*) FROM tocsin.articles WHERE url ~ '/[0-9]{6,}$'")
        print(
            f"{came:,} articles came in meanwhile, ten at a time; the longest took {ingestion.longest:.1f} s; all tell their events"
        )
        print(
            f"three switches, {revisions} moments of change: each is one transaction; no rule is owed a look at history"
        )


if __name__ == "__main__":
    main()
