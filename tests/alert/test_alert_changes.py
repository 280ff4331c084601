"""What is new of an event, in words, and whether it is worth a message."""

import pytest

from pipeline.alert.changes import Change, Facts, change_of, unpack_facts


@pytest.mark.parametrize(
    ("told", "known", "words", "is_told"),
    [
        pytest.param({"killed": 12}, {"killed": 15}, ["killed 12 → 15"], True, id="more killed"),
        pytest.param({"killed": 15}, {"killed": 12}, ["killed 15 → 12"], True, id="fewer killed"),
        pytest.param({}, {"killed": 3}, ["killed unknown → 3"], True, id="first number"),
        pytest.param({"crowd": 900}, {"crowd": 12000}, ["crowd 900 → 12,000"], True, id="crowd"),
        pytest.param({}, {"source_count": 2}, ["second source"], True, id="second source"),
        pytest.param({"source_count": 2}, {"source_count": 3}, ["third source"], True, id="third source"),
        pytest.param({"source_count": 3}, {"source_count": 4}, ["fourth source"], False, id="fourth source"),
        pytest.param({"source_count": 3}, {"source_count": 7}, ["seventh source"], True, id="past the fifth"),
        pytest.param({"source_count": 10}, {"source_count": 14}, ["14 sources"], False, id="fourteen"),
        pytest.param({"source_count": 3}, {"source_count": 2}, ["sources 3 → 2"], False, id="one withdrawn"),
        pytest.param({"mode": "riot"}, {"mode": "strike"}, ["mode riot → strike"], True, id="mode"),
        pytest.param({"place": "Goma"}, {"place": None}, ["place Goma → unknown"], True, id="place"),
        pytest.param(
            {"killed": 12, "injured": 1}, {"killed": 15, "injured": 4, "source_count": 3},
            ["killed 12 → 15", "injured 1 → 4", "third source"], True, id="all at once",
        ),
        pytest.param({"killed": 12}, {"killed": 12}, [], False, id="nothing"),
    ],
)  # fmt: skip
def test_change_is_said_in_words(told, known, words, is_told):
    """Numbers before and after, and which source it is."""
    change = change_of(Facts(**told), Facts(**known))

    assert (list(change.words), change.is_worth_telling) == (words, is_told)


def test_facts_survive_the_database():
    """What is not known is left out; what a later version added is passed over."""
    facts = Facts(source_count=3, killed=12, place="Goma")

    assert facts.pack() == {"source_count": 3, "killed": 12, "place": "Goma"}
    assert unpack_facts({**facts.pack(), "missing": 4}) == facts


def test_of_an_alert_from_before_facts_were_kept_nothing_is_new():
    """Nobody is told that everything changed."""
    assert change_of(unpack_facts({}), Facts(killed=3)) == Change()


def test_a_name_of_others_is_cleaned():
    """It stands in subjects."""
    change = change_of(Facts(place="Goma"), Facts(place="Go\r\nma\u202e" + "x" * 200))

    assert change.text.isprintable()
    assert len(change.text) < 120
