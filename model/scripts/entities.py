"""The entity recognizer that the last training starts from: its own small tok2vec, cut from the shared one.

    python entities.py JOINT OUT

The shared network serves trees first; names come out better with features of their own. To be quick
they read fewer attributes and fewer layers; all weights start as copies of JOINT's.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.training import Example
from thinc.api import Model

ATTRIBUTES = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500}  # rows, as in the shared network
WIDTH, DEPTH = 96, 3
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


def carry_over(shared: Model[Any, Any], old: Model[Any, Any], new: Model[Any, Any]) -> None:
    """Copy the embeddings, the first layers and the head; of the mixing layer the columns that are left."""
    tables = nodes_of(shared, "hashembed")
    for source, target in zip(tables[: len(ATTRIBUTES)], nodes_of(new, "hashembed"), strict=True):
        copy(source, target)
    copy(nodes_of(shared, "static_vectors")[0], nodes_of(new, "static_vectors")[0])
    layers, own = nodes_of(shared, "maxout"), nodes_of(new, "maxout")
    weights = layers[0].get_param("W")
    kept = np.concatenate([weights[..., : WIDTH * len(ATTRIBUTES)], weights[..., -WIDTH:]], axis=-1)
    own[0].set_param("W", np.ascontiguousarray(kept))
    own[0].set_param("b", layers[0].get_param("b").copy())
    for source, target in zip(layers[1 : DEPTH + 1], own[1:], strict=True):
        copy(source, target)
    for source, target in zip(
        nodes_of(shared, "layernorm")[: DEPTH + 1], nodes_of(new, "layernorm"), strict=True
    ):
        copy(source, target)
    for name in ("linear", "precomputable_affine"):
        for source, target in zip(nodes_of(old, name), nodes_of(new, name), strict=True):
            copy(source, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("joint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    spacy.util.fix_random_seed(0)
    joint = spacy.load(arguments.joint)
    nlp = spacy.blank("en")
    nlp.vocab.vectors = joint.vocab.vectors
    old, new = joint.get_pipe("ner"), nlp.add_pipe("ner", config=NER)
    doc = nlp.make_doc("Rebels seized the town.")
    # With the labels and their counts the moves come out in the same order, so the last layer fits.
    new.initialize(lambda: [Example(doc, doc.copy())], nlp=nlp, labels=old.label_data)
    if new.move_names != old.move_names:
        raise SystemExit(f"the moves do not match: {old.move_names} and {new.move_names}")
    carry_over(joint.get_pipe("tok2vec").model, old.model, new.model)
    nlp.to_disk(arguments.out)
    print(new.move_names)


if __name__ == "__main__":
    main()
