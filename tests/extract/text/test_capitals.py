"""Text in capitals in the usual letters, at the same length."""

from __future__ import annotations

import pytest

from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.text.capitals import is_capitals, recase

GAZETTEER = load_gazetteer()
WORDS = frozenset(
    [
        "army",
        "say",
        "rebel",
        "kill",
        "peasant",
        "town",
        "bomb",
        "explode",
        "embassy",
        "northern",
        "city",
        "police",
        "arrest",
        "member",
        "group",
        "report",
        "car",
        "mar",
        "la",
        "attack",
        "official",
        "man",
        "department",
        "guerrilla",
        "bank",
    ]
)


def usual(text: str) -> str:
    return recase(text, WORDS.__contains__, GAZETTEER)


@pytest.mark.parametrize(
    ("capitals", "letters"),
    [
        (
            "THE ARMY SAID REBELS KILLED 12 PEASANTS IN LIMA.",
            "The army said rebels killed 12 peasants in Lima.",
        ),
        (
            "A BOMB EXPLODED NEAR THE U.S. EMBASSY IN BEIRUT.",
            "A bomb exploded near the U.S. embassy in Beirut.",
        ),
        (
            "REBELS ATTACKED SAN MIGUEL. POLICE ARRESTED US.",
            "Rebels attacked San Miguel. Police arrested us.",
        ),
        ("MEMBERS OF THE FMLN KILLED MEN IN LA MAR TOWN.", "Members of the FMLN killed men in La Mar town."),
        (
            "COLOMBIAN POLICE REPORTED A CAR BOMB ON FRIDAY.",
            "Colombian police reported a car bomb on Friday.",
        ),
    ],
)
def test_words_go_small_and_names_keep_a_capital(capitals, letters):
    """So that a parser sees what it learned on."""
    assert usual(capitals) == letters


def test_usual_letters_stay_as_they_are():
    """A few capitals are no reason."""
    text = "NATO said on Friday that FMLN rebels had left EL SALVADOR."

    assert usual(text) == text


@pytest.mark.parametrize(
    ("capitals", "letters"),
    [
        ("REBELS ATTACKED A NEW TOWN, NOT NEW YORK.", "Rebels attacked a new town, not New York."),
        ("A RED CAR EXPLODED NEAR THE RED CROSS.", "A red car exploded near the Red Cross."),
        ("THE ARMY SAID REBELS KILLED SIX JESUITS.", "The army said rebels killed six Jesuits."),
        ("DANIEL ORTEGA'S ARMY ATTACKED THE REBELS.", "Daniel Ortega's army attacked the rebels."),
        (
            "REBELS KILLED LUIS GALAN. GALAN'S CAR EXPLODED.",
            "Rebels killed Luis Galan. Galan's car exploded.",
        ),
        ("THE GALAN EXPLODED NEAR THE TOWN EMBASSY.", "The galan exploded near the town embassy."),
        ("THE M-19 GROUP ATTACKED F-16 AND C-47 CARS.", "The M-19 group attacked F-16 and C-47 cars."),
        ("THE ARMY SAID REBELS GUNNED THE PEASANTS.", "The army said rebels gunned the peasants."),
    ],
)
def test_names_that_are_words_too_are_known_by_how_news_writes_them(capitals, letters):
    """By themselves, by the word beside them, or behind a forename."""
    listed = {"new", "york", "red", "cross", "six", "jesuit", "daniel", "ortega", "galan", "gun", "say"}

    assert recase(capitals, (WORDS | listed).__contains__, GAZETTEER) == letters


def test_only_the_paragraphs_in_capitals_change():
    """A headline above a text."""
    text = "REBELS ATTACK TOWN IN PERU\n\nRebels attacked a town in Peru on Friday, police said."

    assert (
        usual(text) == "Rebels attack town in Peru\n\nRebels attacked a town in Peru on Friday, police said."
    )


@pytest.mark.parametrize(
    "text",
    ["", "İSTANBUL’DA İKİ KİŞİ ÖLDÜ", "ß" * 30, "12345", "😀 ATTACK IN KYIV 😀 POLICE SAY", "A" * 10_000],
)
def test_no_character_is_won_or_lost(text):
    """Offsets hold in both."""
    assert len(usual(text)) == len(text)


def test_a_short_cry_is_no_text_in_capitals():
    """Too little to tell by."""
    assert not is_capitals("NATO - UN")
