"""Accuracy: the coder against human-coded gold, with 95 % intervals; what `make accuracy` prints.

    python benchmarks/accuracy.py [GOLD] [--documents N] [--fit-confidence]

GOLD (default ../shared/gold) is read and never written; its score.py defines the scores. The
status cases and the quiet sentences come from tests/extract/cases.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import random
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.config import load_settings  # noqa: E402
from pipeline.extract.actors.code import code_phrase  # noqa: E402
from pipeline.extract.article.confidence import WEIGHTS, is_victim_alone  # noqa: E402
from pipeline.extract.code_command import article_of, code_rows, event_row  # noqa: E402
from pipeline.extract.coder import Coder, load_coder  # noqa: E402
from pipeline.extract.given_pair import classify_pair  # noqa: E402
from pipeline.extract.language.parse import parse  # noqa: E402
from pipeline.extract.language.parsed import Piece  # noqa: E402
from pipeline.extract.places.event_place import event_place_span  # noqa: E402
from pipeline.extract.text.clean import clean  # noqa: E402
from pipeline.model import Article  # noqa: E402

CASES = ROOT / "tests" / "extract" / "cases"
RESAMPLES = 1000
Row = dict[str, Any]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("gold", nargs="?", default=str(ROOT.parent / "shared" / "gold"))
    options.add_argument("--documents", type=int, default=1400, help="how many of the whole articles to code")
    options.add_argument(
        "--fit-confidence", action="store_true", help="write pipeline/extract/data/confidence.toml"
    )
    given = options.parse_args()
    gold = Path(given.gold)
    score = load_score(gold)
    coder = load_coder(load_settings())
    print(f"codebook {coder.codebook}\n")
    sentences = read(gold / "plover_gsr.dev.jsonl")
    pairs = read(gold / "plv_train.dev.jsonl")
    coded = code(coder, sentences)
    coded_pairs = code(coder, pairs)
    print("## plover_gsr.dev: sentences of the codebook, one event coded in each (P* is a lower bound)")
    levels(score, sentences, coded, ("root", "srt_strict", "srt_relaxed", "root_loc"))
    per_type(score, sentences, coded)
    print("\n## plv_train.dev: news sentences, one actor-recipient pair coded in each")
    levels(score, pairs, coded_pairs, ("root",))
    per_type(score, pairs, coded_pairs)
    given_pairs(coder, pairs)
    phrases(coder, read(gold / "ngec_actor.dev.jsonl"))
    event_places(coder, score, read(gold / "event_location.dev.jsonl"))
    articles = read(gold / "muc4.dev.jsonl")[: given.documents]
    documents(coder, score, articles)
    print()
    calibration(coder, score, sentences, pairs, articles, write=given.fit_confidence)
    own_cases(coder)
    speed(coder, pairs)


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def load_score(gold: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"no score.py in {gold}; give the folder of the gold as argument")
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


def code(coder: Coder, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Code the rows and write the events as `tocsin code` does."""
    return {
        row["id"]: events for row, events in zip(rows, code_rows(rows, coder, load_settings()), strict=True)
    }


def scored(score: ModuleType, rows: Sequence[Row], coded: dict[str, list[Row]]) -> tuple[Any, Any, list[Row]]:
    options = argparse.Namespace(appeal="request", keep_statements=False)
    totals, types, _, per_row = score.score(rows, coded, options)
    return totals, types, per_row


def levels(score: ModuleType, rows: Sequence[Row], coded: dict[str, list[Row]], names: Iterable[str]) -> None:
    totals, _, per_row = scored(score, rows, coded)
    print(f"{'level':12} {'gold':>5} {'coded':>5} {'P*':>6} {'R':>6} {'F1*':>6}  95 % of F1*")
    for name in names:
        total = totals[name]
        precision, recall, f1 = total.get()
        low, high = interval([row.get(name) or (0, 0, 0) for row in per_row])
        print(
            f"{name:12} {total.g:5} {total.s:5} {precision:6.3f} {recall:6.3f} {f1:6.3f}  {low:.3f}-{high:.3f}"
        )


def interval(counts: Sequence[tuple[int, int, int]]) -> tuple[float, float]:
    """Bootstrap over items: 2.5 and 97.5 % of F1 for (right, gold, coded) an item."""
    chance = random.Random(1)
    values = []
    for _ in range(RESAMPLES):
        right = gold = coded = 0
        for one in chance.choices(counts, k=len(counts)):
            right, gold, coded = right + one[0], gold + one[1], coded + one[2]
        values.append(2 * right / (gold + coded) if gold + coded else 0.0)
    values.sort()
    return values[int(0.025 * RESAMPLES)], values[int(0.975 * RESAMPLES)]


