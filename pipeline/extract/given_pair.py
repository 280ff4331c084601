"""Pairs: the event type between two given spans of a sentence, for comparison with systems that are given them.

The reading that joins the two spans best wins; where the sentence has none, the lexicon alone is
asked, word by word, without slots. Not used when coding articles: there nothing is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc, Token

from pipeline import plover
from pipeline.extract.coder import Coder
from pipeline.extract.events.reader import Reader
from pipeline.extract.events.reading import Reading
from pipeline.extract.events.sentences import readings_of
from pipeline.extract.grammar.phrases import phrase
from pipeline.extract.grammar.tree import lemma_of
from pipeline.extract.language.parsed import Parsed, Piece
from pipeline.extract.lexicon.cameo import cameo_code
from pipeline.extract.lexicon.contexts import contexts_of
from pipeline.extract.text.clean import clean

Range = tuple[int, int]


def classify_pair(row: dict[str, Any], coder: Coder) -> list[dict[str, Any]]:
    """Classify one pair; `actor_span` and `recipient_span` are texts or [start, end] character offsets."""
    text = row["text"]
    actor, recipient = find_span(text, row["actor_span"]), find_span(text, row["recipient_span"])
    piece = Piece(clean(text))
    doc = coder.nlp(Parsed.of(coder.nlp.make_doc(piece.text), piece))
    reader = coder.reader
    readings = [reading for sentence in doc.sents for reading in readings_of(sentence, reader, keep_all=True)]
    best = choose(readings, actor, recipient) or by_words(doc, reader, actor, recipient)
    if best is None:
        return []
    event_type, mode, status, trigger, frame = best
    plover.code(event_type, mode)
    return [
        {
            "source": "", "target": "", "root": event_type, "mode": mode,
            "code": cameo_code(event_type, mode, contexts_of(text, mode)),
            "source_text": text[slice(*actor)] if actor else "", "target_text": text[slice(*recipient)] if recipient else "",
            "trigger": trigger, "location": None, "date": None, "status": status, "confidence": 0.5, "frame": frame,
        }
    ]  # fmt: skip


def find_span(text: str, given: Any) -> Range | None:
    """A span as character offsets; None where the text does not have it."""
    if isinstance(given, list | tuple) and len(given) == 2:
        return int(given[0]), int(given[1])
    wanted = str(given).strip()
    start = text.find(wanted)
    return (start, start + len(wanted)) if wanted and start >= 0 else None


Choice = tuple[str, str | None, str, str, str]


def choose(readings: Iterable[Reading], actor: Range | None, recipient: Range | None) -> Choice | None:
    """The reading whose parties lie in the two spans, the main clause before others."""
    scored = []
    for reading in readings:
        if not reading.event_type:
            continue
        score = 3.0 * _inside(reading.agents, actor) + 3.0 * _inside(reading.patients, recipient)
        score += 1.0 * _inside(reading.agents, recipient) + 1.0 * _inside(reading.patients, actor)
        score += 1.0 * _subtree_holds(reading.trigger[0], recipient)
        score -= 0.4 * _depth(reading.trigger[0]) + (0.5 if reading.is_nominal else 0.0)
        score += 0.3 * (reading.weight >= 2)
        if any(actor and actor[0] <= t.idx < actor[1] for t in reading.trigger) or any(
            recipient and recipient[0] <= t.idx < recipient[1] for t in reading.trigger[:1]
        ):
            score -= 1.5
        if reading.status != "actual":
            score -= 0.5
        scored.append((score, -reading.trigger[0].i, reading))
    if not scored:
        return None
    reading = max(scored, key=lambda item: item[:2])[2]
    return (
        reading.event_type or "",
        reading.mode,
        reading.status,
        " ".join(t.text for t in reading.trigger),
        reading.frame_id,
    )


def _inside(tokens: Iterable[Token], span: Range | None) -> bool:
    if span is None:
        return False
    for token in tokens:
        start, end = phrase(token)
        left, right = token.doc[start].idx, token.doc[end - 1].idx + len(token.doc[end - 1])
        if left < span[1] and span[0] < right:
            return True
    return False


def _subtree_holds(token: Token, span: Range | None) -> bool:
    return span is not None and any(span[0] <= child.idx < span[1] for child in token.subtree)


def _depth(token: Token) -> int:
    depth = 0
    while token.head.i != token.i and depth < 10:
        token, depth = token.head, depth + 1
    return depth


def by_words(doc: Doc, reader: Reader, actor: Range | None, recipient: Range | None) -> Choice | None:
    """What the words outside the two spans say without their tree: the first trigger after the actor, else any."""
    found: list[tuple[float, Choice]] = []
    for token in doc:
        if any(span and span[0] <= token.idx < span[1] for span in (actor, recipient)):
            continue
        choice = _word_choice(token, reader)
        if choice is None:
            continue
        distance = (
            min(abs(token.idx - span[1]) for span in (actor, recipient) if span) if actor or recipient else 0
        )
        found.append((distance + (200 if token.pos_ == "NOUN" else 0), choice))
    return min(found)[1] if found else None


def _word_choice(token: Token, reader: Reader) -> Choice | None:
    lemma = lemma_of(token)
    for form in dict.fromkeys((lemma, *map(lemma.removesuffix, ("ed", "d", "ing")))):
        if token.tag_.startswith(("VB", "JJ", "NN")):
            for frame in reader.frames.verbs.get(form, ())[-1:]:
                return frame.event_type, frame.mode, "actual", token.text, f"word:{frame.id}"
        operator = reader.frames.operators.get((form, "verb")) or reader.frames.operators.get((form, "noun"))
        outcome = reader.frames.outcome(operator.kind.name, None) if operator else None
        if outcome and outcome.event_type:
            return outcome.event_type, None, "actual", token.text, f"word:{form}"
        noun = reader.frames.nouns.get(form)
        if noun and noun.event_type:
            return noun.event_type, noun.mode, "actual", token.text, f"word:{noun.id}"
    return None
