"""Days: what an article is read to tell in, and its parsed pieces; the day of each, and whether it is history, out.

A happening told more than once has the day that its tellings speak for together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from spacy.tokens import Token

from pipeline.extract.article.history import is_history, speaks_of_long_ago
from pipeline.extract.dates.choice import (
    Asked,
    Choice,
    Option,
    day_of,
    options_of,
    past_chance,
    pooled,
    weighed,
)
from pipeline.extract.dates.sites import Site, sites_of
from pipeline.extract.language.parsed import Parsed, first_sentences
from pipeline.extract.reader.decide import logit
from pipeline.model import Candidate, Span


# No slots: what is found of an article once is kept.
@dataclass
class Days:
    """The days that an article names, and what was chosen among them.

    Args:
        docs: The parsed pieces of the article, in order.
    """

    docs: Sequence[Parsed]
    published_at: datetime
    _heard: dict[tuple[str, Span], tuple[Choice, float]] = field(default_factory=dict)

    def dated(self, candidate: Candidate, anchor: Token, piece: int, background: float) -> Candidate:
        """A candidate with the day of what is told at a word of a piece; `background` is how likely the reader thinks it history."""
        return self.with_choice(
            candidate, weighed(self.options(candidate, anchor, piece, background)), background
        )

    def options(self, candidate: Candidate, anchor: Token, piece: int, background: float) -> list[Option]:
        """Every day that it may have, with what speaks for it."""
        asked = Asked(
            anchor=anchor,
            piece=piece,
            sentence=self._first[piece] + self.docs[piece].sentence_at(anchor.i),
            event_type=candidate.event_type,
            status=candidate.status,
            stated=logit(background),
            is_long_ago=speaks_of_long_ago(candidate),
        )
        return list(options_of(asked, self._sites, self.published_at.date()))

    def with_choice(self, candidate: Candidate, choice: Choice, background: float) -> Candidate:
        """A candidate with the likeliest day; its choice is kept, for what it is joined to."""
        self._heard[candidate.event_type, candidate.trigger] = choice, background
        return self._with(candidate, choice, background)

    def settled(self, joined: Candidate) -> Candidate:
        """A candidate that stands for several tellings, all of them dated before, with their day."""
        heard = [
            self._heard[joined.event_type, trigger]
            for trigger in (joined.trigger, *joined.mentions)
            if (joined.event_type, trigger) in self._heard
        ]
        background = sum(chance for _, chance in heard) / len(heard)
        return self._with(joined, pooled([choice for choice, _ in heard]), background)

    def _with(self, candidate: Candidate, choice: Choice, background: float) -> Candidate:
        published = self.published_at.date()
        past = past_chance(choice, published)
        return replace(
            candidate,
            event_date=day_of(choice, published),
            is_background=is_history(candidate, background, past),
        )

    @cached_property
    def _sites(self) -> tuple[Site, ...]:
        return sites_of(self.docs, self.published_at)

    @cached_property
    def _first(self) -> list[int]:
        return first_sentences(self.docs)
