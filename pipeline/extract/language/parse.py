"""Parse: clean pieces in, parsed pieces out, mended where the tagger and the parser contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from spacy.attrs import DEP, HEAD, TAG

from pipeline.extract.language.parsed import Parsed, Piece

BATCH_SIZE = 64


def parse(nlp: Any, pieces: Iterable[Piece]) -> Iterator[Parsed]:
    """Parse many pieces in batches."""
    words = (Parsed.of(nlp.make_doc(piece.text), piece) for piece in pieces)
    for doc in nlp.pipe(words, batch_size=BATCH_SIZE):
        _mend_participles(nlp, doc)
        _mend_objects(doc)
        yield doc


def _mend_participles(nlp: Any, doc: Parsed) -> None:
    """Make "a resolution terminating the mandate" a verb where the tagger took for a noun what the parser did not."""
    strings = doc.vocab.strings
    clauses = doc.to_array([TAG, DEP]) == (strings["NN"], strings["acl"])
    for number in clauses.all(axis=1).nonzero()[0].tolist():
        token = doc[number]
        if token.lower_.endswith("ing"):
            token.tag_, token.pos_ = "VBG", "VERB"
            if "news_lemmatizer" in nlp.pipe_names:
                token.lemma_ = nlp.get_pipe("news_lemmatizer").lemma(token.text, "VBG")


def _mend_objects(doc: Parsed) -> None:
    """Give "a resolution terminating … a mandate" its mandate where the parser hung it on the verb of the resolution."""
    table = doc.to_array([HEAD, DEP])
    objects = (table[:, 1] == doc.vocab.strings["obj"]).nonzero()[0]
    heads = objects + table[objects, 0].astype("int64")
    for number in range(len(objects) - 1):
        if heads[number] != heads[number + 1]:
            continue
        first, second = doc[int(objects[number])], doc[int(objects[number + 1])]
        for participle in first.rights:
            if participle.dep_ == "acl" and participle.tag_ == "VBG" and participle.i < second.i:
                if not any(child.dep_ == "obj" for child in participle.children):
                    second.head = participle
                break
