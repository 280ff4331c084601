"""Recode: both codings side by side, a switch that loses nothing and alerts nobody, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.model import Actor, Article, Candidate
from pipeline.stages import recode
from pipeline.stages.store import store
from pipeline.stages.validate import validate
from tests.conftest import wipe
from tests.records import candidate, span
from tests.store.conftest import Tell, select

FORMER = candidate()
NAMED = replace(FORMER, mode=None, score=6.5)  # the same event, read otherwise
ANOTHER = replace(
    FORMER, event_type="CONCEDE", mode=None, quad_class=1, score=4.5, cameo="080"
)  # on the same words
BRUSSELS = Actor(name="officials", country=None, sector="GOV", span=span("officials"), entry_ids=("gov",))
FURTHER = replace(FORMER, event_type="CONSULT", mode=None, quad_class=1, score=2.5, cameo="040",
                  actor=BRUSSELS, recipient=None, trigger=span("said"))  # fmt: skip


@dataclass
class Book:
    """A coder whose codings are written down: those of each article by the end of its address."""

    says: dict[str, list[Candidate]]
    codebook: str = "new-book"

    def code(self, article: Article) -> list[Candidate]:
        return self.says.get(article.url.rpartition("/")[2], [])

    def code_all(self, articles: Iterable[Article]) -> list[list[Candidate]]:
        return [self.code(article) for article in articles]


BOOK: Any = Book({"same": [FORMER], "read": [NAMED], "other": [ANOTHER], "more": [FORMER, FURTHER]})
STATE = """
SELECT md5(string_agg((to_jsonb(event) - '{id,candidate_id,trigger_start,stored_at,revised_at,revision,superseded_by}'::text[])::text, '|'
                      ORDER BY event_date, event_key)),
       count(*) FILTER (WHERE event.deleted_at IS NULL)
