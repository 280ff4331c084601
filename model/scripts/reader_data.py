"""What the trained reader is shown in training: the corpus' articles, as the coder hears them.

    python model/scripts/reader_data.py ARTICLES.jsonl[.gz] … OUT.jsonl.gz

ARTICLES hold id, title, date and text (see corpus/README.md). A line an article: its sentences with words, tree, names and what
the rules read, each as in pipeline/extract/reader/window.py, with the characters where words and names stand.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.load import Article as Coded  # noqa: E402
from corpus.load import read_articles  # noqa: E402
from pipeline.config import Settings  # noqa: E402
from pipeline.extract.article.cast import Cast  # noqa: E402
from pipeline.extract.article.weigh import Heard, seen  # noqa: E402
from pipeline.extract.code_command import article_of  # noqa: E402
from pipeline.extract.coder import Coder, load_coder  # noqa: E402
from pipeline.extract.language.parsed import piece_of  # noqa: E402


def main(paths: list[str]) -> None:
    *sources, target = map(Path, paths)
    coder = load_coder(Settings(reader="off"))
    with gzip.open(target, "wt", encoding="utf-8") as out:
        for article in read_articles(sources).values():
            shown = {
                "id": article.id,
                "title": article.title,
                "part": article.part,
                "sentences": list(sentences_of(article, coder)),
            }
            out.write(json.dumps(shown, default=sorted) + "\n")


def sentences_of(article: Coded, coder: Coder) -> Iterator[dict[str, Any]]:
    read = article_of({"id": article.id, "text": article.text, "date": article.date, "title": article.title})
    cast = Cast(coder.lexicon, read.published_at.date())
    for heard in coder.heard(coder.docs_of(read), cast):
        yield shown_of(heard)


def shown_of(heard: Heard) -> dict[str, Any]:
    offset = piece_of(heard.sentence).offset
    actors = [actor for _, actor in heard.named if actor is not None]
    return asdict(seen(heard)) | {
        "starts": [token.idx + offset for token in heard.sentence],
        "parties": [
            [actor.name, actor.country, actor.sector, actor.span.start, actor.span.end] for actor in actors
        ],
    }


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1:])
