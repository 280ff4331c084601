"""What the weights of an article's choices are fitted on: its tellings as the trained reader decides them, and all that is seen of each.

Coding an article takes most of the time and depends on no weight that is fitted, so it is done once and kept in a folder, a file an
article. After a change of code, of the reader or of what is seen, that folder is to be emptied.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, reduce
from pathlib import Path

import numpy as np

from corpus.load import Article as Text
from model.scripts.article_fits import Numbers
from pipeline.config import Settings
from pipeline.extract.article.attacks import attacks
from pipeline.extract.article.chosen import Decided, asked_of
from pipeline.extract.article.days import Days
from pipeline.extract.article.incidents import as_one, groups_of, kinds_of
from pipeline.extract.article.lead import lead_end
from pipeline.extract.article.same_event import pairs_of
from pipeline.extract.code_command import article_of
from pipeline.extract.coder import Coder, load_coder
from pipeline.extract.dates.choice import Option as DayOption
from pipeline.extract.dates.choice import weighed
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.places.choice import Option as PlaceOption
from pipeline.extract.places.choice import Whereabouts, chances
from pipeline.extract.reader.heads import Floats
from pipeline.model import Candidate, Place

# As many articles are parsed at once.
AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """One telling and what is seen of it.

    Args:
        candidate: With what the scene gives it. told: The place that its sentence gives.
        background: How likely the reader thinks it history.
        days, places: What it may have.
    """

    candidate: Candidate
    told: Place | None
    background: float
    days: tuple[DayOption, ...]
    places: tuple[PlaceOption, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """An article as it is read, in the order of its text; `alike` is how likely the reader thinks each two tellings the same."""

    id: str
    published_at: datetime
    tellings: tuple[Telling, ...]
    alike: Floats


@dataclass(frozen=True, slots=True)
class Kind:
    """Tellings of one type that may be one: their candidates, their numbers in the article, and what is seen of each pair."""

    told: list[Candidate]
    numbers: list[int]
    pairs: list[tuple[int, int]]
    features: Numbers


@dataclass(frozen=True, slots=True)
class Settled:
    """An article whose tellings have a day and a place, by the weights shipped, for which of them are one."""

    id: str
    days: Days
    candidates: list[Candidate]
    kinds: list[Kind]


def read_all(texts: Iterable[Text], folder: Path) -> Iterator[Read]:
    """Read articles, or take what was kept of them."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = list(texts)
    missing = [one for one in texts if not (folder / f"{one.id}.pickle").exists()]
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        for read in _read(some, _coder()):
            path = folder / f"{read.id}.pickle"
            path.with_suffix(".part").write_bytes(pickle.dumps(read, pickle.HIGHEST_PROTOCOL))
            path.with_suffix(".part").replace(path)
        print(f"read {start + len(some)} of {len(missing)}", flush=True)
    for one in texts:
        yield pickle.loads((folder / f"{one.id}.pickle").read_bytes())


@cache
def _coder() -> Coder:
    return load_coder(Settings(reader="on"))


def _read(texts: Sequence[Text], coder: Coder) -> Iterator[Read]:
    assert coder.trained is not None
    articles = [
        article_of({"id": one.id, "text": one.text, "title": one.title, "date": one.date}) for one in texts
    ]
    for text, article in zip(texts, articles, strict=True):
        docs = coder.docs_of(article)
        decided = coder.decided(article, docs)
        days = Days(docs, article.published_at)
        where = Whereabouts(docs=docs, gazetteer=coder.gazetteer)
        lead = lead_end(article.text)
        tellings = tuple(
            Telling(
                candidate=replace(one.settled, is_lead=one.settled.sentence.start < lead),
                told=one.told.place,
                background=one.decision.background,
                days=tuple(_days(days, one)),
                places=tuple(where.options(asked)),
            )
            for one, asked in zip(decided, asked_of(decided, docs), strict=True)
        )
        events = [one.decision.event for one in decided]
        alike = coder.trained.network.likeness(np.stack(events)) if events else np.zeros((0, 0), np.float32)
        yield Read(id=text.id, published_at=article.published_at, tellings=tellings, alike=alike)


def _days(days: Days, one: Decided) -> list[DayOption]:
    # The scene gives a place and no words, so the day is asked of either.
    return days.options(one.settled, one.anchor, one.piece, one.decision.background)


def settled(read: Read, names: Sequence[str]) -> Settled:
    """Choose day, history and place of each telling by the weights of the data files; `names` are the features of pairs, in order."""
    days = Days((), read.published_at)
    where = Whereabouts(docs=(), gazetteer=load_gazetteer())
    found = []
    for one in read.tellings:
        start, ruled = one.candidate.trigger.start, (one.told, one.candidate.place)
        place = where.decided(one.places, chances(one.places), ruled, start)
        placed = replace(one.candidate, place=place)
        found.append(days.with_choice(placed, weighed(one.days), one.background))
    number_of = {id(one): number for number, one in enumerate(found)}
    kinds = []
    for told in kinds_of(found):
        numbers = [number_of[id(one)] for one in told]
        seen = list(pairs_of(told, read.alike[np.ix_(numbers, numbers)]))
        rows = [[features[name] for name in names] for _, _, features in seen]
        matrix = np.array(rows) if rows else np.zeros((0, len(names)))
        kinds.append(Kind(told, numbers, [(at, later) for at, later, _ in seen], matrix))
    return Settled(read.id, days, found, kinds)


def happenings(article: Settled, weights: Numbers, bias: float, bar: float) -> list[Candidate]:
    """What an article tells where tellings are joined by some weights, as the coder gives it out."""
    joined = []
    for kind in article.kinds:
        score = np.zeros((len(kind.told), len(kind.told)))
        for (at, later), value in zip(kind.pairs, kind.features @ weights + bias, strict=True):
            score[at, later] = score[later, at] = value
        joined += [reduce(as_one, group) for group in groups_of(kind.told, score.tolist(), bar)]
    joined.sort(key=lambda one: one.trigger.start)
    return attacks([article.days.settled(one) for one in joined])
