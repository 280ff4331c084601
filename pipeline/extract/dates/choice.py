"""Choice: an event and all days its article names in, its day out, as far as what was learnt from hand-coded articles tells it.

Each day named within reach is weighed, and beside them the day of print and that it is long past and no day is told: as a
choice among them all, with the weights of dates/choice.toml. Sites that come to the same day are one.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from spacy.tokens import Token

from pipeline.extract.dates.link import POINTS_BACK, is_in_clause, link_cost
from pipeline.extract.dates.resolve import Resolved
from pipeline.extract.dates.sites import Site
from pipeline.extract.grammar.labels import COMPLEMENT_CLAUSE, PARATAXIS
from pipeline.extract.grammar.tense import has_happened, lies_ahead
from pipeline.extract.lexicon.files import DATA
from pipeline.extract.lexicon.options import chances
from pipeline.extract.lexicon.words import word_set
from pipeline.model import DONE, EventDate, Span

CHOICE_PATH = DATA / "dates" / "choice.toml"
# Events that are spoken, and those at which people speak with each other; all others are done.
_SPOKEN = word_set("dates.choice.spoken")
_TALKS = word_set("dates.choice.talks")
_AHEAD = frozenset(("planned", "hypothetical"))
# Days before print up to which a day is of an age, for weights; what is older is "long_ago".
_AGES = ((0, "today"), (3, "days"), (14, "fortnight"), (62, "weeks"), (400, "year"))
_ERAS = {"ahead": "ahead", "today": "recent", "days": "recent", "fortnight": "lately"}
# A day so far back is history; the guide that the corpus was coded by.
_HISTORY = timedelta(days=14)
# A site costs as much as one that hangs nowhere from here on.
_DEAREST = 5.0
_DEEPEST = 20

Features = dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """An event whose day is asked for.

    Args:
        anchor: The word that tells it, in the piece of this number.
        sentence: The number of its sentence among those of all pieces.
        stated: How far the trained reader thinks it history, on the scale of `logit`.
        is_long_ago: Its sentence speaks of long ago.
    """

    anchor: Token
    piece: int
    sentence: int
    event_type: str
    status: str
    stated: float
    is_long_ago: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A day that an event may have, with the words that name it and what speaks for it.

    `when` is None for what is long past and without a day; `span` is None for that and for the day of print.
    """

    when: Resolved | None
    span: Span | None
    features: Features


@dataclass(frozen=True, kw_only=True, slots=True)
class Likely:
    """A day that an event may have, how likely, and the words that name it; none for the day of print."""

    when: Resolved | None
    chance: float
    span: Span | None


# All that one event may have; chances add up to 1. `when` is None once, for what is long past and without a day.
Choice = tuple[Likely, ...]


