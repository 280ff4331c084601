"""The word vectors of a shipped pipeline as a pipeline of their own, for training to start from.

python kept_vectors.py PIPELINE OUT
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import spacy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import pipeline.extract.language.components  # noqa: F401


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    nlp = spacy.blank("en")
    nlp.vocab.vectors = spacy.load(arguments.pipeline).vocab.vectors
    nlp.to_disk(arguments.out)
    print(f"{arguments.out}: {len(nlp.vocab.vectors)} vectors")


if __name__ == "__main__":
    main()