FROM tocsin.events AS event WHERE deleted_at IS NULL
"""
MERGED = """
SELECT to_jsonb(event) - '{id,candidate_id,codebook,stored_at,revised_at,revision}'::text[]
FROM tocsin.events AS event WHERE deleted_at IS NULL ORDER BY event_date, event_key
"""
TOLD = """
SELECT event.event_type, event.mode, event.mention_count, count(mention.id)
FROM analysis.events AS event LEFT JOIN analysis.mentions AS mention ON mention.event_id = event.id
GROUP BY event.id, event.event_type, event.mode, event.mention_count ORDER BY 1, 2
"""


@pytest.fixture
def told(tell: Tell, settings: Settings, other: Any) -> Callable[[str], list[tuple[Any, ...]]]:
    """History by the former codebook: five articles, one event of all; and a way to ask."""
    other.autocommit = True
    for name in ("same", "read", "other", "gone", "more"):
        tell(FORMER, url=f"https://{name}.example/{name}", source=name)
    store(0, settings)
    select(other, "DELETE FROM tocsin.pending_alerts")
    return lambda statement: select(other, statement)


def coded(settings: Settings, book: Any = BOOK) -> int:
    recode_id = recode.begin(settings, coder=book)
    assert recode_id is not None
    recode.code(recode_id, settings, coder=book)
    return recode_id


def test_until_the_switch_nothing_is_otherwise(told, settings) -> None:
    """The new codings lie beside: no reader, no stage takes them for valid."""
    before = told(STATE), told(TOLD)
    recode.compare(coded(settings), settings)
    validate(0, settings)
    store(0, settings)

    assert (told(STATE), told(TOLD)) == before
    assert told("SELECT stage, waiting_count FROM analysis.stage_lag WHERE waiting_count > 0") == []


@pytest.mark.usefixtures("told")
def test_what_differs_is_told_by_type_and_side_by_side(settings) -> None:
    """Gained, lost, changed and kept, with both codings in a line each."""
    recode_id = coded(settings)
    rows = {row.pop("event_type"): row for row in map(dict, recode.compare(recode_id, settings))}
    _, examples = recode.differences(recode_id, settings)

    assert rows == {
        "CONSULT": {"gained": 1, "lost": 0, "changed": 0, "same": 0},
        "CONCEDE": {"gained": 0, "lost": 0, "changed": 1, "same": 0},
        "RETREAT": {"gained": 0, "lost": 1, "changed": 1, "same": 2},
    }
    assert [(row["former_coding"], row["new_coding"]) for row in examples if row["event_type"] == "CONCEDE"] == [
        ("RETREAT withdraw: (planned) NATO IGO → Libya LBY, 2011-10-31, Libya",
         "CONCEDE: (planned) NATO IGO → Libya LBY, 2011-10-31, Libya"),
    ]  # fmt: skip


def test_after_the_switch_the_new_codings_stand_alone(told, settings) -> None:
    """No telling counts double, none is lost, and no rule is owed a look."""
    recode_id = coded(settings)
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)

    assert told(TOLD) == [("CONCEDE", None, 1, 1), ("CONSULT", None, 1, 1), ("RETREAT", "withdraw", 3, 3)]
    assert told("SELECT * FROM tocsin.pending_alerts") == []
    assert told("SELECT codebook, count(*) FROM tocsin.articles GROUP BY codebook") == [("new-book", 5)]
    assert told("SELECT reason, changes ->> 'mention_count' FROM analysis.event_revisions") == [
        ("recoded", "[5, 3]")
    ]


def test_the_way_back_leads_to_where_it_began(told, settings) -> None:
    """The same events with the same values; and forth again to what the switch made."""
    before = told(STATE)
    recode_id = coded(settings)
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)
    switched = told(STATE)
    recode.back(recode_id, settings)
    returned = told(STATE)
    recode.switch(recode_id, settings)

    assert returned == before != switched
    assert told(STATE) == switched
    assert told("SELECT * FROM tocsin.pending_alerts") == []


def test_new_codings_of_one_happening_in_other_words_are_one_event(tell, settings, other) -> None:
    """As those are that extract makes; and two again on the way back."""
    other.autocommit = True
    for name in ("one", "two"):
        tell(FORMER if name == "one" else FURTHER, url=f"https://{name}.example/{name}", source=name)
    store(0, settings)
    before = select(other, STATE)
    assert FORMER.recipient
    reworded = replace(FORMER, recipient=replace(FORMER.recipient, name=f"12 men of {FORMER.recipient.name}"))
    recode_id = coded(settings, Book({"one": [FORMER], "two": [reworded]}))
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)

    assert select(other, TOLD) == [("RETREAT", "withdraw", 2, 2)]

    recode.back(recode_id, settings)

    assert select(other, STATE) == before


def test_an_event_that_is_read_as_another_gives_way_to_it(tell, settings, other) -> None:
    """So that its alert follows; and it stands again after the way back."""
    other.autocommit = True
    tell(FORMER, url="https://other.example/other")
    store(0, settings)
    recode_id = coded(settings)
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)
    successors = "SELECT former.event_type, present.event_type FROM tocsin.events AS former JOIN tocsin.events AS present ON present.id = former.superseded_by"
    switched = select(other, successors)
    recode.back(recode_id, settings)

    assert switched == [("RETREAT", "CONCEDE")]
    assert select(other, successors) == [("CONCEDE", "RETREAT")]
    assert select(other, "SELECT event_type FROM analysis.events") == [("RETREAT",)]


def test_ingestion_goes_on_meanwhile(told, tell, settings) -> None:
    """What comes in between counts beside both codings, and is alerted as ever."""
    recode_id = coded(settings)
    recode.compare(recode_id, settings)
    tell(FORMER, url="https://fresh.example/fresh", source="fresh")
    store(0, settings)
    pending = told("SELECT event_id FROM tocsin.pending_alerts")
    recode.switch(recode_id, settings)
    tell(FORMER, url="https://fresh.example/fresher", source="fresher")
    store(0, settings)

    assert told(TOLD)[-1] == ("RETREAT", "withdraw", 5, 5)
    assert len(pending) == 1
    assert told("SELECT event_id FROM tocsin.pending_alerts") == pending


def test_an_article_that_was_coded_meanwhile_is_left_alone(told, settings) -> None:
    """A correction is newer than the recode's reading of the text before it."""
    recode_id = coded(settings)
    told("UPDATE tocsin.articles SET extracted_at = now() + interval '1 s' WHERE url LIKE '%other'")
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)

    assert [row[0] for row in told(TOLD)] == ["CONSULT", "RETREAT"]
    assert told("SELECT failure FROM tocsin.recode_articles WHERE failure IS NOT NULL") == [
        ("coded or corrected meanwhile",)
    ]