@cache
def load_weights(path: Path = CHOICE_PATH) -> Mapping[str, Any]:
    """Weights by feature, and how far days are looked for; the file says what they were fitted on."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def weighed(options: Sequence[Option]) -> Choice:
    """Say how likely an event happened on each day that it may have, by the weights of choice.toml."""
    likely = chances([option.features for option in options], load_weights()["weights"])
    return _by_day(
        Likely(when=option.when, chance=chance, span=option.span)
        for option, chance in zip(options, likely, strict=True)
    )


def pooled(choices: Sequence[Choice]) -> Choice:
    """What several tellings of one event say of its day together."""
    return _by_day(
        Likely(when=one.when, chance=one.chance / len(choices), span=one.span)
        for choice in choices
        for one in choice
    )


def _by_day(options: Iterable[Likely]) -> Choice:
    """What comes to the same day as one, with the words of the likeliest."""
    chances: dict[Resolved | None, float] = defaultdict(float)
    best: dict[Resolved | None, Likely] = {}
    for one in options:
        chances[one.when] += one.chance
        if one.when not in best or one.chance > best[one.when].chance:
            best[one.when] = one
    return tuple(Likely(when=when, chance=chances[when], span=one.span) for when, one in best.items())


def day_of(choice: Choice, published: date) -> EventDate:
    """The likeliest day; that of print, without words, where none is told."""
    one = max(choice, key=lambda likely: likely.chance)
    day, precision = one.when or (published, "day")
    return EventDate(value=day, precision=precision, span=one.span)


def past_chance(choice: Choice, published: date) -> float:
    """How likely an event happened more than 14 days before print."""
    return sum(one.chance for one in choice if one.when is None or published - one.when[0] > _HISTORY)


def options_of(asked: Asked, sites: Sequence[Site], published: date) -> Iterator[Option]:
    """Every day the event may have; the last two are that of print, and "long past and without a day"."""
    near = [site for site in sites if is_within_reach(asked, site)]
    latest = max((site.order for site in sites if _is_before(asked, site)), default=-1)
    ahead = lies_ahead(asked.anchor)
    happened = asked.status in DONE or (has_happened(asked.anchor) and not ahead)
    for site in near:
        stands = dict(_standing(asked, site, latest))
        for when in site.ahead if ahead and site.sentence == asked.sentence else site.days:
            if not _can_be(asked, site, when, happened, published):
                continue
            features = stands | _meaning(asked, when, published)
            yield Option(when=when, span=site.span, features=features)
    yield Option(when=(published, "day"), span=None, features=_for_print(asked))
    yield Option(when=None, span=None, features={"unknown": 1.0, "unknown_stated": asked.stated})


def is_within_reach(asked: Asked, site: Site) -> bool:
    """Whether a site is weighed at all: near by, or in the first sentences."""
    reach = load_weights()["reach"]
    away = site.sentence - asked.sentence
    return -int(reach["before"]) <= away <= int(reach["behind"]) or site.sentence < int(reach["lead"])


def _is_before(asked: Asked, site: Site) -> bool:
    if site.sentence == asked.sentence:
        return site.start <= asked.anchor.i
    return site.sentence < asked.sentence


def _can_be(asked: Asked, site: Site, when: Resolved, happened: bool, published: date) -> bool:
    """What is done has no day to come, what is planned no "last week"."""
    if happened and when[0] > published:
        return False
    return asked.status != "planned" or not POINTS_BACK.search(site.expression.text)


def _standing(asked: Asked, site: Site, latest: int) -> Iterator[tuple[str, float]]:
    """Where a site stands from the event."""
    yield "site", 1.0
    away = site.sentence - asked.sentence
    if away == 0:
        yield "here", 1.0
        yield f"here_{site.group}", 1.0
        yield from _way(asked, site)
    else:
        yield ("before" if away < 0 else "behind"), math.log(abs(away))
        yield f"there_{site.group}", 1.0
        yield "said", float(site.is_said)
    if site.order == latest:
        yield "latest", 1.0
        yield "latest_beside", float(away >= -1)
    yield "between", math.log1p(latest - site.order if site.order <= latest else site.order - latest - 1)
    yield "counted", float(site.is_counted)


def _way(asked: Asked, site: Site) -> Iterator[tuple[str, float]]:
    is_own = site.piece == asked.piece and site.start <= asked.anchor.i < site.end
    cost = 0.0 if is_own else link_cost(asked.anchor, site.expression)
    yield "way", min(cost, _DEAREST) / _DEAREST
    yield "unlinked", float(cost > _DEAREST)
    yield "in_clause", float(is_in_clause(asked.anchor, asked.anchor.doc[site.start : site.end]))


def _meaning(asked: Asked, when: Resolved, published: date) -> Features:
    """What a day is to the event, wherever it is named."""
    age = _age(when[0], published)
    era = _ERAS.get(age, "old")
    found = {f"is_{age}": 1.0, f"{_kind(asked)}_{era}": 1.0}
    if asked.status in _AHEAD:
        found[f"planned_{era}"] = 1.0
    if era == "old":
        found["stated_old"] = asked.stated
        found["long_ago_old"] = float(asked.is_long_ago)
    return found


def _age(day: date, published: date) -> str:
    days = (published - day).days
    if days < 0:
        return "ahead"
    return next((name for most, name in _AGES if days <= most), "long_ago")


def _kind(asked: Asked) -> str:
    if asked.event_type in _SPOKEN:
        return "spoken"
    return "talks" if asked.event_type in _TALKS else "deed"


def _for_print(asked: Asked) -> Features:
    return {
        "print": 1.0,
        f"print_{_kind(asked)}": 1.0,
        "print_depth": min(asked.sentence, _DEEPEST) / _DEEPEST,
        "print_reported": float(_is_reported(asked.anchor)),
        "print_planned": float(asked.status in _AHEAD),
        "print_long_ago": float(asked.is_long_ago),
    }


def _is_reported(word: Token) -> bool:
    """Whether it stands in what somebody says."""
    return any(one.dep_ in (COMPLEMENT_CLAUSE, PARATAXIS) for one in (word, *word.ancestors))
