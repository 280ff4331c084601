"""Text in capitals in the usual letters, at the same length."""

from __future__ import annotations

import pytest

from pipeline.extract.capitals import is_capitals, recase
from pipeline.extract.gazetteer import load_gazetteer

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
