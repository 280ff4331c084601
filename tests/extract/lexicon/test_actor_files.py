"""A user's actors: files in, codes out; a wrong line is named."""

from datetime import date

import pytest

from pipeline.errors import ConfigError
from pipeline.extract.actors.code import code_phrase
from pipeline.extract.lexicon.actor_lexicon import load_lexicon

pytestmark = pytest.mark.slow  # the whole lexicon is read for each

HEADER = "name,country,sector,valid from,valid to,aliases\n"


def write(tmp_path, text, name="own.csv"):
    """A file of actors, and its lexicon's path."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_own_actor_has_its_code_between_its_dates(tmp_path):
    """A movement that became the government has two rows."""
    path = write(
        tmp_path,
        HEADER + "Vessel Front,KEN,REB,,2010-05,VF-Kenya\n" + "Vessel Front,KEN,GOV,2010-06,,VF-Kenya\n",
    )
    lexicon = load_lexicon(path)

    assert code_phrase("the Vessel Front", lexicon, on=date(2009, 1, 1)).code == "KENREB"
    assert code_phrase("the Vessel Front", lexicon, on=date(2011, 1, 1)).code == "KENGOV"
    assert code_phrase("VF-Kenya fighters", lexicon, on=date(2009, 1, 1)).code == "KENREB"


def test_an_own_actor_replaces_ours(tmp_path):
    """The desk knows better than the shipped lists."""
    path = write(tmp_path, HEADER + "Kremlin,RUS,ELI,,,\n")

    assert code_phrase("the Kremlin", load_lexicon(path)).code == "RUSELI"


def test_a_comment_keeps_the_line_numbers(tmp_path):
    """The number in the message is the one the editor shows."""
    path = write(tmp_path, "# our own\n" + HEADER + "Right,KEN,REB,,,\nWrong,QQQ,REB,,,\n")

    with pytest.raises(ConfigError, match=r"own\.csv line 4: no country 'QQQ'"):
        load_lexicon(path)


WRONG = {
    "no sector": ("Wrong,KEN,ZZZ,,,", "no sector 'ZZZ'"),
    "no name": (",KEN,REB,,,", "the name is empty"),
    "no code": ("Wrong,,,,,", "neither country nor sector"),
    "no date": ("Wrong,KEN,REB,soon,,", "YYYY-MM-DD, got 'soon'"),
    "dates the wrong way": ("Wrong,KEN,REB,2012,2011,", "2012 lies after"),
    "a missing column": ("Wrong,KEN", "6 columns are needed"),
}


@pytest.mark.parametrize(("row", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_row_is_named_with_its_line(tmp_path, row, says):
    """File, line, value and what is allowed."""
    path = write(tmp_path, HEADER + row + "\n")

    with pytest.raises(ConfigError, match=r"own\.csv line 2") as caught:
        load_lexicon(path)
    assert says in str(caught.value)


def test_a_wrong_header_says_what_it_must_be(tmp_path):
    """A file with another header is refused whole."""
    path = write(tmp_path, "actor,code\nX,KENREB\n")

    with pytest.raises(ConfigError, match="the header must be name,country,sector"):
        load_lexicon(path)


def test_a_missing_file_is_named(tmp_path):
    """A typing error in the setting must not read as "no own actors"."""
    with pytest.raises(ConfigError, match=r"absent\.csv"):
        load_lexicon(str(tmp_path / "absent.csv"))


PETRARCH = """# a dictionary
VESSEL_FRONT_ [KENREB <20100601] [KENGOV >20100531]
+VF_KENYA_
LUMBER_COUNCIL_
\t[UGACIV 19900101-19991231]
\t[UGAOPP >20000101]
"""


def test_a_petrarch_dictionary_loads_with_its_dates(tmp_path):
    """Dated codes, on the line or below it; CIV becomes CVL; synonyms share the codes."""
    lexicon = load_lexicon(write(tmp_path, PETRARCH, "kenya.actors"))

    assert code_phrase("Vessel Front", lexicon, on=date(2009, 1, 1)).code == "KENREB"
    assert code_phrase("VF Kenya", lexicon, on=date(2011, 1, 1)).code == "KENGOV"
    assert code_phrase("Lumber Council", lexicon, on=date(1995, 1, 1)).code == "UGACVL"
    assert code_phrase("Lumber Council", lexicon, on=date(2005, 1, 1)).code == "UGAOPP"


def test_a_wrong_petrarch_line_is_named(tmp_path):
    """A date that is no date names its line."""
    path = write(tmp_path, "VESSEL_FRONT_ [KENREB soon]\n", "kenya.actors")

    with pytest.raises(ConfigError, match=r"kenya\.actors line 1: dates must be"):
        load_lexicon(path)
