"""Load the corpus: our codes joined to articles that you have, as GUIDE.md and the scorer write them.

    python corpus/load.py POOL.jsonl[.gz] …          one JSON line an article, as hand-coded
    python corpus/load.py --rows POOL.jsonl[.gz] …   one JSON line an article, with the judged rows

The corpus holds no text of others. Each article is known by its id and the sha256 of its text; a text that differs is refused,
since every offset counts its characters.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PARTS = ("aside", "fresh", "latest", "development", "coded", "judged", "items", "items_aside")


class CorpusError(Exception):
    """A text is not the one that was read, or a file is not as it must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One article that was read: its text, and which part of the corpus it belongs to (one of PARTS)."""

    id: str
    title: str
    date: str
    text: str
    part: str

    def words(self, at: Sequence[Any] | None) -> str:
        """The words at `[start, end]` of the text, or at `["title", start, end]`; empty for None."""
        if at is None:
            return ""
        if at[0] == "title":
            return self.title[at[1] : at[2]]
        return self.text[at[0] : at[1]]


def read_articles(paths: Iterable[Path], folder: Path = FOLDER) -> dict[str, Article]:
    """Find the texts of the corpus among JSON lines of `id`, `title`, `date` and `text`; others are passed over.

    A line without an id (an item of a list of short news) is known by its text; where one text stands twice, the first day holds.

    Raises:
        CorpusError: A text with an id of ours is not the one that was read.
    """
    with (folder / "articles.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    found: dict[str, Article] = {}
    for path in paths:
        for row in _lines(path):
            digest = hashlib.sha256(row["text"].encode()).hexdigest()
            number = row.get("id") or f"c{digest[:10]}"
            said = known.get(number)
            if said is None or ("id" not in row and number in found):
                continue
            if not digest.startswith(said["sha256"]):
                raise CorpusError(
                    f"{path}: the text of {number} is not the one that was read "
                    f"(sha256 {digest[:16]}, expected {said['sha256']})"
                )
            found[number] = Article(
                id=number,
                title=row.get("title") or "",
                date=row["date"],
                text=row["text"],
                part=said["part"],
            )
    return found


def coded(
    articles: Mapping[str, Article], *, reading: int = 1, folder: Path = FOLDER
) -> Iterator[dict[str, Any]]:
    """Articles coded by hand, with the words put back; reading 2 are those that another reader coded again."""
    for row in _lines(folder / "events.jsonl.gz"):
        article = articles.get(row["id"])
        if article is not None and row["reading"] == reading:
            yield row | {"part": article.part, "events": [_event(article, event) for event in row["events"]]}


def judged(articles: Mapping[str, Article], *, folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """Rows of the coder that were judged, with the words put back."""
    for row in _lines(folder / "rows.jsonl.gz"):
        article = articles.get(row["id"])
        if article is not None:
            yield row | {"rows": [_judged_row(article, one) for one in row["rows"]]}


def _event(article: Article, event: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(event)
    for role in ("actor", "recipient", "or_actor", "or_recipient"):
        told[role] = _party(article, event.get(role))
    place = event.get("place")
    told["place"] = {"text": article.words(place["at"]), "country": place["country"]} if place else None
    if isinstance(event.get("reported_by"), list):
        told["reported_by"] = article.words(event["reported_by"])
    told["start"] = event["trigger"][0]
    told["trigger"] = article.words(event["trigger"])
    told["also"] = [article.words(at) for at in event["also"]]
    return told


def _party(article: Article, party: Any) -> Any:
    if isinstance(party, list):
        return [_party(article, one) for one in party]
    if party is None:
        return None
    return {"text": article.words(party["at"]), "country": party["country"], "sector": party["sector"]}


def _judged_row(article: Article, row: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(row)
    for name in ("trigger", "actor", "recipient"):
        told[f"{name}_text"] = article.words(row[name])
    for name in ("right_actor", "right_recipient"):
        if isinstance(row.get(name), list):
            told[f"{name}_text"] = article.words(row[name])
    return told


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the corpus, joined to the texts of the files named."""
    parser = argparse.ArgumentParser(description="Join the corpus to the articles it was made from.")
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="ARTICLES", help="JSON lines of id, title, date, text"
    )
    parser.add_argument(
        "--rows", action="store_true", help="the judged rows in place of the hand-coded events"
    )
    parser.add_argument("--part", choices=PARTS, help="one part alone")
    options = parser.parse_args(arguments)
    try:
        articles = read_articles(options.paths)
    except (CorpusError, OSError) as error:
        sys.stderr.write(f"corpus: {error}\n")
        return 2
    for row in judged(articles) if options.rows else coded(articles):
        if options.part in (None, articles[row["id"]].part):
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
