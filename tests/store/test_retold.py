"""Wordings that alike articles tell in alike sentences: one happening where nothing contradicts, whatever the order."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.model import Actor, EventDate, Span
from pipeline.stages import store as store_stage
from pipeline.stages.store import store
from pipeline.store.incidents import AGAINST, affinity, happenings
from pipeline.store.retold import likeness
from pipeline.store.wording import Party, Telling, Wording, settings, words_of
from pipeline.stories.likeness import sentence_terms
from tests.conftest import wipe
from tests.records import candidate, span
from tests.store.conftest import Tell, select
from tests.store.test_merging import EVENTS

BAR = settings()["bar"]
DAY = date(2026, 11, 2)
NEXT_DAY = DAY + timedelta(days=1)
FIRE = (
    "Gunmen set fire to the covered market of Ketterby, and eleven stallholders died, mayor Vera Tanaka said."
)
AGAIN = (
    "Eleven stallholders died when the covered market of Ketterby was set on fire, according to Vera Tanaka."
)
OTHER = "Ferry crews in Dunmore walked out over wages."
GUNMEN = Party(words="gunmen", is_proper=False, country="SYR", sector="REB")
SOLDIERS = Party(words="soldiers", is_proper=False, country="SYR", sector="MIL")
DOCTORS = Party(words="doctors", is_proper=False, country="SYR", sector="MED")


def telling(article_id: int, sentence: str, *kin: int, alike: float = 0.5) -> Telling:
    return Telling(
        article_id=article_id,
        kin=dict.fromkeys(kin, alike),
        terms=sentence_terms(sentence),
        words=words_of(sentence),
    )


RAID = Wording(
    event_type="ASSAULT", status="actual", day=DAY, precision="day", is_dated=True, actor=GUNMEN, recipient=DOCTORS,
    place_country="SYR", place_admin1=None, place_id="1", place_latitude=None, place_longitude=None,
    place_resolution="country", tellings=(telling(1, FIRE, 2),),
)  # fmt: skip
RETOLD = replace(RAID, tellings=(telling(2, AGAIN, 1),))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"day": NEXT_DAY}, id="the next day"),
        pytest.param({"day": DAY - timedelta(days=3), "precision": "week"}, id="its week"),
        pytest.param({"recipient": replace(DOCTORS, words="people", sector="CVL")}, id="doctors and people"),
        pytest.param({"recipient": None, "day": NEXT_DAY, "is_dated": False}, id="nobody hurt, in print"),
        pytest.param({"actor": replace(GUNMEN, country=None)}, id="gunmen of no land"),
        pytest.param({"tellings": (telling(2, AGAIN, 1, alike=0.25),)}, id="articles that are no story"),
    ],
)
def test_one_happening_told_by_alike_articles(changes: dict) -> None:
    """Where parties and days were read otherwise."""
    other = replace(RETOLD, **changes)

    assert likeness(RAID, other) == likeness(other, RAID) >= BAR


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"tellings": (telling(2, OTHER, 1),)}, id="another sentence"),
        pytest.param({"tellings": (telling(3, AGAIN),)}, id="articles that are not alike"),
        pytest.param({"tellings": (telling(1, AGAIN, 2), telling(2, AGAIN, 1))}, id="one article tells both"),
        pytest.param({"event_type": "COERCE"}, id="type"),
        pytest.param({"day": DAY + timedelta(days=3)}, id="three days later"),
        pytest.param({"recipient": replace(DOCTORS, sector="MIL")}, id="soldiers"),
        pytest.param({"actor": replace(GUNMEN, country="IRQ")}, id="gunmen of another land"),
        pytest.param({"actor": None, "recipient": None}, id="nobody in common"),
    ],
)
def test_two_happenings_told_by_alike_articles(changes: dict) -> None:
    """What contradicts still does."""
    one = replace(RAID, day=NEXT_DAY)  # no day in common: the wordings alone are two happenings

    assert likeness(one, replace(RETOLD, **changes)) < BAR


def proper(name: str, country: str | None = None) -> Party:
    return Party(words=name, is_proper=True, country=country, sector=None)


SOLD = "Nordhal slapped duties on 40 exporters of Quintara on Monday, Vera Tanaka said in Dunmore."
SOLD_AGAIN = "Nordhal imposed duties on 40 exporters of Quintara on Monday, Vera Tanaka said in Dunmore."
DUTIES = replace(
    RAID, event_type="SANCTION", actor=proper("nordhal"), recipient=proper("quintara"),
    tellings=(telling(1, SOLD, 2),),
)  # fmt: skip
DUTIES_AGAIN = replace(DUTIES, tellings=(telling(2, SOLD_AGAIN, 1),))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"recipient": proper("vera tanaka")}, id="another name of the sentence"),
        pytest.param({"actor": proper("quintara"), "recipient": proper("vera tanaka")}, id="both others"),
        pytest.param({"actor": proper("quintara"), "recipient": proper("nordhal")}, id="the other way round"),
        pytest.param({"place_country": "CAN", "place_id": "2"}, id="another place"),
    ],
)
def test_one_sentence_that_was_read_in_two_ways(changes: dict) -> None:
    """Two names that stand in both are no two parties; nor do its towns make two happenings."""
    other = replace(DUTIES_AGAIN, **changes)

    assert affinity(DUTIES, other) == AGAINST
    assert likeness(DUTIES, other) == likeness(other, DUTIES) >= BAR


def test_much_of_a_name_is_one_party_in_one_sentence() -> None:
    """Whatever sector was read in each, but not of two lands."""
    leaders = Party(words="union leaders", is_proper=False, country="NOR", sector="LAB")
    told = replace(DUTIES, recipient=leaders)
    other = replace(DUTIES_AGAIN, recipient=replace(leaders, words="city leaders", sector="GOV"))
    abroad = replace(other, recipient=replace(leaders, words="city leaders", country="QUI"))

    assert affinity(told, other) == AGAINST
    assert likeness(told, other) == likeness(other, told) >= BAR
    assert likeness(told, abroad) == AGAINST


def of_no_story(told: Wording) -> Wording:
    """The same, where its articles are alike but not of one story."""
    (mine,) = told.tellings
    return replace(told, tellings=(replace(mine, kin=dict.fromkeys(mine.kin, 0.3)),))


def test_a_name_that_is_not_in_both_sentences_is_somebody_else() -> None:
    """Nor are two of one sentence where the articles are of no story."""
    other = replace(DUTIES_AGAIN, recipient=proper("omar haddad"))
    misread = replace(DUTIES_AGAIN, recipient=proper("vera tanaka"))

    assert likeness(DUTIES, other) == AGAINST
    assert likeness(of_no_story(DUTIES), of_no_story(misread)) == AGAINST


def test_who_has_a_land_may_be_a_name_that_has_none() -> None:
    """In articles of one story; elsewhere two names are two people."""
    first = "The orchestra of Dunmore barred Jonas Lindqvist from its hall over his remarks."
    second = "Over his remarks the Dunmore orchestra barred a Corland pianist from its hall."
    barred = replace(
        DUTIES, recipient=proper("jonas lindqvist"), day=NEXT_DAY, tellings=(telling(1, first, 2),)
    )
    again = replace(
        barred, recipient=proper("corland pianist", "CRL"), day=DAY, tellings=(telling(2, second, 1),)
    )

    assert likeness(barred, again) >= BAR
    assert likeness(of_no_story(barred), of_no_story(again)) == AGAINST


def test_who_said_it_may_be_read_otherwise_in_one_sentence() -> None:
    """The one who refused is taken for the one who was refused."""
    first = "Estmark rejected this Sunday a proposal by Castova on port fees, Vera Tanaka told reporters."
    refused = replace(
        DUTIES, event_type="REJECT", actor=proper("estmark"), recipient=proper("castova"),
        tellings=(telling(1, first, 2),),
    )  # fmt: skip
    again = replace(
        refused,
        actor=proper("castova"),
        recipient=None,
        tellings=(telling(2, first.replace("this", "on"), 1),),
    )

    assert likeness(refused, again) >= BAR
    assert likeness(refused, replace(again, actor=proper("omar haddad"))) == AGAINST


def test_half_a_name_is_one_only_in_one_story() -> None:
    """Two of one last name."""
    first = "Zora Brandtner, who led the talks, called the outcome a test of fishing rights."
    led = replace(
        DUTIES, event_type="CONSULT", actor=proper("zora brandtner"), recipient=None, day=NEXT_DAY,
        tellings=(telling(1, first, 2),),
    )  # fmt: skip
    again = replace(
        led,
        actor=proper("nadia brandtner"),
        day=DAY,
        tellings=(telling(2, first.replace("Zora", "Nadia"), 1),),
    )

    assert likeness(led, again) >= BAR
    assert likeness(of_no_story(led), of_no_story(again)) == AGAINST


def test_texts_of_one_mould_are_two_happenings() -> None:
    """Where articles are alike and no story, sentences must be more alike than a mould makes them."""
    sentence = "The envoy, {}, urged Aldria and its neighbours to keep channels open in {}."
    first, second = (
        sentence.format(*names) for names in (("Boris Arslan", "Oakhollow"), ("Vera Tanaka", "Kingsmere"))
    )
    urged = replace(DUTIES, day=NEXT_DAY, tellings=(telling(1, first, 2),))
    again = replace(urged, day=DAY, tellings=(telling(2, second, 1),))

    assert likeness(urged, again) >= BAR
    assert likeness(of_no_story(urged), of_no_story(again)) == AGAINST


def test_what_wordings_say_alone_is_enough() -> None:
    """Nobody need be alike."""
    other = replace(RAID, tellings=(telling(3, OTHER),))

    assert likeness(RAID, other) == affinity(RAID, other) >= BAR


def test_what_is_said_is_its_speakers() -> None:
    """Two ministers who both accuse, in one sentence of two articles."""
    minister = Party(words="vera tanaka", is_proper=True, country="SYR", sector="GOV")
    said = replace(RAID, event_type="ACCUSE", actor=minister)
    other = replace(RETOLD, event_type="ACCUSE", actor=replace(minister, words="omar haddad"))

    assert likeness(said, other) == AGAINST
    assert (
        likeness(said, replace(other, actor=replace(minister, words="mayor vera tanaka"), day=NEXT_DAY))
        >= BAR
    )


def test_what_one_article_tells_apart_is_two() -> None:
    """A third telling joins the surer one of the two."""
    second = replace(RAID, day=NEXT_DAY + timedelta(days=1), recipient=None, tellings=(telling(1, OTHER, 2),))
    third = replace(RETOLD, day=NEXT_DAY)

    assert happenings({"a": RAID, "b": second, "c": third}, likeness) == [["a", "c"], ["b"]]


def sentence(words: str) -> Span:
    return Span(start=0, end=len(words), text=words)


ACTOR = Actor(name="gunmen", country="SYR", sector="REB", span=span("NATO"))
HURT = Actor(name="doctors", country="SYR", sector="MED", span=span("Libya"))
TOLD = candidate(
    event_type="ASSAULT", mode=None, status="actual", actor=ACTOR, recipient=HURT, place=None, quad_class=4, score=-9.0,
    cameo="190", event_date=EventDate(value=DAY, span=span("on Monday")), sentence=sentence(FIRE),
)  # fmt: skip
LATER = EventDate(value=NEXT_DAY, span=span("on Monday"))
# Number of the article, and what it tells. All but the last are alike.
TELLINGS = [
    (1, TOLD),
    (2, replace(TOLD, event_date=LATER, sentence=sentence(AGAIN))),
    (3, replace(TOLD, recipient=replace(HURT, name="people", sector="CVL"), sentence=sentence(AGAIN))),
    (4, replace(TOLD, sentence=sentence(FIRE))),
    (4, replace(TOLD, event_date=LATER, recipient=None, sentence=sentence(OTHER))),
    (5, replace(TOLD, event_date=LATER, recipient=None, sentence=sentence(AGAIN))),
    (6, replace(TOLD, event_date=LATER, recipient=replace(HURT, sector="CVL"), sentence=sentence(AGAIN))),
]
ALIKE = 5
LINK = """
INSERT INTO tocsin.article_links (article_id, other_id, likeness)
SELECT one.id, other.id, 0.5
FROM tocsin.articles AS one
JOIN tocsin.articles AS other ON other.id <> one.id
WHERE greatest(right(one.url, 1)::integer, right(other.url, 1)::integer) <= %s
ON CONFLICT DO NOTHING
"""


def put(tell: Tell, other: Any, number: int) -> None:
    """As extract leaves it: linked to all that are there before it is told."""
    article_id, told = TELLINGS[number]
    tell(told, url=f"https://news.example/{article_id}", source=f"Paper {article_id}")
    select(other, LINK, ALIKE)
    other.commit()


def test_any_order_and_any_batches_give_the_same_rows(
    tell: Tell, settings: Any, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven tellings of six articles, of which one tells two apart and one is alike to none, in eight orders."""
    found = set()
    for seed in range(8):
        chance = random.Random(seed)
        monkeypatch.setattr(store_stage, "STORE_AT_ONCE", chance.randint(1, 7))
        for number in chance.sample(range(len(TELLINGS)), len(TELLINGS)):
            put(tell, other, number)
            if chance.random() < 0.6:
                store(0, settings)
        store(0, settings)
        found.add(json.dumps(select(other, EVENTS), sort_keys=True))
        other.rollback()
        wipe(settings.database_url)
    (rows,) = found
    told_by = sorted(sorted({url[-1] for url, *_ in event["told_by"]}) for (event,) in json.loads(rows))

    assert len(told_by) == 3, told_by
    assert ["6"] in told_by
    assert ["1", "3", "4"] in told_by
    assert ["2", "4", "5"] in told_by


def test_articles_found_alike_by_a_correction_are_looked_at_anew(
    tell: Tell, settings: Any, other: Any
) -> None:
    """What both told before becomes one event."""
    for number in (0, 1):
        article_id, told = TELLINGS[number]
        tell(told, url=f"https://news.example/{article_id}", source=f"Paper {article_id}")
    store(0, settings)
    before = select(other, "SELECT count(*) FROM tocsin.events WHERE deleted_at IS NULL")
    select(other, LINK, ALIKE)
    select(
        other,
        "INSERT INTO tocsin.pending_merges (event_id, reason) SELECT min(id), 'told' FROM tocsin.events",
    )
    other.commit()
    store(0, settings)

    assert before == [(2,)]
    assert select(other, "SELECT mention_count FROM tocsin.events WHERE deleted_at IS NULL") == [(2,)]
