"""Lay out what is trained on: gold trees, sentences of the grammar, entity corpora.

    python prepare.py CORPUS NEWSWIRE.spacy OUT

CORPUS holds ud/*.spacy and ner/*.spacy. OUT/base gets the gold trees of the first stage, OUT/train the
mix of the second, OUT/entities that of the recognizer; OUT/dev and OUT/entities-dev are to watch them.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin, Span

SEED = 11
FACILITY = re.compile(
    r"\b(Airport|Bridge|Square|Street|Avenue|Stadium|Prison|Hospital|Palace|Mosque|Church|Cathedral|Temple|Highway|"
    r"Airfield|Checkpoint|Dam|Canal|Tower|Hotel|Museum|Station|Camp|Mall|Market|Park|Road|Barracks|Monument)$"
)
NLP = spacy.blank("en")


def read(path: Path) -> list[Doc]:
    return list(DocBin(store_user_data=True).from_disk(path).get_docs(NLP.vocab))


def write(docs: Iterable[Doc], path: Path) -> None:
    docs = list(docs)
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    print(f"{path.name}: {len(docs)} documents, {sum(len(doc) for doc in docs)} words", flush=True)


def facilities(doc: Doc) -> Doc:
    """Places that are buildings or grounds get the label FAC, which the sources do not have."""
    if doc.has_annotation("ENT_IOB"):
        spans = [
            Span(
                doc,
                span.start,
                span.end,
                label="FAC" if span.label_ == "LOC" and FACILITY.search(span.text) else span.label_,
            )
            for span in doc.ents
        ]
        doc.set_ents(spans, default="outside")
    return doc


def with_entities(trees: list[Doc], entities: list[Doc]) -> list[Doc]:
    """The same text with trees in one corpus and entities in the other."""
    labels: dict[int, tuple[int, str]] = {}
    stream: list[str] = []
    for doc in entities:
        for span in doc.ents:
            labels[len(stream) + span.start] = (len(span), span.label_)
        stream += [token.text for token in doc]
    if stream != [token.text for doc in trees for token in doc]:
        raise ValueError("the trees and the entities are not over the same words")
    offset = 0
    for doc in trees:
        spans = []
        for index in range(len(doc)):
            length, label = labels.get(offset + index, (0, ""))
            if length and index + length <= len(doc):
                spans.append(Span(doc, index, index + length, label=label))
        doc.set_ents(spans, default="outside")
        offset += len(doc)
    return trees


def restyled(doc: Doc, style: Callable[[str, str], str]) -> Doc:
    """A copy as a headline: other case, no full stop."""
    tokens = list(doc)
    if tokens[-1].text == "." and tokens[-1].dep_ == "punct":
        tokens = tokens[:-1]
    new = Doc(
        doc.vocab,
        words=[style(token.text, token.tag_) for token in tokens],
        spaces=[bool(token.whitespace_) for token in tokens],
        tags=[token.tag_ for token in tokens],
        pos=[token.pos_ for token in tokens],
        morphs=[str(token.morph) for token in tokens],
        heads=[token.head.i for token in tokens],
        deps=[token.dep_ for token in tokens],
    )
    if doc.has_annotation("ENT_IOB"):
        spans = [
            Span(new, a.start, min(a.end, len(new)), label=a.label_) for a in doc.ents if a.start < len(new)
        ]
        new.set_ents(spans, default="outside")
    return new


def title_case(form: str, tag: str) -> str:
    small = tag in ("IN", "TO", "CC", "DT") and len(form) < 5
    return form if small else form[:1].upper() + form[1:]


def headlines(docs: Iterable[Doc], generator: random.Random, share: float) -> Iterator[Doc]:
    for doc in docs:
        for span in doc.sents:
            if 4 <= len(span) <= 14 and generator.random() < share:
                style = title_case if generator.random() < 0.6 else (lambda form, _: form.upper())
                yield restyled(span.as_doc(), style)


def mix(corpus: Path, newswire: Path, out: Path) -> None:
    generator = random.Random(SEED)
    for name in ("base", "train", "entities", "dev", "entities-dev"):
        (out / name).mkdir(parents=True, exist_ok=True)
    gum = with_entities(read(corpus / "ud" / "gum-train.spacy"), read(corpus / "ner" / "gum-train.spacy"))
    gold = read(corpus / "ud" / "ewt-train.spacy") + [facilities(doc) for doc in gum]
    unquoted = read(corpus / "ud" / "ewt-train-noquote.spacy") + read(
        corpus / "ud" / "gum-train-noquote.spacy"
    )
    write(gold, out / "base" / "gold.spacy")
    write(unquoted, out / "base" / "unquoted.spacy")
    train = out / "train"
    # The gold trees count twice: they are few beside the entity corpora.
    write(gold, train / "gold-1.spacy")
    write(gold, train / "gold-2.spacy")
    write(unquoted, train / "unquoted.spacy")
    write(headlines(gold, generator, 0.12), train / "headlines.spacy")
    write(read(newswire), train / "newswire.spacy")
    for name, copies in (("gmb-train", 1), ("wikigold", 3), ("uner-ewt-dev", 4)):
        docs = [facilities(doc) for doc in read(corpus / "ner" / f"{name}.spacy")]
        for copy in range(copies):
            write(docs, train / f"{name}-{copy}.spacy")
    augmented = [facilities(doc) for doc in read(corpus / "ner" / "augmented.spacy")]
    generator.shuffle(augmented)
    write(augmented[:2500], train / "augmented.spacy")
    # The recognizer learns from these alone. The small gold sets count twice.
    for name, copies in (
        ("gmb-train", 1),
        ("augmented", 1),
        ("gum-train", 2),
        ("wikigold", 2),
        ("uner-ewt-dev", 2),
    ):
        for copy in range(copies):
            write(read(corpus / "ner" / f"{name}.spacy"), out / "entities" / f"{name}-{copy}.spacy")
    named = read(corpus / "ner" / "gmb-dev.spacy") + read(corpus / "ner" / "gum-dev.spacy")
    write(named, out / "entities-dev" / "entities.spacy")
    # Documents without trees would count as wrong trees, so the dev set has none of them.
    dev = with_entities(read(corpus / "ud" / "gum-dev.spacy"), read(corpus / "ner" / "gum-dev.spacy"))
    write((read(corpus / "ud" / "ewt-dev.spacy") + dev)[::3], out / "dev" / "trees.spacy")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("newswire", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    mix(arguments.corpus, arguments.newswire, arguments.out)


if __name__ == "__main__":
    main()
