"""The mean of the weights of one pipeline at several times of its training, as a pipeline.

    python mean_weights.py OUT TRAINED TRAINED...

All were trained on from the same beginning; the mean of where they ended is steadier than each of them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from thinc.api import Model

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import pipeline.extract.language.components  # noqa: F401


def network(component: object) -> Model[Any, Any]:
    """The network of a trained component."""
    model = getattr(component, "model", None)
    if not isinstance(model, Model):
        raise SystemExit(f"{component!r} has no network")
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("trained", type=Path, nargs="+")
    arguments = parser.parse_args()
    pipelines = [spacy.load(path) for path in arguments.trained]
    mean = spacy.load(arguments.trained[0])
    for name, component in mean.pipeline:
        networks = [network(nlp.get_pipe(name)) for nlp in pipelines]
        for layer, *layers in zip(network(component).walk(), *(one.walk() for one in networks), strict=True):
            for parameter in layer.param_names:
                if layer.has_param(parameter):
                    values = [one.get_param(parameter) for one in layers]
                    layer.set_param(parameter, np.mean(values, axis=0))
    mean.to_disk(arguments.out)


if __name__ == "__main__":
    main()
