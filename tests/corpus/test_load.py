"""The corpus: it holds no text, and joins to the texts it was read from and to no others."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from corpus import load
from pipeline.config import ROOT
from pipeline.plover import codes

TEXT = "Rebels attacked the port on Monday. The governor condemned it."
EVENT = {
    "tier": "core", "type": "ASSAULT", "mode": None, "status": "actual", "trigger": [7, 15], "also": [],
    "actor": {"at": [0, 6], "country": "", "sector": "REB"}, "recipient": None,
    "place": {"at": ["title", 0, 4], "country": "LBY"}, "reported_by": [36, 48],
}  # fmt: skip


def make_corpus(folder: Path, text: str = TEXT) -> list[Path]:
    """A corpus of one article in `folder`, and the file with its text."""
    row = {"id": "a1", "source": "x", "date": "2026-11-02", "characters": len(TEXT), "part": "coded"}
    row["sha256"] = hashlib.sha256(TEXT.encode()).hexdigest()[:16]
    with (folder / "articles.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    with gzip.open(folder / "events.jsonl.gz", "wt") as file:
        file.write(
            json.dumps({"id": "a1", "reader": "a", "reading": 1, "soft": False, "events": [EVENT]}) + "\n"
        )
    articles = folder / "articles.jsonl"
    articles.write_text(
        json.dumps({"id": "a1", "title": "Port attacked", "date": "2026-11-02", "text": text})
    )
    return [articles]


def test_words_are_put_back(tmp_path):
    """As the guide and the scorer write an event."""
    articles = load.read_articles(make_corpus(tmp_path), tmp_path)
    (row,) = load.coded(articles, folder=tmp_path)
    (event,) = row["events"]

    assert (event["trigger"], event["start"], event["reported_by"]) == ("attacked", 7, "The governor")
    assert event["actor"] == {"text": "Rebels", "country": "", "sector": "REB"}
    assert event["place"] == {"text": "Port", "country": "LBY"}


def test_an_item_without_an_id_is_known_by_its_text(tmp_path):
    """And has the day on which its text stands first, which is the day it was coded by."""
    (articles,) = make_corpus(tmp_path)
    number = f"c{hashlib.sha256(TEXT.encode()).hexdigest()[:10]}"
    table = tmp_path / "articles.csv"
    table.write_text(table.read_text().replace("a1,", f"{number},"))
    lines = [{"date": f"2026-11-0{day}", "text": TEXT} for day in (2, 3)]
    articles.write_text(
        "\n".join(json.dumps(line) for line in [*lines, {"date": "2026-11-02", "text": "Another."}])
    )

    found = load.read_articles([articles], tmp_path)

    assert [(one.id, one.date) for one in found.values()] == [(number, "2026-11-02")]


def test_another_text_under_the_id_is_refused(tmp_path):
    """Every offset counts the characters of the text that was read."""
    paths = make_corpus(tmp_path, TEXT.replace("Monday", "Friday"))

    with pytest.raises(load.CorpusError, match="a1 is not the one that was read"):
        load.read_articles(paths, tmp_path)


def shipped(name: str) -> list[dict[str, Any]]:
    with gzip.open(ROOT / "corpus" / name, "rt") as file:
        return [json.loads(line) for line in file]


def test_shipped_events_hold_no_text_and_lie_within_their_articles():
    """Offsets and codes alone."""
    with (ROOT / "corpus" / "articles.csv").open(newline="") as file:
        lengths = {row["id"]: int(row["characters"]) for row in csv.DictReader(file)}
    for row in shipped("events.jsonl.gz"):
        for event in row["events"]:
            spans = [event["trigger"], *(at for at in event["also"] if at[0] != "title")]
            assert (event["type"], None) in codes()
            assert "text" not in json.dumps(event)
            assert all(0 <= start < end <= lengths[row["id"]] for start, end in spans)


def test_no_article_set_aside_was_judged():
    """What is set aside is for measuring alone; a judged row may be learnt from."""
    with (ROOT / "corpus" / "articles.csv").open(newline="") as file:
        aside = {row["id"] for row in csv.DictReader(file) if row["part"] == "aside"}

    assert len(aside) >= 50
    assert not aside & {row["id"] for row in shipped("rows.jsonl.gz")}


def test_pairs_share_events_that_were_coded() -> None:
    """Two articles each, an event of each of one type, and no article in both halves."""
    with gzip.open(ROOT / "corpus" / "events.jsonl.gz", "rt", encoding="utf-8") as file:
        readings = [json.loads(line) for line in file]
    events = {row["id"]: row["events"] for row in readings if row["reading"] == 1}
    with (ROOT / "corpus" / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    halves: dict[str, set[str]] = {}
    for pair in pairs:
        for article_id in (pair["first"], pair["second"]):
            halves.setdefault(article_id, set()).add(pair["half"])
        one, other = (events[pair[name]][int(pair[f"{name}_event"])] for name in ("first", "second"))

        assert {one["type"], one.get("or_type")} & {other["type"], other.get("or_type")} - {None}, pair

    assert {len(half) for half in halves.values()} == {1}
    assert len({(pair["first"], pair["second"]) for pair in pairs}) == 126
