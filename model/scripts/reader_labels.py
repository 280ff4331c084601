"""What is right of each word of the corpus: hand-coded events and judged rows laid on the windows that the reader sees.

Of hand-coded articles every word that may tell an event is asked; of judged rows only the words that were judged.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.load import Article, coded, judged, read_articles
from pipeline.extract.reader import window as windows
from pipeline.extract.reader.pieces import Pieces
from pipeline.extract.reader.window import Named, RuleReading, Sentence, Window, windows_of

# Of windows that tell nothing so many are seen.
QUIET_SHARE = 0.8
SETTINGS = Path(__file__).resolve().parents[2] / "pipeline" / "extract" / "data" / "reader.toml"
TYPES = ("NONE", *windows.TYPES)
# Parts of the corpus that are learnt from whole.
LEARNT = ("coded", "items")
# Sentences around a judged row that are seen with it.
AROUND = (-2, -1, 0, 1)
TIERS = {"core": (0,), "minor": (1,), "background": (2,), "new": (0, 1), "total": (2,)}


@dataclass(frozen=True, slots=True)
class Told:
    """What is right of one word of a window: the types that are, and for an event its status, tiers and mentions of its parties.

    `parties` has for each role the mentions that are right, counted within the word's reach; (-1,) is nobody, None is not to be said.
    `events` are those of the article that the word tells.
    """

    word: int
    types: tuple[int, ...]
    status: int | None = None
    tiers: tuple[int, ...] = ()
    parties: tuple[tuple[int, ...] | None, ...] = ()
    events: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Example:
    """A window and what is right of its words; words of an event's telling that are not its head are not asked."""

    window: Window
    told: tuple[Told, ...]


def examples_of(
    shown: Mapping[str, Any], events: Sequence[Mapping[str, Any]], article: Article, pieces: Pieces
) -> Iterator[Example]:
    """Lay the events of an article on its windows."""
    sentences = [sentence_of(one) for one in shown["sentences"]]
    heads: dict[tuple[int, int], list[tuple[int, Mapping[str, Any]]]] = {}
    inside: set[tuple[int, int]] = set()
    for number, event in enumerate(events):
        for words in (event["trigger"], *event["also"]):
            found = place_of(article.text.find(words), words, shown["sentences"])
            inside.update(found)
            head = head_of(found, sentences)
            if head is not None:
                heads.setdefault(head, []).append((number, event))
    for window in windows_of(shown["title"], day_of(article), sentences, pieces):
        told = []
        for number, word in enumerate(window.words):
            if word.origin in heads:
                told.append(told_of(number, heads[word.origin], window, shown["sentences"]))
            elif word.origin not in inside:
                told.append(Told(number, (0,)))
        yield Example(window, tuple(told))


def examples_of_rows(
    shown: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], article: Article, pieces: Pieces
) -> Iterator[Example]:
    """Lay the judged rows of an article on windows of the sentences around them; of other words nothing is asked."""
    sentences = [sentence_of(one) for one in shown["sentences"]]
    heads: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["trigger"] is not None and row["trigger"][0] != "title":
            found = place_of(row["trigger"][0], row["trigger_text"], shown["sentences"])
            head = head_of(found, sentences)
            if head is not None:
                heads.setdefault(head, []).append(row)
    near = {place + step for place, _ in heads for step in AROUND}
    for window in windows_of(shown["title"], day_of(article), sentences, pieces, near):
        told = tuple(
            judged_of(number, heads[word.origin], window, shown["sentences"])
            for number, word in enumerate(window.words)
            if word.origin in heads
        )
        if told:
            yield Example(window, told)


def judged_of(
    number: int, rows: Sequence[Mapping[str, Any]], window: Window, shown: Sequence[Mapping[str, Any]]
) -> Told:
    kinds = {row["type"] if row["is"] == "right" else row["is"] for row in rows} - {"none"}
    if not kinds:
        return Told(number, (0,))
    row = next((one for one in rows if one["is"] != "none" and "news" in one), None)
    if row is None:
        return Told(number, tuple(sorted(TYPES.index(kind) for kind in kinds)))
    reach = reach_of(number, window)
    parties: list[tuple[int, ...] | None] = []
    for role in windows.ROLES:
        said = row.get(f"right_{role}", False)
        at = row[role] if said is True else said
        if said is False or (at and at[0] == "title"):
            parties.append(None)
        elif at is None:
            parties.append((-1,))
        else:
            parties.append(
                tuple(
                    here
                    for here, (place, one) in enumerate(reach)
                    if (span := shown[place]["parties"][one][3:]) and span[0] < at[1] and span[1] > at[0]
                )
                or None
            )
    status = row.get("right_status")
    return Told(
        number,
        tuple(sorted(TYPES.index(kind) for kind in kinds)),
        windows.STATUSES.index(status) if status in windows.STATUSES else None,
        TIERS[row["news"]],
        tuple(parties),
        frozenset(one.get("repeats") or one["row"] for one in rows),
    )