def share(right: int, of: int) -> str:
    """A share with its Wilson interval."""
    if not of:
        return "none"
    p, z = right / of, 1.96
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * ((p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5) / (1 + z * z / of)
    return f"{p:.3f} ({right} of {of}; 95 % {middle - half:.3f}-{middle + half:.3f})"


def per_type(score: ModuleType, rows: Sequence[Row], coded: dict[str, list[Row]]) -> None:
    _, types, _ = scored(score, rows, coded)
    print("by type (gold, coded, P*, R, F1*):")
    for name in sorted(types, key=lambda name: -types[name].g):
        precision, recall, f1 = types[name].get()
        print(f"  {name:10} {types[name].g:4} {types[name].s:4}  {precision:.2f}  {recall:.2f}  {f1:.2f}")


def given_pairs(coder: Coder, rows: Sequence[Row]) -> None:
    right = total = 0
    for row in rows:
        for event in row["gold_events"]:
            asked = {**row, "actor_span": event["source_text"], "recipient_span": event["target_text"]}
            made = classify_pair(asked, coder)
            root = made[0]["root"] if made else None
            right += ("YIELD" if root in ("CONCEDE", "RETREAT") else root) == event["root"]
            total += 1
    print(f"root accuracy with both spans given: {share(right, total)}")


def phrases(coder: Coder, rows: Sequence[Row]) -> None:
    countries = sectors = with_country = with_sector = 0
    for row in rows:
        made = code_phrase(row["text"], coder.lexicon)
        event = row["gold_events"][0]
        if event.get("country"):
            with_country += 1
            # As `tocsin code --phrases` prints it: UNO and EUR by name where the body is known.
            countries += (made.organisation or made.country) == event["country"]
        if event.get("code_1"):
            with_sector += 1
            sectors += made.sector == event["code_1"]
    print(
        f"\n## ngec_actor.dev: country {share(countries, with_country)}, sector {share(sectors, with_sector)}"
    )


def event_places(coder: Coder, score: ModuleType, rows: Sequence[Row]) -> None:
    right = 0
    docs = parse(coder.nlp, [Piece(clean(row["text"]).replace("\n", " ")) for row in rows])
    for row, doc in zip(rows, docs, strict=True):
        event = row["gold_events"][0]
        token = next((t for t in doc if t.idx <= event["trigger_start"] < t.idx + len(t)), None)
        place = event_place_span(token) if token is not None else None
        wanted = event.get("location")
        right += place is not None and score.loc_ok(wanted, place.text) if wanted else place is None
    print(f"\n## event_location.dev: place of a given verb {share(right, len(rows))}")


def documents(coder: Coder, score: ModuleType, rows: Sequence[Row]) -> None:
    coded = code(coder, rows)
    attacks = {
        key: [e for e in events if e["root"] == "ASSAULT" and e["status"] == "actual"]
        for key, events in coded.items()
    }
    print(
        f"\n## muc4.dev: attacks in {len(rows)} whole articles in capitals (only terrorist incidents are gold)"
    )
    print("all articles:")
    levels(score, rows, attacks, ("root_loc", "country_loc", "root_date"))
    found = [row for row in rows if row["gold_events"] and attacks[row["id"]]]
    print(f"articles with an incident in which an attack was found ({len(found)}):")
    levels(score, found, attacks, ("root_loc", "country_loc", "root_date"))


# -- confidence ------------------------------------------------------------------------------------


def calibration(
    coder: Coder,
    score: ModuleType,
    sentences: Sequence[Row],
    pairs: Sequence[Row],
    articles: Sequence[Row],
    *,
    write: bool,
) -> None:
    """Fit and show the two confidence models.

    Pairs: each gold item codes one event; the candidate nearest to it (its type, else its actor, else the
    first) is judged: right when type, actor and recipient are. Attacks whose victim alone is named: those in
    articles that tell an incident, right when an incident of the article has that target.
    """
    pair_samples = [judged(coder, score, row) for row in (*sentences, *pairs)]
    print("## confidence: ten folds, held-out; share right by stated confidence")
    tables = {"weights": fitted([sample for sample in pair_samples if sample is not None])}
    print("  attacks whose victim alone is named:")
    victims = [sample for row in articles for sample in judged_victims(coder, score, row)]
    tables["victim_alone"] = fitted(victims)
    if write:
        lines = [
            "# Weights of the confidence models: logistic, features as in coder.features_of; fitted by",
            "# benchmarks/accuracy.py --fit-confidence on the development gold (plover_gsr.dev, plv_train.dev; victim_alone:",
            "# muc4.dev, whose incidents are not all that happened: a lower bound).",
        ]
        for table, weights in tables.items():
            lines += [f"[{table}]", *(f"{name} = {weight:.4f}" for name, weight in weights.items())]
        WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"  written to {WEIGHTS.relative_to(ROOT)}")


