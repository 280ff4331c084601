"""Lay out what is trained on: gold trees, sentences of the grammar, entity corpora, raw news.

    python prepare.py DATA NEWSWIRE.spacy OUT

DATA holds corpus/ud/*.spacy, corpus/ner/*.spacy and assets/current_events.jsonl. OUT/teach is what the
teacher learns from, OUT/raw what it annotates; OUT/trees and OUT/entities (where what is annotated goes too)
are what the small pipeline learns from, OUT/dev and OUT/entities-dev are to watch it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin, Span

SEED = 11
LINES = 24_000  # of dated news, about 30 words each
AGENCY = 6_000  # paragraphs of agency news, about 65 words each
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


def news_lines(path: Path, generator: random.Random) -> list[Doc]:
    """Whole sentences of dated news, each text once, in random order."""
    texts = dict.fromkeys(json.loads(line)["text"] for line in path.open(encoding="utf8"))
    found = [text for text in texts if 60 <= len(text) <= 600 and text[0].isupper() and text[-1] in ".?!"]
    generator.shuffle(found)
    return [NLP.make_doc(text) for text in found[:LINES]]


def mix(data: Path, newswire: Path, out: Path) -> None:
    generator = random.Random(SEED)
    for name in ("teach", "raw", "trees", "entities", "dev", "entities-dev"):
        (out / name).mkdir(parents=True, exist_ok=True)
    trees, names = data / "corpus" / "ud", data / "corpus" / "ner"
    gum = with_entities(read(trees / "gum-train.spacy"), read(names / "gum-train.spacy"))
    gold = read(trees / "ewt-train.spacy") + [facilities(doc) for doc in gum]
    unquoted = read(trees / "ewt-train-noquote.spacy") + read(trees / "gum-train-noquote.spacy")
    short = list(headlines(gold, generator, 0.12))
    made = read(newswire)
    for target in ("teach", "trees"):
        write(gold, out / target / "gold.spacy")
        write(unquoted, out / target / "unquoted.spacy")
        write(short, out / target / "headlines.spacy")
        write(made, out / target / "newswire.spacy")
    # The gold trees count twice: they are few beside the annotated news.
    write(gold, out / "trees" / "gold-again.spacy")
    for name in ("gmb-train", "wikigold", "uner-ewt-dev"):
        write([facilities(doc) for doc in read(names / f"{name}.spacy")], out / "teach" / f"{name}.spacy")
    # The recognizer learns from these alone. The small gold sets count twice.
    for name, copies in (
        ("gmb-train", 1),
        ("augmented", 1),
        ("gum-train", 2),
        ("wikigold", 2),
        ("uner-ewt-dev", 2),
    ):
        for copy in range(copies):
            write(read(names / f"{name}.spacy"), out / "entities" / f"{name}-{copy}.spacy")
    write(news_lines(data / "assets" / "current_events.jsonl", generator), out / "raw" / "lines.spacy")
    agency = read(names / "gmb-train.spacy")
    generator.shuffle(agency)
    write(agency[:AGENCY], out / "raw" / "agency.spacy")
    # Everyday English, whose trees are gold and whose names nobody has marked.
    write(read(trees / "ewt-train.spacy"), out / "raw" / "web.spacy")
    named = read(names / "gmb-dev.spacy") + read(names / "gum-dev.spacy")
    write(named, out / "entities-dev" / "entities.spacy")
    # Documents without trees would count as wrong trees, so the dev set has none of them.
    dev = with_entities(read(trees / "gum-dev.spacy"), read(names / "gum-dev.spacy"))
    write((read(trees / "ewt-dev.spacy") + dev)[::3], out / "dev" / "trees.spacy")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("newswire", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    mix(arguments.data, arguments.newswire, arguments.out)


if __name__ == "__main__":
    main()
