"""Coder: one article in, candidate events out - who did what to whom, where, when, and why we say so.

    text -> clean pieces -> (only those that may hold an event) parse -> readings -> actors, place,
    date, counts -> one candidate per event of the article

`load_coder` is slow and holds the language model; call it once per process.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from spacy.tokens import Doc, Token

from pipeline import plover
from pipeline.config import Settings
from pipeline.extract.actors.code import code_span, code_words
from pipeline.extract.actors.coreference import Mentions
from pipeline.extract.article.at_home import at_home
from pipeline.extract.article.confidence import confidence, features_of, weights_for
from pipeline.extract.article.home import find_dateline
from pipeline.extract.article.lead import lead_end
from pipeline.extract.article.merge import merge
from pipeline.extract.article.naming import may_be_party, name_of, wide, with_title
from pipeline.extract.article.relevance import Side, is_political
from pipeline.extract.article.scene import Scene
from pipeline.extract.article.spans import (
    head_of,
    sentence_span,
    shift,
    shift_date,
    shift_place,
    span_of,
    trigger_span,
)
from pipeline.extract.dates.link import date_of
from pipeline.extract.events.party_words import is_human_word
from pipeline.extract.events.reader import Reader
from pipeline.extract.events.reading import Reading
from pipeline.extract.events.sentences import readings_of
from pipeline.extract.events.sieve import may_hold_event
from pipeline.extract.grammar import phrases
from pipeline.extract.grammar.tree import kids, lemma_of
from pipeline.extract.language.lemmatizer import dictionary
from pipeline.extract.language.model import load_model
from pipeline.extract.language.parse import parse
from pipeline.extract.lexicon.actor_lexicon import load_lexicon
from pipeline.extract.lexicon.cameo import cameo_code
from pipeline.extract.lexicon.contexts import contexts_of
from pipeline.extract.lexicon.files import DATA
from pipeline.extract.lexicon.frame_files import load_frames
from pipeline.extract.lexicon.frames import Frames
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.lexicon.version import folder_version, model_version
from pipeline.extract.numbers.counts import counts_of
from pipeline.extract.places.event_place import event_place_span, place_of
from pipeline.extract.places.locate import HOME
from pipeline.extract.text.clean import clean
from pipeline.extract.text.pieces import cut_text
from pipeline.model import Actor, Article, Candidate, Count, EventDate, Place, Span

# More dyads than this from one reading is a list the parser misread.
MAX_SIDES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Sentence, trigger, speaker, place, date, counts and contexts of one reading, the same for all its dyads."""

    sentence: Span
    trigger: Span
    speaker: Actor | None
    place: Place | None
    event_date: EventDate
    counts: tuple[Count, ...]
    contexts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Words of the text about one event, by its sentence and trigger: `tocsin code` prints them.

    Args:
        head: The verb among the trigger's words, else the noun that names the event.
        place: The place's words where it is not on the map, so that the event has none.
    """

    head: str
    place: str | None


@dataclass(frozen=True, slots=True)
class Coder:
    """A loaded coder; `codebook` names ontology, lexicon and model together.

    `seen` collects (features, candidate) of every reading where a list is given; confidence is fitted on it.
    `said` collects, where a dictionary is given, what a candidate has no field for.
    """

    nlp: Any
    frames: Frames
    reader: Reader
    lexicon: Any
    gazetteer: Any
    codebook: str
    vocabulary: frozenset[str] = frozenset()
    seen: list[tuple[dict[str, float], Candidate]] | None = None
    said: dict[tuple[Span, Span], Said] | None = None

    def code(self, article: Article) -> list[Candidate]:
        """Find the distinct events of an article, in text order; further tellings are mentions.

        Raises:
            ExtractError: The article cannot be coded at all.
        """
        return self.code_all([article])[0]

    def code_all(self, articles: Sequence[Article]) -> list[list[Candidate]]:
        """Code many articles with one pass of the parser, which is faster than one at a time."""
        jobs: list[tuple[int, int, str]] = []
        for number, article in enumerate(articles):
            text = clean(article.text, self.vocabulary)
            for offset, piece in cut_text(text):
                if may_hold_event(piece, self.frames):
                    jobs.append((number, offset, piece))
        found: list[list[tuple[Doc, int]]] = [[] for _ in articles]
        for (number, offset, piece), doc in zip(jobs, parse(self.nlp, (job[2] for job in jobs)), strict=True):
            doc.user_data["text"] = piece  # else it is put together again from its tokens
            found[number].append((doc, offset))
        return [self.code_docs(article, docs) for article, docs in zip(articles, found, strict=True)]

    def code_docs(self, article: Article, docs: Iterable[tuple[Doc, int]]) -> list[Candidate]:
        """Code parsed pieces of an article; each comes with the offset of its first character."""
        mentions = Mentions()
        docs = list(docs)
        scene = Scene(
            text=article.text,
            docs=[doc for doc, _ in docs],
            offsets=[offset for _, offset in docs],
            published_at=article.published_at,
            gazetteer=self.gazetteer,
            dateline=find_dateline(article.text, self.gazetteer),
        )
        if scene.dateline is not None:
            for doc, _ in docs:
                doc.user_data[HOME] = scene.dateline.country
        told: list[tuple[list[Candidate], Token, int]] = []
        remembered: list[Candidate] = []
        number = 0
        for piece, (doc, offset) in enumerate(docs):
            for sentence in doc.sents:
                mentions.add(doc, number, sentence.start, sentence.end)
                for reading in readings_of(sentence, self.reader):
                    made = self._candidates(reading, article, offset, mentions, number)
                    if reading.bounds:
                        remembered.extend(made)
                    else:
                        told.append((made, reading.anchor, piece))
                number += 1
        placed = [one for made, _, _ in told for one in made if one.place]
        candidates = [
            one for made, anchor, piece in told for one in scene.settled(made, anchor, piece, placed)
        ]
        candidates += scene.remembered(remembered, candidates)
        lead = lead_end(article.text)
        return [
            replace(one, is_lead=one.sentence.start < lead)
            for one in merge(sorted(candidates, key=lambda one: one.sentence.start))
        ]

    def _candidates(
        self, reading: Reading, article: Article, offset: int, mentions: Mentions, number: int
    ) -> list[Candidate]:
        agents = [token for token in _distinct(reading.agents)][:MAX_SIDES]
        patients = [token for token in _distinct(reading.patients)][:MAX_SIDES]
        if len(agents) > 1 and patients and all(_means_both(token) for token in patients):
            patients = []
        if reading.is_shared and not patients and len(agents) > 1:
            agents, patients = agents[:1], agents[1:]
        on = article.published_at.date()
        text = article.text

        def named(token: Token | None) -> Actor | None:
            return self._actor(token, text, offset, mentions, number, on, reading.speaker)

        sides = _known([(token, named(token)) for token in agents])
        others = _known([(token, named(token)) for token in patients])
        hints = tuple(sorted({side.country for _, side in (*sides, *others) if side and side.country}))
        telling = self._telling(reading, article, offset, hints, mentions, number)
        made = [
            self._candidate(reading, telling, side, other, mentions, number)
            for side in sides
            for other in others
        ]
        return [candidate for candidate in made if candidate is not None]

    def _telling(
        self,
        reading: Reading,
        article: Article,
        offset: int,
        hints: tuple[str, ...],
        mentions: Mentions,
        number: int,
    ) -> Telling:
        """What all dyads of one reading share."""
        text, on = article.text, article.published_at.date()
        sentence = sentence_span(reading.anchor, text, offset)
        when = shift_date(date_of(reading.anchor, article.published_at, status=reading.status), text, offset)
        trigger = trigger_span(reading, text, offset)
        place = shift_place(self._place(reading, hints), text, offset)
        if reading.bounds:
            own = span_of(reading.anchor.doc, *reading.bounds, text, offset)
            when = when if when and when.span and own.holds(when.span) else None
            place = place if place and place.span and own.holds(place.span) else None
        if self.said is not None:
            words = event_place_span(reading.anchor) if place is None else None
            self.said[sentence, trigger] = Said(
                head=head_of(reading).text,
                place=span_of(words.doc, words.start, words.end, text, offset).text if words else None,
            )
        return Telling(
            sentence=sentence,
            trigger=trigger,
            speaker=self._actor(reading.speaker, text, offset, mentions, number, on, None),
            place=place,
            event_date=when or EventDate(value=on, precision="day", span=None),
            counts=tuple(replace(c, span=shift(c.span, text, offset)) for c in counts_of(reading.anchor)),
            contexts=contexts_of(sentence.text, reading.mode),
        )

    def _candidate(
        self, reading: Reading, telling: Telling, side: tuple[Token | None, Actor | None],
        other: tuple[Token | None, Actor | None], mentions: Mentions, number: int,
    ) -> Candidate | None:  # fmt: skip
        (agent, actor), (patient, recipient) = side, other
        if actor is None and recipient is None:
            return None
        if actor is not None and recipient is not None and actor.name == recipient.name:
            recipient = None
        code = plover.code(reading.event_type or "", reading.mode)
        where = telling.place.country if telling.place else None
        actor, recipient = at_home(actor, recipient, where, code.event_type)
        judged = [
            _side(party, token, mentions, number) for party, token in ((actor, agent), (recipient, patient))
        ]
        if not is_political(code.event_type, reading.frame_id, telling.sentence.text, judged[0], judged[1]):
            return None
        features = features_of(reading, actor, recipient)
        candidate = Candidate(
            event_type=code.event_type,
            mode=code.mode,
            contexts=telling.contexts,
            status=reading.status,
            status_reason=reading.reason,
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
            confidence=confidence(features, weights_for(features, code.event_type)),
        )
        if self.seen is not None:
            self.seen.append((features, candidate))
        return candidate

    def _place(self, reading: Reading, hints: tuple[str, ...]) -> Place | None:
        for token in dict.fromkeys((reading.anchor, *reversed(reading.trigger))):
            found = place_of(token, gazetteer=self.gazetteer, country_hints=hints)
            if found is not None:
                return found
        return None

    def _actor(
        self, token: Token | None, text: str, offset: int, mentions: Mentions, number: int, on: date,
        speaker: Token | None,
    ) -> Actor | None:  # fmt: skip
        if token is None:
            return None
        meant = mentions.resolve(token, number, speaker) or token
        if not may_be_party(meant):
            return None
        start, end = phrases.phrase(token)
        span = span_of(token.doc, start, end, text, offset)
        coded = code_span(wide(meant), self.lexicon, on=on)
        if not (coded.country and coded.sector) and meant.ent_type_ in ("PERSON", "PER"):
            titled = code_words(with_title(meant), self.lexicon, on=on)
            coded = titled if titled.country or titled.sector else coded
        fuller = mentions.fuller(meant)
        if fuller is not None and not (coded.country and coded.sector):
            better = code_span(wide(fuller), self.lexicon, on=on)
            coded = better if better.country or better.sector else coded
        if (
            meant.pos_ == "PRON" or meant.lower_ in ("both", "each", "other", "others", "one", "some")
        ) and not (coded.country or coded.sector):
            return None
        country = coded.country
        if country is None and coded.sector:
            owner = next(
                (child for child in kids(meant) if child.dep_ == "nmod:poss" and child.pos_ == "PRON"),
                None,
            )
            holder = mentions.resolve(owner, number, speaker) if owner is not None else None
            if holder is not None:
                country = code_span(wide(holder), self.lexicon, on=on).country
        left, right = phrases.phrase(fuller or meant)
        name = span.text if meant is token and fuller is None else (fuller or meant).doc[left:right].text
        return Actor(
            name=name_of(coded.name, name, coded.entry_ids),
            country=country,
            sector=coded.sector,
            span=span,
            entry_ids=tuple(coded.entry_ids),
        )


def _known(
    parties: list[tuple[Token | None, Actor | None]],
) -> list[tuple[Token | None, Actor | None]]:
    """The parties that are somebody; one nobody where none is."""
    return [party for party in parties if party[1] is not None] or [(None, None)]


def _side(actor: Actor | None, token: Token | None, mentions: Mentions, number: int) -> Side | None:
    if actor is None or token is None:
        return None
    meant = mentions.resolve(token, number) or token
    named = meant.ent_type_ in ("PERSON", "PER", "ORG", "GPE", "NORP") or meant.pos_ == "PROPN"
    human = token.pos_ in ("PRON", "NUM") or lemma_of(token) in HUMAN_NOUNS or is_human_word(lemma_of(token))
    return Side(country=actor.country, sector=actor.sector, is_named=named, is_human=human)


HUMAN_NOUNS = load_frames().groups["persons"] | load_frames().groups["people_in_office"]


def _means_both(token: Token) -> bool:
    """ "A and B agreed on a pact between the two countries": the two are A and B."""
    return lemma_of(token) in (
        "country",
        "side",
        "nation",
        "party",
        "other",
        "neighbor",
        "neighbour",
        "leader",
    ) and any(child.lower_ in ("two", "both", "each", "three") for child in kids(token))


def _distinct(tokens: Iterable[Token]) -> list[Token]:
    return list({token.i: token for token in tokens}.values())


def load_coder(settings: Settings) -> Coder:
    """Load model, lexicons and gazetteer, and keep what the process holds then out of the garbage collector's way.

    The collector looks at everything again and again, and the lexicons are many small objects that stay:
    coding took a twentieth longer with them in its way.

    Raises:
        ExtractError: The model is missing or lacks a component.
        ConfigError: A data file or the user's actor file is not as it must be.
    """
    nlp = load_model(settings.model_path)
    frames = load_frames()
    lexicon = load_lexicon(settings.actors_path)
    version = folder_version(DATA / "actors", settings.actors_path)
    codebook = f"plover-2.0/frames-{frames.version}/actors-{version}/{model_version(settings.model_path)}"
    coder = Coder(
        nlp=nlp,
        frames=frames,
        reader=Reader(frames),
        lexicon=lexicon,
        gazetteer=load_gazetteer(),
        codebook=codebook,
        vocabulary=dictionary(nlp) | frames.triggers.keys(),
    )
    gc.collect()
    gc.freeze()
    return coder
