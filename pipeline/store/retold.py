"""Retold: two wordings in, how much speaks for one happening out, where alike articles tell them in alike sentences.

Names, days and places as they were read differ more between two articles than what these tell. Where the articles are
alike (they bear each other's names and rare words) and the sentences too, parties need only not contradict each other, and
days only meet. What one article tells apart stays apart. All of it depends on the two wordings and who tells them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.store.incidents import AGAINST, affinity, day_affinity, place_affinity
from pipeline.store.wording import Party, Telling, Wording, settings

Terms = Mapping[str, float]
Parties = tuple[Party | None, Party | None]


@dataclass(frozen=True, slots=True)
class _Sentences:
    """Two sentences: whether their articles are of one story, and they so alike that two names which both have are two
    readings of one."""

    mine: Telling
    its: Telling
    is_story: bool
    are_one: bool

    def are_of_both(self, one: Party | None, other: Party | None) -> bool:
        """Whether each of them has the name that was read in the other; or much of it, in which another sector was read."""
        if one is None or other is None or not self.are_one or one.words == other.words:
            return False
        if one.country == other.country and _share_of_words(one, other) >= settings()["retold"]["name_share"]:
            return True
        return _has(self.its, one) and _has(self.mine, other)


def likeness(one: Wording, other: Wording) -> float:
    """How much speaks for one happening: what the wordings say, or else what those who tell them do. AGAINST forbids it."""
    told = affinity(one, other)
    if told >= settings()["bar"] or not (one.tellings and other.tellings):
        return told
    return AGAINST if _are_told_apart(one, other) else max(told, _retold(one, other))


def _are_told_apart(one: Wording, other: Wording) -> bool:
    """Whether one article tells both."""
    return not {told.article_id for told in one.tellings}.isdisjoint(
        told.article_id for told in other.tellings
    )


def _retold(one: Wording, other: Wording) -> float:
    """By the two sentences that say most for it, of all that tell them in alike articles; AGAINST where none do."""
    if (one.event_type, one.status) != (other.event_type, other.status):
        return AGAINST
    when = _day(one, other)
    if when == AGAINST:
        return AGAINST
    by_article: dict[int, list[Telling]] = {}
    for telling in other.tellings:
        by_article.setdefault(telling.article_id, []).append(telling)
    said = (
        _by_sentences(one, other, mine, its)
        for mine in one.tellings
        for article_id in mine.kin.keys() & by_article.keys()
        for its in by_article[article_id]
    )
    return round(when + max(said, default=AGAINST), 4)


def _by_sentences(one: Wording, other: Wording, mine: Telling, its: Telling) -> float:
    """What parties, place and two sentences that tell them say; articles of one story speak for themselves, too."""
    weights = settings()["retold"]
    alike = cosine(mine.terms, its.terms)
    is_story = mine.kin[its.article_id] >= weights["kin_from"]
    if alike < weights["least_alike" if is_story else "least_alike_apart"]:
        return AGAINST
    are_one = is_story and alike >= weights["alike_otherwise"]
    who = _parties(one, other, _Sentences(mine, its, is_story=is_story, are_one=are_one))
    where = place_affinity(one, other)
    if where == AGAINST and are_one:
        where = float(weights["elsewhere"])
    kin = float(weights["kin"]) if is_story else 0.0
    return where + who + float(weights["alike"]) * alike + kin


def cosine(one: Terms, other: Terms) -> float:
    return math.fsum(one[stem] * other[stem] for stem in sorted(one.keys() & other.keys()))


def _day(one: Wording, other: Wording) -> float:
    """The same day; or days that meet: a week and one of its days, the day of print and one before, the next day."""
    weights = settings()["retold"]
    if not {one.precision, other.precision} <= {"day", "week"}:
        return day_affinity(one, other)
    (first, last), (its_first, its_last) = _days(one), _days(other)
    apart = max((first - its_last).days, (its_first - last).days)
    if apart > weights["days_between"]:
        return AGAINST
    return max(
        day_affinity(one, other), float(weights["days_meet"] if apart <= 0 else weights["days_differ"])
    )


def _days(told: Wording) -> tuple[date, date]:
    """The first and the last day that a wording may mean."""
    if told.precision == "week":
        return told.day, told.day + timedelta(days=6)
    before = 0 if told.is_dated else int(settings()["retold"]["print_days_after"])
    return told.day - timedelta(days=before), told.day


def _has(sentence: Telling, party: Party) -> bool:
    return bool(party.words) and sentence.words.issuperset(party.words.split())


def _parties(one: Wording, other: Wording, sentences: _Sentences) -> float:
    who = _both(one, other, (one.actor, one.recipient), sentences)
    if who == AGAINST and one.event_type in settings()["mutual_types"]:
        who = _both(one, other, (one.recipient, one.actor), sentences)
    return who


def _both(one: Wording, other: Wording, parties: Parties, sentences: _Sentences) -> float:
    """What is said is somebody's: there the one who says it must agree."""
    pairs = [(parties[0], other.actor), (parties[1], other.recipient)]
    told = [_party(mine, its, is_story=sentences.is_story) for mine, its in pairs]
    # Two names that both sentences have are no contradiction: the coder took one of them here and the other there.
    are_read_otherwise = [
        weight == AGAINST and sentences.are_of_both(mine, its)
        for weight, (mine, its) in zip(told, pairs, strict=True)
    ]
    if (
        one.event_type in settings()["said_types"]
        and not are_read_otherwise[0]
        and (told[0] <= 0.0 or not _may_say_the_same(*pairs[0]))
    ):
        return AGAINST
    who = sum(
        0.0 if otherwise else weight for weight, otherwise in zip(told, are_read_otherwise, strict=True)
    )
    return who if who > 0.0 or any(are_read_otherwise) else AGAINST


