"""The coder on sentences of its own files, and on text that no article should be."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.errors import ExtractError
from pipeline.extract.article.at_home import at_home
from pipeline.extract.article.scene import is_inferred
from pipeline.extract.coder import load_coder
from pipeline.model import Actor, Span
from tests.extract.conftest import article

CASES = sorted((Path(__file__).parent / "cases" / "sentences").glob("*.txt"))


def read_case(path: Path) -> tuple[str, str, dict[str, str]]:
    body, expected = path.read_text(encoding="utf-8").split("\n--\n")
    sentence = next(line for line in body.splitlines() if line and line[0] != "#")
    event_type, *fields = (part.strip() for part in expected.strip().split("|"))
    return sentence, event_type, dict(field.split("=", 1) for field in fields)


def comes_out(events, event_type: str, fields: dict[str, str]) -> bool:
    def side(actor, wanted):
        if wanted == "-":
            return True
        return actor is not None and (wanted in actor.span.text or wanted in actor.name)

    return any(
        event.event_type == event_type
        and event.status == fields["status"]
        and side(event.actor, fields["actor"])
        and side(event.recipient, fields["recipient"])
        for event in events
    )


@pytest.mark.slow
def test_an_article_is_coded_the_same_alone_and_among_others(coder):
    """What is read of a text does not depend on which texts the parser has in hand with it."""
    articles = [article(path.read_text(encoding="utf-8").split("\n--\n")[0]) for path in CASES[:40]]
    together = coder.code_all(articles)

    assert coder.code_all(articles[::-1]) == together[::-1]
    assert [coder.code(one) for one in articles[:20]] == together[:20]


@pytest.mark.slow
def test_nine_in_ten_sentence_cases_come_out_right(code):
    """A new model may lose one or the other; it may not lose a class of them."""
    wrong = []
    for path in CASES:
        sentence, event_type, fields = read_case(path)
        if not comes_out(code(sentence), event_type, fields):
            wrong.append(path.stem)

    assert len(CASES) >= 40
    assert len(wrong) <= 0.1 * len(CASES), wrong


def test_two_coders_of_one_set_up_have_one_codebook(coder):
    assert coder.codebook.startswith("plover-2.0/data-")


def test_event_told_twice_is_one_candidate_with_a_mention(code):
    events = code(
        "Police arrested Ali Hassan in Cairo.\n\nThe arrest came at dawn. Police arrested Ali Hassan at his home in Cairo."
    )
    arrests = [event for event in events if event.event_type == "COERCE"]

    assert len(arrests) == 1
    assert len(arrests[0].mentions) == 1


def test_pronoun_is_named_and_its_span_is_the_pronoun(code):
    event = next(
        e for e in code("NATO said it had withdrawn its troops from Kosovo.") if e.event_type == "RETREAT"
    )

    assert (event.actor.name, event.actor.span.text) == ("NATO", "it")


def test_offsets_hold_after_markup_and_control_characters(code):
    text = "\u200b<p>Rebels\u00a0attacked the town of <b>Goma</b> on Monday.</p>\x07 😀"
    events = code(text)

    assert events
    assert all(text[e.trigger.start : e.trigger.end] == e.trigger.text for e in events)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n\n",
        "\x00\x01\x02",
        "😀😀😀 🚀",
        "مرحبا بالعالم 你好世界 Привет",
        "<html><body></body></html>",
        ".",
        "'''",
        "a" * 5000,
    ],
    ids=["empty", "blank", "lines", "controls", "emoji", "scripts", "markup", "stop", "quotes", "one-word"],
)
def test_text_that_is_none_gives_no_event_and_no_crash(code, text):
    assert code(text) == []


def test_a_last_name_is_not_a_leader_s_where_the_article_names_its_bearer_otherwise(code):
    """Oscar Berger was president of Guatemala; of a Trudeau whom nobody names more fully a leader's land is the best guess."""
    text = "{0} {1} spoke in Leeds on Monday. {2} {1} accused Iran of spying."

    def coded(*names):
        return next(one.actor for one in code(text.format(*names)) if one.event_type == "ACCUSE")

    berger, leader = coded("Luciana", "Berger", "Ms"), coded("Emmanuel", "Macron", "Mr")

    assert (berger.country, berger.sector, leader.country) == (None, None, "FRA")


@pytest.mark.slow
@pytest.mark.alone
def test_two_megabytes_in_one_line_take_bounded_time(code):
    """Only the first 100,000 characters are read, in pieces."""
    started = time.process_time()
    code("Rebels attacked the town and " * 70_000)

    assert time.process_time() - started < 60


@pytest.mark.slow
def test_sentence_of_ten_thousand_words_costs_linear_time(code):
    code("Warm up the pipeline with one sentence of rebels.")
    seconds = []
    for count in (2_500, 10_000):
        started = time.monotonic()
        code("the rebels and the soldiers " * (count // 5))
        seconds.append(time.monotonic() - started)

    assert seconds[1] < 8 * seconds[0] + 1


def test_missing_model_says_what_to_do(tmp_path):
    with pytest.raises(ExtractError, match="TOCSIN_MODEL_PATH"):
        load_coder(Settings(model_path=tmp_path / "none"))


@pytest.mark.slow
def test_model_without_a_parser_is_refused_by_what_it_lacks(tmp_path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")

    with pytest.raises(ExtractError, match="lacks a parser"):
        load_coder(Settings(model_path=tmp_path / "blank"))


def actor(country, sector):
    return Actor(name="x", country=country, sector=sector, span=Span(start=0, end=1, text="x"))


def test_generic_locals_take_the_country_of_the_place():
    first, second = at_home(actor(None, "CVL"), None, "EGY", "PROTEST")

    assert (first.code, second) == ("EGYCVL", None)


def test_an_army_is_no_local_of_the_place():
    first, _ = at_home(actor(None, "MIL"), None, "EGY", "ASSAULT")

    assert first.code == "MIL"


def test_those_whom_police_arrest_are_of_the_police_country():
    _, second = at_home(actor("EGY", "COP"), actor(None, "CVL"), None, "COERCE")

    assert second.code == "EGYCVL"


def test_a_means_or_an_operation_is_no_actor(code):
    """Who launched them is; what they launched is not."""
    events = code(
        "Rebels seized Goma on Monday after launching air and sea operations that killed ten soldiers."
    )

    assert all(e.actor is None or "operations" not in e.actor.span.text for e in events)
    assert all(e.actor is None or e.actor.span.text != "air" for e in events)


def test_place_and_day_of_the_sentence_before_are_inferred_for_what_happened(code):
    """A report names them once."""
    events = code("Clashes broke out in Goma on Tuesday. Soldiers killed ten rebels.")
    killing = next(event for event in events if event.trigger.text == "killed")

    assert (killing.place.name, killing.event_date.value.isoformat()) == ("Goma", "2024-05-14")
    assert is_inferred(killing.place.span, killing)


@pytest.mark.parametrize(
    ("sentence", "tells"),
    [
        ("The town still mourns after the massacre of the 40 villagers.", True),
        ("He spoke of the murder of civilians in general.", False),
    ],
    ids=["people of a number", "people at large"],
)
def test_a_killing_named_by_a_noun_is_told_where_its_victims_are_certain(code, sentence, tells):
    """ "The murder of the six" happened; the murder of civilians is a topic."""
    events = [event for event in code(sentence) if event.event_type == "ASSAULT"]

    assert bool(events) == tells
