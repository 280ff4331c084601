"""Truecase: capitals to ordinary case, offsets unmoved."""

from __future__ import annotations

import pytest

from pipeline.extract.truecase import truecased

REPORT = "BOGOTA, 3 MAY 90 -- THE ARMY OF COLOMBIA ATTACKED THE FARC. PRESIDENT VIRGILIO BARCO WILL VISIT LIMA TOMORROW."


def test_report_in_capitals_keeps_its_length():
    assert len(truecased(REPORT)) == len(REPORT)


@pytest.mark.parametrize(
    "word", ["Bogota", "Colombia", "FARC", "Lima", "attacked", "army", "Virgilio", "tomorrow"]
)
def test_word_gets_its_ordinary_case(word):
    assert word in truecased(REPORT)


def test_ordinary_text_is_left_alone():
    text = "NATO and the UN met in Brussels. USA, UK and EU officials came."

    assert truecased(text) == text


def test_headline_in_title_case_is_left_alone():
    assert (
        truecased("Rebels Attack Town In Northern Mali After Talks Fail")
        == "Rebels Attack Town In Northern Mali After Talks Fail"
    )


def test_short_shout_is_left_alone():
    assert truecased("BREAKING NEWS") == "BREAKING NEWS"
