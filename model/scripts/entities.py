"""The entity recognizer that the last training starts from: one trained alone, made smaller.

    python entities.py ALONE JOINT OUT

ALONE was trained on entities alone, with floret vectors, which are slow to look up. The new one reads the
static vectors of JOINT instead, so that all components share them, and leaves out two attributes that
hardly vary. What can be carried over is copied; what is left out goes into the bias as its mean.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example
from thinc.api import Model

# Attributes and rows as in the old recognizer, which also reads SPACY and IS_SPACE.
ATTRIBUTES = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500}
LEFT_OUT = ("SPACY", "IS_SPACE")
WIDTH, DEPTH = 96, 4
NER = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": WIDTH,
                "attrs": list(ATTRIBUTES),
                "rows": list(ATTRIBUTES.values()),
                "include_static_vectors": True,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": WIDTH,
                "depth": DEPTH,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    }
}


def nodes_of(model: Model[Any, Any], name: str) -> list[Model[Any, Any]]:
    return [node for node in model.walk(order="dfs_pre") if node.name == name and node.param_names]


def copy(source: Model[Any, Any], target: Model[Any, Any]) -> None:
    for name in source.param_names:
        if source.has_param(name):
            target.set_param(name, source.get_param(name).copy())


def vectors_to_vectors(alone: Language, joint: Language, texts: Path) -> tuple[np.ndarray, np.ndarray]:
    """The linear map from JOINT's vectors to ALONE's that fits frequent words best, and its constant."""
    counts: Counter[str] = Counter()
    for doc in DocBin().from_disk(texts).get_docs(joint.vocab):
        counts.update(token.text for token in doc)
    words = [word for word, _ in counts.most_common(14000)]
    weights = np.sqrt([min(counts[word], 300) for word in words])[:, None]
    source = np.stack([np.append(joint.vocab.get_vector(word), 1.0) for word in words])
    target = np.stack([alone.vocab.get_vector(word) for word in words])
    solved = np.linalg.lstsq(source * weights, target * weights, rcond=None)[0]
    return solved[:-1], solved[-1]


def carry_over(alone: Language, joint: Language, new: Model[Any, Any], texts: Path) -> None:
    old = alone.get_pipe("ner").model
    tables = nodes_of(old, "hashembed")
    for source, target in zip(tables[: len(ATTRIBUTES)], nodes_of(new, "hashembed"), strict=True):
        copy(source, target)
    linear, constant = vectors_to_vectors(alone, joint, texts)
    statics = nodes_of(old, "static_vectors")[0].get_param("W")
    nodes_of(new, "static_vectors")[0].set_param(
        "W", np.ascontiguousarray(statics @ linear.T, dtype="float32")
    )
    mixing, own = nodes_of(old, "maxout"), nodes_of(new, "maxout")
    weights, bias = mixing[0].get_param("W"), mixing[0].get_param("b").copy()
    kept = [weights[..., : WIDTH * len(ATTRIBUTES)], weights[..., -WIDTH:]]
    own[0].set_param("W", np.ascontiguousarray(np.concatenate(kept, axis=-1)))
    docs = [alone.make_doc(doc.text) for doc in DocBin().from_disk(texts).get_docs(alone.vocab)]
    docs = random.Random(0).sample(docs, min(150, len(docs)))
    for place, attribute in enumerate(LEFT_OUT, len(ATTRIBUTES)):
        values = np.concatenate([doc.to_array(attribute) for doc in docs]).astype("uint64")
        columns = weights[..., WIDTH * place : WIDTH * (place + 1)]
        bias += columns @ tables[place].predict(values).mean(0)
    bias += weights[..., -WIDTH:] @ (statics @ constant)
    own[0].set_param("b", bias.astype("float32"))
    for source, target in zip(mixing[1:], own[1:], strict=True):
        copy(source, target)
    for name in ("layernorm", "linear", "precomputable_affine"):
        for source, target in zip(nodes_of(old, name), nodes_of(new, name), strict=True):
            copy(source, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("alone", type=Path)
    parser.add_argument("joint", type=Path)
    parser.add_argument("texts", type=Path, help="a .spacy file of news, for the frequencies of words")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    spacy.util.fix_random_seed(0)
    alone, joint = spacy.load(arguments.alone), spacy.load(arguments.joint)
    nlp = spacy.blank("en")
    nlp.vocab.vectors = joint.vocab.vectors
    old, new = alone.get_pipe("ner"), nlp.add_pipe("ner", config=NER)
    doc = nlp.make_doc("Rebels seized the town.")
    # With the labels and their counts the moves come out in the same order, so the last layer fits.
    new.initialize(lambda: [Example(doc, doc.copy())], nlp=nlp, labels=old.label_data)
    if new.move_names != old.move_names:
        raise SystemExit(f"the moves do not match: {old.move_names} and {new.move_names}")
    carry_over(alone, joint, new.model, arguments.texts)
    nlp.to_disk(arguments.out)
    print(new.move_names)


if __name__ == "__main__":
    main()