def fitted(samples: Sequence[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """Weights by name, bias first; prints the calibration of the held-out tenths."""
    import numpy

    # What never differs has no weight.
    names = sorted(name for name in samples[0][0] if len({features[name] for features, _ in samples}) > 1)
    table = numpy.array([[1.0, *(features[name] for name in names)] for features, _ in samples])
    truth = numpy.array([right for _, right in samples], dtype=float)
    folds = numpy.random.default_rng(7).integers(0, 10, len(truth))
    held_out = numpy.zeros(len(truth))
    for fold in range(10):
        held_out[folds == fold] = predict(
            table[folds == fold], fit(table[folds != fold], truth[folds != fold])
        )
    edges = [0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0]
    for low, high in itertools.pairwise(edges):
        here = (held_out >= low) & (held_out < high)
        if here.sum():
            print(
                f"  {low:.1f}-{high:.1f}: stated {held_out[here].mean():.2f}, right {truth[here].mean():.2f}, n={int(here.sum())}"
            )
    print(
        f"  Brier score {((held_out - truth) ** 2).mean():.3f} (constant share: {truth.mean() * (1 - truth.mean()):.3f})"
    )
    return dict(zip(("bias", *names), fit(table, truth).tolist(), strict=True))


def judged_victims(coder: Coder, score: ModuleType, row: Row) -> list[tuple[dict[str, float], bool]]:
    """Features of each attack whose victim alone the article names, and whether it is an incident's target."""
    targets = [event.get("target_text") or "" for event in row["gold_events"]]
    if not targets:
        return []
    watched = replace(coder, seen=[])
    watched.code(article_of(row))
    return [
        (
            features,
            any(score.text_ok(one, victim.span.text) for text in targets for one in text.split(";") if one),
        )
        for features, candidate in watched.seen or ()
        if is_victim_alone(features, candidate.event_type) and (victim := candidate.recipient)
    ]


def judged(coder: Coder, score: ModuleType, row: Row) -> tuple[dict[str, float], bool] | None:
    """Features of the candidate nearest to the gold event, and whether it is right; None where nothing was coded."""
    watched = replace(coder, seen=[])
    watched.code(article_of(row))
    if not watched.seen:
        return None
    gold = row["gold_events"][0]
    made = [(features, event_row(candidate)) for features, candidate in watched.seen]
    features, best = max(made, key=lambda one: (same_type(one[1], gold), beside(score, one[1], gold)))
    return features, same_type(best, gold) and beside(score, best, gold) == 2


def same_type(made: Row, gold: Row) -> bool:
    root = "YIELD" if made["root"] in ("CONCEDE", "RETREAT") and gold["root"] == "YIELD" else made["root"]
    return bool(root == gold["root"])


def beside(score: ModuleType, made: Row, gold: Row) -> int:
    """How many of the two parties are right: by code where the gold has codes, else by words."""
    if gold.get("source") is not None:
        return sum(score.actor_ok(gold[key], made[key], True) for key in ("source", "target"))
    return sum(score.text_ok(gold[key], made[key]) for key in ("source_text", "target_text"))


def fit(table: Any, truth: Any, strength: float = 2.0) -> Any:
    """Logistic regression by Newton's method, with a little shrinking."""
    import numpy

    weights = numpy.zeros(table.shape[1])
    for _ in range(30):
        chance = predict(table, weights)
        gradient = table.T @ (chance - truth) + strength * weights
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + strength * numpy.eye(len(weights))
        weights -= numpy.linalg.solve(curve, gradient)
    return weights


def predict(table: Any, weights: Any) -> Any:
    import numpy

    return 1 / (1 + numpy.exp(-(table @ weights)))


# -- own cases and speed ---------------------------------------------------------------------------


def own_cases(coder: Coder) -> None:
    rows = [line.split("|", 2) for line in lines(CASES / "status_pairs.txt")]
    coded = coder.code_all([plain_article(row[2].strip()) for row in rows])
    facts = [
        any(e.event_type == row[1].strip() and e.status == "actual" for e in events)
        for row, events in zip(rows, coded, strict=True)
    ]
    wanted = [row[0].strip() == "actual" for row in rows]
    false_facts = sum(fact and not want for fact, want in zip(facts, wanted, strict=True))
    kept = sum(fact and want for fact, want in zip(facts, wanted, strict=True))
    print(
        f"\n## status pairs: {false_facts} false facts in {len(rows) - sum(wanted)}; facts told {share(kept, sum(wanted))}"
    )
    quiet = lines(CASES / "quiet_sentences.txt")
    loud = sum(bool(events) for events in coder.code_all([plain_article(line) for line in quiet]))
    print(f"## sentences without an event: {share(loud, len(quiet))} yield one")


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def plain_article(text: str) -> Article:
    at = datetime(2024, 5, 17, 12, tzinfo=UTC)
    return Article(url="", source="", title="", text=text, published_at=at, fetched_at=at)


def speed(coder: Coder, rows: Sequence[Row]) -> None:
    texts = [plain_article(row["text"]) for row in rows]
    started = time.process_time()
    coder.code_all(texts)
    whole = time.process_time() - started
    docs = list(parse(coder.nlp, [Piece(clean(text.text)) for text in texts]))
    started = time.process_time()
    for text, doc in zip(texts, docs, strict=True):
        coder.code_docs(text, [doc])
    alone = time.process_time() - started
    count = sum(1 for doc in docs for _ in doc.sents)
    print(
        f"\n## speed: {count / whole:.0f} sentences/s of one core with the parser, {count / alone:.0f} without"
    )


if __name__ == "__main__":
    main()
