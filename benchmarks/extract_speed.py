"""Extraction speed: sentences and words per second of one core, and the share of each step.

    python benchmarks/extract_speed.py [ARTICLES.txt]

Without a file it codes the seed article and the project's own sentences over and over: about half
of them hold an event, as in news. The digest of what came out is printed too: a change that is to make
the coder faster and no other leaves it as it was.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.config import load_settings  # noqa: E402
from pipeline.extract.coder import load_coder  # noqa: E402
from pipeline.extract.events.sentences import readings_of  # noqa: E402
from pipeline.extract.events.sieve import may_hold_event  # noqa: E402
from pipeline.extract.language.parse import parse  # noqa: E402
from pipeline.extract.language.parsed import Piece  # noqa: E402
from pipeline.extract.text.clean import clean  # noqa: E402
from pipeline.extract.text.pieces import cut_text  # noqa: E402
from pipeline.model import Article, Candidate  # noqa: E402

ROUNDS = 5


def main() -> None:
    coder = load_coder(load_settings())
    texts = [Path(sys.argv[1]).read_text(encoding="utf-8")] if len(sys.argv) > 1 else own_texts()
    articles = [article(text) for text in texts] * ROUNDS
    digest = digest_of(coder.code_all(articles[: len(texts)]))
    whole = timed(lambda: coder.code_all(articles))
    pieces = [piece for one in articles for _, piece in cut_text(clean(one.text, coder.vocabulary))]
    cleaning = timed(lambda: [list(cut_text(clean(one.text, coder.vocabulary))) for one in articles])
    held = [piece for piece in pieces if may_hold_event(piece, coder.frames)]
    sieve = timed(lambda: [may_hold_event(piece, coder.frames) for piece in pieces])
    docs = list(parse(coder.nlp, map(Piece, held)))
    sentences = sum(1 for doc in docs for _ in doc.sents)
    words = sum(1 for doc in docs for token in doc if token.is_alpha)
    shares: dict[str, float] = {"clean and cut": cleaning, "sieve by trigger": sieve}
    shares |= steps(coder.nlp, held)
    reading = timed(
        lambda: [
            list(readings_of(sent, coder.reader)) for doc in fresh(coder.nlp, held) for sent in doc.sents
        ]
    )
    shares["clauses and frames"] = max(0.0, reading - sum(steps(coder.nlp, held).values()))
    shares["actors, places, dates, merging"] = max(0.0, whole - sum(shares.values()))
    print(
        f"{sentences} sentences, {words} words ({words / sentences:.1f} a sentence), {len(held)} of {len(pieces)} paragraphs parsed"
    )
    print(f"whole: {sentences / whole:.0f} sentences/s, {words / whole:.0f} words/s of one core")
    without = whole - sum(
        seconds for name, seconds in shares.items() if name in coder.nlp.pipe_names or name == "tokenizer"
    )
    print(f"without the language model: {sentences / max(without, 1e-9):.0f} sentences/s")
    print(f"digest of the output: {digest}")
    for name, seconds in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"  {name:32} {100 * seconds / whole:5.1f} %")


def digest_of(coded: list[list[Candidate]]) -> str:
    """A short hash over all events, their spans, places and dates."""
    return hashlib.sha256(repr(coded).encode()).hexdigest()[:12]


def own_texts() -> list[str]:
    cases = ROOT / "tests" / "extract" / "cases"
    seed = next((ROOT / "seeds").glob("*.txt"), None)
    lines = [
        line
        for line in (cases / "quiet_sentences.txt").read_text(encoding="utf-8").splitlines()
        if line[:1] != "#"
    ]
    told = [
        path.read_text(encoding="utf-8").splitlines()[2]
        for path in sorted((cases / "sentences").glob("*.txt"))
    ]
    return [*([seed.read_text(encoding="utf-8")] * 10 if seed else []), " ".join(told), " ".join(lines[:100])]


def article(text: str) -> Article:
    at = datetime(2024, 5, 17, 12, tzinfo=UTC)
    return Article(url="", source="", title="", text=text, published_at=at, fetched_at=at)


def timed(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def fresh(nlp: Any, texts: list[str]) -> list[Any]:
    return list(parse(nlp, map(Piece, texts)))


def steps(nlp: Any, texts: list[str]) -> dict[str, float]:
    """Seconds of each component, one after the other over the same batch."""
    found: dict[str, float] = {}
    started = time.process_time()
    docs = [nlp.make_doc(text) for text in texts]
    found["tokenizer"] = time.process_time() - started
    for name, component in nlp.pipeline:
        started = time.process_time()
        docs = (
            list(component.pipe(docs, batch_size=64))
            if hasattr(component, "pipe")
            else [component(doc) for doc in docs]
        )
        found[name] = time.process_time() - started
    return found


if __name__ == "__main__":
    main()
