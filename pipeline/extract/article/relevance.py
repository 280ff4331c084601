"""Relevance: whether a reading is political news at all, or sport, weather, business, an accident, the blotter.

Judges by who takes part and by the words of the sentence; the words lie in data/relevance.toml. Pure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.extract.lexicon.files import DATA
from pipeline.extract.lexicon.words import word_set

WORDS = DATA / "relevance.toml"
PUBLIC = word_set("article.relevance.public")
FORCEFUL = word_set("article.relevance.forceful")
SPOKEN = frozenset(
    [
        "AGREE",
        "CONSULT",
        "SUPPORT",
        "CONCEDE",
        "COOPERATE",
        "REQUEST",
        "ACCUSE",
        "REJECT",
        "THREATEN",
        "AID",
        "RETREAT",
        "SANCTION",
        "MOBILIZE",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """What is known of one party: its code's halves, whether it bears a name, whether it is people."""

    country: str | None
    sector: str | None
    is_named: bool
    is_human: bool

    @property
    def is_public(self) -> bool:
        return bool(self.country) or self.sector in PUBLIC

    @property
    def is_known(self) -> bool:
        return self.is_public or self.is_named or bool(self.sector and self.sector != "UNK")


_STRIKING = re.compile(r"\b(?:strikes?|striking)\b", re.IGNORECASE)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))[name]["words"].split()
    forms = "|".join(re.escape(word).replace(r"\-", "[- ]").replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b(?:{forms})\b", re.IGNORECASE)


_RESULT = re.compile(r"\b\d{1,3}-\d{1,3}\b")


@lru_cache(maxsize=1024)
def subject(sentence: str, paragraph: str = "") -> str:
    """What a sentence is about when it is not politics: "sport", "accident", "petty"; else empty.

    In a paragraph of sport a sentence needs less to be about it.
    """
    sport = {match.group().lower() for match in _pattern("sport").finditer(sentence)}
    weak = {match.group().lower() for match in _pattern("sport_weak").finditer(sentence)}
    if _pattern("armed").search(sentence):
        sport = weak = set()
    if (
        sport
        or len(weak) >= 2
        or (weak and (_RESULT.search(sentence) or _pattern("sport").search(paragraph)))
    ):
        return "sport"
    if _pattern("accident").search(sentence):
        # "An earthquake strikes" is no strike.
        told = _STRIKING.sub("", sentence) if _pattern("nature").search(sentence) else sentence
        if not _pattern("deliberate").search(told):
            return "accident"
    return "petty" if _pattern("petty").search(sentence) else ""


def is_retold(sentence: str, paragraph: str) -> bool:
    """Whether a paper speaks of its own earlier text, or a label says that the paragraph is a joke or a correction."""
    head, colon, _ = paragraph.lstrip()[:_LONGEST_LABEL].partition(":")
    if colon and _pattern("label").fullmatch(head.strip()):
        return True
    return bool(_pattern("correction").search(sentence))


_LONGEST_LABEL = 20


def is_sport(sentence: str, paragraph: str, sectors: Iterable[str | None]) -> bool:
    """Whether a sentence is of sport, and nobody of these sectors makes it politics."""
    return subject(sentence, paragraph) == "sport" and FORCEFUL.isdisjoint(sectors)


def is_no_force(
    event_type: str, trigger: str, sentence: str, paragraph: str, sectors: Iterable[str | None]
) -> bool:
    """Whether what the trained reader takes for force or a threat is sport or an accident, of which it has read few.

    Words of sport that have other uses are not enough: of 32 rows of the corpus in such sentences 29 told what happened. Of an
    accident only the deaths and the hurt are its own: five rows of five; what else stands in its sentence, none of twelve.
    """
    if event_type not in ("ASSAULT", "THREATEN"):
        return False
    if subject(sentence, paragraph) == "accident" and _HARMED.match(trigger):
        return True
    if not is_sport(sentence, paragraph, sectors):
        return False
    return any(_pattern("sport").search(text) for text in (sentence, paragraph)) or bool(
        _RESULT.search(sentence)
    )


_HARMED = re.compile(r"(?:kill|die|dead|death|injur|wound|hurt)", re.IGNORECASE)


def is_political(
    event_type: str,
    entry_id: str,
    sentence: str,
    actor: Side | None,
    recipient: Side | None,
    paragraph: str = "",
) -> bool:
    """Whether a reading may stand as an event."""
    sides = [side for side in (actor, recipient) if side is not None]
    if is_sport(sentence, paragraph, (side.sector for side in sides)):
        return False
    if _is_other_news(event_type, sentence, sides) or _is_natures(sentence, actor):
        return False
    if actor is not None and not actor.is_known and not actor.is_human:
        is_spoken_of = event_type not in ("ASSAULT", "PROTEST", "CONSULT")
        return is_spoken_of and recipient is not None and recipient.is_public
    if event_type in SPOKEN:
        return _spoken(sides)
    if event_type == "ASSAULT" and actor is None and entry_id in ("wound", "hit", "shell-hit"):
        return bool(_pattern("violence").search(sentence)) or any(side.is_public for side in sides)
    return any(side.is_known or side.is_human for side in sides)


def _is_other_news(event_type: str, sentence: str, sides: list[Side]) -> bool:
    """Whether a sentence is about an accident or the blotter, and nobody in it makes it politics."""
    about = subject(sentence)
    if about == "accident":
        return event_type in ("ASSAULT", "THREATEN")
    is_of_state = any(side.country and side.sector for side in sides) or all(side.is_public for side in sides)
    return about == "petty" and not is_of_state


def _is_natures(sentence: str, actor: Side | None) -> bool:
    """ "Hurricane Earl takes aim at the islands": a name that acts, but nobody's."""
    is_mere_name = actor is not None and not actor.is_public and actor.is_named
    return is_mere_name and bool(_pattern("nature").search(sentence))


def _spoken(sides: list[Side]) -> bool:
    if any(side.is_public for side in sides):
        return True
    firms = all(side.sector in ("BUS", None) for side in sides)
    return (not firms and any(side.is_named for side in sides) and len(sides) > 1) or (
        len(sides) == 1 and sides[0].is_named and not firms
    )
