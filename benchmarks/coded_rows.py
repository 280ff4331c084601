"""Coded rows: what the coder makes of texts of every kind, one line each; for changes that are to change nothing.

    python benchmarks/coded_rows.py OUT [SHARED]

Run before and after a change, with TOCSIN_READER=off and on, and compare: `cmp` on the two OUT. Codes the seed article,
and from SHARED (default ../shared, read only) the coded articles, sentences and reports of `gold` and 200 articles of
`news`: every row as store writes it, its keys included, every other field of the candidates, what `tocsin code` says
beside them, given pairs and actor phrases. The codebook, which changes with the code, is printed and not written.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.config import load_settings  # noqa: E402
from pipeline.extract.actors.code import code_phrase  # noqa: E402
from pipeline.extract.article.telling import Said  # noqa: E402
from pipeline.extract.code_command import article_of, event_row  # noqa: E402
from pipeline.extract.coder import load_coder  # noqa: E402
from pipeline.extract.given_pair import classify_pair  # noqa: E402
from pipeline.model import Span  # noqa: E402
from pipeline.postgres.rows import candidate_row  # noqa: E402
from pipeline.store.wording import event_key  # noqa: E402

Row = dict[str, Any]
SENTENCES = {
    "plover_gsr.dev": 165,
    "petr2_gsr": 78,
    "event_location.dev": 150,
    "up_unittest_ud": 100,
    "muc4.dev": 80,
}
PAIRS = 150
NEWS = 200
# As many as extract has in hand at once.
AT_ONCE = 16


def main() -> None:
    out = Path(sys.argv[1])
    shared = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT.parent / "shared"
    coder = load_coder(load_settings())
    rows = list(texts(shared))
    with out.open("w", encoding="utf-8") as lines:

        def put(kind: str, name: str, made: Any) -> None:
            lines.write(
                json.dumps([kind, name, made], sort_keys=True, default=str, ensure_ascii=False) + "\n"
            )

        print(coder.codebook)
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            said: dict[tuple[Span, Span], Said] = {}
            coded = replace(coder, said=said).code_all([article_of(row) for row in some])
            for row, candidates in zip(some, coded, strict=True):
                for candidate in candidates:
                    put("row", row["id"], candidate_row(candidate) | {"event_key": event_key(candidate)})
                    put("candidate", row["id"], asdict(candidate))
                    put("event", row["id"], event_row(candidate, said))
        for row in read(shared / "gold" / "plv_train.dev.jsonl")[:PAIRS]:
            for event in row["gold_events"]:
                asked = {**row, "actor_span": event["source_text"], "recipient_span": event["target_text"]}
                put("pair", row["id"], classify_pair(asked, coder))
        for row in read(shared / "gold" / "ngec_actor.dev.jsonl"):
            put("actor", row["id"], asdict(code_phrase(row["text"], coder.lexicon, on=None)))


def texts(shared: Path) -> Iterator[Row]:
    """Rows of id, text and date: seed, coded articles, sentences and reports, news."""
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        yield {"id": path.stem, "text": path.read_text(encoding="utf-8"), "date": "2011-10-21"}
    yield from map(plain, read(shared / "gold" / "articles" / "articles.dev.jsonl"))
    for name, most in SENTENCES.items():
        yield from map(plain, read(shared / "gold" / f"{name}.jsonl")[:most])
    with gzip.open(shared / "news" / "pool.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (plain(json.loads(line)) for line, _ in zip(lines, range(NEWS), strict=False))


def plain(row: Row) -> Row:
    date = str(row.get("date") or "")
    return {"id": row["id"], "text": row["text"], "date": date if "-" in date else "2015-06-30"}


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


if __name__ == "__main__":
    main()
