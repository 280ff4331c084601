"""Words in data files: each set says why it is what it is, and a wrong name is told."""

from __future__ import annotations

import tomllib

import pytest

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.files import DATA
from pipeline.extract.lexicon.words import word_list, word_set

ROOMS = sorted(path.stem for path in (DATA / "words").glob("*.toml"))


@pytest.mark.parametrize("room", ROOMS)
def test_every_set_has_a_reason_and_words(room):
    modules = tomllib.loads((DATA / "words" / f"{room}.toml").read_text(encoding="utf-8"))
    bare = [f"{module}.{name}" for module, sets in modules.items() for name, one in sets.items()
            if len(one["why"]) < 15 or not one["words"] or set(one) != {"why", "words"}]  # fmt: skip

    assert bare == []


def test_a_list_keeps_its_order():
    assert word_list("events.party_words.recipient_prepositions")[:3] == ("against", "on", "with")


def test_words_of_several_parts_hold_together():
    assert "vice president" in word_set("actors.people.chairs")


def test_a_set_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ConfigError, match=r"events.toml has no set 'means.tool'; there are: .*aerial"):
        word_set("events.means.tool")
