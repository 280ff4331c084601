"""Weights of what is made of the trained reader's numbers: its choice of a pair of parties, and its confidence.

    python model/scripts/reader_weights.py ARTICLES.jsonl[.gz] … [--write]

Fitted on the hand-coded articles that the reader did not learn from and that nothing is measured on (`chosen_on` of reader.toml), and on
the short items of the part `items_aside` whose id is even. ARTICLES hold id, title, date and text (see corpus/README.md). The two tables
are printed and, with --write, put into reader.toml.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.load import Article as Text  # noqa: E402
from corpus.load import read_articles  # noqa: E402
from model.scripts.article_fits import Asked, fit_choice, fit_pairs, with_weights  # noqa: E402
from model.scripts.article_right import AT, Event, distance, events_of  # noqa: E402
from model.scripts.reader_labels import agrees  # noqa: E402
from pipeline.config import Settings  # noqa: E402
from pipeline.extract.article.cast import Cast  # noqa: E402
from pipeline.extract.article.weigh import Heard, accounted  # noqa: E402
from pipeline.extract.code_command import article_of  # noqa: E402
from pipeline.extract.coder import Coder, load_coder  # noqa: E402
from pipeline.extract.language.parsed import piece_of  # noqa: E402
from pipeline.extract.reader.decide import SETTINGS_PATH, features_of  # noqa: E402
from pipeline.extract.reader.parties import Account, Side  # noqa: E402
from pipeline.extract.reader.window import ROLES, TYPES  # noqa: E402
from pipeline.model import Span  # noqa: E402

# How much a squared weight costs, twice over; that of the pair's chance is counted from 1, which is the chance alone.
PAIR_L2, CONFIDENCE_L2 = 10.0, 1.0


@dataclass(frozen=True, slots=True)
class Read:
    """An article as the reader accounts for it, where each of its words stands, and what is right of it."""

    account: Account
    spans: list[Span]
    events: Sequence[Event]

    def at(self, number: int) -> list[Event]:
        """Events of the type that a word is read to tell, at that word."""
        kind = TYPES[self.account.told[number].kind]
        return [one for one in self.events if kind in one.types and distance(self.spans[number], one) < AT]

    def is_right(self, side: Side, role: int, event: Event) -> bool:
        right = event.parties[ROLES[role]]
        if side.origin is None or not right:
            return side.origin is None and not right
        actor = self.account.actors[side.origin]
        return any(agrees(one, (actor.name, actor.country, actor.sector)) for one in right)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("articles", nargs="+", type=Path, metavar="ARTICLES")
    options.add_argument("--write", action="store_true", help="put the weights into reader.toml")
    given = options.parse_args()
    chose = set(tomllib.loads(SETTINGS_PATH.read_text("utf-8"))["chosen_on"]["ids"].split())
    texts = {key: one for key, one in read_articles(given.articles).items() if is_for_fitting(one, chose)}
    events = events_of(texts)
    coder = load_coder(Settings(reader="on"))
    reads = [read for key in sorted(events) if (read := read_of(texts[key], events[key], coder)) is not None]
    pair = pair_of(reads)
    sure = confidence_of(reads, pair)
    text = SETTINGS_PATH.read_text("utf-8")
    for table, found in (("pair", pair), ("confidence", sure)):
        print(f"[{table}]", *(f"{name} = {weight:.3f}" for name, weight in found.items()), sep="\n")
        text = with_weights(text, table, found, 3)
    if given.write:
        SETTINGS_PATH.write_text(text, encoding="utf-8")


def is_for_fitting(text: Text, chose: set[str]) -> bool:
    return text.id in chose or (text.part == "items_aside" and int(text.id[-1], 16) % 2 == 0)


def read_of(text: Text, events: Sequence[Event], coder: Coder) -> Read | None:
    assert coder.trained is not None
    article = article_of({"id": text.id, "text": text.text, "title": text.title, "date": text.date})
    heard = coder.heard(coder.docs_of(article), Cast(coder.lexicon, article.published_at.date()))
    account = accounted(article, heard, coder.trained)
    if account is None:
        return None
    return Read(
        account, [span_of(one.window.words[one.read.at].origin, heard) for one in account.told], events
    )


def span_of(origin: tuple[int, int], heard: Sequence[Heard]) -> Span:
    token = heard[origin[0]].sentence[origin[1]]
    return piece_of(token).span(token.i, token.i + 1)


def pair_of(reads: Sequence[Read]) -> dict[str, float]:
    """Weights of the choice of a pair, by events that are told in the right type and whose parties are within reach."""
    asked = [one for read in reads for one in asked_of(read)]
    print(f"{len(asked)} tellings choose among pairs")
    found = fit_choice(asked, ["more", "agreed", "known", "nobody", "one_land"], PAIR_L2, {"chance": 1.0})
    return {"chance": found.pop("chance") + found.pop("more")} | found


def asked_of(read: Read) -> Iterator[Asked]:
    for number in range(len(read.account.told)):
        for event in read.at(number)[:1]:
            pairs = list(read.account.pairs(number))
            right = tuple(
                all(read.is_right(side, role, event) for role, side in enumerate(sides)) for sides, _ in pairs
            )
            if any(right):
                yield Asked(tuple({**said, "more": said["chance"]} for _, said in pairs), right)


def confidence_of(reads: Sequence[Read], pair: Mapping[str, float]) -> dict[str, float]:
    """Weights of whether type and both parties of what is read are right, and told at that place."""
    seen_of, right = [], []
    for read in reads:
        for number, one in enumerate(read.account.told):
            chosen = read.account.pair(number, pair)
            seen_of.append(features_of(one, chosen))
            right.append(
                any(
                    read.is_right(chosen.actor, 0, event) and read.is_right(chosen.recipient, 1, event)
                    for event in read.at(number)
                )
            )
    names = list(seen_of[0])
    matrix = np.array([[one[name] for name in names] for one in seen_of])
    is_right = np.array(right, float)
    ones = np.ones(len(is_right))
    weights, bias = fit_pairs(matrix, is_right, ones, CONFIDENCE_L2, 0 * ones)
    score = matrix @ weights + bias
    print(f"{len(right)} decisions, {sum(right)} right; area under the curve {area(score, is_right):.3f}")
    return {"bias": bias} | dict(zip(names, map(float, weights), strict=True))


def area(score: np.ndarray, is_right: np.ndarray) -> float:
    """How often a right one has a higher score than a wrong one."""
    order = np.argsort(np.argsort(score)) + 1
    count = is_right.sum()
    return float((order[is_right > 0].sum() - count * (count + 1) / 2) / (count * (len(score) - count)))


if __name__ == "__main__":
    main()
