"""Small static word vectors, read off a published sentence encoder one word at a time.

    python vectors.py ENCODER OUT TEXT.spacy... [--rows 24000] [--width 64]

ENCODER is a folder with model.safetensors and tokenizer.json of MiniLM-L6 (six layers, 384 wide). Each
frequent word goes through it alone; the mean of its layers is brought down to `width` numbers. OUT is a
spaCy pipeline without components whose vectors are looked up by small letters.
Needs torch, safetensors and tokenizers besides spaCy; nothing of them is needed afterwards.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import spacy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from spacy.tokens import DocBin
from spacy.vectors import Vectors
from tokenizers import Tokenizer
from torch import Tensor

HEADS = 12
START, END, UNKNOWN = 101, 102, 100
MAX_PIECES = 5


def norm(states: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
    return F.layer_norm(
        states, states.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], eps=1e-12
    )


def layer(states: Tensor, mask: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
    """One transformer layer; `mask` is added to the attention scores."""
    count, length, width = states.shape

    def linear(inputs: Tensor, part: str) -> Tensor:
        return F.linear(inputs, weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"])

    def by_head(part: str) -> Tensor:
        return linear(states, f"attention.self.{part}").view(count, length, HEADS, -1).transpose(1, 2)

    mixed = F.scaled_dot_product_attention(by_head("query"), by_head("key"), by_head("value"), attn_mask=mask)
    mixed = linear(mixed.transpose(1, 2).reshape(count, length, width), "attention.output.dense")
    states = norm(states + mixed, weights, f"{name}.attention.output.LayerNorm")
    inner = linear(F.gelu(linear(states, "intermediate.dense")), "output.dense")
    return norm(states + inner, weights, f"{name}.output.LayerNorm")


@torch.inference_mode()
def states_of(folder: Path, words: list[str], layers: int = 5) -> np.ndarray:
    """Means over the pieces and the lower layers, one row a word; the last layer serves whole sentences."""
    weights = load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    pieces = [
        tokenizer.encode(word, add_special_tokens=False).ids[:MAX_PIECES] or [UNKNOWN] for word in words
    ]
    order = sorted(range(len(words)), key=lambda index: len(pieces[index]))
    result = np.empty((len(words), weights["embeddings.LayerNorm.weight"].shape[0]), dtype=np.float32)
    for start in range(0, len(order), 512):
        part = order[start : start + 512]
        length = max(len(pieces[index]) for index in part) + 2
        ids = torch.zeros(len(part), length, dtype=torch.long)
        inner = torch.zeros(len(part), length)
        mask = torch.full((len(part), 1, 1, length), -1e4)
        for row, index in enumerate(part):
            count = len(pieces[index])
            ids[row, : count + 2] = torch.tensor([START, *pieces[index], END])
            inner[row, 1 : count + 1] = 1 / count
            mask[row, ..., : count + 2] = 0
        states = weights["embeddings.word_embeddings.weight"][ids]
        states = states + weights["embeddings.position_embeddings.weight"][:length]
        states = norm(
            states + weights["embeddings.token_type_embeddings.weight"][0], weights, "embeddings.LayerNorm"
        )
        total = (states * inner[:, :, None]).sum(1)
        for number in range(layers):
            states = layer(states, mask, weights, f"encoder.layer.{number}")
            total = total + (states * inner[:, :, None]).sum(1)
        result[part] = total.numpy()
    return result


def reduce(states: np.ndarray, width: int) -> np.ndarray:
    """Principal components of the most frequent words, whitened so that no direction drowns the others."""
    states = states - states.mean(0)
    _, _, directions = np.linalg.svd(states[:8000], full_matrices=False)
    small = states @ directions[:width].T
    small /= small.std(0)
    length: np.ndarray = np.linalg.norm(small, axis=1, keepdims=True) + 1e-6
    return np.asarray(small / length, dtype="float32")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("encoder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--rows", type=int, default=24000)
    parser.add_argument("--width", type=int, default=64)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    counts: Counter[str] = Counter()
    vocab = spacy.blank("en").vocab
    for text in arguments.texts:
        for doc in DocBin().from_disk(text).get_docs(vocab):
            counts.update(token.lower_ for token in doc if not token.is_space)
    words = [word for word, _ in counts.most_common(arguments.rows)]
    small = reduce(states_of(arguments.encoder, words), arguments.width)
    nlp = spacy.blank("en")
    for word in words:
        nlp.vocab.strings.add(word)
    nlp.vocab.vectors = Vectors(
        data=small, keys=words, strings=nlp.vocab.strings, attr="LOWER", name="minilm"
    )
    nlp.to_disk(arguments.out)
    print(f"{small.shape[0]} vectors of {small.shape[1]}")


if __name__ == "__main__":
    main()
