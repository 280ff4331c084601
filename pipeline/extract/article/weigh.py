"""Weigh: an article's sentences, what the rules read in them and who is named, in; what the trained reader decides of it all, out.

The rules propose and explain, the reader decides: it may take up a word that no rule knows, give an event other parties than its
clause, another status, or leave it out. What a rule read of the same event is kept where the reader says nothing: mode, trigger,
speaker, entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.article.cast import Party
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar.claims import ACTUAL, Claim
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.reader.decide import Decision, account_of, decisions, load_settings
from pipeline.extract.reader.parties import Account
from pipeline.extract.reader.trained import TrainedReader
from pipeline.extract.reader.window import Named, RuleReading, Sentence, windows_of
from pipeline.model import Article, Candidate

READER = "reader"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A sentence with what the rules read in it, and who is named in it.

    Args:
        number: Which sentence of those that were parsed, as the cast counts them.
        piece: The piece it stands in.
    """

    number: int
    piece: int
    sentence: DocSpan
    readings: tuple[Reading, ...]
    named: tuple[Party, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """A reading as the trained reader decides it, with its parties."""

    heard: Heard
    reading: Reading
    actor: Party
    recipient: Party
    decision: Decision


def accounted(article: Article, heard: Sequence[Heard], reader: TrainedReader) -> Account | None:
    """What the reader makes of an article, with who is named in it."""
    published = article.published_at.date()
    windows = list(windows_of(article.title, published, [seen(one) for one in heard], reader.pieces))
    known = {
        (place, at): actor
        for place, one in enumerate(heard)
        for at, (_, actor) in enumerate(one.named)
        if actor is not None
    }
    settings = load_settings()
    read = reader.network.read(windows, settings["least"], settings["least_by_rule"])
    return account_of(windows, read, known, reader.network.likeness)


def weigh(article: Article, heard: Sequence[Heard], reader: TrainedReader) -> Iterator[Weighed]:
    """What is told in an article, in the order of its words."""
    for decision in decisions(accounted(article, heard, reader)):
        if decision.confidence < load_settings()["least_confidence"]:
            continue
        place, word = decision.origin
        one = heard[place]
        actor, recipient = (_party(heard, origin) for origin in (decision.actor, decision.recipient))
        reading = _reading(one, one.sentence[word], decision, actor, recipient)
        yield Weighed(heard=one, reading=reading, actor=actor, recipient=recipient, decision=decision)


def _party(heard: Sequence[Heard], origin: tuple[int, int] | None) -> Party:
    return (None, None) if origin is None else heard[origin[0]].named[origin[1]]


def _reading(heard: Heard, token: Token, decision: Decision, actor: Party, recipient: Party) -> Reading:
    """What a rule read of the event at this word, as the reader decides it; else a reading of the reader's own."""
    by_rule = next(
        (
            reading
            for reading in heard.readings
            if reading.event_type == decision.event_type and token.i in _words(reading)
        ),
        None,
    )
    agents = tuple(token for token in (actor[0],) if token is not None)
    patients = tuple(token for token in (recipient[0],) if token is not None)
    if by_rule is None:
        claim = ACTUAL if decision.status == "actual" else Claim(decision.status, READER)
        return Reading(
            decision.event_type,
            None,
            (READER,),
            token,
            (token,),
            agents=agents,
            patients=patients,
            claim=claim,
        )
    claim = by_rule.claim if by_rule.status == decision.status else Claim(decision.status, READER)
    return replace(by_rule, claim=claim, bounds=None, agents=agents, patients=patients)


def least_of(candidate: Candidate, reading: Reading) -> float:
    """How sure an attack is at least whose dead or hurt a rule counts, though nobody is named as its actor."""
    is_counted = any(count.kind in ("killed", "injured") for count in candidate.counts)
    by_rule = reading.lineage != (READER,)
    return (
        float(load_settings()["counted"])
        if candidate.event_type == "ASSAULT" and by_rule and is_counted
        else 0.0
    )


def _words(reading: Reading) -> set[int]:
    return {reading.anchor.i, *(token.i for token in reading.trigger)}


def seen(heard: Heard) -> Sentence:
    """A sentence as the network's features have it, in words counted from its first."""
    sentence, start = heard.sentence, heard.sentence.start
    tokens = list(sentence)

    def inside(tokens_of: Sequence[Token]) -> Iterator[int]:
        return (token.i - start for token in tokens_of if start <= token.i < sentence.end)

    return Sentence(
        words=tuple(token.text for token in tokens),
        pos=tuple(token.pos_ for token in tokens),
        deps=tuple(token.dep_ for token in tokens),
        heads=tuple(min(max(token.head.i - start, 0), len(tokens) - 1) for token in tokens),
        entities=tuple(token.ent_type_ for token in tokens),
        named=tuple(_named(party, tokens) for party in heard.named),
        readings=tuple(
            RuleReading(
                event_type=reading.event_type or "",
                status=reading.status,
                anchor=reading.anchor.i - start,
                trigger=tuple(inside(reading.trigger)),
                parties=(frozenset(inside(reading.agents)), frozenset(inside(reading.patients))),
            )
            for reading in heard.readings
        ),
    )


def _named(party: Party, tokens: Sequence[Token]) -> Named:
    token, actor = party
    if token is None or actor is None:
        raise ValueError("who is named has a token and is somebody")
    offset = piece_of(token).offset
    words = tuple(
        at
        for at, word in enumerate(tokens)
        if word.idx + offset < actor.span.end and word.idx + len(word) + offset > actor.span.start
    )
    head = token.i - tokens[0].i
    return Named(
        head=head, words=words or (head,), has_country=bool(actor.country), has_sector=bool(actor.sector)
    )
