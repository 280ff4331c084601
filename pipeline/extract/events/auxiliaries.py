"""Auxiliaries: what they make of a reading - promises, threats, refusals, denials, possibilities."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Token

from pipeline.extract.events.reading import Reading
from pipeline.extract.grammar.claims import Claim
from pipeline.extract.grammar.modality import Modality, is_doubted, modality
from pipeline.extract.grammar.speakers import same_party, speaker_of
from pipeline.extract.grammar.tree import is_verbal, lemma_of
from pipeline.extract.lexicon.frames import COOPERATION, Frames, Outcome

# Frames whose plain negation is a refusal: "did not give permission".
PERMISSIONS = frozenset({"refuse-permission", "refuse-permission-verb", "accept-persons"})


def under_auxiliaries(reading: Reading, verb: Token, frames: Frames) -> Reading:
    """Lay the verb's auxiliaries on its reading: promises, threats, refusals, denials, possibilities."""
    own = modality(verb)
    reading, speaker = _with_speaker(reading, verb, frames)
    if reading.event_type is None:
        return replace(reading, claim=Claim("denied", "negated")) if own.is_negated else reading
    if speaker is not None and own.is_duty and _is_of_others(reading, speaker):
        return urged(reading, speaker, frames)
    if own.is_negated:
        return _negated(reading, own, frames)
    if own.is_future:
        return _future(reading, own, speaker, frames)
    if own.is_possible or own.is_duty:
        return replace(reading, claim=Claim("hypothetical", "modal", own.modal))
    if is_doubted(verb):
        return replace(reading, claim=Claim("hypothetical", "doubted"))
    return reading


def _with_speaker(reading: Reading, token: Token, frames: Frames) -> tuple[Reading, Token | None]:
    """The reading with who says so, where somebody does."""
    speaker = speaker_of(token, frames.groups["report"])
    return (replace(reading, speaker=speaker) if speaker is not None else reading), speaker


def _is_of_others(reading: Reading, speaker: Token) -> bool:
    return bool(reading.agents) and not same_party(reading.agents[0], speaker)


def under_copula(reading: Reading, token: Token, frames: Frames) -> Reading:
    """ "must be ready to …" asks; "is not ready to …" refuses."""
    own = modality(token)
    reading, speaker = _with_speaker(reading, token, frames)
    if speaker is not None and own.is_duty and _is_of_others(reading, speaker):
        return urged(reading, speaker, frames)
    if own.is_negated and reading.event_type == "AGREE":
        return replace(reading, event_type="REJECT", lineage=("will-not", *reading.lineage))
    if own.is_negated:
        return replace(reading, claim=Claim("denied", "negated"))
    if own.is_possible or own.is_duty:
        return replace(reading, claim=Claim("hypothetical", "modal", own.modal))
    return reading


def urged(reading: Reading, speaker: Token, frames: Frames) -> Reading:
    """What a speaker lays on another as a duty is a request."""
    outcome = frames.outcome("request", reading.event_type) or Outcome(event_type="REQUEST", mode=None)
    mode = reading.mode if outcome.mode == "=" else outcome.mode
    return replace(
        reading, event_type="REQUEST", mode=mode if outcome.event_type == "REQUEST" else "change",
        agents=(speaker,), patients=reading.agents, lineage=("duty", *reading.lineage), claim=Claim(cause="duty"),
    )  # fmt: skip


def _is_settled(token: Token, frames: Frames) -> bool:
    """ "confirmed it would end": what is confirmed is planned already, no fresh promise."""
    head = token.head
    operator = frames.operators.get((lemma_of(head), "verb")) if is_verbal(head) else None
    return operator is not None and operator.kind.name == "decide"


def _negated(reading: Reading, own: Modality, frames: Frames) -> Reading:
    permits = reading.lineage[-1] in PERMISSIONS or reading.lineage[0] == "allow-verb"
    if reading.event_type in COOPERATION and (own.is_future or permits):
        outcome = frames.outcome("reject", reading.event_type) or Outcome(event_type="REJECT", mode=None)
        return replace(
            reading, event_type="REJECT", mode=outcome.mode, lineage=("will-not", *reading.lineage)
        )
    return replace(reading, claim=Claim("denied", "negated"))


def _future(reading: Reading, own: Modality, speaker: Token | None, frames: Frames) -> Reading:
    word = own.modal or "going to"
    if word in ("would", "'d") and speaker is None:
        return replace(reading, claim=Claim("hypothetical", "modal", word))
    if reading.status != "actual":
        return reading
    planned = replace(reading, claim=Claim("planned", "future", word))
    if not reading.agents or _is_settled(reading.trigger[0], frames):
        return planned
    if reading.event_type in COOPERATION - {"AGREE"} and reading.mode != "resign":
        return replace(
            reading,
            event_type="AGREE",
            mode=None,
            lineage=("will", *reading.lineage),
            claim=Claim(cause="commitment", word=word),
        )
    if (
        reading.event_type in ("ASSAULT", "COERCE", "SANCTION", "PROTEST", "MOBILIZE") and speaker is not None
    ) and same_party(reading.agents[0], speaker):
        outcome = frames.outcome(
            "threaten", reading.event_type, mode=reading.mode, entry_id=reading.lineage[-1]
        )
        return replace(
            reading,
            event_type="THREATEN",
            mode=outcome.mode if outcome else None,
            lineage=("will", *reading.lineage),
            claim=Claim(cause="announcement", word=word),
        )
    return planned
