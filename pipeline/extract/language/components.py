"""Components: what the shipped pipeline needs besides spaCy's own; importing this module registers them all.

    sentence_guard    (factory "sent_guard")      bars sentence starts where no sentence can start
    BatchedParser     (factory "batched_parser")  spaCy's parser, stepping all texts of a batch at once
    BatchedEntities   (factory "batched_ner")     spaCy's entity recognizer, likewise
    NewsLemmatizer    (factory "news_lemmatizer") form and fine tag to lemma
    NewsEntities      (factory "news_ents")       repairs the entities the network found

The factory names are written into the pipeline's config and stay as they are.
"""

from __future__ import annotations

from pipeline.extract.language.batched import BatchedEntities, BatchedParser
from pipeline.extract.language.entities import NewsEntities
from pipeline.extract.language.lemmatizer import NewsLemmatizer
from pipeline.extract.language.sentence_guard import sentence_guard

__all__ = ["BatchedEntities", "BatchedParser", "NewsEntities", "NewsLemmatizer", "sentence_guard"]
