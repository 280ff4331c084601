"""Coder: one article in, candidate events out - who did what to whom, where, when, and why we say so.

    text -> clean pieces -> (only those that may hold an event) parse -> readings -> actors, place,
    date, counts -> one candidate per event of the article

`load_coder` is slow and holds the language model; call it once per process.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from spacy.tokens import Token

from pipeline.config import Settings
from pipeline.extract.article.attacks import attacks
from pipeline.extract.article.cast import Cast, Party
from pipeline.extract.article.chosen import Decided, with_places
from pipeline.extract.article.days import Days
from pipeline.extract.article.dyads import Features, candidate_of, made_of, parties_of, sides_of
from pipeline.extract.article.history import is_history_by_rule
from pipeline.extract.article.home import find_dateline
from pipeline.extract.article.incidents import incidents
from pipeline.extract.article.lead import lead_end
from pipeline.extract.article.merge import merge
from pipeline.extract.article.relevance import is_no_force
from pipeline.extract.article.scene import Scene, place_beside_actor
from pipeline.extract.article.telling import Said, Telling, tell, words_of
from pipeline.extract.article.told import as_alleged, is_told
from pipeline.extract.article.weigh import Heard, Weighed, least_of, weigh
from pipeline.extract.events.reader import Reader
from pipeline.extract.events.reading import Reading
from pipeline.extract.events.sentences import readings_of
from pipeline.extract.events.sieve import may_hold_event
from pipeline.extract.language.lemmatizer import dictionary
from pipeline.extract.language.model import load_model
from pipeline.extract.language.parse import parse
from pipeline.extract.language.parsed import Parsed, Piece, piece_of
from pipeline.extract.lexicon.actor_lexicon import ActorLexicon, load_lexicon
from pipeline.extract.lexicon.frame_files import load_frames
from pipeline.extract.lexicon.frames import Frames
from pipeline.extract.lexicon.gazetteer import Gazetteer, load_gazetteer
from pipeline.extract.lexicon.version import codebook
from pipeline.extract.reader.decide import Decision
from pipeline.extract.reader.heads import Floats
from pipeline.extract.reader.trained import TrainedReader, load_reader
from pipeline.extract.text.clean import clean
from pipeline.extract.text.pieces import cut_text
from pipeline.model import Article, Candidate, Span


@dataclass(frozen=True, slots=True)
class Coder:
    """A loaded coder; `codebook` names ontology, data, code and model together.

    `trained` decides what the rules propose; None leaves it to the rules.
    `seen` collects (features, candidate) of every reading where a list is given; confidence is fitted on it.
    `said` collects, where a dictionary is given, what a candidate has no field for.
    """

    nlp: Any
    frames: Frames
    reader: Reader
    lexicon: ActorLexicon
    gazetteer: Gazetteer
    codebook: str
    vocabulary: frozenset[str] = frozenset()
    trained: TrainedReader | None = None
    seen: list[tuple[Features, Candidate]] | None = None
    said: dict[tuple[Span, Span], Said] | None = None

    def code(self, article: Article) -> list[Candidate]:
        """Find the distinct events of an article, in text order; further tellings are mentions.

        Raises:
            ExtractError: The article cannot be coded at all.
        """
        return self.code_all([article])[0]

    def code_all(self, articles: Sequence[Article]) -> list[list[Candidate]]:
        """Code many articles with one pass of the parser, which is faster than one at a time."""
        return [
            self.code_docs(article, docs)
            for article, docs in zip(articles, self._parsed(articles), strict=True)
        ]

    def docs_of(self, article: Article) -> list[Parsed]:
        """The parsed pieces of an article that may hold an event."""
        return self._parsed([article])[0]

    def _parsed(self, articles: Sequence[Article]) -> list[list[Parsed]]:
        cut = [self._pieces(article) for article in articles]
        parsed = parse(self.nlp, (piece for pieces in cut for piece in pieces))
        return [[next(parsed) for _ in pieces] for pieces in cut]

    def _pieces(self, article: Article) -> list[Piece]:
        """The pieces of an article that may hold an event."""
        dateline = find_dateline(article.text, self.gazetteer)
        return [
            Piece(text=text, offset=offset, article=article.text, dateline=dateline)
            for offset, text in cut_text(clean(article.text, self.vocabulary))
            if may_hold_event(text, self.frames)
        ]

    def code_docs(self, article: Article, docs: Sequence[Parsed]) -> list[Candidate]:
        """Code the parsed pieces of an article."""
        made = self._by_rules if self.trained is None else self._by_reader
        lead = lead_end(article.text)
        return [replace(one, is_lead=one.sentence.start < lead) for one in made(article, docs)]

    def _scene(self, article: Article, docs: Sequence[Parsed]) -> Scene:
        return Scene(
            docs=docs,
            published_at=article.published_at,
            gazetteer=self.gazetteer,
            dateline=next((doc.piece.dateline for doc in docs if doc.piece), None),
        )

    def _by_rules(self, article: Article, docs: Sequence[Parsed]) -> list[Candidate]:
        scene, cast = self._scene(article, docs), Cast(self.lexicon, article.published_at.date())
        told: list[tuple[list[Candidate], Token, int]] = []
        granted: list[Candidate] = []
        for piece, doc in enumerate(docs):
            for sentence in doc.sents:
                cast.hear(sentence)
                for reading in map(as_alleged, filter(is_told, readings_of(sentence, self.reader))):
                    made = self._candidates(reading, article, cast)
                    if reading.bounds:
                        granted.extend(made)
                    else:
                        told.append((made, reading.anchor, piece))
        published = article.published_at.date()
        candidates = _settled(scene, told)
        candidates += scene.remembered(granted, candidates)
        candidates = [replace(one, is_background=is_history_by_rule(one, published)) for one in candidates]
        merged = attacks(merge(sorted(candidates, key=lambda one: one.sentence.start)))
        return [replace(one, place=place_beside_actor(one)) for one in merged]

    def decided(self, article: Article, docs: Sequence[Parsed]) -> list[Decided]:
        """What the trained reader decides that an article tells, before place and day are chosen; empty without a reader."""
        if self.trained is None:
            return []
        cast = Cast(self.lexicon, article.published_at.date())
        heard = self.heard(docs, cast)
        told: list[tuple[list[Candidate], Token, int]] = []
        decisions: list[Decision] = []
        for weighed in weigh(article, heard, self.trained):
            cast.sentence = weighed.heard.number
            candidate = self._weighed(weighed, article, cast)
            if candidate is not None:
                told.append(([candidate], weighed.reading.anchor, weighed.heard.piece))
                decisions.append(weighed.decision)
        settled = _settled(self._scene(article, docs), told, is_dated=False)
        return [
            Decided(candidate, anchor, piece, one, decision)
            for ([candidate], anchor, piece), one, decision in zip(told, settled, decisions, strict=True)
        ]

    def _by_reader(self, article: Article, docs: Sequence[Parsed]) -> list[Candidate]:
        """The rules propose, the trained reader decides, places are weighed, and happenings told again are one."""
        assert self.trained is not None
        network, decided = self.trained.network, self.decided(article, docs)
        events = {(one.told.event_type, one.told.trigger): one.decision.event for one in decided}

        def alike(some: Sequence[Candidate]) -> Floats:
            return network.likeness(np.stack([events[one.event_type, one.trigger] for one in some]))

        lead = lead_end(article.text)
        days = Days(docs, article.published_at)
        placed = with_places(decided, docs, self.gazetteer)
        dated = [
            replace(
                days.dated(one, asked.anchor, asked.piece, asked.decision.background),
                is_lead=one.sentence.start < lead,
            )
            for one, asked in zip(placed, decided, strict=True)
        ]
        return attacks([days.settled(one) for one in incidents(dated, alike)])

    def heard(self, docs: Sequence[Parsed], cast: Cast) -> list[Heard]:
        """Each sentence with what the rules read in it and who is named: what the trained reader sees, and is trained on."""
        found: list[Heard] = []
        for piece, doc in enumerate(docs):
            for sentence in doc.sents:
                cast.hear(sentence)
                readings = tuple(readings_of(sentence, self.reader))
                named = tuple(cast.named(sentence))
                found.append(
                    Heard(
                        number=cast.sentence, piece=piece, sentence=sentence, readings=readings, named=named
                    )
                )
        return found

    def _weighed(self, weighed: Weighed, article: Article, cast: Cast) -> Candidate | None:
        if not is_told(weighed.reading):
            return None
        reading = as_alleged(weighed.reading)
        telling = self._telling(reading, (weighed.actor, weighed.recipient), article, cast)
        sides = sides_of(reading, telling, weighed.actor[1], weighed.recipient[1])
        sectors = (side.sector for side in sides if side is not None)
        words = telling.trigger.text, telling.sentence.text, piece_of(reading.anchor).text
        if sides == (None, None) or is_no_force(reading.event_type or "", *words, sectors):
            return None
        made = made_of(reading, telling, sides, weighed.decision.confidence)
        return replace(made, confidence=max(made.confidence, least_of(made, reading)))

    def _candidates(self, reading: Reading, article: Article, cast: Cast) -> list[Candidate]:
        agents, patients = parties_of(reading)
        sides = cast.known(agents, reading.speaker)
        others = cast.known(patients, reading.speaker)
        telling = self._telling(reading, (*sides, *others), article, cast)
        made = [candidate_of(reading, telling, side, other, cast) for side in sides for other in others]
        found = [pair for pair in made if pair is not None]
        if self.seen is not None:
            self.seen.extend(found)
        return [candidate for _, candidate in found]

    def _telling(self, reading: Reading, parties: Iterable[Party], article: Article, cast: Cast) -> Telling:
        countries = {actor.country for _, actor in parties if actor and actor.country}
        telling = tell(
            reading, article, cast, gazetteer=self.gazetteer, country_hints=tuple(sorted(countries))
        )
        if self.said is not None:
            self.said[telling.sentence, telling.trigger] = words_of(reading, telling)
        return telling


def _settled(
    scene: Scene, told: Sequence[tuple[list[Candidate], Token, int]], *, is_dated: bool = True
) -> list[Candidate]:
    """Candidates with the place, and the date, of the scene where they have none of their own."""
    placed = [one for made, _, _ in told for one in made if one.place]
    return [
        one
        for made, anchor, piece in told
        for one in scene.settled(made, anchor, piece, placed, is_dated=is_dated)
    ]


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
    trained = load_reader(settings.reader_path) if settings.reader == "on" else None
    version = codebook(settings.model_path, settings.actors_path)
    coder = Coder(
        nlp=nlp,
        frames=frames,
        reader=Reader(frames),
        lexicon=lexicon,
        gazetteer=load_gazetteer(),
        codebook=f"{version}/{trained.version if trained else 'rules'}",
        vocabulary=dictionary(nlp) | frames.triggers.keys(),
        trained=trained,
    )
    gc.collect()
    gc.freeze()
    return coder
