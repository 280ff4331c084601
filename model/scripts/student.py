"""The pipeline that training starts from: weights of an earlier one, widened, with new parts added.

    python student.py BASE VECTORS MIX OUT [--width 64]

From BASE come the shared tok2vec, tagger, morphologizer and parser. The tok2vec also reads the static
vectors of VECTORS; the weights for them start at nothing, so that the new pipeline begins as good as
the old. An entity recognizer that listens to the same tok2vec is added; its labels come from MIX.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import pipeline.extract.components  # noqa: F401

WIDTH = 96
TOK2VEC = {
    "model": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": WIDTH,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
            "rows": [5000, 1000, 2500, 2500, 50, 50],
            "include_static_vectors": True,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": WIDTH,
            "depth": 4,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }
}
NER = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH},
    }
}


def carry_over(old: spacy.pipeline.Tok2Vec, new: spacy.pipeline.Tok2Vec) -> None:
    """Copy the weights node by node; the layer that mixes the embeddings keeps its old columns."""
    old_nodes = [node for node in old.model.walk(order="dfs_pre") if node.param_names]
    new_nodes = [node for node in new.model.walk(order="dfs_pre") if node.param_names]
    statics = [node for node in new_nodes if node.name == "static_vectors"]
    new_nodes = [node for node in new_nodes if node.name != "static_vectors"]
    if len(statics) != 1 or [node.name for node in old_nodes] != [node.name for node in new_nodes]:
        names = [node.name for node in new_nodes]
        raise SystemExit(f"the networks do not match: {[node.name for node in old_nodes]} and {names}")
    for source, target in zip(old_nodes, new_nodes, strict=True):
        for name in source.param_names:
            if not source.has_param(name):
                continue
            weights, wanted = source.get_param(name), target.get_param(name)
            if weights.shape == wanted.shape:
                target.set_param(name, weights.copy())
                continue
            wider = np.zeros_like(wanted)
            wider[..., : weights.shape[-1]] = weights
            generator = np.random.default_rng(0)
            extra = wider[..., weights.shape[-1] :]
            extra[...] = generator.normal(0, 0.02, extra.shape)
            target.set_param(name, wider)


def load_examples(nlp: Language, mix: Path, count: int) -> list[Example]:
    generator = random.Random(5)
    docs = []
    for path in sorted(mix.glob("*.spacy")):
        found = list(DocBin().from_disk(path).get_docs(nlp.vocab))
        docs += generator.sample(found, min(count, len(found)))
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("mix", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    spacy.util.fix_random_seed(0)
    old = spacy.load(arguments.base, exclude=["ner", "news_ents", "news_lemmatizer", "sent_guard"])
    old.vocab.vectors = spacy.load(arguments.vectors).vocab.vectors
    nlp = old
    before = old.get_pipe("tok2vec")
    nlp.remove_pipe("tok2vec")
    nlp.add_pipe("tok2vec", config=TOK2VEC, first=True)
    nlp.add_pipe("ner", config=NER)
    examples = load_examples(nlp, arguments.mix, 300)
    after = nlp.get_pipe("tok2vec")
    after.initialize(lambda: examples, nlp=nlp)
    carry_over(before, after)
    labels = sorted({span.label_ for example in examples for span in example.reference.ents})
    for label in labels:
        nlp.get_pipe("ner").add_label(label)
    nlp.get_pipe("ner").initialize(lambda: examples, nlp=nlp)
    nlp.to_disk(arguments.out)
    print(nlp.pipe_names, labels)


if __name__ == "__main__":
    main()