def day_of(article: Article) -> date:
    return date.fromisoformat(article.date[:10])


def reach_of(number: int, window: Window) -> list[tuple[int, int]]:
    return [window.mentions[at].origin for at in window.words[number].reach]


def sentence_of(shown: Mapping[str, Any]) -> Sentence:
    return Sentence(
        words=tuple(shown["words"]), pos=tuple(shown["pos"]), deps=tuple(shown["deps"]), heads=tuple(shown["heads"]),
        entities=tuple(shown["entities"]),
        named=tuple(Named(**(one | {"words": tuple(one["words"])})) for one in shown["named"]),
        readings=tuple(
            RuleReading(**(one | {
                "trigger": tuple(one["trigger"]), "parties": (frozenset(one["parties"][0]), frozenset(one["parties"][1])),
            }))
            for one in shown["readings"]
        ),
    )  # fmt: skip


def place_of(at: int, words: str, sentences: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """The words that stand at a place of the text, by sentence and number."""
    if at < 0:
        return []
    return [
        (number, word)
        for number, one in enumerate(sentences)
        for word, start in enumerate(one["starts"])
        if start < at + len(words) and start + len(one["words"][word]) > at and one["pos"][word] != "PUNCT"
    ]


def head_of(found: Sequence[tuple[int, int]], sentences: Sequence[Sentence]) -> tuple[int, int] | None:
    """The word of a telling that all others hang on, where it may tell an event; else the first that may."""
    inside = set(found)
    may = [(number, word) for number, word in found if sentences[number].pos[word] in windows.TELLING]
    tops = [
        (number, word)
        for number, word in may
        if (over := sentences[number].heads[word]) == word or (number, over) not in inside
    ]
    return next(iter(tops or may), None)


def told_of(
    number: int,
    told: Sequence[tuple[int, Mapping[str, Any]]],
    window: Window,
    shown: Sequence[Mapping[str, Any]],
) -> Told:
    kinds = {
        TYPES.index(kind)
        for _, event in told
        for kind in (event["type"], event.get("or_type"))
        if kind in TYPES
    }
    event = told[0][1]
    reach = reach_of(number, window)
    parties: list[tuple[int, ...] | None] = []
    for role in windows.ROLES:
        right = [*listed(event.get(role)), *listed(event.get(f"or_{role}"))]
        hits = [
            at
            for at, (place, one) in enumerate(reach)
            if any(agrees(party, shown[place]["parties"][one]) for party in right)
        ]
        parties.append((-1,) if not right else tuple(hits) or None)
    return Told(
        number,
        tuple(sorted(kinds)),
        windows.STATUSES.index(event["status"]),
        TIERS[event["tier"]],
        tuple(parties),
        frozenset(at for at, _ in told),
    )


def listed(party: Any) -> list[Mapping[str, Any]]:
    return party if isinstance(party, list) else [party] if party else []


EMPTY = frozenset(
    "the a an of in and for to by on at its his her their s mr mrs ms dr some several former".split()
)


def agrees(party: Mapping[str, Any], named: Sequence[Any]) -> bool:
    """As the scorer has it: the lands where both have one, else a sector in common or half of the words."""
    name, country, sector, *_ = named
    if party["country"] and country:
        return bool(party["country"] == country)
    if sector and sector in re.findall("[A-Z]{3}", party["sector"]):
        return True
    mine, yours = words_of(party["text"]), words_of(name)
    short, long = sorted((mine, yours), key=len)
    return bool(short) and 2 * sum(word in long for word in short) >= len(short)


def words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in EMPTY]


@dataclass(frozen=True, slots=True)
class Shown:
    """Examples: of coded articles, of judged rows, and of coded articles that are left out."""

    coded: list[Example]
    judged: list[Example]
    left_out: list[Example]


def read_examples(data: Path, articles: Iterable[Path], pieces: Pieces) -> Shown:
    texts = read_articles(articles)
    chose = set(tomllib.loads(SETTINGS.read_text("utf-8"))["chosen_on"]["ids"].split())
    events = {row["id"]: row["events"] for row in coded(texts) if row["part"] in LEARNT}
    rows = {row["id"]: row["rows"] for row in judged(texts) if texts[row["id"]].part == "judged"}
    found = Shown([], [], [])
    with gzip.open(data, "rt", encoding="utf-8") as file:
        for line in file:
            shown = json.loads(line)
            number = shown["id"]
            if number in events:
                examples = examples_of(shown, events[number], texts[number], pieces)
                (found.left_out if number in chose else found.coded).extend(
                    one for one in examples if one.told and is_shown(one)
                )
            elif number in rows:
                found.judged.extend(examples_of_rows(shown, rows[number], texts[number], pieces))
    return found


def is_shown(example: Example) -> bool:
    """Of windows that tell nothing a part is left out."""
    return any(told.parties for told in example.told) or random.random() < QUIET_SHARE
