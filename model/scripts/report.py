"""Measure pipelines side by side: trees, entities, the newswire test and speed.

    python report.py DATA PIPELINE [PIPELINE ...] [--json OUT.json] [--hard hard.txt] [--only newswire,trees,entities,speed]
                     [--first-code COMPONENTS.py]

DATA holds the test sets as ud/*.spacy and ner/*.spacy. The newswire test (tests/extract/newswire) is in
the repository; `--hard` names further sentences, one a line, whose marks are in hard_marks.tsv.
Everything runs on raw text with the pipeline's own tokens. A pipeline that brings components of its own under the
names of ours is measured first, with them (`--first-code`), in a process of its own; without that it would
be measured with ours.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, DocBin, Token
from spacy.training import Example

ROOT = Path(__file__).resolve().parents[2]
NEWSWIRE = ROOT / "tests" / "extract" / "newswire"
TREE_SETS = ("ewt-test", "gum-test", "gumnews-test", "pud-test", "pudnews-test")
FULL = ("PERSON", "ORG", "GPE", "LOC", "NORP", "DATE", "EVENT")
ENTITY_SETS = {
    # Gold sets that know only places get GPE, LOC and FAC as one.
    "gmb-test": (FULL, False),
    "gum-test": (FULL, False),
    "uner-ewt-test": (("PERSON", "ORG", "PLACE"), True),
    "uner-pud-test": (("PERSON", "ORG", "PLACE"), True),
}
CLAUSE_LABELS = ("ROOT", "ccomp", "parataxis", "xcomp")
NAME_LABELS = ("flat", "compound", "nummod")


@dataclass(frozen=True)
class Marked:
    """A sentence with the character offsets of its marked words; None where none is marked."""

    text: str
    verb: int
    subject: int | None
    object: int | None


def parse_marked(line: str) -> Marked:
    """Read "Rebels|S seized|V the town|O."; "␣" is a non-breaking space."""
    text, offsets = "", {}
    for part in line.split(" "):
        text += " " if text else ""
        for mark in "VSO":
            if f"|{mark}" in part:
                word = part.replace(f"|{mark}", "")
                bare = part.split(f"|{mark}")[0]
                # The last letters before the mark lie in the marked token, whatever stands before them.
                offsets[mark] = len(text) + len(bare) - 1
                part = word
        text += part
    return Marked(text.replace("␣", "\u00a0"), offsets["V"], offsets.get("S"), offsets.get("O"))


def read_marked(path: Path) -> list[Marked]:
    lines = path.read_text(encoding="utf8").splitlines()
    return [parse_marked(line) for line in lines if line and not line.startswith("#")]


def mark_words(text: str, verb: str, subject: str, object_: str) -> Marked:
    """Marks given as words of the text; "-" for none."""

    def offset(word: str) -> int | None:
        if word == "-":
            return None
        return text.index(word) + len(word) - 1

    return Marked(text, offset(verb) or 0, offset(subject), offset(object_))


def read_hard(sentences: Path, marks: Path) -> list[Marked]:
    """Sentences kept elsewhere, with their marks by line number."""
    lines = [line.strip() for line in sentences.read_text(encoding="utf8").splitlines() if line.strip()]
    result = []
    for row in marks.read_text(encoding="utf8").splitlines():
        if row and not row.startswith("#"):
            number, verb, subject, object_ = row.split("\t")
            result.append(mark_words(lines[int(number) - 1], verb, subject, object_))
    return result


def token_at(doc: Doc, offset: int | None) -> Token | None:
    if offset is None:
        return None
    return next((token for token in doc if token.idx <= offset < token.idx + len(token)), None)


def head_of_name(token: Token | None) -> Token | None:
    """Climb from a word of a name or a sum of money to the head of it."""
    while token is not None and token.head.i != token.i and token.dep_ in NAME_LABELS:
        token = token.head
    return token


def heads_a_clause(token: Token) -> bool:
    """Is the token the verb of a main clause: the root, or joined to it by reported speech or an infinitive?"""
    if token.pos_ not in ("VERB", "AUX", "NOUN", "ADJ"):
        return False
    while token.head.i != token.i:
        if token.dep_ not in CLAUSE_LABELS:
            return False
        token = token.head
    return True


def finite(token: Token) -> Token:
    """The verb that has the subject: "refused" for "ratify" in "refused to ratify"."""
    while token.dep_ == "xcomp" and token.head.i != token.i:
        token = token.head
    return token


def score_marked(nlp: Language, items: Sequence[Marked]) -> tuple[dict[str, float], list[str]]:
    """Shares found, in per cent, and a line on each sentence that was missed."""
    found = {"verb": 0, "subject": 0, "object": 0}
    wanted = {"verb": 0, "subject": 0, "object": 0}
    missed = []
    for item in items:
        doc = nlp(item.text)
        verb, subject, object_ = (token_at(doc, at) for at in (item.verb, item.subject, item.object))
        wanted["verb"] += 1
        right = verb is not None and heads_a_clause(verb)
        found["verb"] += right
        wrong = [] if right else ["verb"]
        if item.subject is not None:
            wanted["subject"] += 1
            subject = head_of_name(subject)
            hit = False
            if subject is not None and verb is not None and subject.dep_.startswith("nsubj"):
                hit = subject.head in (verb, finite(verb))
            found["subject"] += hit
            wrong += [] if hit else ["subject"]
        if item.object is not None:
            wanted["object"] += 1
            hit = _is_object(object_, verb)
            found["object"] += hit
            wrong += [] if hit else ["object"]
        if wrong:
            root = next((token for token in doc if token.dep_ == "ROOT"), doc[0])
            missed.append(f"{'+'.join(wrong):20} root {root.text}/{root.tag_:6} {item.text}")
    scores = {name: round(100 * found[name] / max(1, wanted[name]), 1) for name in wanted}
    return {**scores, "sentences": len(items)}, missed


def _is_object(token: Token | None, verb: Token | None) -> bool:
    """The object hangs on the marked verb, or on a verb in the infinitive that completes it."""
    token = head_of_name(token)
    if token is None or token.dep_ not in ("obj", "iobj") or verb is None:
        return False
    head = token.head
    while head.dep_ == "xcomp" and head != verb and head.head.i != head.i:
        head = head.head
    return head == verb


def read_docs(nlp: Language, path: Path) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(nlp.vocab))


def score_trees(nlp: Language, data: Path) -> dict[str, dict[str, float]]:
    result = {}
    keys = {
        "uas": "dep_uas",
        "las": "dep_las",
        "xpos": "tag_acc",
        "lemma": "lemma_acc",
        "sentences": "sents_f",
    }
    names = [name for name in nlp.pipe_names if name not in ("ner", "news_ents", "entity_ruler")]
    with nlp.select_pipes(enable=names):
        for name in TREE_SETS:
            gold = read_docs(nlp, data / "ud" / f"{name}.spacy")
            found = nlp.pipe([doc.text for doc in gold], batch_size=64)
            examples = [Example(guess, doc) for guess, doc in zip(found, gold, strict=True)]
            scores = Scorer(nlp).score(examples)
            # The lemmatizer of the shipped pipeline has no scorer of its own.
            scores |= Scorer.score_token_attr(examples, "lemma")
            result[name] = {key: round(100 * (scores.get(field) or 0.0), 2) for key, field in keys.items()}
    return result


def _spans(doc: Doc, labels: Iterable[str], merge: bool) -> set[tuple[int, int, str]]:
    found = set()
    for span in doc.ents:
        label = span.label_
        if merge and label in ("GPE", "LOC", "FAC"):
            label = "PLACE"
        elif label == "FAC":
            label = "LOC"  # no gold set knows FAC
        if label in labels:
            found.add((span.start_char, span.end_char, label))
    return found


def score_entities(nlp: Language, data: Path) -> dict[str, dict[str, float]]:
    result = {}
    for name, (labels, merge) in ENTITY_SETS.items():
        gold = read_docs(nlp, data / "ner" / f"{name}.spacy")
        hits = guessed = wanted = 0
        for doc, guess in zip(gold, nlp.pipe([doc.text for doc in gold], batch_size=128), strict=True):
            ignored = [(span.start_char, span.end_char) for span in doc.ents if span.label_ == "X"]
            right = _spans(doc, labels, merge)
            said = {
                span
                for span in _spans(guess, labels, merge)
                if not any(span[0] < end and span[1] > start for start, end in ignored)
            }
            hits, guessed, wanted = hits + len(right & said), guessed + len(said), wanted + len(right)
        result[name] = {
            "precision": round(100 * hits / max(1, guessed), 1),
            "recall": round(100 * hits / max(1, wanted), 1),
            "f": round(200 * hits / max(1, guessed + wanted), 1),
        }
    return result


def measure_speed(nlp: Language, data: Path) -> dict[str, float]:
    """Words per CPU second on paragraphs of two sentences; the best of three runs."""
    texts = [doc.text for doc in read_docs(nlp, data / "ner" / "gmb-test.spacy")]
    paragraphs = [" ".join(texts[index : index + 2]) for index in range(0, 1200, 2)]
    list(nlp.pipe(paragraphs[:50], batch_size=64))
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        words = sum(len(doc) for doc in nlp.pipe(paragraphs, batch_size=64))
        best = max(best, words / (time.process_time() - started))
    return {"words per CPU second": round(best)}


def register(components: Path | None) -> None:
    """Import a file of spaCy components, which registers them; None for ours."""
    sys.path.insert(0, str(components.parent if components else ROOT))
    importlib.import_module(components.stem if components else "pipeline.extract.language.components")


def measure_apart(path: Path, arguments: argparse.Namespace) -> dict[str, object]:
    """Measure one pipeline with other components than ours, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, __file__, arguments.data, path, "--only", arguments.only, "--json", out]
        command += ["--code", arguments.first_code]
        command += ["--hard", arguments.hard] if arguments.hard else []
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
        figures: dict[str, object] = json.loads(out.read_text(encoding="utf8"))[str(path)]
    return figures


