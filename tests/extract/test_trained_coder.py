"""The coder with its trained reader, as it is shipped, on sentences of our own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.config import ROOT, Settings
from pipeline.extract.code_command import article_of
from pipeline.extract.coder import Coder, load_coder
from pipeline.model import Candidate
from tests.extract.test_seed_article import EXPECTED, REQUIRED, TEXT, meets

BAR = Settings().reader_min_confidence


@pytest.fixture(scope="module")
def trained() -> Coder:
    return load_coder(Settings(reader="on"))


def coded(trained: Coder, text: str, title: str = "") -> list[Candidate]:
    """What is stored of a text."""
    article = article_of({"id": "x", "text": text, "title": title, "date": "2026-11-02"})
    return [one for one in trained.code(article) if one.confidence >= BAR]


@pytest.mark.parametrize("wanted", REQUIRED, ids=[event["id"] for event in REQUIRED])
def test_a_required_event_of_the_seed_is_stored_as_news(trained, wanted):
    """With actor, recipient, status and date: the trained reader loses none of them."""
    article = article_of({"id": "x", "text": TEXT, "date": EXPECTED["published_at"]})
    news = [one for one in trained.code(article) if one.confidence >= BAR and not one.is_background]

    assert any(meets(one, wanted) for one in news)


def test_what_speech_borrows_from_war_is_no_attack(trained):
    """The same verbs, and nothing of an event in them."""
    text = (
        "The central bank is targeting two percent inflation. A price war broke out among makers of electric cars on "
        "Monday. The senator narrowly beat her rival, who had attacked her record on schools."
    )

    assert [one for one in coded(trained, text) if one.event_type == "ASSAULT"] == []


def test_the_party_of_the_sentence_before_is_found(trained):
    """Whoever condemns an attack condemns those who did it."""
    text = "Hamas fired rockets at Israel on Monday. The president of Senegal condemned it."
    (accusation,) = [one for one in coded(trained, text) if one.event_type == "ACCUSE"]

    assert accusation.actor is not None
    assert accusation.recipient is not None
    assert (accusation.actor.country, accusation.recipient.sector) == ("SEN", "REB")


def test_one_attack_told_twice_is_one_event(trained):
    """The later telling is a mention."""
    text = (
        "Israeli forces killed four people in Jenin on Sunday, officials said.\n\nThe Israeli army shot the four during a raid "
        "on Sunday."
    )
    attacks = [one for one in coded(trained, text) if one.event_type == "ASSAULT"]

    assert len(attacks) == 1
    assert attacks[0].mentions


@pytest.mark.parametrize(
    ("text", "event_type"),
    [
        ("Russian drones hit a block of flats in Kharkiv on Monday, killing four people. Britain condemned the attack in Kharkiv.", "ACCUSE"),
        ("The United States sanctioned two banks on Friday. China threatened to retaliate against companies in Taiwan.", "THREATEN"),
        ("Iran warned Israel on Monday that it would respond to the attack in Damascus. An Israeli strike killed seven officers there.", "THREATEN"),
        ("Turkey's foreign minister praised Egypt for its role in Gaza. France thanked Qatar for help in Lebanon.", "SUPPORT"),
    ],
)  # fmt: skip
def test_what_is_spoken_of_is_not_where_it_was_said(trained, text, event_type):
    """A condemnation, a threat and praise name the places of other events."""
    (words,) = [one for one in coded(trained, text) if one.event_type == event_type]

    assert words.place is None


def test_an_event_on_the_ground_has_the_place_of_its_sentence(trained):
    """Also where another event of the article was elsewhere."""
    text = "Gunmen killed 10 villagers in Kaduna on Monday. A day earlier soldiers had arrested three men in Lagos."
    places = {one.event_type: one.place.name for one in coded(trained, text) if one.place}

    assert places == {"ASSAULT": "Kaduna", "COERCE": "Lagos"}


@pytest.mark.slow
def test_an_article_is_coded_the_same_alone_and_among_others(trained):
    """No number of it depends on what else is read."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    at = datetime(2026, 11, 2, tzinfo=UTC)
    articles = [
        article_of({"id": "x", "text": text, "date": at.isoformat()})
        for text in (*texts, "Police fired tear gas at protesters in Lima on Monday.", "Nothing happened.")
    ]

    assert trained.code_all(articles) == [trained.code(article) for article in articles]


def test_the_codebook_names_the_reader(trained):
    """Other weights are another coding."""
    assert trained.trained is not None
    assert trained.codebook.endswith(trained.trained.version)