def test_an_article_that_cannot_be_coded_keeps_its_coding(told, settings) -> None:
    """The others go on."""

    class Failing(Book):
        def code(self, article: Article) -> list[Candidate]:
            if article.url.endswith("same"):
                raise ValueError("no")
            return super().code(article)

    recode_id = coded(settings, Failing(BOOK.says))
    recode.compare(recode_id, settings)

    assert told("SELECT failure FROM tocsin.recode_articles WHERE coded_at IS NULL") == [("ValueError: no",)]


def test_steps_out_of_order_are_refused(told, settings) -> None:
    """With what is allowed; and a codebook that codes all there is has nothing to do."""
    recode_id = coded(settings)
    with pytest.raises(ConfigError, match="is coding, and must be compared or reverted"):
        recode.switch(recode_id, settings)
    with pytest.raises(ConfigError, match="must be switched"):
        recode.back(recode_id, settings)
    with pytest.raises(ConfigError, match="this version codes by third-book"):
        recode.code(recode_id, settings, coder=Book({}, "third-book"))
    with pytest.raises(ConfigError, match="no recode 0"):
        recode.compare(0, settings)
    recode.drop(recode_id, settings)

    assert recode.begin(settings, coder=Book({}, "test")) is None
    assert told("SELECT count(*) FROM tocsin.candidates WHERE codebook = 'new-book'") == [(0,)]


def test_a_switch_gives_the_rows_that_the_codebook_would_have_given_at_first(tell, settings, other) -> None:
    """An event has the values of the wording that most sources tell, and not those of the surest telling of all."""
    other.autocommit = True
    assert FORMER.recipient
    surer = replace(
        FORMER,
        recipient=replace(FORMER.recipient, name=f"12 men of {FORMER.recipient.name}"),
        confidence=0.99,
    )
    says = {"one": [NAMED], "two": [NAMED], "three": [replace(surer, mode=None, score=6.5)]}
    for name in (*says, "gone"):
        tell(surer if name == "three" else FORMER, url=f"https://{name}.example/{name}", source=name)
    store(0, settings)
    recode_id = coded(settings, Book(says))
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)
    switched = select(other, MERGED)

    wipe(settings.database_url)
    for name, (told,) in says.items():
        tell(told, url=f"https://{name}.example/{name}", source=name)
    store(0, settings)

    assert len(switched) == 1
    assert switched == select(other, MERGED)


def test_a_copy_is_no_source_after_a_switch_either(tell, settings, other) -> None:
    other.autocommit = True
    for name in ("one", "two"):
        tell(FORMER, url=f"https://{name}.example/{name}", source=name)
    select(
        other,
        "UPDATE tocsin.articles SET copy_of = (SELECT min(id) FROM tocsin.articles) WHERE source = 'two'",
    )
    store(0, settings)
    recode_id = coded(settings, Book({"one": [NAMED], "two": [NAMED]}))
    recode.compare(recode_id, settings)
    recode.switch(recode_id, settings)

    assert select(other, "SELECT mention_count, article_count, source_count FROM analysis.events") == [
        (2, 2, 1)
    ]