def measure(path: Path, data: Path, hard: Path | None, parts: Sequence[str], show: bool) -> dict[str, object]:
    nlp = spacy.load(path)
    result: dict[str, object] = {}
    if "newswire" in parts:
        scores, missed = score_marked(nlp, read_marked(NEWSWIRE / "sentences.txt"))
        result["newswire"] = scores
        if hard is not None:
            result["hard"], more = score_marked(nlp, read_hard(hard, NEWSWIRE / "hard_marks.tsv"))
            missed += more
        if show:
            print("\n".join(missed))
    if "trees" in parts:
        result |= score_trees(nlp, data)
    if "entities" in parts:
        result |= {f"entities {name}": scores for name, scores in score_entities(nlp, data).items()}
    if "speed" in parts:
        result["speed"] = measure_speed(nlp, data)
    return result


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    names = list(results)
    lines = ["| measured | " + " | ".join(names) + " |", "|-|" + "-|" * len(names)]
    for section in results[names[0]]:
        for key in results[names[0]][section]:
            cells = [str(results[name].get(section, {}).get(key, "")) for name in names]
            lines.append(f"| {section} {key} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("pipelines", type=Path, nargs="+")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--hard", type=Path)
    parser.add_argument("--only", default="newswire,trees,entities,speed")
    parser.add_argument("--code", type=Path, help="file of the components, by default ours")
    parser.add_argument("--first-code", type=Path, help="file of the components of the first pipeline")
    parser.add_argument(
        "--show", action="store_true", help="print each sentence of the newswire test that was missed"
    )
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    results: dict[str, dict[str, object]] = {}
    paths = list(arguments.pipelines)
    if arguments.first_code:
        first = paths.pop(0)
        results[str(first)] = measure_apart(first, arguments)
    if paths:
        register(arguments.code)
    for path in paths:
        results[str(path)] = measure(path, arguments.data, arguments.hard, parts, arguments.show)
    print(table(results))  # type: ignore[arg-type]
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
