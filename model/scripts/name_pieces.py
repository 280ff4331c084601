"""Vectors of word pieces for the recognizer: what the teacher makes of a word alone, as a table that fits on a page of memory.

    python name_pieces.py TEACHER OUT TEXT.spacy... [--words 60000] [--width 56]

Every frequent word of the texts goes through the teacher alone, with a capital; what its reading of
entities then holds is brought down to `width` numbers. A table of piece vectors is fitted so that the
mean over a word's pieces comes near that. OUT/pieces gets the table, OUT/vectors the same as the vectors
of a spaCy pipeline without components, for all words of the texts, for training to start from.
Needs torch, safetensors and tokenizers besides spaCy; the table needs none of them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import spacy
import torch
from spacy.tokens import DocBin
from spacy.vectors import Vectors
from teacher import END, START, Reader, Sample, batches, case_of, load
from tokenizers import Tokenizer
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from pipeline.extract.language.piece_vectors import PieceVectors

SEED = 5
ROUNDS = 40
# How much a piece is held to what it is alone, against the words it occurs in.
OWN = 0.02


def words_of(texts: list[Path]) -> Counter[str]:
    vocab = spacy.blank("en").vocab
    counts: Counter[str] = Counter()
    for text in texts:
        for doc in DocBin().from_disk(text).get_docs(vocab):
            counts.update(token.text for token in doc if not token.is_space)
    return counts


def sample(pieces: list[int], case: int) -> Sample:
    return Sample(pieces=[START, *pieces, END], first=[1], cases=[5, *[case] * len(pieces), 5], words=1)


@torch.inference_mode()
def states_of(reader: Reader, cut: list[list[int]], case: int) -> Tensor:
    """What the reading of entities holds of each word alone, one row each."""
    samples = [sample(pieces, case) for pieces in cut]
    row_of = {id(one): row for row, one in enumerate(samples)}
    width = reader.entity[0].out_features
    found = torch.zeros(len(samples), width)
    for batch in batches(samples, None):
        words, _ = reader.words(batch)
        states = reader.entity[:2](words)[:, 0]
        found[torch.tensor([row_of[id(one)] for one in batch])] = states
    return found


def reduced(states: Tensor, width: int) -> Tensor:
    """Principal components, scaled to one on the whole."""
    centred = states - states.mean(0)
    _, directions = torch.linalg.eigh(centred.T @ centred / len(centred))
    small = centred @ directions.flip(1)[:, :width]
    return small / small.std()


def fitted(own: Tensor, cut: list[list[int]], wanted: Tensor) -> Tensor:
    """A table whose means over the pieces come near what is wanted, and its rows near their own."""
    flat = torch.tensor([piece for pieces in cut for piece in pieces])
    starts = torch.tensor(np.cumsum([0, *[len(pieces) for pieces in cut][:-1]]))
    table = nn.EmbeddingBag.from_pretrained(own.clone(), freeze=False, mode="mean")
    optimizer = torch.optim.Adam(table.parameters(), lr=0.05)
    for _ in range(ROUNDS):
        distance = ((table(flat, starts) - wanted) ** 2).sum() + OWN * ((table.weight - own) ** 2).sum()
        optimizer.zero_grad()
        distance.backward()
        optimizer.step()
    return table.weight.detach()


def pieces_of(tokenizer: Tokenizer) -> list[str]:
    vocabulary = tokenizer.get_vocab()
    names = [""] * (max(vocabulary.values()) + 1)
    for piece, number in vocabulary.items():
        names[number] = piece
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--words", type=int, default=60_000)
    parser.add_argument("--width", type=int, default=56)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    reader, tokenizer, _ = load(arguments.teacher)
    names = pieces_of(tokenizer)
    cutter = PieceVectors(names, np.zeros((len(names), 1)))
    counts = words_of(arguments.texts)
    forms = Counter[str]()
    for word, count in counts.items():
        if any(letter.isalpha() for letter in word):
            forms[word.lower()] += count
    words = [word for word, _ in forms.most_common(arguments.words)]
    cut = [cutter.cut(word) for word in words]
    case = case_of("Name")
    alone = [[number] for number in range(len(names))]
    states = reduced(states_of(reader, alone + cut, case), arguments.width)
    own, wanted = states[: len(names)], states[len(names) :]
    table = fitted(own, cut, wanted).numpy()
    vectors = PieceVectors(names, table)
    near = torch.tensor(np.stack([vectors.vector(word) for word in words]))
    left = float(((near - wanted) ** 2).mean() / (wanted**2).mean())
    vectors.to_disk(arguments.out / "pieces")
    # Read back, so that training sees the numbers as they are kept.
    vectors = PieceVectors.from_disk(arguments.out / "pieces")
    nlp = spacy.blank("en")
    keys = list(counts)
    for word in keys:
        nlp.vocab.strings.add(word)
    rows = np.stack([vectors.vector(word) for word in keys])
    nlp.vocab.vectors = Vectors(data=rows, keys=keys, strings=nlp.vocab.strings, name="pieces")
    nlp.to_disk(arguments.out / "vectors")
    print(
        f"{len(names)} pieces, {len(words)} words, {100 * left:.1f} % of the variance left, {len(keys)} vectors"
    )


if __name__ == "__main__":
    main()
