"""`tocsin code`: lines in, lines out, and what is wrong with a line."""

from __future__ import annotations

import json

import pytest

from pipeline.config import Settings
from pipeline.errors import ExtractError
from pipeline.extract.code_command import code_jsonl, plain
from pipeline.extract.given_pair import find_span

pytestmark = pytest.mark.slow


def run(tmp_path, rows, **options):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8"
    )
    code_jsonl(source, target, settings=Settings(), **options)
    return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]


def test_line_of_text_gives_its_events(tmp_path):
    row = run(
        tmp_path, [{"id": "a", "text": "Russia imposed sanctions on Canada on Monday.", "date": "2024-05-17"}]
    )[0]
    event = next(event for event in row["events"] if event["root"] == "SANCTION")

    assert row["id"] == "a"
    assert (event["source"][:3], event["target"][:3], event["status"], event["date"]) == (
        "RUS",
        "CAN",
        "actual",
        "2024-05-13",
    )


def test_trigger_is_the_verb_and_the_place_is_said_with_what_holds_it(tmp_path):
    """So that one line tells which Goma, and which verb."""
    text = "Rebels launched an attack on soldiers in Goma on Monday."
    event = run(tmp_path, [{"id": "a", "text": text, "date": "2024-05-17"}])[0]["events"][0]

    assert (event["trigger"], event["trigger_text"]) == ("launched", "launched an attack")
    assert event["location"].startswith("Goma, ")
    assert event["location"].endswith("Congo")


def test_place_that_is_not_on_the_map_keeps_its_words(tmp_path):
    """Null for the map is not null for the reader."""
    text = "Gunmen killed two soldiers in the village of Qorbaxi."
    event = run(tmp_path, [{"id": "a", "text": text, "date": "2024-05-17"}])[0]["events"][0]

    assert event["location"] == "Qorbaxi"


def test_line_with_a_pair_gives_one_event_of_that_pair(tmp_path):
    row = {
        "id": "p",
        "text": "France asked Germany to send troops.",
        "actor_span": "France",
        "recipient_span": [13, 20],
    }
    event = run(tmp_path, [row])[0]["events"][0]

    assert (event["root"], event["source_text"], event["target_text"]) == ("REQUEST", "France", "Germany")


def test_phrases_give_country_and_sector(tmp_path):
    row = run(tmp_path, [{"id": "f", "text": "French police"}], phrases=True)[0]

    assert (row["country"], row["sector"]) == ("FRA", "COP")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{broken", "line 1 is no JSON"),
        ("[1]", "line 1 must be an object"),
        ('{"id": "x"}', "line 1 must be an object"),
        ('{"id": "x", "text": "y", "date": "soon"}', "write it as 2011-10-28"),
    ],
)
def test_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(ExtractError, match=message):
        run(tmp_path, [line])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ExtractError, match="cannot read"):
        code_jsonl(tmp_path / "none", tmp_path / "out", settings=Settings())


def test_place_names_are_written_without_accents():
    assert plain("Bogotá") == "Bogota"


def test_span_that_the_text_lacks_is_none():
    assert find_span("France left.", "Spain") is None
