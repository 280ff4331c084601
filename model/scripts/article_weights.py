"""Weights of an article's choices - the day of an event, its place, and whether two tellings are one - from the hand-coded articles.

    python model/scripts/article_weights.py days|places|same ARTICLES.jsonl[.gz] … --kept FOLDER [--write]

ARTICLES hold id, title, date and text (see corpus/README.md). All of the part "coded" are read by the shipped reader, which is kept in
FOLDER; the table of weights is printed and, with --write, put into its data file. `same` sees the days and places that the weights of
those files give, so it comes last; what it comes to, each article held out in its turn, is printed beside what today's weights do.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.load import read_articles  # noqa: E402
from model.scripts.article_fits import (  # noqa: E402
    Asked,
    Numbers,
    fit_choice,
    fit_pairs,
    names_of,
    shares_of,
    with_weights,
)
from model.scripts.article_right import (  # noqa: E402
    Event,
    event_of_day,
    event_of_place,
    events_of,
    fared,
    right_days,
    right_places,
    told,
)
from model.scripts.article_tellings import Read, Settled, happenings, read_all, settled  # noqa: E402
from pipeline.extract.dates.choice import CHOICE_PATH as DAYS  # noqa: E402
from pipeline.extract.places.choice import SETTINGS_PATH as PLACES  # noqa: E402
from pipeline.extract.reader.decide import load_settings  # noqa: E402

READER = ROOT / "pipeline" / "extract" / "data" / "reader.toml"
SEED = 3
# How much a squared weight costs, twice over.
DAYS_L2, PLACES_L2, SAME_L2 = 10.0, 5.0, 3.0
# The reader has seen these articles: what it thinks of history gets this weight, not one that is fitted. What says the same as others, none.
STATED = {"stated_old": 0.45, "unknown_stated": 0.45}
TWICE = frozenset(("deed_old", "deed_recent", "deed_lately", "deed_ahead", "print_deed"))
# Weights below the first are left out of a second fit of days, and below the second of what comes of it; of places below the third.
SMALL, SMALLEST, SMALL_PLACE = 0.08, 0.04, 0.06
# A feature of places must be there in so many options.
OFTEN = 15
# A pair is learnt from where both are so sure.
SURE = 0.2
# What is tried of the reader's likeness on the articles left out of its training, and of bars on all, in folds.
LIKENESS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
BARS = tuple(round(0.2 + step / 100, 2) for step in range(13))
FOLDS = 5
# So much of the core events is to be told; the weights that were shipped before tell 0.675.
CORE_TOLD = 0.67


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is fitted to pairs: a weight a feature, and the bias."""

    weights: Numbers
    bias: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of tellings that are learnt from: a row each; `article` says of which it is."""

    features: Numbers
    is_one: Numbers
    shares: Numbers
    article: Numbers


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("choice", choices=("days", "places", "same"))
    options.add_argument("articles", nargs="+", type=Path, metavar="ARTICLES")
    options.add_argument("--kept", type=Path, required=True, help="a folder for what is read of each article")
    options.add_argument("--write", action="store_true", help="put the weights into their data file")
    given = options.parse_args()
    texts = {key: one for key, one in read_articles(given.articles).items() if one.part == "coded"}
    events = events_of(texts)
    reads = [one for one in read_all([texts[key] for key in sorted(texts)], given.kept) if one.id in events]
    fit, path, table, digits = {
        "days": (days_of, DAYS, "weights", 2),
        "places": (places_of, PLACES, "weights", 2),
        "same": (same_of, READER, "same", 3),
    }[given.choice]
    found = fit(reads, events)
    for name, weight in found.items():
        print(f"{name} = {weight:.{digits}f}")
    if given.write:
        path.write_text(
            with_weights(path.read_text(encoding="utf-8"), table, found, digits), encoding="utf-8"
        )


def days_of(reads: Sequence[Read], events: Mapping[str, Sequence[Event]]) -> dict[str, float]:
    """Weights of the choice of days, features that say little left out."""
    asked = list(asked_of_days(reads, events))
    print(f"{len(asked)} tellings of {len(reads)} articles")
    names = [name for name in names_of(asked) if name not in TWICE]
    first = fit_choice(asked, names, DAYS_L2, STATED)
    names = [name for name in names if abs(first[name]) >= SMALL]
    found = fit_choice(asked, names, DAYS_L2, STATED)
    return {name: weight for name, weight in found.items() if abs(weight) >= SMALLEST}


def asked_of_days(reads: Sequence[Read], events: Mapping[str, Sequence[Event]]) -> Iterator[Asked]:
    for read in reads:
        for one in read.tellings:
            event = event_of_day(one.candidate, events[read.id])
            right = right_days(event, one.days, read.published_at.date()) if event else None
            if right is not None:
                yield Asked(tuple(option.features for option in one.days), right)


def places_of(reads: Sequence[Read], events: Mapping[str, Sequence[Event]]) -> dict[str, float]:
    """Weights of the choice of places, features that say little left out."""
    asked = list(asked_of_places(reads, events))
    print(f"{len(asked)} tellings of {len(reads)} articles")
    found = fit_choice(asked, names_of(asked, OFTEN), PLACES_L2)
    return {name: weight for name, weight in found.items() if abs(weight) >= SMALL_PLACE}


def asked_of_places(reads: Sequence[Read], events: Mapping[str, Sequence[Event]]) -> Iterator[Asked]:
    for read in reads:
        for one in read.tellings:
            event = event_of_place(one.candidate, events[read.id])
            if event is not None:
                features = tuple(option.features for option in one.places)
                yield Asked(features, right_places(event, one.places))


def same_of(reads: Sequence[Read], events: Mapping[str, Sequence[Event]]) -> dict[str, float]:
    """Weights of whether two tellings are one, and the bar.

    What the reader thinks has the weight that serves best on the articles left out of its training; the bar is the lowest at which
    CORE_TOLD of the core events are told, articles held out in their turn.
    """
    now = load_settings()["same"]
    names = [name for name in now if name not in ("bar", "bias")]
    articles = [settled(read, names) for read in reads]
    pairs = pairs_of(articles, events, names)
    print(f"{len(pairs.is_one)} pairs, {int(pairs.is_one.sum())} of one event, of {len(articles)} articles")
    likeness = likeness_of(articles, pairs, names)
    today = Weighed(np.array([now[name] for name in names]), now["bias"])
    before = total(articles, events, [today] * len(articles), now["bar"])
    print(f"today, {len(articles)} articles, in part fitted to: {shown(before)}")
    fold = folds(len(articles))
    by_fold = [fitted(pairs, names, likeness, fold[pairs.article.astype(int)] != at) for at in range(FOLDS)]
    chosen = max(BARS)
    for bar in sorted(BARS, reverse=True):
        after = total(articles, events, [by_fold[at] for at in fold], bar)
        print(f"held out, bar {bar}: {shown(after)}")
        if after["core told"] / after["core"] >= CORE_TOLD:
            chosen = bar
    whole = fitted(pairs, names, likeness, np.ones(len(pairs.is_one), dtype=bool))
    return {"bar": chosen, "bias": whole.bias} | dict(zip(names, map(float, whole.weights), strict=True))


def pairs_of(
    articles: Sequence[Settled], events: Mapping[str, Sequence[Event]], names: Sequence[str]
) -> Pairs:
    """Pairs of which both are sure enough and tell an event."""
    features, is_one, shares, owner = [np.zeros((0, len(names)))], list[bool](), list[float](), list[int]()
    for number, article in enumerate(articles):
        tells = [told(one, events[article.id]) for one in article.candidates]
        kept: list[tuple[int, int]] = []
        for kind in article.kinds:
            rows = []
            for row, (at, later) in enumerate(kind.pairs):
                both = kind.numbers[at], kind.numbers[later]
                if all(tells[one] and article.candidates[one].confidence >= SURE for one in both):
                    rows.append(row)
                    kept.append(both)
                    is_one.append(bool(tells[both[0]] & tells[both[1]]))
            features.append(kind.features[rows])
        shares += shares_of(kept)
        owner += [number] * len(kept)
    return Pairs(np.concatenate(features), np.array(is_one, float), np.array(shares), np.array(owner))


def fitted(pairs: Pairs, names: Sequence[str], likeness: float, some: Numbers) -> Weighed:
    """Weights fitted to some of the pairs, what the reader thinks of them given."""
    reader = list(names).index("alike")
    others = [at for at in range(len(names)) if at != reader]
    seen = pairs.features[some]
    found, bias = fit_pairs(
        seen[:, others], pairs.is_one[some], pairs.shares[some], SAME_L2, likeness * seen[:, reader]
    )
    weights = np.zeros(len(names))
    weights[others], weights[reader] = found, likeness
    return Weighed(weights, bias)


def likeness_of(articles: Sequence[Settled], pairs: Pairs, names: Sequence[str]) -> float:
    """The weight of what the reader thinks that serves best on the articles it has not learnt from, all others fitted beside it."""
    chose = set(tomllib.loads(READER.read_text("utf-8"))["chosen_on"]["ids"].split())
    aside = np.array([article.id in chose for article in articles])[pairs.article.astype(int)]
    cost = {}
    for likeness in LIKENESS:
        found = fitted(pairs, names, likeness, ~aside)
        score = pairs.features[aside] @ found.weights + found.bias
        wrong = np.logaddexp(0, np.where(pairs.is_one[aside] > 0, -score, score))
        cost[likeness] = float(pairs.shares[aside] @ wrong / pairs.shares[aside].sum())
        print(
            f"likeness {likeness}: {cost[likeness]:.4f} nats a pair on {int(aside.sum())} pairs of articles it has not seen"
        )
    return min(cost, key=cost.__getitem__)


def folds(count: int) -> Numbers:
    """A fold for each article, by lot."""
    order = list(range(count))
    Random(SEED).shuffle(order)
    found = np.zeros(count, dtype=int)
    for place, number in enumerate(order):
        found[number] = place % FOLDS
    return found


def total(
    articles: Sequence[Settled],
    events: Mapping[str, Sequence[Event]],
    weighed: Sequence[Weighed],
    bar: float,
) -> Counter[str]:
    counted: Counter[str] = Counter()
    for article, one in zip(articles, weighed, strict=True):
        counted += fared(happenings(article, one.weights, one.bias, bar), events[article.id])
    return counted


def shown(counted: Mapping[str, int]) -> str:
    rates = (("repeats", "rows"), ("kept", "news"), ("core told", "core"))
    return ", ".join(
        f"{up} {counted[up] / counted[down]:.3f} ({counted[up]} of {counted[down]})" for up, down in rates
    )


if __name__ == "__main__":
    main()
