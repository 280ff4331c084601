"""Retold: two wordings in, how much speaks for one happening out, where alike articles tell them in alike sentences.

Names, days and places as they were read differ more between two articles than what these tell. Where the articles are
alike (they bear each other's names and rare words) and the sentences too, parties need only not contradict each other, and
days only meet. What one article tells apart stays apart. All of it depends on the two wordings and who tells them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pipeline.store.incidents import AGAINST, affinity, day_affinity, place_affinity
from pipeline.store.wording import Party, Telling, Wording, settings

Terms = Mapping[str, float]


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
    weights = settings()["retold"]
    if (one.event_type, one.status) != (other.event_type, other.status):
        return AGAINST
    alike = _sentence_likeness(one, other)
    if alike < weights["least_alike"]:
        return AGAINST
    when, where, who = _day(one, other), place_affinity(one, other), _parties(one, other)
    return round(when + where + who + float(weights["alike"]) * alike + float(weights["kin"]), 4)


def _sentence_likeness(one: Wording, other: Wording) -> float:
    """Of the two most alike sentences that tell them in alike articles: 0 to 1."""
    by_article: dict[int, list[Telling]] = {}
    for telling in other.tellings:
        by_article.setdefault(telling.article_id, []).append(telling)
    return max(
        (
            cosine(mine.terms, its.terms)
            for mine in one.tellings
            for article_id in mine.kin & by_article.keys()
            for its in by_article[article_id]
        ),
        default=0.0,
    )


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


def _parties(one: Wording, other: Wording) -> float:
    who = _both(one, other, one.actor, one.recipient)
    if who == AGAINST and one.event_type in settings()["mutual_types"]:
        who = _both(one, other, one.recipient, one.actor)
    return who


def _both(one: Wording, other: Wording, actor: Party | None, recipient: Party | None) -> float:
    """What is said is somebody's: there the one who says it must agree."""
    says, hears = _party(actor, other.actor), _party(recipient, other.recipient)
    if one.event_type in settings()["said_types"] and (
        says <= 0.0 or not _may_say_the_same(actor, other.actor)
    ):
        return AGAINST
    return says + hears if says + hears > 0.0 else AGAINST


def _may_say_the_same(one: Party | None, other: Party | None) -> bool:
    """Two names of one land, both with an office and without a word in common, are two people."""
    if one is None or other is None or not (one.is_proper and other.is_proper):
        return True
    return not (one.sector and other.sector) or _share_of_words(one, other) > 0.0


def _party(one: Party | None, other: Party | None) -> float:
    """One name, or most of it, whatever sector was read in it; one land and sectors that may be one; no name against a name."""
    weights: Mapping[str, Any] = settings()
    if one is None or other is None:
        return 0.0
    if one.country and other.country and one.country != other.country:
        return AGAINST
    share = _share_of_words(one, other)
    if one.is_proper and other.is_proper and share >= weights["retold"]["name_share"]:
        return float(weights["same_name"] if share == 1.0 else weights["retold"]["much_of_a_name"])
    if not _may_be_one_sector(one.sector, other.sector):
        return AGAINST
    if one.country and other.country:
        return float(
            weights["same_code"] if one.sector and one.sector == other.sector else weights["same_country"]
        )
    if share == 1.0:
        return float(weights["same_words"])
    if one.is_proper and other.is_proper and not share:
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
