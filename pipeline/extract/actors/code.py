"""Code: a phrase, or a noun phrase in its tree, in; name, country and sector out.

An unknown actor keeps its name and has no code. A surname that several people bear has no code either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.extract.actors.phrase import code_tokens
from pipeline.extract.actors.words import entity_of, phrase_text, shared_head
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.actor_entries import Word, tokenize
from pipeline.extract.lexicon.actor_lexicon import ActorLexicon

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

MAX_WORDS = 60
"""A longer phrase is a parsing accident; its first words carry the actor, and time stays linear."""
_TRIM = re.compile(
    r"^(?:(?:the|a|an|some|several|many|most|all|at least|about|around|nearly|almost|more than|over|up to|"
    r"thousands|hundreds|dozens|scores|tens|millions|groups?|number|crowds?|members|of|two|three|four|five|"
    r"six|seven|eight|nine|ten|[\d,.]+)\s+)+(?=\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorCode:
    """Who an actor is.

    Args:
        name: The lexicon's name, or the phrase without articles and quantities.
        country: ISO 3166 alpha-3, or IGO, IMG … (`actor_entries.INTERNATIONAL`); None when not known.
        sector: PLOVER sector; None when not known.
        entry_ids: Lexicon rows that gave it, the head's first.
        organisation: "UNO" or "EUR" for what belongs to these bodies; else None.
    """

    name: str
    country: str | None = None
    sector: str | None = None
    entry_ids: tuple[str, ...] = ()
    organisation: str | None = None

    @property
    def code(self) -> str:
        """Country then sector; empty when neither is known."""
        return (self.country or "") + (self.sector or "")


def code_phrase(phrase: str, lexicon: ActorLexicon, *, on: date | None = None) -> ActorCode:
    """Code a bare phrase ("the president of Kenya", "FARC rebels").

    Args:
        on: The day the text speaks of, which decides who held which office; None takes the office for granted.

    Returns:
        A code whose country and sector are None where not known; the name is never empty unless the phrase is.
    """
    return _coded(phrase, lexicon, on)


@lru_cache(maxsize=20_000)
def _coded(phrase: str, lexicon: ActorLexicon, on: date | None) -> ActorCode:
    words = tokenize(phrase[:2000])[:MAX_WORDS]
    words, aside = _split_aside(words)
    coding = code_tokens(words, lexicon, on)
    if aside and not (coding.country and coding.sector):
        other = code_tokens(aside, lexicon, on)
        if other.country or other.sector:
            coding.country = coding.country or other.country
            coding.sector = coding.sector or other.sector
            coding.organisation = coding.organisation or other.organisation
            coding.ids.extend(other.ids)
    return ActorCode(
        name=coding.name or _trim(phrase),
        country=coding.country or None,
        sector=coding.sector or None,
        entry_ids=tuple(dict.fromkeys(coding.ids)),
        organisation=coding.organisation or None,
    )


def _split_aside(words: list[Word]) -> tuple[list[Word], list[Word]]:
    """Parts what stands in brackets from the rest; all of it is the rest where nothing else is left."""
    if not any(word.key in "()[]" for word in words):
        return words, []
    outside: list[Word] = []
    inside: list[Word] = []
    depth = 0
    for word in words:
        if word.key in ("(", "["):
            depth += 1
        elif word.key in (")", "]"):
            depth = max(0, depth - 1)
        else:
            (inside if depth else outside).append(word)
    return (outside, inside) if outside else (inside, [])


def _trim(phrase: str) -> str:
    text = " ".join(phrase.split())
    return _TRIM.sub("", text) or text


def code_span(span: Span, lexicon: ActorLexicon, *, on: date | None = None) -> ActorCode:
    """Code a noun phrase in its tree; coordinated heads, relative clauses and adverbials are left out.

    Args:
        span: The phrase; its root decides. Universal Dependencies labels are expected.
    """
    text = shared_head(span.root) or phrase_text(span)
    coded = code_phrase(text, lexicon, on=on)
    if _is_half_a_name(span.root, coded):
        return ActorCode(name=coded.name)
    return _without_namesakes(span, text, coded, lexicon, on)


def code_words(span: Span, lexicon: ActorLexicon, *, on: date | None = None) -> ActorCode:
    """Code all words of a span as they stand, whatever the tree says of them."""
    coded = code_phrase(span.text, lexicon, on=on)
    return _without_namesakes(span, span.text, coded, lexicon, on)


def _without_namesakes(
    span: Span, text: str, coded: ActorCode, lexicon: ActorLexicon, on: date | None
) -> ActorCode:
    """ "Judge Carlos Valencia" is a judge, but not of Valencia: the name of a person left out where part of it is a town's."""
    towns = [set(one[one.index(":") + 1 :].split()) for one in coded.entry_ids if one.startswith(_TOWNS)]
    for entity in piece_of(span).entities if towns else ():
        words = set(entity.text.lower().split())
        if entity.label_ in ("PERSON", "PER") and any(town < words for town in towns):
            text = text.replace(entity.text, " ")
            coded = replace(code_phrase(text, lexicon, on=on), name=coded.name)
    return coded


_TOWNS = ("cities:", "regions:")


def _is_half_a_name(root: Token, coded: ActorCode) -> bool:
    """ "David Mills" is nobody from the town of David: part of a person's name is no place."""
    if root.ent_type_ not in ("PERSON", "PER") or not coded.entry_ids:
        return False
    towns = [entry_id.partition(":")[2] for entry_id in coded.entry_ids if entry_id.startswith(_TOWNS)]
    entity = entity_of(root)
    return len(towns) == len(coded.entry_ids) and max(town.count(" ") + 1 for town in towns) < len(entity)