def _may_say_the_same(one: Party | None, other: Party | None) -> bool:
    """Two names of one land, both with an office and without a word in common, are two people."""
    if one is None or other is None or not (one.is_proper and other.is_proper):
        return True
    return not (one.sector and other.sector) or _share_of_words(one, other) > 0.0


def _party(one: Party | None, other: Party | None, *, is_story: bool) -> float:
    """One name, or in one story much of it, whatever sector was read in it; one land and sectors that may be one; no name against
    a name, unless a story's, and a land is known of one alone: "a teenager from Riverland" may be anybody's name."""
    weights: Mapping[str, Any] = settings()
    if one is None or other is None:
        return 0.0
    if one.country and other.country and one.country != other.country:
        return AGAINST
    share = _share_of_words(one, other)
    least_share = weights["retold"]["name_share"] if is_story else 1.0
    if one.is_proper and other.is_proper and share >= least_share:
        return float(weights["same_name"] if share == 1.0 else weights["retold"]["much_of_a_name"])
    if not _may_be_one_sector(one.sector, other.sector):
        return AGAINST
    if one.country and other.country:
        return float(
            weights["same_code"] if one.sector and one.sector == other.sector else weights["same_country"]
        )
    if share == 1.0:
        return float(weights["same_words"])
    if one.is_proper and other.is_proper and not (share or (is_story and (one.country or other.country))):
        return AGAINST
    return float(weights["retold"]["same_sector"]) if one.sector and one.sector == other.sector else 0.0


def _share_of_words(one: Party, other: Party) -> float:
    """Share of the shorter name's words that the other has, 0 to 1; short words count only where the whole is meant."""
    mine, its = set(one.words.split()), set(other.words.split())
    if not mine or not its:
        return 0.0
    if mine <= its or its <= mine:
        return 1.0
    shared = [word for word in mine & its if len(word) >= settings()["retold"]["shortest_word"]]
    return len(shared) / min(len(mine), len(its))


def _may_be_one_sector(one: str | None, other: str | None) -> bool:
    """Arms of one state are one, and so is who is no part of it nor armed: a coder reads "doctors" here and "people" there."""
    if one is None or other is None or one == other:
        return True
    return any(
        {one, other} <= set(kinds)
        for kinds in (settings()["state_sectors"], settings()["retold"]["civil_sectors"])
    )
