"""Dyads: a reading and what is told with it in; one candidate for each pair of its parties out."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Token

from pipeline import plover
from pipeline.extract.article.at_home import at_home
from pipeline.extract.article.cast import Cast, Party
from pipeline.extract.article.confidence import confidence, deed_alone, features_of, weights_for
from pipeline.extract.article.relevance import is_political
from pipeline.extract.article.reporter import reason_of
from pipeline.extract.article.telling import Telling
from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar.tree import kids, lemma_of
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.cameo import cameo_code
from pipeline.extract.lexicon.words import word_set
from pipeline.model import Actor, Candidate

# More dyads than this from one reading is a list the parser misread.
MAX_SIDES = 6
SIDES = word_set("article.dyads.sides")

Features = dict[str, float]


def parties_of(reading: Reading) -> tuple[list[Token], list[Token]]:
    """The tokens of those who do it and of those it is done to; joined doers are each other's where they act together."""
    agents, patients = _distinct(reading.agents)[:MAX_SIDES], _distinct(reading.patients)[:MAX_SIDES]
    if len(agents) > 1 and patients and all(_means_both(token) for token in patients):
        patients = []
    if reading.is_shared and not patients and len(agents) > 1:
        agents, patients = agents[:1], agents[1:]
    return agents, patients


def candidate_of(
    reading: Reading, telling: Telling, side: Party, other: Party, cast: Cast
) -> tuple[Features, Candidate] | None:
    """The candidate of two parties, with what its confidence was seen from; None where it is nobody's or no politics."""
    (agent, actor), (patient, recipient) = side, other
    actor, recipient = sides_of(reading, telling, actor, recipient)
    judged = cast.side((agent, actor)), cast.side((patient, recipient))
    if actor is None and recipient is None:
        return None
    kind, paragraph = reading.event_type or "", piece_of(reading.anchor).text
    if not is_political(kind, reading.lineage[-1], telling.sentence.text, *judged, paragraph):
        return None
    features = features_of(reading, actor, recipient)
    sure = deed_alone(reading, actor, recipient) or confidence(features, weights_for(features, kind))
    return features, made_of(reading, telling, (actor, recipient), sure)


def sides_of(
    reading: Reading, telling: Telling, actor: Actor | None, recipient: Actor | None
) -> tuple[Actor | None, Actor | None]:
    """The parties with the land of the place where they have none; one who does it to himself has no recipient."""
    if actor is not None and recipient is not None and actor.name == recipient.name:
        recipient = None
    where = telling.place.country if telling.place else None
    return at_home(actor, recipient, where, reading.event_type or "")


def made_of(
    reading: Reading, telling: Telling, sides: tuple[Actor | None, Actor | None], sure: float
) -> Candidate:
    """The candidate of a reading and its two sides."""
    actor, recipient = sides
    code = plover.code(reading.event_type or "", reading.mode)
    return Candidate(
        event_type=code.event_type,
        mode=code.mode,
        contexts=telling.contexts,
        status=reading.status,
        status_reason=reason_of(reading.status, reading.claim.reason, telling.speaker, actor, recipient),
        actor=actor,
        recipient=recipient,
        speaker=telling.speaker,
        trigger=telling.trigger,
        sentence=telling.sentence,
        place=telling.place,
        event_date=telling.event_date,
        counts=telling.counts,
        quad_class=code.quad_class,
        score=code.score,
        cameo=cameo_code(code.event_type, code.mode, telling.contexts),
        frame_id=reading.frame_id,
        confidence=sure,
    )


def _means_both(token: Token) -> bool:
    """ "A and B agreed on a pact between the two countries": the two are A and B."""
    counts_them = any(child.lower_ in ("two", "both", "each", "three") for child in kids(token))
    return counts_them and lemma_of(token) in SIDES


def _distinct(tokens: Iterable[Token]) -> list[Token]:
    return list({token.i: token for token in tokens}.values())
